/*-------------------------------------------------------------------------
 *
 * sessionize.c
 *	  The window function sessionize.
 *
 * The executor calls it once for every row of a partition, in order, so all
 * it needs is the time of the row before and the start of the session: no row
 * is looked at twice, and none has to be kept.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "sessions/fixed_interval.h"
#include "sessions/reach.h"
#include "utils/timestamp.h"
#include "windowapi.h"

/* cleared by the executor at the start of a partition */
typedef struct SessionState
{
	bool		begun;			/* the intervals are known */
	int64		gap;			/* microseconds */
	int64		max_length;		/* microseconds; -1 means no limit */
	int64		session;		/* number of the current one, 0 before it */
	Timestamp	start;			/* of the current session */
	Timestamp	last;			/* the latest row that counts */
} SessionState;

PG_FUNCTION_INFO_V1(sessionize);
PG_FUNCTION_INFO_V1(sessionize_date);

/* The current row's argument argno, a fixed length of time. */
static int64
length_argument(WindowObject winobj, int argno, const char *argname)
{
	bool		isnull;
	Datum		value = WinGetFuncArgCurrent(winobj, argno, &isnull);

	if (isnull)
		greenery_null_argument(argname);
	return greenery_interval_microseconds(DatumGetIntervalP(value), argname);
}

/*
 * Set or check the lengths.  They may differ from partition to partition, as
 * shops may, but a session cannot be judged by two of them.
 */
static void
update_lengths(FunctionCallInfo fcinfo, WindowObject winobj, SessionState *state)
{
	bool		limited = PG_NARGS() > 2;
	int64		gap;
	int64		max_length = -1;

	if (state->begun && get_fn_expr_arg_stable(fcinfo->flinfo, 1) &&
		(!limited || get_fn_expr_arg_stable(fcinfo->flinfo, 2)))
		return;
	gap = length_argument(winobj, 1, "gap");
	if (limited)
		max_length = length_argument(winobj, 2, "max_length");
	if (state->begun && (gap != state->gap || max_length != state->max_length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be the same in all rows of a partition",
						gap != state->gap ? "gap" : "max_length")));
	state->gap = gap;
	state->max_length = max_length;
	state->begun = true;
}

static Datum
session_number(FunctionCallInfo fcinfo, bool is_date)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	SessionState *state;
	Datum		value;
	Timestamp	ts;
	bool		isnull;

	state = WinGetPartitionLocalMemory(winobj, sizeof(SessionState));
	/* rows behind the current one will not be asked for: let them go */
	WinSetMarkPosition(winobj, WinGetCurrentPosition(winobj));
	update_lengths(fcinfo, winobj, state);

	value = WinGetFuncArgCurrent(winobj, 0, &isnull);
	if (isnull)
		PG_RETURN_NULL();
	ts = DatumGetTimestamp(is_date ? DirectFunctionCall1(date_timestamp, value) : value);
	if (TIMESTAMP_NOT_FINITE(ts))
		PG_RETURN_NULL();

	if (state->session == 0)
	{
		state->session = 1;
		state->start = ts;
	}
	else if (ts < state->last)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time runs backwards in the window of sessionize"),
				 errdetail("A row is earlier than the row before it."),
				 errhint("Order the window by the same time, ascending: OVER (PARTITION BY ... ORDER BY ts).")));
	else if (!within_reach(state->last, ts, (uint64) state->gap) ||
			 (state->max_length >= 0 &&
			  !within_reach(state->start, ts, (uint64) state->max_length)))
	{
		state->session++;
		state->start = ts;
	}
	state->last = ts;
	PG_RETURN_INT64(state->session);
}

/*
 * sessionize(ts timestamp[tz], gap interval [, max_length interval])
 */
Datum
sessionize(PG_FUNCTION_ARGS)
{
	return session_number(fcinfo, false);
}

/*
 * sessionize(day date, gap interval [, max_length interval])
 */
Datum
sessionize_date(PG_FUNCTION_ARGS)
{
	return session_number(fcinfo, true);
}
