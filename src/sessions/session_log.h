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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/row_parts.h"
#include "sessions/record.h"

/* What decides how a row is laid out: the same in logs that meet */
typedef struct SessionLogShape
{
	int			keys;			/* 64-bit words in a key: 1, 2 */
	int			steps;			/* bits in a mask, 1 to 64 */
	bool		spans;			/* of spans; at most 8 steps then */
} SessionLogShape;

typedef struct SessionLogRecent SessionLogRecent;

/*
 * Merge or drop rows of a session that the answer will not depend on, whatever
 * rows are added later; rows are as session_log_visit gets them.  Returns how
 * many are left, at the front.
 */
typedef size_t (*session_log_compact) (void *arg, GreeneryRecord *rows,
									   size_t n);

typedef struct SessionLog
{
	SessionLogShape shape;
	bool		packed;			/* is the mask in the key's first word? */
	uint64_t	npending;
	uint64_t	pending_capacity;
	uint64_t   *pending;		/* as long as there are no parts */
	RowParts	rows;
	uint64_t	nrows;			/* in all parts */
	uint64_t	compact_at;		/* that many rows are too many */
	bool		crowded;		/* has much been dropped the last time? */
	session_log_compact compact;	/* for events */
	uint64_t	reach;			/* for spans */
	SessionLogRecent *recent;	/* spans under way, see session_log_spans.c */
	uint64_t	recent_left;	/* rows until it is judged, or tried again */
	const StateHooks *hooks;
	void	   *arg;			/* of the hooks and of compact */
} SessionLog;

/*
 * Called with the rows of one session that have a mask other than 0, in the
 * order of time: key is the time and value the mask.
 */
typedef void (*session_log_visit) (void *arg, const GreeneryRecord *rows,
								   size_t n);

/* Another key in place of one of a log that is loaded, see there */
typedef uint64_t (*session_log_rekey) (void *arg, uint64_t key);

/* Called with each span: a session, or what lies between two pauses of one */
typedef void (*session_log_visit_span) (void *arg, int64_t first, int64_t last,
										uint64_t mask);

/* compact is for a log of events, reach for one of spans */
extern void session_log_init(SessionLog *log, SessionLogShape shape,
							 session_log_compact compact, uint64_t reach,
							 const StateHooks *hooks, void *arg);

/*
 * Add one row to a log of events.  The high bits of key[0] choose the
 * part: the caller has scattered the keys.
 */
extern void session_log_add(SessionLog *log, const uint64_t *key,
							int64_t time, uint64_t mask);

/*
 * Add one row to a log of spans, likewise.  Without a time it is the span from
 * INT64_MAX to INT64_MIN, which adds nothing to any other.
 */
extern void session_log_add_span(SessionLog *log, const uint64_t *key,
								 int64_t first, int64_t last, uint64_t mask);

/* Visit all sessions, in no order; what the log says is not changed */
extern void session_log_sweep(const SessionLog *log, session_log_visit visit,
							  void *arg);
extern void session_log_sweep_spans(SessionLog *log,
									session_log_visit_span visit, void *arg);

/* Drop what the answer does not depend on, if that was much the last time */
extern void session_log_shrink(SessionLog *log);

/*
 * The contents as bytes, for session_log_load in a process of the same
 * machine.  session_log_check tells whether bytes could come from a log of
 * this shape.
 */
extern uint64_t session_log_dump_size(SessionLog *log);
extern void session_log_dump(const SessionLog *log, char *bytes);
extern bool session_log_check(SessionLogShape shape, const char *bytes,
							  uint64_t size);

/*
 * rekey, if not NULL, gives the keys of the rows; shape.keys is 1 then.  lasting is
 * that of row_parts_load; returns whether the log has kept such bytes.
 */
extern bool session_log_load(SessionLog *log, char *bytes, uint64_t size,
							 bool lasting, session_log_rekey rekey, void *arg);

#endif							/* GREENERY_SESSION_LOG_H */
