/*-------------------------------------------------------------------------
 *
 * session_log_spans.h
 *	  A session log of spans: how rows come in, and the answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_SPANS_H
#define GREENERY_SESSION_LOG_SPANS_H

#include "sessions/session_log_sweep.h"

/*
 * Add one row to a log of spans; keys as for session_log_add.  Without a time it is the span from
 * INT64_MAX to INT64_MIN, which adds nothing to any other.
 */
extern void session_log_add_span(SessionLog *log, const uint64_t *key,
								 int64_t first, int64_t last, uint64_t mask);

/* Visit all spans, in no order; what the log says is not changed */
extern void session_log_sweep_spans(SessionLog *log,
									session_log_visit_span visit, void *arg);

/* Write what is under way to the parts */
extern void session_log_flush(SessionLog *log);

#endif							/* GREENERY_SESSION_LOG_SPANS_H */
