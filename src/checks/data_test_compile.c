/*-------------------------------------------------------------------------
 *
 * data_test_compile.c
 *	  From a data test to SQL.
 *
 * All tests of a model are answered by one statement: each is an aggregate over
 * the rows of the model, aliased t.  The SQL is run with search_path =
 * pg_catalog, pg_temp, so operators and functions without a schema can only be
 * the server's own.  Those of greenery are called by the names they have in schema
 * greenery: where others may create functions, one with just the types of a column would
 * be called in place of one for "any".  Names and arguments are quoted; an expression is SQL by
 * its nature, and is checked to be one expression and no more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "access/attnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "checks/data_test_compile.h"
#include "checks/data_test_native.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

/*
 * Raise an error unless text is one SQL expression.
 *
 * The text is parsed where it will stand: in parentheses, on lines of its own,
 * so that a comment in it cannot swallow what follows.  One that closes the
 * parentheses itself shows as a statement with more than one plain target.
 */
static void
check_expression(const char *text, const char *what)
{
	List	   *parsed;
	SelectStmt *select = NULL;

	parsed = raw_parser(psprintf("SELECT (\n%s\n)", text), RAW_PARSE_DEFAULT);
	if (list_length(parsed) == 1)
		select = (SelectStmt *) linitial_node(RawStmt, parsed)->stmt;
	if (select == NULL || !IsA(select, SelectStmt) ||
		list_length(select->targetList) != 1 ||
		linitial_node(ResTarget, select->targetList)->name != NULL ||
		select->distinctClause != NIL || select->intoClause != NULL ||
		select->fromClause != NIL || select->whereClause != NULL ||
		select->groupClause != NIL || select->havingClause != NULL ||
		select->windowClause != NIL || select->sortClause != NIL ||
		select->limitOffset != NULL || select->limitCount != NULL ||
		select->lockingClause != NIL || select->withClause != NULL ||
		select->op != SETOP_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("%s of a data test must be one SQL expression", what),
				 errdetail("It is: %s", text)));
}

/* Raise an error for an argument that the kind needs and has not got */
static void
require_argument(const DataTest *test, bool given, const char *example)
{
	if (!given)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arguments of a data test of kind \"%s\" are missing",
						test->kind_name),
				 errhint("An example: %s", example)));
}

/* The type of a column of the tested relation */
static Oid
column_type(const DataTest *test, const char *column, Oid relid)
{
	AttrNumber	attnum = get_attnum(relid, column);

	if (attnum == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation %s does not exist",
						column, quoted_relation(relid)),
				 errdetail("A data test of kind \"%s\" names it.",
						   test->kind_name)));
	return get_atttype(relid, attnum);
}

/* alias.column, quoted */
static char *
column_reference(const char *column)
{
	return psprintf("t.%s", quote_identifier(column));
}

/* Whether a text is a word that stands for another moment each time it is read */
static bool
is_moving(const char *text, int length)
{
	static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};

	for (int i = 0; i < (int) lengthof(words); i++)
		if (length == (int) strlen(words[i]) && pg_strncasecmp(text, words[i], length) == 0)
			return true;
	return false;
}

/* Whether such a word is anywhere in a text */
static bool
has_moving_word(const char *text)
{
	const char *p = text;

	while (*p != '\0')
	{
		int			length = 0;

		while (isalnum((unsigned char) p[length]) || p[length] == '_')
			length++;
		if (is_moving(p, length))
			return true;
		p += Max(length, 1);
	}
	return false;
}

static bool
is_of_time(Oid type)
{
	type = getBaseType(type);
	return type == DATEOID || type == TIMEOID || type == TIMETZOID ||
		type == TIMESTAMPOID || type == TIMESTAMPTZOID;
}

