/*-------------------------------------------------------------------------
 *
 * retention.c
 *	  The aggregate retention: which of several conditions were ever met, by
 *	  those who met the first.
 *
 * The state is a boolean[], element i saying whether any row so far met
 * condition i: small, readable, and storable by a caller who wants to merge it
 * later.  SQL can hand these functions any array, so it is checked each time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "sessions/steps.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(retention_transition);
PG_FUNCTION_INFO_V1(retention_combine);
PG_FUNCTION_INFO_V1(retention_final);

/*
 * The n conditions in a mask as a new boolean[].
 */
static ArrayType *
build_array(uint64 mask, int n)
{
	Datum		elements[MAX_STEPS];

	for (int i = 0; i < n; i++)
		elements[i] = BoolGetDatum((mask >> i & 1) != 0);
	return construct_array(elements, n, BOOLOID, sizeof(bool), true,
						   TYPALIGN_CHAR);
}

/*
 * Add the conditions in a mask to the state in argument 0, which has been
 * checked, in place where it is ours to change.
 */
static ArrayType *
add_to_state(FunctionCallInfo fcinfo, uint64 mask, int n)
{
	ArrayType  *state = AggCheckCallContext(fcinfo, NULL) ?
		PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
	bool	   *met = (bool *) ARR_DATA_PTR(state);

	for (int i = 0; i < n; i++)
		met[i] = met[i] || (mask >> i & 1) != 0;
	return state;
}

/* retention_transition(state boolean[], conditions boolean[]) */
Datum
retention_transition(PG_FUNCTION_ARGS)
{
	int			n = 0;
	uint64		mask;

	if (PG_ARGISNULL(0))
	{
		mask = greenery_steps(fcinfo, 1, "conditions", &n);
		PG_RETURN_ARRAYTYPE_P(build_array(mask, n));
	}
	greenery_steps_state(fcinfo, 0, "retention", &n);
	mask = greenery_steps(fcinfo, 1, "conditions", &n);
	PG_RETURN_ARRAYTYPE_P(add_to_state(fcinfo, mask, n));
}

/* retention_combine(boolean[], boolean[]) */
Datum
retention_combine(PG_FUNCTION_ARGS)
{
	int			n = 0;
	uint64		mask;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	greenery_steps_state(fcinfo, 0, "retention", &n);
	mask = greenery_steps_state(fcinfo, 1, "retention", &n);
	PG_RETURN_ARRAYTYPE_P(add_to_state(fcinfo, mask, n));
}

/* retention_final(boolean[]) */
Datum
retention_final(PG_FUNCTION_ARGS)
{
	int			n = 0;
	uint64		met;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	met = greenery_steps_state(fcinfo, 0, "retention", &n);
	PG_RETURN_ARRAYTYPE_P(build_array((met & 1) ? met : 0, n));
}
