/*-------------------------------------------------------------------------
 *
 * record_buffer.h
 *	  A growing array of 16-byte records: the state of an aggregate whose
 *	  answer needs its rows in order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_RECORD_BUFFER_H
#define GREENERY_RECORD_BUFFER_H

#include "compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "sessions/record.h"

/* What one kind of aggregate does with its records. */
typedef struct RecordKind
{
	uint32		magic;			/* first word of the states of this kind */
	const char *name;			/* of the aggregate, for messages */

	/*
	 * Merge or drop records, sorted by key and value, that the answer does
	 * not depend on; returns how many are left.
	 */
	size_t		(*compact) (GreeneryRecord *records, size_t n);

	/* Can this be a record of a state?  Asked of records from a bytea. */
	bool		(*valid) (const GreeneryRecord *record, const void *state);
} RecordKind;

/* Starts the state of every such aggregate. */
typedef struct RecordBuffer
{
	uint32		magic;
	MemoryContext context;		/* where the state lives */
	size_t		n;
	size_t		capacity;
	GreeneryRecord *records;	/* NULL while capacity is 0 */
} RecordBuffer;

extern void *greenery_record_state_create(const RecordKind *kind,
										  MemoryContext context, Size size);
extern void *greenery_record_state(FunctionCallInfo fcinfo, int argno,
								   const RecordKind *kind);
extern void greenery_record_grow(RecordBuffer *buffer, const RecordKind *kind,
								 size_t more);
extern void greenery_record_append_all(RecordBuffer *to,
									   const RecordBuffer *from,
									   const RecordKind *kind);
extern void greenery_record_sort(RecordBuffer *buffer);
extern void greenery_record_send_header(StringInfo buf, const RecordKind *kind);
extern void greenery_record_send(StringInfo buf, const RecordBuffer *buffer,
								 const RecordKind *kind);
extern void greenery_record_recv_begin(StringInfo buf, const bytea *serialized);
extern void greenery_record_recv_header(StringInfo buf, const RecordKind *kind,
										int fields);
extern void greenery_record_recv(StringInfo buf, RecordBuffer *buffer,
								 const RecordKind *kind);
pg_noreturn extern void greenery_record_recv_fail(const RecordKind *kind);
extern void greenery_record_check(void);

static inline void
greenery_record_append(RecordBuffer *buffer, const RecordKind *kind,
					   int64 key, uint64 value)
{
	if (unlikely(buffer->n == buffer->capacity))
		greenery_record_grow(buffer, kind, 1);
	buffer->records[buffer->n].key = key;
	buffer->records[buffer->n].value = value;
	buffer->n++;
}

#endif							/* GREENERY_RECORD_BUFFER_H */