/* A literal of the given type */
static char *
typed_literal(const char *value, Oid type)
{
	/* it is read once, and rows that have passed are not asked again */
	if (is_of_time(type) && has_moving_word(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bound of a data test moves with the clock: \"%s\"", value),
				 errhint("Give a fixed moment. A data test of kind \"recency\" tests how old the newest row is.")));
	/* "character" alone would be one character */
	return psprintf("CAST(%s AS %s)", quote_literal_cstr(value),
					format_type_extended(type, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
}

/* Columns must be given for the kinds that test one, and not for the others */
static void
check_column(const DataTest *test)
{
	bool		wanted = !(test->kind == TEST_UNIQUE_COMBINATION ||
						   test->kind == TEST_EXPRESSION ||
						   test->kind == TEST_ROW_COUNT ||
						   test->kind == TEST_SHRINK);

	if (wanted && test->column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a data test of kind \"%s\" needs a column",
						test->kind_name)));
	if (!wanted && test->column != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a data test of kind \"%s\" takes no column",
						test->kind_name),
				 errdetail("It tests whole rows.")));
}

/* The argument "where" as a further condition, if it is given */
static const char *
and_where(const char *where)
{
	return where ? psprintf(" AND (\n%s\n)", where) : "";
}

/* The number of rows for which both conditions hold; NULL stands for none */
static char *
count_of_rows(const char *condition, const char *where)
{
	if (condition == NULL && where == NULL)
		return pstrdup("count(*)");
	if (condition == NULL)
		return psprintf("count(*) FILTER (WHERE\n%s\n)", where);
	return psprintf("count(*) FILTER (WHERE %s%s)", condition, and_where(where));
}

static bool
is_number(Oid type)
{
	type = getBaseType(type);
	return type == INT2OID || type == INT4OID || type == INT8OID ||
		type == FLOAT4OID || type == FLOAT8OID || type == NUMERICOID;
}

