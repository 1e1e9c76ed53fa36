/*-------------------------------------------------------------------------
 *
 * session_log.c
 *	  The rows of many sessions, collected in any order and handed out session
 *	  by session.
 *
 * A hash table with millions of sessions waits for memory at every row, and a
 * sort of all rows does so many times over.  Here a row is only appended to
 * one of 256 partitions, chosen by the first byte of its key, and the answer
 * takes them one after the other: a partition fits into the processor's cache,
 * where its rows are spread over small buckets by the following bits of the
 * key, and each bucket is sorted by key and time.
 *
 * With a few hundred rows there are no partitions yet: a query may have many
 * groups, each with a log.
 *
 * Chunks are never moved or merged, and cut from large slabs: the system hands
 * out memory by the huge page then, and writing to 256 places in turn does not
 * wait for the addresses of 256 pages.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_rows.h"

#define FIRST_PENDING 8
#define LAST_PENDING 512
#define FIRST_CHUNK 32
#define LAST_CHUNK 1024
#define FIRST_SLAB (UINT64_C(64) << 10)
#define LAST_SLAB (UINT64_C(8) << 20)

void
session_log_init(SessionLog *log, SessionLogShape shape,
				 session_log_compact compact, uint64_t reach,
				 const SessionLogHooks *hooks, void *arg)
{
	memset(log, 0, sizeof(*log));
	log->shape = shape;
	log->packed = fits_packed(shape);
	log->words = words_of_row(shape);
	log->compact = compact;
	log->reach = reach;
	log->compact_at = COMPACT_FROM;
	log->recent_left = RECENT_FROM;
	log->slab_size = FIRST_SLAB;
	log->hooks = hooks;
	log->arg = arg;
}

/* Go on to the next chunk of a partition whose last one is full */
void
session_log_next_chunk(SessionLog *log, SessionLogPartition *partition)
{
	uint64_t	capacity = rows_of(log, partition);
	uint64_t	size;
	SessionLogChunk *chunk;

	if (partition->last != NULL)
		partition->full += partition->last->capacity;
	if (partition->last != NULL && partition->last->next != NULL)
	{
		use_chunk(log, partition, partition->last->next);
		return;
	}

	/* as many rows as there are already, within limits */
	if (capacity < FIRST_CHUNK)
		capacity = FIRST_CHUNK;
	if (capacity > LAST_CHUNK)
		capacity = LAST_CHUNK;
	size = sizeof(SessionLogChunk) + capacity * log->words * sizeof(uint64_t);
	if (size > log->slab_left)
	{
		log->slab = log->hooks->allocate(log->arg, log->slab_size);
		log->slab_left = log->slab_size;
		if (log->slab_size < LAST_SLAB)
			log->slab_size *= 2;
	}
	chunk = (SessionLogChunk *) log->slab;
	log->slab += size;
	log->slab_left -= size;
	chunk->next = NULL;
	chunk->capacity = capacity;
	if (partition->last != NULL)
		partition->last->next = chunk;
	else
		partition->first = chunk;
	use_chunk(log, partition, chunk);
}

/* From now on rows go to partitions */
void
session_log_make_partitions(SessionLog *log)
{
	const uint64_t size = SESSION_LOG_PARTITIONS * sizeof(SessionLogPartition);
	const int	words = words_of_pending(log->shape);
	const uint64_t *row = log->pending;

	log->partitions = log->hooks->allocate(log->arg, size);
	memset(log->partitions, 0, size);
	for (uint64_t i = 0; i < log->npending; i++, row += words)
	{
		SessionLogPartition *partition = &log->partitions[row[0] >> PARTITION_SHIFT];
		const uint64_t *rest = row + log->shape.keys;

		if (log->shape.spans)
			put_span(log, partition, row[0] << PACKED_BITS, row[1],
					 (int64_t) rest[0], (int64_t) rest[1], rest[2]);
		else
			put_event(log, partition, row[0] << PACKED_BITS, row[1],
					  (int64_t) rest[0], rest[1]);
	}
	if (log->pending != NULL)
		log->hooks->release(log->arg, log->pending);
	log->nrows = log->npending;
	log->pending = NULL;
	log->npending = 0;
	log->pending_capacity = 0;
}

/* Room for one more pending row, or partitions */
void
session_log_grow_pending(SessionLog *log)
{
	const uint64_t size = words_of_pending(log->shape) * sizeof(uint64_t);
	uint64_t	capacity = log->pending_capacity * 4;
	uint64_t   *pending;

	if (log->npending >= LAST_PENDING)
	{
		session_log_make_partitions(log);
		return;
	}
	if (capacity == 0)
		capacity = FIRST_PENDING;
	pending = log->hooks->allocate(log->arg, capacity * size);
	if (log->pending != NULL)
	{
		memcpy(pending, log->pending, log->npending * size);
		log->hooks->release(log->arg, log->pending);
	}
	log->pending = pending;
	log->pending_capacity = capacity;
}

void
session_log_add(SessionLog *log, const uint64_t *key, int64_t time,
				uint64_t mask)
{
	uint64_t   *row;

	if (log->partitions == NULL && log->npending == log->pending_capacity)
		session_log_grow_pending(log);
	if (log->partitions != NULL)
	{
		if (log->nrows >= log->compact_at)
			session_log_compact_partitions(log);
		put_event(log, &log->partitions[key[0] >> PARTITION_SHIFT],
				  key[0] << PACKED_BITS, log->shape.keys == 2 ? key[1] : 0,
				  time, mask);
		log->nrows++;
		return;
	}
	row = log->pending + log->npending++ * words_of_pending(log->shape);
	*row++ = key[0];
	if (log->shape.keys == 2)
		*row++ = key[1];
	*row++ = (uint64_t) time;
	*row = mask;
}
