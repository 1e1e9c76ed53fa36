/*-------------------------------------------------------------------------
 *
 * session_log_rows.c
 *	  Where the rows of a session log are: pending at first, and then in parts.
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