/* Values are the same when their texts are; but 1.0 and 1 are one number */
static char *
compile_accepted_values(const DataTest *test, const char *column, Oid type)
{
	const char *compared = is_number(type) ? "numeric" : "text";
	StringInfoData sql;
	ListCell   *lc;

	require_argument(test, test->values != NIL, "{\"values\": [\"active\", \"inactive\"]}");
	initStringInfo(&sql);
	appendStringInfo(&sql, "CAST(%s AS %s) <> ALL (ARRAY[", column, compared);
	foreach(lc, test->values)
	{
		/* an error now, if it is not a number */
		if (is_number(type))
			(void) DirectFunctionCall3(numeric_in, CStringGetDatum(lfirst(lc)),
									   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		appendStringInfo(&sql, "%s%s", foreach_current_index(lc) > 0 ? ", " : "",
						 quote_literal_cstr(lfirst(lc)));
	}
	appendStringInfo(&sql, "]::%s[])", compared);
	return sql.data;
}

static char *
compile_range(const DataTest *test, const char *column, Oid type)
{
	StringInfoData sql;

	require_argument(test, test->min != NULL || test->max != NULL,
					 "{\"min\": 0, \"max\": 100, \"inclusive\": true}");
	initStringInfo(&sql);
	if (test->min != NULL)
		appendStringInfo(&sql, "%s %s %s", column, test->inclusive ? "<" : "<=",
						 typed_literal(test->min, type));
	if (test->max != NULL)
		appendStringInfo(&sql, "%s%s %s %s", test->min != NULL ? " OR " : "",
						 column, test->inclusive ? ">" : ">=",
						 typed_literal(test->max, type));
	return sql.data;
}

/*
 * Orphans are found by a join with the parent's distinct values: it can be
 * hashed whatever the size, which a subquery in a filter cannot.
 */
static void
compile_relationships(DataTest *test, const char *column, Oid type,
					  const TestTarget *target)
{
	Oid			parent;
	Oid			parent_type;
	const char *cast;
	char	   *alias = psprintf("greenery_parent_" INT64_FORMAT, test->test_id);

	require_argument(test, test->to != NULL && test->field != NULL,
					 "{\"to\": \"greenery.stg_users\", \"field\": \"user_id\"}");
	parent = relation_by_name(test->to);
	parent_type = column_type(test, test->field, parent);
	/* unlike types are compared as text, as ids of different systems are */
	cast = parent_type == type ? "" : "::pg_catalog.text";

	/* the joined column's name must not be one that an expression may mean */
	test->join = psprintf("LEFT JOIN (SELECT p.%s%s AS %s FROM %s p WHERE p.%s IS NOT NULL GROUP BY 1) %s ON %s.%s = %s%s",
						  quote_identifier(test->field), cast, alias,
						  target->source ? target->source(parent, target->source_arg) : quoted_relation(parent),
						  quote_identifier(test->field),
						  alias, alias, alias, column, cast);
	test->failing = psprintf("%s IS NOT NULL AND %s.%s IS NULL", column, alias, alias);
}

/*
 * A row fails if another has the same values.  Counted over a window, which takes a sort
 * whatever the planner expects; it would compare each row with each that is repeated, where it
 * expects few.
 */
static void
fail_if_repeated(DataTest *test, const TestTarget *target, const char *columns, const char *present)
{
	test->repeated = psprintf("SELECT t.*, count(*) OVER (PARTITION BY %s) AS \"rows like this\""
							  " FROM %s t WHERE %s%s", columns, target->from, present,
							  and_where(test->where));
	test->failing = "t.\"rows like this\" > 1";
}

static void
compile_unique_combination(DataTest *test, const TestTarget *target)
{
	StringInfoData row;
	StringInfoData present;
	ListCell   *lc;

	require_argument(test, list_length(test->columns) >= 2,
					 "{\"columns\": [\"order_id\", \"product_id\"]}");
	initStringInfo(&row);
	initStringInfo(&present);
	foreach(lc, test->columns)
	{
		char	   *column = lfirst(lc);

		(void) column_type(test, column, target->relid);
		appendStringInfo(&row, "%s%s", foreach_current_index(lc) > 0 ? ", " : "",
						 column_reference(column));
		appendStringInfo(&present, "%s%s IS NOT NULL",
						 foreach_current_index(lc) > 0 ? " AND " : "",
						 column_reference(column));
	}
	test->aggregate = psprintf("greenery.duplicate_count(ROW(%s)) FILTER (WHERE %s%s)",
							   row.data, present.data, and_where(test->where));
	test->judged = count_of_rows(present.data, test->where);
	fail_if_repeated(test, target, row.data, present.data);
}

/* A length of time that a test of kind recency allows, NULL if it is not given */
static Interval *
recency_limit(const char *name, const char *text)
{
	Interval	none = {0};
	Interval   *limit;

	if (text == NULL)
		return NULL;
	limit = DatumGetIntervalP(DirectFunctionCall3(interval_in, CStringGetDatum(text),
												  ObjectIdGetDatum(InvalidOid),
												  Int32GetDatum(-1)));
	if (limit->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of a data test of kind \"recency\" has months: \"%s\"", name, text),
				 errdetail("Months have no fixed length."),
				 errhint("Give days or hours, such as \"30 days\".")));
	if (DatumGetBool(DirectFunctionCall2(interval_le, IntervalPGetDatum(limit),
										 IntervalPGetDatum(&none))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s of a data test of kind \"recency\" must be more than no time: \"%s\"", name, text)));
	return limit;
}

static void
check_recency_limits(const DataTest *test)
{
	Interval   *warn = recency_limit("warn_after", test->warn_after);
	Interval   *error = recency_limit("error_after", test->error_after);

	if (warn != NULL && error != NULL &&
		DatumGetBool(DirectFunctionCall2(interval_gt, IntervalPGetDatum(warn),
										 IntervalPGetDatum(error))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("warn_after of a data test of kind \"recency\" is above its error_after"),
				 errdetail("It would never warn.")));
}

/*
 * How old the newest row is: 2 when too old for error_after, 1 for warn_after, 0
 * otherwise.  No row at all is too old.  Infinite times do not count, nor do those that are
 * still to come: a mistyped year would hide that nothing arrives any more.  A date or a
 * time without zone is read in the shop's time zone; a date lasts until its end.
 */
