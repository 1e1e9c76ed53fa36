/*-------------------------------------------------------------------------
 *
 * aggregate.c
 *	  What the support functions of aggregates begin with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "compat.h"

MemoryContext
greenery_aggregate_context(FunctionCallInfo fcinfo, const char *name, bool *in_window)
{
	MemoryContext context;
	int			caller = AggCheckCallContext(fcinfo, &context);

	if (caller == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("support function of %s called outside an aggregate", name)));
	if (in_window != NULL)
		*in_window = caller == AGG_CONTEXT_WINDOW;
	return context;
}

AggState *
greenery_plain_aggregate(FunctionCallInfo fcinfo)
{
	AggState   *aggregate;

	if (fcinfo->context == NULL || !IsA(fcinfo->context, AggState))
		return NULL;
	aggregate = (AggState *) fcinfo->context;
	return aggregate->aggstrategy == AGG_PLAIN ? aggregate : NULL;
}
