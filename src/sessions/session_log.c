/*-------------------------------------------------------------------------
 *
 * session_log.c
 *	  The rows of many sessions, collected in any order and handed out session
 *	  by session.
 *
 * A hash table with millions of sessions waits for memory at every row, and a
 * sort of all rows does so many times over.  Here a row is only appended to
 * one of 256 parts, chosen by the first byte of its key, and the answer takes
 * them one after the other: a part fits into the processor's cache, where its
 * rows are spread over small buckets by the following bits of the key, and each
 * bucket is sorted by key and time.
 *
 * With a few hundred rows there are no parts yet: a query may have many groups,
 * each with a log.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_rows.h"

#define LAST_PENDING 512

void
session_log_init(SessionLog *log, SessionLogShape shape,
				 session_log_compact compact, uint64_t reach,
				 const StateHooks *hooks, void *arg)
{
	memset(log, 0, sizeof(*log));
	log->shape = shape;
	log->packed = fits_packed(shape);
	row_parts_init(&log->rows, words_of_row(shape), hooks, arg);
	log->compact = compact;
	log->reach = reach;
	log->compact_at = COMPACT_FROM;
	log->recent_left = RECENT_FROM;
	log->hooks = hooks;
	log->arg = arg;
}

/* From now on rows go to parts */
void
session_log_make_parts(SessionLog *log)
{
	const int	words = words_of_pending(log->shape);
	const uint64_t *row = log->pending;

	row_parts_make(&log->rows);
	for (uint64_t i = 0; i < log->npending; i++, row += words)
	{
		RowPart    *part = part_of(&log->rows, row[0]);
		const uint64_t *rest = row + log->shape.keys;

		if (log->shape.spans)
			put_span(log, part, row[0] << PACKED_BITS, row[1],
					 (int64_t) rest[0], (int64_t) rest[1], rest[2]);
		else
			put_event(log, part, row[0] << PACKED_BITS, row[1],
					  (int64_t) rest[0], rest[1]);
	}
	if (log->pending != NULL)
		log->hooks->release(log->arg, log->pending);
	log->nrows = log->npending;
	log->pending = NULL;
	log->npending = 0;
	log->pending_capacity = 0;
}

/* Room for one more pending row, or parts */
void
session_log_grow_pending(SessionLog *log)
{
	if (log->npending >= LAST_PENDING)
		session_log_make_parts(log);
	else
		log->pending = hooks_extend(log->hooks, log->arg, log->pending,
									&log->pending_capacity,
									words_of_pending(log->shape) * sizeof(uint64_t));
}

void
session_log_add(SessionLog *log, const uint64_t *key, int64_t time,
				uint64_t mask)
{
	uint64_t   *row;

	if (log->rows.parts == NULL && log->npending == log->pending_capacity)
		session_log_grow_pending(log);
	if (log->rows.parts != NULL)
	{
		if (log->nrows >= log->compact_at)
			session_log_compact_parts(log);
		put_event(log, part_of(&log->rows, key[0]),
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
