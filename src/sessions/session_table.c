/*-------------------------------------------------------------------------
 *
 * session_table.c
 *	  A hash table of sessions: an entry each, and a copy of each id.
 *
 * The entries stand in the order in which the sessions came, and their ids
 * likewise, so that whoever reads them all reads memory from end to end.  And
 * shops write events as they happen: the sessions under way are close to one
 * another, in the processor's cache.  What is looked up all over the place is
 * an index of eight bytes a slot: the high half of the hash, and the number of
 * the session, plus 1.
 *
 * Rows of a large table wait for some others while the memory of their slots,
 * and then that of their entries, comes in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/huge_memory.h"
#include "aggregate/prefetch.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "sessions/session_table.h"
#include "utils/memutils.h"

#define FIRST_SLOTS 16
#define FIRST_IDS 512

/* slots from which on rows wait: they leave a processor's first cache */
#define BATCH_FROM 4096
#define BATCH 64
#define BATCH_IDS 4096

#define POLL_EVERY 16384

/*
 * An array of more rows has more bytes than are allowed: each has a header of
 * 23 bytes or more, and a number of eight.  So a number of a session has less
 * than 32 bits.
 */
#define MAX_SESSIONS (MaxAllocSize / 32)

#define HASH_HALF UINT64CONST(0xffffffff00000000)

typedef struct WaitingRow
{
	uint64		hash;
	SessionEntry row;
	const char *id;
	Size		id_size;
} WaitingRow;

struct SessionBatch
{
	int			waiting;
	Size		ids_used;
	WaitingRow	rows[BATCH];
	char		ids[BATCH_IDS];
};

/* Entries for three quarters of the slots: enough are free for short ways */
static uint64
capacity_of(uint64 nslots)
{
	return nslots / 4 * 3;
}

static void
allocate_slots(SessionTable *table, uint64 nslots)
{
	table->slots = huge_alloc(table->context, nslots * sizeof(uint64));
	memset(table->slots, 0, nslots * sizeof(uint64));
}

void
session_table_init(SessionTable *table, MemoryContext context, bool keeps_ids)
{
	memset(table, 0, sizeof(SessionTable));
	table->context = context;
	table->keeps_ids = keeps_ids;
	table->shift = 64 - pg_ceil_log2_64(FIRST_SLOTS);
	allocate_slots(table, FIRST_SLOTS);
	table->capacity = capacity_of(FIRST_SLOTS);
	table->sessions = huge_alloc(context,
								 table->capacity * sizeof(SessionEntry));
}

void
session_table_too_large(const SessionTable *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many sessions for one array"),
			 errdetail("An array takes at most %zu bytes, and the rows of " UINT64_FORMAT " sessions take more.",
					   (Size) MaxAllocSize, table->nsessions),
			 errhint("Group by a part of the id, such as hashtext(session_id::text) %% 16, for an array of each.")));
}

/* Put what a slot has to where it belongs */
static inline void
put_slot(SessionTable *table, uint64 slot)
{
	const uint64 mask = PG_UINT64_MAX >> table->shift;
	uint64		i = (slot & HASH_HALF) >> table->shift;

	while (table->slots[i] != 0)
		i = (i + 1) & mask;
	table->slots[i] = slot;
}

/* Make room for as many sessions again */
static void
grow(SessionTable *table)
{
	const uint64 nslots = (PG_UINT64_MAX >> table->shift) + 1;
	uint64	   *slots = table->slots;
	SessionEntry *sessions = table->sessions;

	if (table->nsessions > MAX_SESSIONS)
		session_table_too_large(table);
	table->capacity = capacity_of(2 * nslots);
	table->sessions = huge_alloc(table->context,
								 table->capacity * sizeof(SessionEntry));
	memcpy(table->sessions, sessions, table->nsessions * sizeof(SessionEntry));
	huge_free(sessions);

	/* the half of the hash that a slot has is enough to place it */
	allocate_slots(table, 2 * nslots);
	table->shift--;
	for (uint64 i = 0; i < nslots; i++)
	{
		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (slots[i] != 0)
			put_slot(table, slots[i]);
	}
	huge_free(slots);

	if (table->batch == NULL && 2 * nslots >= BATCH_FROM)
	{
		table->batch = huge_alloc(table->context, sizeof(SessionBatch));
		table->batch->waiting = 0;
		table->batch->ids_used = 0;
	}
}

