/*-------------------------------------------------------------------------
 *
 * session_count.c
 *	  Aggregate session_count: into how many sessions sessionize would cut the
 *	  events of all users.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "sessions/fixed_interval.h"
#include "sessions/session_state.h"
#include "utils/timestamp.h"

static size_t keep_links(void *arg, GreeneryRecord *rows, size_t n);

static const SessionAggregate session_count = {
	2, "session_count", "user_id", "gap", keep_links
};

/* A count under way */
typedef struct Count
{
	uint64		gap;			/* microseconds */
	int64		sessions;
} Count;

PG_FUNCTION_INFO_V1(session_count_transition);
PG_FUNCTION_INFO_V1(session_count_combine);
PG_FUNCTION_INFO_V1(session_count_serialize);
PG_FUNCTION_INFO_V1(session_count_deserialize);
PG_FUNCTION_INFO_V1(session_count_final);

/*
 * A row whose neighbours are no further than gap from each other links nothing
 * that they do not, and whatever comes between them later links to both.
 */
static size_t
keep_links(void *arg, GreeneryRecord *rows, size_t n)
{
	uint64		gap = (uint64) ((SessionState *) arg)->length;
	size_t		kept = 1;

	for (size_t i = 1; i < n; i++)
		if (i == n - 1 ||
			(uint64) rows[i + 1].key - (uint64) rows[kept - 1].key > gap)
			rows[kept++] = rows[i];
	return kept;
}

/*
 * session_count_transition(internal, user_id "any", ts timestamp[tz],
 *							gap interval)
 *
 * The gap is checked in every row, also in those that do not count.
 */
Datum
session_count_transition(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_count);
	int64		gap;

	if (PG_ARGISNULL(3))
		greenery_null_argument("gap");
	gap = greenery_interval_microseconds(PG_GETARG_INTERVAL_P(3), "gap");
	if (unlikely(state == NULL))
		state = session_state_start(fcinfo, &session_count, 1, 1, gap);
	session_state_length(state, gap);
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) &&
		!TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMP(2)))
		session_state_add(state, PG_GETARG_DATUM(1), PG_GETARG_TIMESTAMP(2), 1);
	PG_RETURN_POINTER(state);
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
add_user(void *arg, const GreeneryRecord *rows, size_t n)
{
	Count	   *count = arg;

	if (n > 0)
		count->sessions++;
	for (size_t i = 1; i < n; i++)
		if ((uint64) rows[i].key - (uint64) rows[i - 1].key > count->gap)
			count->sessions++;
}

/* session_count_final(internal) */
Datum
session_count_final(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_count);
	Count		count = {0};

	if (state != NULL)
	{
		count.gap = (uint64) state->length;
		session_state_sweep(state, add_user, &count);
	}
	PG_RETURN_INT64(count.sessions);
}
