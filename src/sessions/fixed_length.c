/*-------------------------------------------------------------------------
 *
 * fixed_length.c
 *	  The rule of fixed_interval.c for windows that SQL adds to a time.
 *
 * timestamptz plus "7 days" is a different moment in another time zone, and plus
 * "168 hours" it is not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "sessions/fixed_interval.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(greenery_fixed_length);

/* fixed_length(): the interval in hours */
Datum
greenery_fixed_length(PG_FUNCTION_ARGS)
{
	Interval   *length = PG_GETARG_INTERVAL_P(0);
	Interval   *result = palloc0(sizeof(Interval));

	result->time = greenery_interval_microseconds(length, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_INTERVAL_P(result);
}
