/*-------------------------------------------------------------------------
 *
 * data_test_load.c
 *	  Data tests from their table.
 *
 * Needs SPI to be connected, and search_path to be pg_catalog, pg_temp.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "checks/data_test_load.h"
#include "compat.h"
#include "executor/spi.h"
#include "spi_row.h"
#include "utils/builtins.h"

/*
 * The arguments that the kinds know, from jsonb column args.  What has the wrong
 * JSON type is taken as not given, and then missed by the kind that needs it.
 */
#define ARGUMENT_COLUMNS \
	" args ->> 'where', args ->> 'expression', args ->> 'pattern'," \
	" args ->> 'to', args ->> 'field', args ->> 'min', args ->> 'max'," \
	" args ->> 'inclusive'," \
	" args ->> 'warn_after', args ->> 'error_after'," \
	" CASE WHEN jsonb_typeof(args -> 'values') = 'array'" \
	" THEN ARRAY(SELECT jsonb_array_elements_text(args -> 'values')) END," \
	" CASE WHEN jsonb_typeof(args -> 'columns') = 'array'" \
	" THEN ARRAY(SELECT jsonb_array_elements_text(args -> 'columns')) END"

/* A column of a result row as a string in the current context, or NULL */
static char *
text_value(HeapTuple row, TupleDesc desc, int column)
{
	return SPI_getvalue(row, desc, column);
}

/* Fill in the arguments from ARGUMENT_COLUMNS, which start at column first */
static void
read_arguments(DataTest *test, HeapTuple row, TupleDesc desc, int first)
{
	char	   *inclusive;

	test->where = text_value(row, desc, first);
	test->expression = text_value(row, desc, first + 1);
	test->pattern = text_value(row, desc, first + 2);
	test->to = text_value(row, desc, first + 3);
	test->field = text_value(row, desc, first + 4);
	test->min = text_value(row, desc, first + 5);
	test->max = text_value(row, desc, first + 6);
	inclusive = text_value(row, desc, first + 7);
	test->inclusive = inclusive == NULL || strcmp(inclusive, "false") != 0;
	test->warn_after = text_value(row, desc, first + 8);
	test->error_after = text_value(row, desc, first + 9);
	test->values = row_text_list(row, desc, first + 10);
	test->columns = row_text_list(row, desc, first + 11);
}

/* A threshold, or an error that names it */
static void
read_threshold(const char *text, const char *name, Threshold *threshold)
{
	if (!threshold_parse(text, threshold))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for %s: \"%s\"", name, text),
				 errhint("A threshold is a number of rows, such as \"10\", or a share of the rows judged, such as \"0.5%%\".")));
}

/* A test whose results are not known yet */
static DataTest *
new_test(void)
{
	DataTest   *test = palloc0(sizeof(DataTest));

	test->status = RESULT_BROKEN;
	test->failures = -1;
	test->total = -1;
	test->scanned = -1;
	return test;
}

/*
 * All enabled tests, ordered by model and id.  They live in the caller's memory
 * context.
 */
List *
tests_load(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *tests = NIL;

	if (SPI_execute("SELECT test_id, model, kind, column_name, owner, warn_above, error_above,"
					ARGUMENT_COLUMNS
					"  FROM greenery.data_tests WHERE enabled"
					" ORDER BY model COLLATE \"C\", test_id", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the data tests");

	context = MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		DataTest   *test = new_test();

		test->test_id = DatumGetInt64(row_value(row, desc, 1, INT8OID));
		test->model = row_text(row, desc, 2);
		test->kind_name = row_text(row, desc, 3);
		test->kind = test_kind_by_name(test->kind_name);
		test->column = text_value(row, desc, 4);
		test->owner = text_value(row, desc, 5);
		read_threshold(text_value(row, desc, 6), "warn_above", &test->warn_above);
		read_threshold(text_value(row, desc, 7), "error_above", &test->error_above);
		read_arguments(test, row, desc, 8);
		tests = lappend(tests, test);
	}
	MemoryContextSwitchTo(context);
	SPI_freetuptable(SPI_tuptable);
	return tests;
}

/* A test that is not in the table yet, for checking it */
DataTest *
test_from_arguments(const char *kind, const char *column, Datum args,
					const char *warn_above, const char *error_above)
{
	DataTest   *test = new_test();
	Oid			type = JSONBOID;

	test->kind_name = pstrdup(kind);
	test->kind = test_kind_by_name(kind);
	test->column = column ? pstrdup(column) : NULL;
	read_threshold(warn_above, "warn_above", &test->warn_above);
	read_threshold(error_above, "error_above", &test->error_above);
	if (test->warn_above.is_set && test->error_above.is_set &&
		test->warn_above.is_share == test->error_above.is_share &&
		test->warn_above.limit > test->error_above.limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("warn_above of a data test is above its error_above"),
				 errdetail("It would never warn.")));
	if (SPI_execute_with_args("SELECT" ARGUMENT_COLUMNS " FROM (SELECT $1) a (args)",
							  1, &type, &args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the arguments of a data test");
	read_arguments(test, SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return test;
}

/* The columns that identify a row of the relation, NIL if that is not known */
List *
model_key(const char *relation)
{
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(relation);
	List	   *key = NIL;

	if (SPI_execute_with_args("SELECT key FROM greenery.models WHERE relation = $1",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the models");
	if (SPI_processed > 0)
		key = row_text_list(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return key;
}
