/*-------------------------------------------------------------------------
 *
 * session_state.h
 *	  The state of the aggregates that group rows by session themselves.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_STATE_H
#define GREENERY_SESSION_STATE_H

#include "postgres.h"

#include "aggregate/transfer.h"
#include "fmgr.h"
#include "keys/key_column.h"
#include "sessions/session_log.h"
#include "sessions/value_ids.h"

/* What such an aggregate calls things */
typedef struct SessionAggregate
{
	uint8		kind;			/* in serialized states */
	const char *name;
	const char *key;			/* the argument that rows are grouped by */
	const char *length;			/* the argument that is an interval, or NULL */

	/*
	 * What need not be kept of a session's events; arg is the SessionState.
	 * NULL if rows are spans: those no further apart than the length are one
	 * then, or all of a session if there is no length.
	 */
	session_log_compact compact;
} SessionAggregate;

typedef struct SessionState
{
	StateHead	head;
	Oid			collation;
	KeyColumn	column;
	ValueTable *values;			/* for types that need their own functions */
	int			steps;			/* bits in a mask */
	int64		length;			/* of the interval, in microseconds */
	uint64		rows;			/* with a session */
	SessionLog	log;
} SessionState;

#define SESSION_STATE_MAGIC 0x53657373

extern SessionState *session_state_start(FunctionCallInfo fcinfo,
										 const SessionAggregate *aggregate,
										 int keyarg, int steps, int64 length);
extern SessionState *session_state_get(FunctionCallInfo fcinfo,
									   const SessionAggregate *aggregate);
extern void session_state_length(const SessionState *state, int64 length);
extern void session_state_add(SessionState *state, Datum key, int64 time,
							  uint64 mask);
extern void session_state_add_span(SessionState *state, Datum key, int64 first,
								   int64 last, uint64 mask);
extern void session_state_sweep(const SessionState *state,
								session_log_visit visit, void *arg);
extern void session_state_sweep_spans(SessionState *state,
									  session_log_visit_span visit, void *arg);
extern Datum session_state_combine(FunctionCallInfo fcinfo,
								   const SessionAggregate *aggregate);
extern Datum session_state_serialize(FunctionCallInfo fcinfo,
									 const SessionAggregate *aggregate);
extern Datum session_state_deserialize(FunctionCallInfo fcinfo,
									   const SessionAggregate *aggregate);

#endif							/* GREENERY_SESSION_STATE_H */
