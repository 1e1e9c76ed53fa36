/*-------------------------------------------------------------------------
 *
 * record_buffer.c
 *	  A growing array of 16-byte records: the state of an aggregate whose
 *	  answer needs its rows in order.
 *
 *	  records:  | n in use, in any order               | free    |
 *
 * Rows arrive in any order and cost a store each.  They are sorted, in place,
 * when the answer is asked for; a final function may do that any number of
 * times, and while more rows come, because the state is the set of its records
 * and not their order.
 *
 * A full buffer is first sorted and compacted, and doubled only if that has
 * not freed half of it.  So the memory follows the records that matter and not
 * the rows, and a row takes part in at most two sorts for every time that the
 * buffer doubles.  Small buffers are just doubled: with millions of groups of
 * some rows each, sorting them early would cost more than it can save.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/handover.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "sessions/record_buffer.h"
#include "utils/memutils.h"

/* a shopping session has three or four events */
#define INITIAL_CAPACITY 4
#define COMPACT_FROM 1024

#define SERIAL_VERSION 1
#define SERIAL_HEADER (1 + sizeof(uint32))

#define ST_SORT sort_records
#define ST_ELEMENT_TYPE GreeneryRecord
#define ST_COMPARE(a, b) \
	((a)->key != (b)->key ? ((a)->key < (b)->key ? -1 : 1) : \
	 (a)->value != (b)->value ? ((a)->value < (b)->value ? -1 : 1) : 0)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * A state of size bytes, all zero but for what this module needs; its first
 * member is a RecordBuffer.
 */
void *
greenery_record_state_create(const RecordKind *kind, MemoryContext context,
							 Size size)
{
	RecordBuffer *buffer = MemoryContextAllocZero(context, size);

	buffer->magic = kind->magic;
	buffer->context = context;
	return buffer;
}

/*
 * The state handed over as argument argno, or NULL.  Only a superuser can
 * build an aggregate that hands over another one's state, but even he should
 * get an error rather than a crash.
 */
void *
greenery_record_state(FunctionCallInfo fcinfo, int argno, const RecordKind *kind)
{
	RecordBuffer *buffer;

	if (PG_ARGISNULL(argno))
		return NULL;
	buffer = (RecordBuffer *) PG_GETARG_POINTER(argno);
	if (buffer->magic != kind->magic)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("aggregate state is not one of %s", kind->name),
				 errhint("Support functions of different aggregates cannot be mixed.")));
	return buffer;
}

/* Sort by key, then value: a total order, so that the answer has no choice. */
void
greenery_record_sort(RecordBuffer *buffer)
{
	if (buffer->n > 1)
		sort_records(buffer->records, buffer->n);
}

/* Make room for so many more records. */
void
greenery_record_grow(RecordBuffer *buffer, const RecordKind *kind, size_t more)
{
	size_t		capacity;

	if (buffer->n + more <= buffer->capacity)
		return;
	if (buffer->n >= COMPACT_FROM)
	{
		greenery_record_sort(buffer);
		buffer->n = kind->compact(buffer->records, buffer->n);
		if (buffer->n + more <= buffer->capacity / 2)
			return;
	}
	capacity = Max(buffer->capacity, INITIAL_CAPACITY);
	while (capacity < buffer->n + more)
		capacity *= 2;
	/* compaction may have freed a little: still double, or it comes too often */
	if (capacity == buffer->capacity)
		capacity *= 2;

	if (buffer->records == NULL)
		buffer->records = MemoryContextAllocHuge(buffer->context,
												 capacity * sizeof(GreeneryRecord));
	else
		buffer->records = repalloc_huge(buffer->records,
										capacity * sizeof(GreeneryRecord));
	buffer->capacity = capacity;
}

/* Copy all records of one buffer to another. */
void
greenery_record_append_all(RecordBuffer *to, const RecordBuffer *from,
						   const RecordKind *kind)
{
	if (from->n == 0)
		return;
	greenery_record_grow(to, kind, from->n);
	memcpy(to->records + to->n, from->records, from->n * sizeof(GreeneryRecord));
	to->n += from->n;
}

/*
 * The serialized form is a version byte, the magic number, the fields that the
 * aggregate adds (8 bytes each), the number of records and the records.
 */
void
greenery_record_send_header(StringInfo buf, const RecordKind *kind)
{
	pq_sendbyte(buf, SERIAL_VERSION);
	pq_sendint32(buf, kind->magic);
}

void
greenery_record_send(StringInfo buf, const RecordBuffer *buffer,
					 const RecordKind *kind)
{
	pq_sendint64(buf, buffer->n);
	handover_check_size(kind->name,
						buf->len + (uint64) buffer->n * sizeof(GreeneryRecord));
	enlargeStringInfo(buf, buffer->n * sizeof(GreeneryRecord));
	for (size_t i = 0; i < buffer->n; i++)
	{
		pq_writeint64(buf, buffer->records[i].key);
		pq_writeint64(buf, buffer->records[i].value);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

void
greenery_record_recv_fail(const RecordKind *kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized state of %s", kind->name)));
}

/* Read from the serialized state itself, without copying it. */
void
greenery_record_recv_begin(StringInfo buf, const bytea *serialized)
{
	buf->data = VARDATA_ANY(serialized);
	buf->len = VARSIZE_ANY_EXHDR(serialized);
	buf->maxlen = buf->len;
	buf->cursor = 0;
}

/* Read the header; fields is the number of fields that must follow. */
void
greenery_record_recv_header(StringInfo buf, const RecordKind *kind, int fields)
{
	if (buf->len < (int) (SERIAL_HEADER + (fields + 1) * sizeof(int64)) ||
		pq_getmsgbyte(buf) != SERIAL_VERSION ||
		pq_getmsgint(buf, 4) != kind->magic)
		greenery_record_recv_fail(kind);
}

/* Read the records into the buffer of a state whose fields are set. */
void
greenery_record_recv(StringInfo buf, RecordBuffer *buffer, const RecordKind *kind)
{
	uint64		n = pq_getmsgint64(buf);
	size_t		left = buf->len - buf->cursor;

	/* the count must agree with the length before anything is allocated */
	if (left % sizeof(GreeneryRecord) != 0 || n != left / sizeof(GreeneryRecord))
		greenery_record_recv_fail(kind);
	if (n == 0)
		return;
	greenery_record_grow(buffer, kind, n);
	for (size_t i = 0; i < n; i++)
	{
		GreeneryRecord *record = &buffer->records[i];

		record->key = pq_getmsgint64(buf);
		record->value = pq_getmsgint64(buf);
		if (!kind->valid(record, buffer))
			greenery_record_recv_fail(kind);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	buffer->n = n;
}

/* CHECK_FOR_INTERRUPTS as a function, for algorithms that know no server. */
void
greenery_record_check(void)
{
	CHECK_FOR_INTERRUPTS();
}
