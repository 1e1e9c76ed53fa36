/*-------------------------------------------------------------------------
 *
 * session_count.c
 *	  Aggregate session_count: into how many sessions sessionize would cut the
 *	  events of all users.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/input_rows.h"
#include "compat.h"
#include "sessions/fixed_interval.h"
#include "sessions/session_state.h"
#include "utils/timestamp.h"

static const SessionAggregate session_count = {
	2, "session_count", "user_id", "gap", NULL
};

PG_FUNCTION_INFO_V1(session_count_transition);
PG_FUNCTION_INFO_V1(session_count_combine);
PG_FUNCTION_INFO_V1(session_count_serialize);
PG_FUNCTION_INFO_V1(session_count_deserialize);
PG_FUNCTION_INFO_V1(session_count_final);

/* The gap is checked in every row, also in those that do not count */
static inline Datum
add_event(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_count);
	int64		gap;
	int64		time;

	if (PG_ARGISNULL(3))
		greenery_null_argument("gap");
	gap = greenery_interval_microseconds(PG_GETARG_INTERVAL_P(3), "gap");
	if (unlikely(state == NULL))
		state = session_state_start(fcinfo, &session_count, 1, 1, gap);
	session_state_length(state, gap);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	time = PG_GETARG_TIMESTAMP(2);
	if (!TIMESTAMP_NOT_FINITE(time))
		session_state_add_span(state, PG_GETARG_DATUM(1), time, time, 0);
	PG_RETURN_POINTER(state);
}

/*
 * session_count_transition(internal, user_id "any", ts timestamp[tz],
 *							gap interval)
 */
Datum
session_count_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_event);
}

Datum
session_count_combine(PG_FUNCTION_ARGS)
{
	return session_state_combine(fcinfo, &session_count);
}

Datum
session_count_serialize(PG_FUNCTION_ARGS)
{
	return session_state_serialize(fcinfo, &session_count);
}

Datum
session_count_deserialize(PG_FUNCTION_ARGS)
{
	return session_state_deserialize(fcinfo, &session_count);
}

static void
add_session(void *arg, int64_t first pg_attribute_unused(),
			int64_t last pg_attribute_unused(),
			uint64_t mask pg_attribute_unused())
{
	++*(int64 *) arg;
}

/* session_count_final(internal) */
Datum
session_count_final(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_count);
	int64		sessions = 0;

	if (state != NULL)
		session_state_sweep_spans(state, add_session, &sessions);
	PG_RETURN_INT64(sessions);
}
