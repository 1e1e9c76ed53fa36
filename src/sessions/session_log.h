/*-------------------------------------------------------------------------
 *
 * session_log.h
 *	  The rows of many sessions, collected in any order and handed out session
 *	  by session.
 *
 * A log is of one of two kinds.  One of events keeps rows with a time and a
 * mask, for questions about what happened in which order.  One of spans keeps
 * from when to when something went on, and what: spans of a session that are no
 * further apart than the log's reach become one.
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_H
#define GREENERY_SESSION_LOG_H

#include "sessions/session_log_rows.h"
#include "sessions/session_log_spans.h"
#include "sessions/session_log_sweep.h"

/*
 * Add one row to a log of events.  The high bits of key[0] choose the
 * part: the caller has scattered the keys.
 */
extern void session_log_add(SessionLog *log, const uint64_t *key,
							int64_t time, uint64_t mask);

#endif							/* GREENERY_SESSION_LOG_H */
