/*-------------------------------------------------------------------------
 *
 * session_duration.c
 *	  Aggregate session_duration: the time from the first to the last event.
 *
 * The state is an array of the first and the last time, a type that anyone can
 * store, merge and ship: so anyone can also call these functions, with any
 * array.  timestamp and timestamptz are both microseconds in 64 bits, so one
 * set of functions does for both.  A date is the timestamp of its midnight.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "compat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(session_duration_transition);
PG_FUNCTION_INFO_V1(session_duration_date_transition);
PG_FUNCTION_INFO_V1(session_duration_combine);
PG_FUNCTION_INFO_V1(session_duration_final);

/* The first and the last time in a state that was passed as an argument */
static int64 *
state_times(ArrayType *state)
{
	int64	   *times = (int64 *) ARR_DATA_PTR(state);

	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != 2 ||
		ARR_HASNULL(state) || ARR_ELEMTYPE(state) != INT8OID ||
		times[0] > times[1] ||
		!IS_VALID_TIMESTAMP(times[0]) || !IS_VALID_TIMESTAMP(times[1]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of session_duration"),
				 errdetail("The state is an array of two times, the first one not after the last, in microseconds since 2000.")));
	return times;
}

/* A state as argument that may be changed: its own copy but in an aggregate */
static ArrayType *
own_state(FunctionCallInfo fcinfo, int arg)
{
	return AggCheckCallContext(fcinfo, NULL) ?
		PG_GETARG_ARRAYTYPE_P(arg) : PG_GETARG_ARRAYTYPE_P_COPY(arg);
}

/* Take in one time, DT_NOEND for none; infinite ones are not events */
static Datum
take_time(FunctionCallInfo fcinfo, Timestamp ts)
{
	ArrayType  *state;
	int64	   *times;

	if (TIMESTAMP_NOT_FINITE(ts))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		state = PG_GETARG_ARRAYTYPE_P(0);
		(void) state_times(state);
		PG_RETURN_ARRAYTYPE_P(state);
	}

	if (PG_ARGISNULL(0))
	{
		Datum		both[2] = {Int64GetDatum(ts), Int64GetDatum(ts)};

		PG_RETURN_ARRAYTYPE_P(construct_array(both, 2, INT8OID, sizeof(int64),
											  FLOAT8PASSBYVAL,
											  TYPALIGN_DOUBLE));
	}

	state = own_state(fcinfo, 0);
	times = state_times(state);
	times[0] = Min(times[0], ts);
	times[1] = Max(times[1], ts);
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
session_duration_transition(PG_FUNCTION_ARGS)
{
	return take_time(fcinfo, PG_ARGISNULL(1) ? DT_NOEND : PG_GETARG_TIMESTAMP(1));
}

Datum
session_duration_date_transition(PG_FUNCTION_ARGS)
{
	return take_time(fcinfo, PG_ARGISNULL(1) ? DT_NOEND :
					 DatumGetTimestamp(DirectFunctionCall1(date_timestamp, PG_GETARG_DATUM(1))));
}

Datum
session_duration_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	ArrayType  *other;
	int64	   *times;
	const int64 *other_times;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		state = PG_GETARG_ARRAYTYPE_P(PG_ARGISNULL(0) ? 1 : 0);
		(void) state_times(state);
		PG_RETURN_ARRAYTYPE_P(state);
	}

	state = own_state(fcinfo, 0);
	other = PG_GETARG_ARRAYTYPE_P(1);
	times = state_times(state);
	other_times = state_times(other);
	times[0] = Min(times[0], other_times[0]);
	times[1] = Max(times[1], other_times[1]);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Last minus first, as the operator - of the times has it */
Datum
session_duration_final(PG_FUNCTION_ARGS)
{
	const int64 *times = state_times(PG_GETARG_ARRAYTYPE_P(0));
	int64		span;

	/* the operator itself does not look in version 15 */
	if (pg_sub_s64_overflow(times[1], times[0], &span))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
	return DirectFunctionCall2(timestamp_mi, TimestampGetDatum(times[1]),
							   TimestampGetDatum(times[0]));
}
