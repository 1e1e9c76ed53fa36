/*-------------------------------------------------------------------------
 *
 * proportions.c
 *	  wilson_interval, newcombe_interval and fisher_exact, as SQL calls them.
 *
 * The formulas are in intervals.c and fisher.c; here arguments are checked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "fisher.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "normal.h"
#include "proportions.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(greenery_wilson_interval);
PG_FUNCTION_INFO_V1(greenery_newcombe_interval);
PG_FUNCTION_INFO_V1(greenery_fisher_exact_test);

/* Refuse what cannot be a number of successes out of total */
static void
check_counts(const char *successes_name, int64 successes,
			 const char *total_name, int64 total)
{
	if (successes < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not be negative", successes_name)));
	if (total < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not be negative", total_name)));
	if (successes > total)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not exceed \"%s\"",
						successes_name, total_name),
				 errdetail("There cannot be more than %lld of %lld.",
						   (long long) total, (long long) total)));
}

double
greenery_critical_value(double confidence)
{
	if (!(confidence > 0.0 && confidence < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be between 0 and 1, both exclusive",
						"confidence"),
				 errhint("Write 95 %% as 0.95.")));
	return greenery_normal_critical(confidence);
}

ArrayType *
greenery_interval_array(GreeneryInterval interval)
{
	Datum		ends[2];

	ends[0] = Float8GetDatum(interval.low);
	ends[1] = Float8GetDatum(interval.high);
	return construct_array(ends, 2, FLOAT8OID, sizeof(float8),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* wilson_interval(successes, total, confidence) */
Datum
greenery_wilson_interval(PG_FUNCTION_ARGS)
{
	int64		successes = PG_GETARG_INT64(0);
	int64		total = PG_GETARG_INT64(1);
	double		z = greenery_critical_value(PG_GETARG_FLOAT8(2));

	check_counts("successes", successes, "total", total);
	if (total == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(greenery_interval_array(greenery_wilson(successes, total, z)));
}

/* newcombe_interval(x1, n1, x2, n2, confidence) */
Datum
greenery_newcombe_interval(PG_FUNCTION_ARGS)
{
	int64		x1 = PG_GETARG_INT64(0);
	int64		n1 = PG_GETARG_INT64(1);
	int64		x2 = PG_GETARG_INT64(2);
	int64		n2 = PG_GETARG_INT64(3);
	double		z = greenery_critical_value(PG_GETARG_FLOAT8(4));

	check_counts("x1", x1, "n1", n1);
	check_counts("x2", x2, "n2", n2);
	if (n1 == 0 || n2 == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(greenery_interval_array(greenery_newcombe(x1, n1, x2, n2, z)));
}

/* CHECK_FOR_INTERRUPTS for code that does not know the server */
static void
check_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* fisher_exact(a, b, c, d) */
Datum
greenery_fisher_exact_test(PG_FUNCTION_ARGS)
{
	static const char *const name[] = {"a", "b", "c", "d"};
	int64		count[4];
	int64		total = 0;

	for (int i = 0; i < 4; i++)
	{
		count[i] = PG_GETARG_INT64(i);
		if (count[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("argument \"%s\" must not be negative", name[i])));
		/* total is within the limit here, so this cannot overflow */
		if (count[i] > GREENERY_FISHER_MAX_TOTAL - total)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("counts are too large for an exact test"),
					 errdetail("The sum of the four counts must not exceed %lld.",
							   (long long) GREENERY_FISHER_MAX_TOTAL)));
		total += count[i];
	}
	PG_RETURN_FLOAT8(greenery_fisher_exact(count[0], count[1], count[2],
										   count[3], check_interrupts));
}
