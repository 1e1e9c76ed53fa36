/*-------------------------------------------------------------------------
 *
 * greenery_repeat_rate.c
 *	  The repeat rate of the shop's own orders, as one call.
 *
 * Cancelled orders and excluded users do not count.
 *
 * In C, because only a query run by the executor without a row limit is given
 * parallel workers: a SQL function with a SET clause plans them and launches
 * none.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "roles.h"
#include "sources/citus_tables.h"
#include "sources/own_indexes.h"
#include "utils/array.h"
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
 * A user's id as values of the table have it; false where none can be shown by that text.
 * Users are excluded by what the staging view shows: "07" is no number's text.
 */
static bool
read_id(const char *text, Oid type, Datum *value)
{
	long long	number;

	switch (type)
	{
		case INT8OID:
			errno = 0;
			number = strtoll(text, NULL, 10);
			*value = Int64GetDatum((int64) number);
			return errno == 0 && strcmp(psprintf("%lld", number), text) == 0;
		case UUIDOID:
			if (strlen(text) != 36 || strspn(text, "0123456789abcdef-") != 36)
				return false;
			for (int i = 0; i < 36; i++)
				if ((text[i] == '-') !=(i == 8 || i == 13 || i == 18 || i == 23))
					return false;
			*value = DirectFunctionCall1(uuid_in, CStringGetDatum(text));
			return true;
		default:
			*value = CStringGetTextDatum(text);
			return true;
	}
}

/* As what the values of a column of ids are compared, with the list of excluded users for example */
static Oid
id_type(Oid relid, const OwnColumn *id)
{
	switch (getBaseType(get_atttype(relid, id->attnum)))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return INT8OID;
		case UUIDOID:
			return UUIDOID;
		default:
			return TEXTOID;
	}
}

