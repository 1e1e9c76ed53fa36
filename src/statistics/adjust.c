/*-------------------------------------------------------------------------
 *
 * adjust.c
 *	  holm_adjust and the window function holm, as SQL calls them.
 *
 * The formula is in holm.c; here NULLs are put aside and put back, and values
 * that are not p values are refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "holm.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "windowapi.h"

/* What the memory of one partition, a single allocation, has room for */
#define MAX_PARTITION_ROWS \
	((int64) ((MaxAllocSize - sizeof(double)) / sizeof(double)))

PG_FUNCTION_INFO_V1(greenery_holm_adjust);
PG_FUNCTION_INFO_V1(greenery_holm_window);

/* p values ascending; how ties fall does not matter to Holm */
#define ST_SORT sort_p_values
#define ST_ELEMENT_TYPE GreeneryPValue
#define ST_COMPARE(x, y) ((x)->p < (y)->p ? -1 : (x)->p > (y)->p)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* A p value from a user; NaN is refused as well */
static double
checked_p(Datum value)
{
	double		p = DatumGetFloat8(value);

	if (!(p >= 0.0 && p <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p value must be between 0 and 1")));
	return p;
}

/* holm_adjust(double precision[]); the array keeps its shape */
Datum
greenery_holm_adjust(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int			tested = 0;
	GreeneryPValue *sorted;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &values, &nulls, &n);
	if (n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(FLOAT8OID));

	sorted = palloc(sizeof(GreeneryPValue) * n);
	for (int i = 0; i < n; i++)
	{
		if (nulls[i])
			continue;
		sorted[tested].p = checked_p(values[i]);
		sorted[tested].place = i;
		tested++;
	}
	sort_p_values(sorted, tested);
	greenery_holm(sorted, tested);
	for (int i = 0; i < tested; i++)
		values[sorted[i].place] = Float8GetDatum(sorted[i].p);

	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, ARR_NDIM(array),
											 ARR_DIMS(array), ARR_LBOUND(array),
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * What holm() keeps for one partition: the answer of every row, computed when
 * the first row asks.
 */
typedef struct HolmPartition
{
	bool		ready;
	double		adjusted[FLEXIBLE_ARRAY_MEMBER];	/* by row; NaN is NULL */
} HolmPartition;

static void
compute_partition(WindowObject winobj, HolmPartition *partition, int64 rows)
{
	GreeneryPValue *sorted;
	int64		tested = 0;

	sorted = MemoryContextAllocHuge(CurrentMemoryContext,
									sizeof(GreeneryPValue) * rows);
	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull;
		bool		isout;
		Datum		value;

		CHECK_FOR_INTERRUPTS();
		value = WinGetFuncArgInPartition(winobj, 0, (int) row, WINDOW_SEEK_HEAD,
										 false, &isnull, &isout);
		partition->adjusted[row] = get_float8_nan();
		if (isnull)
			continue;
		sorted[tested].p = checked_p(value);
		sorted[tested].place = row;
		tested++;
	}
	sort_p_values(sorted, tested);
	greenery_holm(sorted, tested);
	for (int64 i = 0; i < tested; i++)
		partition->adjusted[sorted[i].place] = sorted[i].p;
	pfree(sorted);
	partition->ready = true;
}

/*
 * holm(p) OVER (...): the family is the whole partition, whatever the window's
 * order and frame, since every test in it was made.
 */
Datum
greenery_holm_window(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	int64		rows;
	HolmPartition *partition;
	double		adjusted;

	rows = WinGetPartitionRowCount(winobj);
	if (rows > MAX_PARTITION_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one partition of holm()"),
				 errdetail("A partition may have up to %lld rows.",
						   (long long) MAX_PARTITION_ROWS)));
	partition = WinGetPartitionLocalMemory(winobj,
										   offsetof(HolmPartition, adjusted) +
										   sizeof(double) * rows);
	if (!partition->ready)
		compute_partition(winobj, partition, rows);

	adjusted = partition->adjusted[WinGetCurrentPosition(winobj)];
	if (isnan(adjusted))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(adjusted);
}
