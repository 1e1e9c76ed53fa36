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
#include "parser/parse_func.h"
#include "sources/own_columns.h"
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

/* A column of relation o, cleaned if staging does that */
static char *
column_value(Oid relid, const OwnColumn *column)
{
	const char *name = quote_identifier(get_attname(relid, column->attnum, false));

	return column->cleaned ? psprintf("greenery.clean_text(o.%s::pg_catalog.text)", name)
		: psprintf("o.%s", name);
}

/*
 * The query for the rate: over the shop's own columns if they can be found, and
 * over the users alone if no order can come twice; else over stg_orders.
 */
static char *
rate_query(const char *schema, bool since, bool until)
{
	static const char *const names[] = {"user_id", "order_id", "created_at"};
	List	   *clean_text = list_make2(makeString(pstrdup(schema)),
										makeString("clean_text"));
	Oid			argument = TEXTOID;
	OwnColumn	columns[3];
	Oid			relid;
	char	   *created_at = "o.created_at";
	bool		condition = false;
	StringInfoData query;

	initStringInfo(&query);
	relid = own_columns_find("source_orders", since || until ? 3 : 2, names,
							 columns);
	if (!OidIsValid(relid))
		appendStringInfoString(&query, "SELECT greenery.repeat_rate(o.user_id, o.order_id) FROM greenery.stg_orders o");
	else
	{
		char	   *user_id = column_value(relid, &columns[0]);
		char	   *order_id = column_value(relid, &columns[1]);
		const char *relation =
			quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									   get_rel_name(relid));

		if (since || until)
			created_at = column_value(relid, &columns[2]);
		condition = own_column_is_unique(relid, &columns[1],
										 LookupFuncName(clean_text, 1, &argument, false));
		if (condition)
			appendStringInfo(&query, "SELECT greenery.repeat_rate_by_row(%s) FROM %s o WHERE %s IS NOT NULL",
							 user_id, relation, order_id);
		else
			appendStringInfo(&query, "SELECT greenery.repeat_rate(%s, %s) FROM %s o",
							 user_id, order_id, relation);
	}
	if (since)
		appendStringInfo(&query, " %s %s OPERATOR(pg_catalog.>=) $1",
						 condition ? "AND" : "WHERE", created_at);
	if (until)
		appendStringInfo(&query, " %s %s OPERATOR(pg_catalog.<) $2",
						 condition || since ? "AND" : "WHERE", created_at);
	return query.data;
}

/*
 * greenery_repeat_rate(since, until): the repeat rate of what stg_orders shows,
 * with the caller's rights.
 */
Datum
greenery_repeat_rate(PG_FUNCTION_ARGS)
{
	char	   *schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Oid			argtypes[2] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		args[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	char		nulls[3] = "  ";
	char	   *query;
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
						   pstrdup(timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(0))),
						   pstrdup(timestamptz_to_str(PG_GETARG_TIMESTAMPTZ(1)))),
				 errhint("Orders count at or after \"since\" and before \"until\".")));

	callback.callback = hint_at_published;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	SPI_connect();
	query = rate_query(schema, !PG_ARGISNULL(0), !PG_ARGISNULL(1));
	/* read-only, as a STABLE function must; no row limit, see above */
	if (SPI_execute_with_args(query, 2, argtypes, args, nulls,
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