/* The excluded users as an array of such values; 0 where none can be among the orders' */
static Datum
excluded_users(Oid type)
{
	Datum	   *ids;
	int			n = 0;
	int16		length;
	bool		by_value;
	char		alignment;
	RoleSwitch	before;

	/* as the views read them, whose owner that is */
	role_enter(greenery_owner(), &before);
	if (SPI_execute("SELECT x.user_id FROM greenery.excluded_users x", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the excluded users");
	role_leave(&before);
	if (SPI_processed == 0)
		return 0;
	ids = palloc(SPI_processed * sizeof(Datum));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *text = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (read_id(text, type, &ids[n]))
			n++;
	}
	if (n == 0)
		return 0;
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	return PointerGetDatum(construct_array(ids, n, type, length, by_value, alignment));
}

/* Begin another condition */
static void
next_condition(StringInfo query, bool *any)
{
	appendStringInfoString(query, *any ? " AND " : " WHERE ");
	*any = true;
}

/* Only orders that are not cancelled, as the staging view has it */
static void
add_not_cancelled(StringInfo query, bool *any)
{
	char	   *is_cancelled = own_column_sql("source_orders", "is_cancelled");
	char	   *status = own_column_sql("source_orders", "status");

	if (is_cancelled != NULL)
	{
		next_condition(query, any);
		appendStringInfo(query, "(%s)::pg_catalog.bool IS NOT TRUE", is_cancelled);
	}
	if (status != NULL)
	{
		next_condition(query, any);
		appendStringInfo(query, "greenery.clean_text((%s)::pg_catalog.text) IS DISTINCT FROM 'cancelled'", status);
	}
}

/*
 * The rate of a distributed table: its servers say of each of their users whether they have
 * purchased again, and count them.  The smallest order and the largest differ; not all types
 * have an order, but all have equality.
 */
static void
rate_on_shards(StringInfo query, const char *user_id, const char *order_id, Oid type, const char *relation)
{
	bool		ordered = type == TEXTOID || type == INT8OID;
	const char *collation = type == TEXTOID ? " COLLATE pg_catalog.\"C\"" : "";

	appendStringInfoString(query, "SELECT count(*) FILTER (WHERE u.purchased_again)::pg_catalog.float8"
						   " OPERATOR(pg_catalog./) nullif(count(*), 0) FROM (SELECT ");
	if (ordered)
		appendStringInfo(query, "min(%s%s) OPERATOR(pg_catalog.<>) max(%s%s)",
						 order_id, collation, order_id, collation);
	else
		appendStringInfo(query, "count(DISTINCT %s) OPERATOR(pg_catalog.>) 1", order_id);
	appendStringInfo(query, " AS purchased_again FROM %s o WHERE %s IS NOT NULL AND %s IS NOT NULL",
					 relation, user_id, order_id);
}

/*
 * The query for the rate: over the shop's own columns if they can be found, and
 * over the users alone if no order can come twice; else over stg_orders.  Its third
 * parameter is *excluded, an array of *type, unless that is 0.
 */
static char *
rate_query(bool since, bool until, Oid *type, Datum *excluded)
{
	static const char *const names[] = {"user_id", "order_id"};
	OwnColumn	columns[lengthof(names)];
	Oid			relid;
	char	   *user_id = "o.user_id";
	char	   *created_at = "o.created_at";
	char	   *filter;
	bool		any = false;
	bool		on_shards;
	StringInfoData query;

	initStringInfo(&query);
	*type = TEXTOID;
	relid = own_columns_find("source_orders", lengthof(names), names, columns);
	if (!OidIsValid(relid))
	{
		on_shards = citus_is_here();
		if (on_shards)
		{
			rate_on_shards(&query, user_id, "o.order_id", TEXTOID, "greenery.stg_orders");
			any = true;
		}
		else
			appendStringInfoString(&query, "SELECT greenery.repeat_rate(o.user_id, o.order_id) FROM greenery.stg_orders o");
		next_condition(&query, &any);
		appendStringInfoString(&query, "NOT o.is_cancelled");
	}
	else
	{
		char	   *order_id = column_value(relid, &columns[1]);
		const char *relation =
			quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									   get_rel_name(relid));

		user_id = column_value(relid, &columns[0]);
		if (since || until)
			created_at = own_column_sql("source_orders", "created_at");
		if (created_at == NULL)
			created_at = "NULL::pg_catalog.timestamptz";
		*type = id_type(relid, &columns[0]);
		on_shards = is_distributed(relid);
		if (on_shards)
		{
			rate_on_shards(&query, user_id, order_id, id_type(relid, &columns[1]), relation);
			any = true;
		}
		else if (own_column_is_unique(relid, &columns[1]))
		{
			appendStringInfo(&query, "SELECT greenery.repeat_rate_by_row(%s) FROM %s o", user_id, relation);
			next_condition(&query, &any);
			appendStringInfo(&query, "%s IS NOT NULL", order_id);
		}
		else
			appendStringInfo(&query, "SELECT greenery.repeat_rate(%s, %s) FROM %s o",
							 user_id, order_id, relation);
		filter = own_filter_sql(own_columns_query("source_orders"));
		if (filter != NULL)
		{
			next_condition(&query, &any);
			appendStringInfo(&query, "(%s)", filter);
		}
		add_not_cancelled(&query, &any);
	}
	*excluded = excluded_users(*type);
	if (*excluded != 0)
	{
		next_condition(&query, &any);
		appendStringInfo(&query, "%s OPERATOR(pg_catalog.<>) ALL ($3)", user_id);
	}
	if (since)
	{
		next_condition(&query, &any);
		appendStringInfo(&query, "(%s) OPERATOR(pg_catalog.>=) $1", created_at);
	}
	if (until)
	{
		next_condition(&query, &any);
		appendStringInfo(&query, "(%s) OPERATOR(pg_catalog.<) $2", created_at);
	}
	if (on_shards)
		appendStringInfo(&query, " GROUP BY %s) u", user_id);
	return query.data;
}

/*
 * greenery_repeat_rate(since, until): the repeat rate of what stg_orders shows,
 * with the caller's rights.
 */
Datum
greenery_repeat_rate(PG_FUNCTION_ARGS)
{
	Oid			argtypes[3] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		args[3] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	char		nulls[4] = "   ";
	Oid			type;
	char	   *query;
	ErrorContextCallback callback;
	Datum		result;
	bool		isnull;
	int			level;

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
	/* the shop's own expressions are deparsed and parsed again */
	level = greenery_set_search_path(GREENERY_SAFE_SEARCH_PATH);
	query = rate_query(!PG_ARGISNULL(0), !PG_ARGISNULL(1), &type, &args[2]);
	argtypes[2] = get_array_type(type);
	if (args[2] == 0)
		nulls[2] = 'n';
	/* read-only, as a STABLE function must; no row limit, see above */
	if (SPI_execute_with_args(query, 3, argtypes, args, nulls,
							  true, 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not query the shop's orders");
	AtEOXact_GUC(false, level);
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
