/*-------------------------------------------------------------------------
 *
 * session_table.h
 *	  A hash table of sessions: an entry each, and a copy of each id.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_TABLE_H
#define GREENERY_SESSION_TABLE_H

#include "postgres.h"

#include "compat.h"

/* A session, or rows of it that come in */
typedef struct SessionEntry
{
	uint64		key[2];			/* what the id is, or a hash of it */
	int64		first;			/* PG_INT64_MAX, and last PG_INT64_MIN, if no */
	int64		last;			/* event has a finite time */
	uint64		events;			/* how many, and SESSION_CONVERTED */
} SessionEntry;

#define SESSION_CONVERTED (UINT64CONST(1) << 63)

typedef struct SessionBatch SessionBatch;

typedef struct SessionTable
{
	MemoryContext context;
	bool		keeps_ids;		/* the keys do not tell them */
	SessionEntry *sessions;		/* in the order in which they came */
	uint64		nsessions;
	uint64		capacity;
	uint64	   *slots;			/* by the high bits of the hash */
	int			shift;			/* 64 - log2(number of slots) */
	char	   *ids;			/* of the sessions, in their order: varlenas */
	uint64		ids_used;
	uint64		ids_size;
	SessionBatch *batch;		/* NULL while the table is small */
} SessionTable;

extern void session_table_init(SessionTable *table, MemoryContext context,
							   bool keeps_ids);

/*
 * Add rows of a session.  All of the hash's bits, the high ones above all, must
 * depend on the key.  The id matters if the table keeps ids, and is copied.
 */
extern void session_table_add(SessionTable *table, uint64 hash,
							  const SessionEntry *row, const char *id,
							  Size id_size);

/* Before anyone reads the table: take in the rows that still wait */
extern void session_table_settle(SessionTable *table);

/* Raise the error that the sessions do not fit into an array */
pg_noreturn extern void session_table_too_large(const SessionTable *table);

/* What an id takes among the others */
static inline Size
session_table_id_room(Size id_size)
{
	return INTALIGN(VARHDRSZ + id_size);
}

#endif							/* GREENERY_SESSION_TABLE_H */
