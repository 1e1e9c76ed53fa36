/*-------------------------------------------------------------------------
 *
 * greenery_repeat_rate.c
 *	  The repeat rate of the shop's own orders, as one call.
 *
 * In C, because only a query run by the executor without a row limit is given
 * parallel workers: a SQL function with a SET clause plans them and launches
 * none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(greenery_repeat_rate);

/* Say where readers find the number that they may see */
static void
hint_at_published(void *arg pg_attribute_unused())
{
	if (geterrcode() == ERRCODE_INSUFFICIENT_PRIVILEGE)
		errhint("The live numbers are for roles with the right to read the shop's orders; "
				"audited ones are in greenery_published.metrics.");
}

/*
 * greenery_repeat_rate(since, until): repeat_rate over stg_orders, with the
 * caller's rights.
 */
Datum
greenery_repeat_rate(PG_FUNCTION_ARGS)
{
	char	   *schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Oid			argtypes[2] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		args[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	char		nulls[3] = "  ";
	StringInfoData query;
	ErrorContextCallback callback;
	Datum		result;
	bool		isnull;

	if (PG_ARGISNULL(0))
		nulls[0] = 'n';
	if (PG_ARGISNULL(1))
		nulls[1] = 'n';
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) &&
		PG_GETARG_TIMESTAMPTZ(1) < PG_GETARG_TIMESTAMPTZ(0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the window ends before it begins"),
				 errdetail("\"since\" is %s, \"until\" is %s.",
						   timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(0)),
						   pstrdup(timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(1)))),
				 errhint("Orders count at or after \"since\" and before \"until\".")));

	initStringInfo(&query);
	appendStringInfo(&query,
					 "SELECT %s.repeat_rate(o.user_id, o.order_id) FROM greenery.stg_orders o",
					 quote_identifier(schema));
	if (!PG_ARGISNULL(0))
		appendStringInfoString(&query,
							   " WHERE o.created_at OPERATOR(pg_catalog.>=) $1");
	if (!PG_ARGISNULL(1))
		appendStringInfo(&query, " %s o.created_at OPERATOR(pg_catalog.<) $2",
						 PG_ARGISNULL(0) ? "WHERE" : "AND");

	callback.callback = hint_at_published;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	SPI_connect();
	/* read-only, as a STABLE function must; no row limit, see above */
	if (SPI_execute_with_args(query.data, 2, argtypes, args, nulls,
							  true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not query the shop's orders");
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	/* the value outlives SPI: carry it over by value, on any platform */
	if (!isnull)
	{
		float8		rate = DatumGetFloat8(result);

		SPI_finish();
		error_context_stack = callback.previous;
		PG_RETURN_FLOAT8(rate);
	}
	SPI_finish();
	error_context_stack = callback.previous;
	PG_RETURN_NULL();
}
