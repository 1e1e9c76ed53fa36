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
#include "compat.h"
#include "funcapi.h"
#include "sessions/session_state.h"
#include "utils/timestamp.h"

/* bits of a row's mask */
#define HAS_TIME 1
#define IS_CONVERTED 2
#define MASK_BITS 2

#define BOUNCE_BELOW USECS_PER_MINUTE

#define RESULT_COLUMNS 6

static size_t keep_ends(void *arg, GreeneryRecord *rows, size_t n);

static const SessionAggregate session_summary = {
	1, "session_summary", "session_id", NULL, keep_ends
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

/* Of a session its first and last time are kept, and whether it converted */
static size_t
keep_ends(void *arg pg_attribute_unused(), GreeneryRecord *rows, size_t n)
{
	GreeneryRecord first = {0, 0};
	GreeneryRecord last = {0, 0};

	for (size_t i = 0; i < n; i++)
	{
		uint64		masks = first.value | rows[i].value;

		if ((rows[i].value & HAS_TIME) && !(first.value & HAS_TIME))
			first = rows[i];
		if (rows[i].value & HAS_TIME)
			last = rows[i];
		first.value = masks;
	}
	rows[0] = first;
	if (last.value == 0 || last.key == first.key)
		return 1;
	rows[1] = last;
	return 2;
}

/*
 * session_summary_transition(internal, session_id "any", ts timestamp[tz],
 *							  converted boolean)
 */
Datum
session_summary_transition(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &session_summary);
	int64		time = 0;
	uint64		mask = 0;

	if (unlikely(state == NULL))
		state = session_state_start(fcinfo, &session_summary, 1, MASK_BITS, 0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	if (!PG_ARGISNULL(2) && !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMP(2)))
	{
		time = PG_GETARG_TIMESTAMP(2);
		mask |= HAS_TIME;
	}
	if (!PG_ARGISNULL(3) && PG_GETARG_BOOL(3))
		mask |= IS_CONVERTED;
	session_state_add(state, PG_GETARG_DATUM(1), time, mask);
	PG_RETURN_POINTER(state);
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
add_session(void *arg, const GreeneryRecord *rows, size_t n)
{
	Totals	   *totals = arg;
	int64		first = PG_INT64_MAX;
	int64		last = PG_INT64_MIN;
	uint64		masks = 0;

	totals->sessions++;
	for (size_t i = 0; i < n; i++)
	{
		masks |= rows[i].value;
		if (rows[i].value & HAS_TIME)
		{
			first = Min(first, rows[i].key);
			last = Max(last, rows[i].key);
		}
	}
	if (masks & IS_CONVERTED)
		totals->conversions++;
	if (masks & HAS_TIME)
	{
		/* fits an unsigned word, not always a signed one */
		uint64		duration = (uint64) last - (uint64) first;

		if (duration < BOUNCE_BELOW && !(masks & IS_CONVERTED))
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
		session_state_sweep(state, add_session, &totals);
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