static void
compile_recency(DataTest *test, const char *column, Oid type)
{
	const char *clock;
	const char *seen;
	const char *newest;
	const char *age;
	StringInfoData sql;

	/* a subquery is evaluated once, and not for each row */
	if (type == TIMESTAMPTZOID)
		clock = "(SELECT greenery.clock())";
	else
		clock = psprintf("(SELECT CAST(greenery.clock() AT TIME ZONE greenery.timezone() AS %s))",
						 type == DATEOID ? "date" : "timestamp");
	seen = psprintf("isfinite(%s) AND %s <= %s", column, column, clock);
	test->judged = count_of_rows(seen, test->where);

	newest = psprintf("max(%s) FILTER (WHERE %s%s)", column, seen,
					  and_where(test->where));
	if (type == DATEOID)
		newest = psprintf("CAST(%s + 1 AS timestamp)", newest);
	if (type != TIMESTAMPTZOID)
		newest = psprintf("%s AT TIME ZONE greenery.timezone()", newest);
	age = psprintf("greenery.clock() - %s", newest);

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CAST(CASE");
	if (test->error_after != NULL)
		appendStringInfo(&sql, " WHEN coalesce(%s > CAST(%s AS interval), true) THEN 2",
						 age, quote_literal_cstr(test->error_after));
	if (test->warn_after != NULL)
		appendStringInfo(&sql, " WHEN coalesce(%s > CAST(%s AS interval), true) THEN 1",
						 age, quote_literal_cstr(test->warn_after));
	appendStringInfoString(&sql, " ELSE 0 END AS bigint)");
	test->aggregate = sql.data;
}

/*
 * How many rows a test judges: those with a value, unless the absence of one is what it
 * looks for.  Tests of whole rows that judge each of them count all.
 */
static char *
count_of_values(const DataTest *test, const char *column)
{
	const char *value;

	switch (test->kind)
	{
		case TEST_NOT_NULL:
		case TEST_ROW_COUNT:
		case TEST_SHRINK:
			return count_of_rows(NULL, test->where);
		case TEST_EXPRESSION:
			value = psprintf("(\n%s\n)", test->expression);
			break;
		default:
			value = column;
	}
	return test->where == NULL
		? psprintf("count(%s)", value)
		: psprintf("count(%s) FILTER (WHERE\n%s\n)", value, test->where);
}

/*
 * Compile one test against its relation.  Raises an error for whatever cannot
 * be tested: a missing column, a missing argument, an expression that is none.
 */
void
test_compile(DataTest *test, const TestTarget *target)
{
	char	   *column = NULL;
	Oid			type = InvalidOid;

	check_column(test);
	if (test->where != NULL)
		check_expression(test->where, "argument \"where\"");
	if (test->column != NULL)
	{
		type = column_type(test, test->column, target->relid);
		column = column_reference(test->column);
	}
	test->join = test->failing = test->repeated = NULL;
	test->aggregate = test->native = test->judged = NULL;
	test->by_row = false;

	switch (test->kind)
	{
		case TEST_NOT_NULL:
			test->failing = psprintf("%s IS NULL", column);
			break;
		case TEST_UNIQUE:
			test->aggregate = test->where == NULL
				? psprintf("greenery.duplicate_count(%s)", column)
				: psprintf("greenery.duplicate_count(%s) FILTER (WHERE\n%s\n)",
						   column, test->where);
			fail_if_repeated(test, target, column, psprintf("%s IS NOT NULL", column));
			break;
		case TEST_UNIQUE_COMBINATION:
			compile_unique_combination(test, target);
			break;
		case TEST_ACCEPTED_VALUES:
			test->failing = compile_accepted_values(test, column, type);
			break;
		case TEST_RELATIONSHIPS:
			compile_relationships(test, column, type, target);
			break;
		case TEST_RANGE:
			test->failing = compile_range(test, column, type);
			break;
		case TEST_EXPRESSION:
			require_argument(test, test->expression != NULL,
							 "{\"expression\": \"delivered_at >= created_at\"}");
			check_expression(test->expression, "argument \"expression\"");
			test->failing = psprintf("NOT (\n%s\n)", test->expression);
			break;
		case TEST_MATCHES:
			require_argument(test, test->pattern != NULL, "{\"pattern\": \"^[A-Z]{2}[0-9]+$\"}");
			/* an error now, if it is not a regular expression */
			(void) DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID,
										   CStringGetTextDatum(""),
										   CStringGetTextDatum(test->pattern));
			test->failing = psprintf("CAST(%s AS text) !~ %s", column,
									 quote_literal_cstr(test->pattern));
			break;
		case TEST_EMAIL:
			test->failing = psprintf("NOT greenery.is_email(CAST(%s AS text))", column);
			break;
		case TEST_PHONE:
			test->failing = psprintf("%s IS NOT NULL AND greenery.normalize_phone(CAST(%s AS text)) IS NULL",
									 column, column);
			break;
		case TEST_RECENCY:
			require_argument(test, test->warn_after != NULL || test->error_after != NULL,
							 "{\"warn_after\": \"24 hours\", \"error_after\": \"48 hours\"}");
			if (type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != DATEOID)
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("a data test of kind \"recency\" needs a column of type timestamptz, timestamp or date"),
						 errdetail("Column \"%s\" is of type %s.",
								   test->column, format_type_be(type))));
			check_recency_limits(test);
			compile_recency(test, column, type);
			break;
		case TEST_ROW_COUNT:
			require_argument(test, test->min != NULL || test->max != NULL, "{\"min\": 1}");
			/* errors now, if they are not numbers */
			if (test->min != NULL)
				(void) pg_strtoint64(test->min);
			if (test->max != NULL)
				(void) pg_strtoint64(test->max);
			test->aggregate = "NULL::bigint";
			test->by_row = true;
			break;
		case TEST_SHRINK:
			test->aggregate = "NULL::bigint";
			break;
	}
	if (test->aggregate == NULL)
	{
		test->aggregate = psprintf("count(*) FILTER (WHERE (%s)%s)",
								   test->failing, and_where(test->where));
		/* 'now' is a constant once it is parsed, and another one tomorrow */
		test->by_row = test->join == NULL &&
			!(test->where != NULL && has_moving_word(test->where)) &&
			!(test->expression != NULL && has_moving_word(test->expression));
	}
	if (test->judged == NULL)
		test->judged = count_of_values(test, column);
	test->native = test_native_aggregate(test, target);
}

