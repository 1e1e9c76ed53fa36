/*-------------------------------------------------------------------------
 *
 * steps.c
 *	  A row's conditions, given as VARIADIC boolean[], as a bit mask.
 *
 * A call that lists its conditions always sends a plain array.  One that
 * spells out VARIADIC can send anything, a NULL or a matrix included.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "sessions/fixed_interval.h"
#include "sessions/steps.h"
#include "utils/array.h"

/*
 * Read a one-dimensional array.  *nsteps is 0 or the number of elements that
 * it has to have.
 */
static uint64
read_array(ArrayType *array, const char *argname, int *nsteps)
{
	int			n;
	const char *data;
	const uint8 *nulls;
	uint64		mask = 0;

	n = ARR_DIMS(array)[0];
	if (n > MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must not have more than %d elements",
						argname, MAX_STEPS),
				 errdetail("It has %d.", n)));
	if (*nsteps == 0)
		*nsteps = n;
	else if (n != *nsteps)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"%s\" must have the same number of elements in all rows",
						argname),
				 errdetail("One row has %d, another has %d.", *nsteps, n)));

	/* elements are a byte each; a NULL takes no room among them */
	data = ARR_DATA_PTR(array);
	nulls = ARR_NULLBITMAP(array);
	for (int i = 0; i < n; i++)
	{
		if (nulls != NULL && !(nulls[i / 8] & (1 << (i % 8))))
			continue;
		if (*data++)
			mask |= UINT64CONST(1) << i;
	}
	return mask;
}

/*
 * Read argument argno, called argname in messages.  Bit i of the result is set
 * if element i + 1 is true; a NULL element is not true.  *nsteps, the number of
 * conditions, is 0 before the first row; all rows must agree on it.
 */
uint64
greenery_steps(FunctionCallInfo fcinfo, int argno, const char *argname,
			   int *nsteps)
{
	ArrayType  *array;

	if (PG_ARGISNULL(argno))
		greenery_null_argument(argname);
	array = PG_GETARG_ARRAYTYPE_P(argno);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"%s\" must be a one-dimensional array", argname)));
	if (ARR_NDIM(array) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"%s\" must not be empty", argname)));
	return read_array(array, argname, nsteps);
}

/*
 * The same for a state: a boolean[] that an aggregate, called name in
 * messages, has made.  SQL can hand over any array instead.
 */
uint64
greenery_steps_state(FunctionCallInfo fcinfo, int argno, const char *name,
					 int *nsteps)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	int			n = ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0;

	if (n < 1 || n > MAX_STEPS || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of %s", name),
				 errdetail("A state is a boolean array of 1 to %d elements, none of them null.",
						   MAX_STEPS)));
	return read_array(array, "conditions", nsteps);
}
