/*-------------------------------------------------------------------------
 *
 * session_log_sweep.h
 *	  The answer of a session log, session by session.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_SWEEP_H
#define GREENERY_SESSION_LOG_SWEEP_H

#include "sessions/session_log_rows.h"

/*
 * Called with the rows of one session that have a mask other than 0, in the
 * order of time: key is the time and value the mask.
 */
typedef void (*session_log_visit) (void *arg, const GreeneryRecord *rows,
								   size_t n);

/* Called with each span: a session, or what lies between two pauses of one */
typedef void (*session_log_visit_span) (void *arg, int64_t first, int64_t last,
										uint64_t mask);

/* Visit all sessions, in no order; what the log says is not changed */
extern void session_log_sweep(const SessionLog *log, session_log_visit visit,
							  void *arg);

/* The same for spans, of which none may be under way: see session_log_spans.h */
extern void session_log_sweep_flushed(const SessionLog *log,
									  session_log_visit_span visit, void *arg);

/* Drop rows of parts */
extern void session_log_compact_parts(SessionLog *log);

#endif							/* GREENERY_SESSION_LOG_SWEEP_H */
