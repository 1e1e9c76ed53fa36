/*-------------------------------------------------------------------------
 *
 * session_log_dump.c
 *	  How the rows of one session log come into another one.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_rows.h"

/* What a dump starts with */
#define DUMP_PENDING UINT64_C(0)
#define DUMP_PARTITIONS UINT64_C(1)

/*
 * The dump: whether there are partitions; if so, the number of rows in each;
 * the rows as they are in memory.
 */
uint64_t
session_log_dump_size(SessionLog *log)
{
	session_log_flush(log);
	if (log->partitions == NULL)
		return (1 + log->npending * words_of_pending(log->shape)) *
			sizeof(uint64_t);
	return (1 + SESSION_LOG_PARTITIONS + log->nrows * log->words) *
		sizeof(uint64_t);
}

static char *
put(char *bytes, const void *from, uint64_t size)
{
	if (size > 0)
		memcpy(bytes, from, size);
	return bytes + size;
}

void
session_log_dump(const SessionLog *log, char *bytes)
{
	const uint64_t kind = log->partitions != NULL ? DUMP_PARTITIONS : DUMP_PENDING;

	bytes = put(bytes, &kind, sizeof(kind));
	if (kind == DUMP_PENDING)
	{
		put(bytes, log->pending,
			log->npending * words_of_pending(log->shape) * sizeof(uint64_t));
		return;
	}
	for (int i = 0; i < SESSION_LOG_PARTITIONS; i++)
	{
		uint64_t	n = rows_of(log, &log->partitions[i]);

		bytes = put(bytes, &n, sizeof(n));
	}
	for (int i = 0; i < SESSION_LOG_PARTITIONS; i++)
	{
		const SessionLogPartition *partition = &log->partitions[i];

		log->hooks->poll();
		for (const SessionLogChunk *chunk = partition->first; chunk != NULL;
			 chunk = chunk == partition->last ? NULL : chunk->next)
			bytes = put(bytes, chunk->words, rows_in(log, partition, chunk) *
						log->words * sizeof(uint64_t));
	}
}

static uint64_t
word_at(const char *bytes, uint64_t i)
{
	uint64_t	word;

	memcpy(&word, bytes + i * sizeof(word), sizeof(word));
	return word;
}

/*
 * The rows themselves need no check: whatever bits they have, they are rows of
 * some session, at some time, with some steps.
 */
bool
session_log_check(SessionLogShape shape, const char *bytes, uint64_t size)
{
	uint64_t	words = size / sizeof(uint64_t);
	uint64_t	rows;

	if (size % sizeof(uint64_t) != 0 || words < 1)
		return false;
	if (word_at(bytes, 0) == DUMP_PENDING)
		return (words - 1) % words_of_pending(shape) == 0;
	if (word_at(bytes, 0) != DUMP_PARTITIONS ||
		words < 1 + SESSION_LOG_PARTITIONS)
		return false;
	words -= 1 + SESSION_LOG_PARTITIONS;
	if (words % words_of_row(shape) != 0)
		return false;
	rows = words / words_of_row(shape);
	for (int i = 0; i < SESSION_LOG_PARTITIONS; i++)
	{
		uint64_t	n = word_at(bytes, 1 + i);

		if (n > rows)
			return false;
		rows -= n;
	}
	return rows == 0;
}

/* Add the rows of a partition of a dump whose keys are to be replaced */
static void
add_rekeyed(SessionLog *log, uint64_t partition, const char *bytes, uint64_t n,
			session_log_rekey rekey, void *arg)
{
	for (uint64_t i = 0; i < n; i++, bytes += log->words * sizeof(uint64_t))
	{
		uint64_t	first = word_at(bytes, 0);
		uint64_t	key = rekey(arg, partition << PARTITION_SHIFT |
								first >> PACKED_BITS);

		if (log->shape.spans)
			session_log_add_span(log, &key, (int64_t) word_at(bytes, 1),
								 (int64_t) word_at(bytes, 2),
								 first & PACKED_MASK);
		else
			session_log_add(log, &key, (int64_t) word_at(bytes, 1),
							log->packed ? first & PACKED_MASK : word_at(bytes, 2));
	}
}

/* Add the rows of a partition of a dump as they are */
static void
add_rows(SessionLog *log, SessionLogPartition *partition, const char *bytes,
		 uint64_t n)
{
	const uint64_t row_size = log->words * sizeof(uint64_t);

	while (n > 0)
	{
		uint64_t	some;

		if (partition->next == partition->end)
			session_log_next_chunk(log, partition);
		some = (uint64_t) (partition->end - partition->next) / log->words;
		if (some > n)
			some = n;
		memcpy(partition->next, bytes, some * row_size);
		partition->next += some * log->words;
		log->nrows += some;
		bytes += some * row_size;
		n -= some;
	}
}

void
session_log_load(SessionLog *log, const char *bytes, uint64_t size,
				 session_log_rekey rekey, void *arg)
{
	const int	keys = log->shape.keys;
	const char *counts = bytes + sizeof(uint64_t);

	if (word_at(bytes, 0) == DUMP_PENDING)
	{
		const int	words = words_of_pending(log->shape);
		uint64_t	n = (size / sizeof(uint64_t) - 1) / words;

		for (uint64_t i = 0; i < n; i++)
		{
			uint64_t	row[MAX_WORDS];

			memcpy(row, counts + i * words * sizeof(uint64_t),
				   words * sizeof(uint64_t));
			if (rekey != NULL)
				row[0] = rekey(arg, row[0]);
			if (log->shape.spans)
				session_log_add_span(log, row, (int64_t) row[keys],
									 (int64_t) row[keys + 1],
									 row[keys + 2] & PACKED_MASK);
			else
				session_log_add(log, row, (int64_t) row[keys], row[keys + 1]);
		}
		return;
	}

	if (log->partitions == NULL)
		session_log_make_partitions(log);
	bytes += (1 + SESSION_LOG_PARTITIONS) * sizeof(uint64_t);
	for (int i = 0; i < SESSION_LOG_PARTITIONS; i++)
	{
		uint64_t	n = word_at(counts, i);

		log->hooks->poll();
		if (rekey != NULL)
			add_rekeyed(log, i, bytes, n, rekey, arg);
		else
			add_rows(log, &log->partitions[i], bytes, n);
		bytes += n * log->words * sizeof(uint64_t);
	}
	if (log->nrows >= log->compact_at)
		session_log_compact_partitions(log);
}