static void
grow_ids(SessionTable *table, Size room)
{
	const uint64 needed = table->ids_used + room;
	char	   *ids = table->ids;

	/* the array would have them all */
	if (needed > MaxAllocSize)
		session_table_too_large(table);
	table->ids_size = Min(Max(2 * table->ids_size, FIRST_IDS), MaxAllocSize);
	table->ids_size = Max(table->ids_size, needed);
	table->ids = huge_alloc(table->context, table->ids_size);
	if (ids != NULL)
	{
		memcpy(table->ids, ids, table->ids_used);
		huge_free(ids);
	}
}

static void
append_id(SessionTable *table, const char *id, Size id_size)
{
	const Size	room = session_table_id_room(id_size);
	char	   *where;

	if (room > table->ids_size - table->ids_used)
		grow_ids(table, room);
	where = table->ids + table->ids_used;
	/* what is left over at the end is zero */
	memset(where + room - sizeof(int32), 0, sizeof(int32));
	SET_VARSIZE(where, VARHDRSZ + id_size);
	memcpy(VARDATA(where), id, id_size);
	table->ids_used += room;
}

/* Make rows part of their session, or a session */
static inline void
take_in(SessionTable *table, uint64 hash, const SessionEntry *row,
		const char *id, Size id_size)
{
	uint64		mask;
	uint64		i;

	if (unlikely(table->nsessions == table->capacity))
		grow(table);
	mask = PG_UINT64_MAX >> table->shift;
	for (i = hash >> table->shift; table->slots[i] != 0; i = (i + 1) & mask)
	{
		SessionEntry *session;

		if (((table->slots[i] ^ hash) & HASH_HALF) != 0)
			continue;
		session = &table->sessions[(uint32) table->slots[i] - 1];
		if (session->key[0] != row->key[0] || session->key[1] != row->key[1])
			continue;
		session->first = Min(session->first, row->first);
		session->last = Max(session->last, row->last);
		session->events = ((session->events | row->events) & SESSION_CONVERTED) |
			((session->events + row->events) & ~SESSION_CONVERTED);
		return;
	}
	if (table->keeps_ids)
		append_id(table, id, id_size);
	table->sessions[table->nsessions++] = *row;
	table->slots[i] = (hash & HASH_HALF) | table->nsessions;
}

void
session_table_settle(SessionTable *table)
{
	SessionBatch *batch = table->batch;

	if (batch == NULL)
		return;
	for (int i = 0; i < batch->waiting; i++)
	{
		uint64		slot = table->slots[batch->rows[i].hash >> table->shift];

		if (slot != 0)
			PREFETCH(&table->sessions[(uint32) slot - 1]);
	}
	for (int i = 0; i < batch->waiting; i++)
	{
		const WaitingRow *row = &batch->rows[i];

		take_in(table, row->hash, &row->row, row->id, row->id_size);
	}
	batch->waiting = 0;
	batch->ids_used = 0;
}

void
session_table_add(SessionTable *table, uint64 hash, const SessionEntry *row,
				  const char *id, Size id_size)
{
	SessionBatch *batch = table->batch;
	WaitingRow *waiting;

	if (batch == NULL)
	{
		take_in(table, hash, row, id, id_size);
		return;
	}
	if (batch->waiting == BATCH ||
		(table->keeps_ids && id_size > BATCH_IDS - batch->ids_used))
		session_table_settle(table);
	if (table->keeps_ids && unlikely(id_size > BATCH_IDS))
	{
		take_in(table, hash, row, id, id_size);
		return;
	}
	PREFETCH(&table->slots[hash >> table->shift]);
	waiting = &batch->rows[batch->waiting++];
	waiting->hash = hash;
	waiting->row = *row;
	waiting->id = batch->ids + batch->ids_used;
	waiting->id_size = id_size;
	if (table->keeps_ids)
	{
		memcpy(batch->ids + batch->ids_used, id, id_size);
		batch->ids_used += id_size;
	}
}
