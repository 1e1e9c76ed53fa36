/*-------------------------------------------------------------------------
 *
 * session_summary.c
 *	  Aggregate session_summary: numbers over all sessions in one pass.
 *
 * The rules are those of the mart fact_user_sessions: every row is an event, a
 * row without a finite time too, but only finite times make a duration; a
 * session bounces when it lasted less than a minute and did not convert.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "aggregate/input_rows.h"
#include "compat.h"
#include "funcapi.h"
#include "sessions/session_state.h"
#include "utils/timestamp.h"

/* bits of a span's mask */
#define IS_CONVERTED 1
#define MASK_BITS 1

#define BOUNCE_BELOW USECS_PER_MINUTE

#define RESULT_COLUMNS 6

static const SessionAggregate session_summary = {
	1, "session_summary", "session_id", NULL, NULL
};

typedef struct Totals
{
	uint64		sessions;
	uint64		bounces;
	uint64		conversions;
	uint64		timed;			/* sessions with a duration */
	int64		days;			/* of all durations */
	uint64		microseconds;	/* less than a day */
} Totals;

PG_FUNCTION_INFO_V1(session_summary_transition);
PG_FUNCTION_INFO_V1(session_summary_combine);
PG_FUNCTION_INFO_V1(session_summary_serialize);
PG_FUNCTION_INFO_V1(session_summary_deserialize);
PG_FUNCTION_INFO_V1(session_summary_final);

static inline Datum
add_event(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_summary);
	int64		first = PG_INT64_MAX;
	int64		last = PG_INT64_MIN;

	if (unlikely(state == NULL))
		state = session_state_start(fcinfo, &session_summary, 1, MASK_BITS, 0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	if (!PG_ARGISNULL(2) && !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMP(2)))
		first = last = PG_GETARG_TIMESTAMP(2);
	session_state_add_span(state, PG_GETARG_DATUM(1), first, last,
						   !PG_ARGISNULL(3) && PG_GETARG_BOOL(3) ? IS_CONVERTED : 0);
	PG_RETURN_POINTER(state);
}

/*
 * session_summary_transition(internal, session_id "any", ts timestamp[tz],
 *							  converted boolean)
 */
Datum
session_summary_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_event);
}

Datum
session_summary_combine(PG_FUNCTION_ARGS)
{
	return session_state_combine(fcinfo, &session_summary);
}

Datum
session_summary_serialize(PG_FUNCTION_ARGS)
{
	return session_state_serialize(fcinfo, &session_summary);
}

Datum
session_summary_deserialize(PG_FUNCTION_ARGS)
{
	return session_state_deserialize(fcinfo, &session_summary);
}

static void
add_session(void *arg, int64_t first, int64_t last, uint64_t mask)
{
	Totals	   *totals = arg;

	totals->sessions++;
	if (mask & IS_CONVERTED)
		totals->conversions++;
	if (first <= last)
	{
		/* fits an unsigned word, not always a signed one */
		uint64		duration = (uint64) last - (uint64) first;

		if (duration < BOUNCE_BELOW && !(mask & IS_CONVERTED))
			totals->bounces++;
		totals->timed++;
		totals->microseconds += duration % USECS_PER_DAY;
		totals->days += duration / USECS_PER_DAY +
			totals->microseconds / USECS_PER_DAY;
		totals->microseconds %= USECS_PER_DAY;
	}
}

/* Days and microseconds, as the difference of two times has them */
static Datum
interval_of(int64 days, int64 microseconds)
{
	Interval   *result = palloc0(sizeof(Interval));

	if (days > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
	result->day = (int32) days;
	result->time = microseconds;
	return IntervalPGetDatum(result);
}

/* session_summary_final(internal): a row of type session_totals */
Datum
session_summary_final(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_summary);
	Totals		totals = {0};
	TupleDesc	tupdesc;
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS] = {false};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
		tupdesc->natts != RESULT_COLUMNS)
		elog(ERROR, "session_summary must return session_totals");
	if (state != NULL)
		session_state_sweep_spans(state, add_session, &totals);
	values[0] = Int64GetDatum((int64) totals.sessions);
	values[1] = Int64GetDatum(state == NULL ? 0 : (int64) state->rows);
	values[2] = Int64GetDatum((int64) totals.bounces);
	values[3] = Int64GetDatum((int64) totals.conversions);
	if (totals.timed > 0)
	{
		/* to the microsecond: the days that do not divide are less than timed */
		uint64		whole = totals.days / totals.timed;
		double		rest = ((double) (totals.days % totals.timed) * USECS_PER_DAY +
							(double) totals.microseconds) / (double) totals.timed;

		values[4] = interval_of(totals.days, (int64) totals.microseconds);
		values[5] = interval_of((int64) whole, (int64) rint(rest));
	}
	else
		nulls[4] = nulls[5] = true;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc),
													  values, nulls)));
}