/*
 * One statement for all the tests: how many rows there are, and for each test how many fail
 * and how many it judges.  In plain SQL, or with what counts the same natively.  Tests that
 * judge the same rows count them once: the executor computes equal aggregates together.
 */
char *
test_scan_query(List *tests, const TestTarget *target, bool native)
{
	StringInfoData sql;
	ListCell   *lc;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT count(*)");
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		appendStringInfo(&sql, ",\n  %s,\n  %s",
						 native && test->native ? test->native : test->aggregate, test->judged);
	}
	appendStringInfo(&sql, "\nFROM %s t", target->from);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->join != NULL && !(native && test->native))
			appendStringInfo(&sql, "\n%s", test->join);
	}
	return sql.data;
}

/*
 * The keys of failing rows, as one jsonb array, smallest first; NULL for a kind
 * that has no failing rows.
 */
char *
test_sample_query(const DataTest *test, const TestTarget *target, int limit)
{
	StringInfoData sql;
	ListCell   *lc;

	if (test->failing == NULL || target->key == NIL)
		return NULL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT jsonb_agg(x.key ORDER BY x.key) FROM (SELECT jsonb_build_object(");
	foreach(lc, target->key)
		appendStringInfo(&sql, "%s%s, %s",
						 foreach_current_index(lc) > 0 ? ", " : "",
						 quote_literal_cstr(lfirst(lc)),
						 column_reference(lfirst(lc)));
	if (test->repeated != NULL)
		appendStringInfo(&sql, ") AS key FROM (%s) t", test->repeated);
	else
		appendStringInfo(&sql, ") AS key FROM %s t", target->from);
	if (test->join != NULL)
		appendStringInfo(&sql, " %s", test->join);
	appendStringInfo(&sql, " WHERE (%s)", test->failing);
	if (test->where != NULL && test->repeated == NULL)
		appendStringInfo(&sql, " AND (\n%s\n)", test->where);
	appendStringInfo(&sql, " ORDER BY 1 LIMIT %d) x", limit);
	return sql.data;
}
