/*-------------------------------------------------------------------------
 *
 * session_log_dump.c
 *	  How the rows of one session log come into another one.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_dump.h"

/* What a dump starts with */
#define DUMP_PENDING UINT64_C(0)
#define DUMP_PARTS UINT64_C(1)

void
session_log_shrink(SessionLog *log)
{
	/* the reader sorts all rows anyway: what counts is how many they are */
	session_log_flush(log);
	if (log->rows.parts != NULL && log->crowded)
		session_log_compact_parts(log);
}

/*
 * The dump: whether there are parts; then that of the parts, or the pending rows as
 * they are in memory.
 */
uint64_t
session_log_dump_size(SessionLog *log)
{
	session_log_flush(log);
	if (log->rows.parts == NULL)
		return (1 + log->npending * words_of_pending(log->shape)) *
			sizeof(uint64_t);
	return sizeof(uint64_t) + row_parts_dump_size(&log->rows);
}

void
session_log_dump(const SessionLog *log, char *bytes)
{
	const uint64_t kind = log->rows.parts != NULL ? DUMP_PARTS : DUMP_PENDING;

	memcpy(bytes, &kind, sizeof(kind));
	bytes += sizeof(kind);
	if (kind == DUMP_PARTS)
		row_parts_dump(&log->rows, bytes);
	else if (log->npending > 0)
		memcpy(bytes, log->pending,
			   log->npending * words_of_pending(log->shape) * sizeof(uint64_t));
}

/*
 * The rows themselves need no check: whatever bits they have, they are rows of
 * some session, at some time, with some steps.
 */
bool
session_log_check(SessionLogShape shape, const char *bytes, uint64_t size)
{
	const uint64_t head = sizeof(uint64_t);

	if (size % sizeof(uint64_t) != 0 || size < head)
		return false;
	if (row_parts_word(bytes, 0) == DUMP_PENDING)
		return (size - head) / sizeof(uint64_t) % words_of_pending(shape) == 0;
	return row_parts_word(bytes, 0) == DUMP_PARTS &&
		row_parts_check(words_of_row(shape), bytes + head, size - head);
}

/* Add the rows of a part of a dump whose keys are to be replaced */
static void
add_rekeyed(SessionLog *log, uint64_t part, const char *bytes, uint64_t n,
			session_log_rekey rekey, void *arg)
{
	for (uint64_t i = 0; i < n; i++, bytes += log->rows.words * sizeof(uint64_t))
	{
		uint64_t	first = row_parts_word(bytes, 0);
		uint64_t	key = rekey(arg, part << (64 - ROW_PARTS_BITS) |
								first >> PACKED_BITS);

		if (log->shape.spans)
			session_log_add_span(log, &key, (int64_t) row_parts_word(bytes, 1),
								 (int64_t) row_parts_word(bytes, 2),
								 first & PACKED_MASK);
		else
			session_log_add(log, &key, (int64_t) row_parts_word(bytes, 1),
							log->packed ? first & PACKED_MASK : row_parts_word(bytes, 2));
	}
}

bool
session_log_load(SessionLog *log, char *bytes, uint64_t size, bool lasting,
				 session_log_rekey rekey, void *arg)
{
	const int	keys = log->shape.keys;
	char	   *counts = bytes + sizeof(uint64_t);

	if (row_parts_word(bytes, 0) == DUMP_PENDING)
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
		return false;
	}

	if (log->rows.parts == NULL)
		session_log_make_parts(log);
	if (rekey == NULL)
	{
		log->nrows += row_parts_load(&log->rows, counts, lasting);

		/* what lasts takes no memory but its own */
		if (lasting)
			return true;
	}
	else
	{
		bytes = counts + ROW_PARTS * sizeof(uint64_t);
		for (int i = 0; i < ROW_PARTS; i++)
		{
			uint64_t	n = row_parts_word(counts, i);

			log->hooks->poll();
			add_rekeyed(log, i, part_dump_rows(bytes), n, rekey, arg);
			bytes += part_dump_size(n, log->rows.words);
		}
	}
	if (log->nrows >= log->compact_at)
		session_log_compact_parts(log);
	return false;
}
