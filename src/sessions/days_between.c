/*-------------------------------------------------------------------------
 *
 * days_between.c
 *	  The time between two moments, in days.
 *
 * A day is 24 hours here, whatever clocks do in between, so the answer depends
 * on no time zone and the function is IMMUTABLE.  It is numeric and computed in
 * integers: four days are 4, and sums and averages of such numbers depend on no
 * order of the rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

/*
 * Digits after the decimal point.  Eleven tell all microseconds apart; the
 * fraction is computed in two steps of eight because what is divided then fits
 * 64 bits.
 */
#define STEP_DIGITS		8
#define STEP_FACTOR		INT64CONST(100000000)
#define FRACTION_FACTOR	(STEP_FACTOR * STEP_FACTOR)

PG_FUNCTION_INFO_V1(days_between);

/*
 * days_between(first timestamptz, last timestamptz) returns numeric
 */
Datum
days_between(PG_FUNCTION_ARGS)
{
	TimestampTz first = PG_GETARG_TIMESTAMPTZ(0);
	TimestampTz last = PG_GETARG_TIMESTAMPTZ(1);
	uint64		length;
	int64		days,
				rest,
				fraction;
	int			scale = 2 * STEP_DIGITS;
	Numeric		result;

	if (TIMESTAMP_NOT_FINITE(first) || TIMESTAMP_NOT_FINITE(last))
		PG_RETURN_NULL();

	/* the length may exceed an int64, but not a uint64 */
	length = (last >= first) ? (uint64) last - (uint64) first :
		(uint64) first - (uint64) last;
	days = (int64) (length / USECS_PER_DAY);
	rest = (int64) (length % USECS_PER_DAY);

	fraction = rest * STEP_FACTOR / USECS_PER_DAY * STEP_FACTOR;
	rest = rest * STEP_FACTOR % USECS_PER_DAY;
	fraction += (rest * STEP_FACTOR + USECS_PER_DAY / 2) / USECS_PER_DAY;

	if (last < first)
	{
		days = -days;
		fraction = -fraction;
	}

	/* 4 and not 4.0000000000000000 */
	while (scale > 0 && fraction % 10 == 0)
	{
		fraction /= 10;
		scale--;
	}

	result = int64_to_numeric(days);
	if (fraction != 0)
		result = DatumGetNumeric(DirectFunctionCall2(numeric_add,
													 NumericGetDatum(result),
													 NumericGetDatum(int64_div_fast_to_numeric(fraction, scale))));
	PG_RETURN_NUMERIC(result);
}
