/*-------------------------------------------------------------------------
 *
 * fixed_interval.c
 *	  Intervals that are a fixed length of time: gaps and windows.
 *
 * Whether two events are within a window of each other must not depend on the
 * session's time zone, nor on the month they fall into.  So a day counts as 24
 * hours, and months are refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/int.h"
#include "sessions/fixed_interval.h"

/*
 * The length in microseconds of an interval given as the argument argname; at
 * least 0.
 */
int64
greenery_interval_microseconds(const Interval *interval, const char *argname)
{
	int64		result;

	if (greenery_interval_is_infinite(interval))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be finite", argname)));
	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must not have months or years", argname),
				 errdetail("They have no fixed length."),
				 errhint("Use days or hours; a day counts as 24 hours.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &result) ||
		pg_add_s64_overflow(result, interval->time, &result))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("\"%s\" is out of range", argname)));
	if (result < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must not be negative", argname)));
	return result;
}

/* Complain that the argument argname is NULL. */
void
greenery_null_argument(const char *argname)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("\"%s\" must not be null", argname)));
}
