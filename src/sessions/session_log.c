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
#include "sessions/session_log.h"

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
