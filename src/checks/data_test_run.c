/*-------------------------------------------------------------------------
 *
 * data_test_run.c
 *	  Run the data tests of one model.
 *
 * One scan answers them all, natively where there is a native form.  If it
 * fails, a test is broken, and each is asked alone and in plain SQL to find out
 * which; a broken test never counts as passed.  Failing rows are fetched only
 * for tests that did not pass.
 *
 * Nothing here is read with a read-only SPI call: in a build that would not see
 * what the build has written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "checks/data_test_compile.h"
#include "checks/data_test_run.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "spi_row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* A statement may have 1664 result columns; a test takes two */
#define MAX_TESTS_PER_SCAN 800

typedef struct TestScan
{
	List	   *tests;
	const TestTarget *target;
	bool		native;
} TestScan;

/* The only row of the last SPI query: a bigint, and whether it is NULL */
static int64
result_int64(int column, bool *isnull)
{
	Datum		value = row_value_or_null(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
										  column, INT8OID, isnull);

	return *isnull ? 0 : DatumGetInt64(value);
}

/* row_count: whether the number of rows is within min and max */
static int64
count_out_of_bounds(const DataTest *test)
{
	return (test->min != NULL && test->total < pg_strtoint64(test->min)) ||
		(test->max != NULL && test->total > pg_strtoint64(test->max));
}

/* From counts to a status */
static void
judge(DataTest *test)
{
	if (test->kind == TEST_RECENCY)
	{
		test->status = test->failures == 2 ? RESULT_ERROR :
			test->failures == 1 ? RESULT_WARN : RESULT_PASS;
		test->failures = test->failures > 0 ? 1 : 0;
		return;
	}
	if (test->kind == TEST_ROW_COUNT)
		test->failures = count_out_of_bounds(test);
	if (threshold_exceeded(&test->error_above, test->failures, test->total))
		test->status = RESULT_ERROR;
	else if (threshold_exceeded(&test->warn_above, test->failures, test->total))
		test->status = RESULT_WARN;
	else
		test->status = RESULT_PASS;
}

/* Count the failures of compiled tests, by one statement, and judge nothing */
void
tests_count(List *tests, const TestTarget *target, bool native)
{
	TimestampTz start = GetCurrentTimestamp();
	Oid			type = TIDARRAYOID;
	Datum		places = target->places;
	int64		scanned;
	int64		duration;
	int			column = 2;
	bool		isnull;
	ListCell   *lc;
	char	   *query = test_scan_query(tests, target, native);

	ereport(DEBUG1,
			(errmsg_internal("data tests of %s: %s", target->from, query)));
	if (SPI_execute_with_args(query, places != (Datum) 0 ? 1 : 0, &type, &places, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not run data tests");
	duration = (GetCurrentTimestamp() - start) / list_length(tests);
	scanned = result_int64(1, &isnull);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->failures = result_int64(column++, &isnull);
		test->total = result_int64(column++, &isnull);
		test->scanned = scanned;
		test->duration = duration;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Answer all tests of a scan */
static void
run_scan(void *arg)
{
	TestScan   *scan = arg;
	ListCell   *lc;

	tests_count(scan->tests, scan->target, scan->native);
	foreach(lc, scan->tests)
		judge(lfirst(lc));
}

/* Fetch the keys of rows that fail */
static void
run_sample(void *arg)
{
	TestScan   *scan = arg;
	DataTest   *test = linitial(scan->tests);
	TimestampTz start = GetCurrentTimestamp();
	char	   *query = test_sample_query(test, scan->target, greenery_max_failures);

	if (query == NULL)
		return;
	if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not fetch failing rows");
	test->sample = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	test->duration += GetCurrentTimestamp() - start;
}

static void
compile_one(void *arg)
{
	TestScan   *scan = arg;

	test_compile(linitial(scan->tests), scan->target);
}

/* Run work on one test; a test that cannot be run is broken */
static bool
guard_one(DataTest *test, const TestTarget *target, void (*work) (void *))
{
	TestScan	scan = {list_make1(test), target, false};
	char	   *message;

	if (run_guarded(work, &scan, &message))
		return true;
	tests_set_status(scan.tests, RESULT_BROKEN, message);
	return false;
}

/* Run a query of one boolean about a relation, or about one of its columns */
static bool
asked_of(const char *query, const char *relation, const char *column)
{
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		args[2] = {CStringGetTextDatum(relation)};
	char		nulls[3] = " n";
	bool		isnull;
	bool		result = false;

	if (column != NULL)
	{
		args[1] = CStringGetTextDatum(column);
		nulls[1] = ' ';
	}
	if (SPI_execute_with_args(query, 2, types, args, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the sources");
	if (SPI_processed > 0)
	{
		result = DatumGetBool(row_value_or_null(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
												1, BOOLOID, &isnull));
		result = !isnull && result;
	}
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/* Whether a staging view shows a source that has no row: one that the shop has not got */
static bool
source_is_empty(const char *relation)
{
	char	   *function = NULL;
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(relation);

	if (SPI_execute_with_args("SELECT s.function FROM greenery.sources s WHERE s.staging = $1",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the sources");
	if (SPI_processed > 0)
		function = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return function != NULL &&
		asked_of(psprintf("SELECT NOT EXISTS (SELECT FROM %s())", function), relation, NULL);
}

/* The columns of the tests of one model that the shop has not got; NULL: the whole view */
static void
find_unbound_columns(void *arg)
{
	TestScan   *scan = arg;
	List	   *tests = scan->tests;
	int			n = list_length(tests);
	Oid			types[2] = {TEXTOID, TEXTARRAYOID};
	Datum		args[2];
	Datum	   *columns = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc(n * sizeof(bool));
	int			dims[1] = {n};
	int			lower[1] = {1};
	ListCell   *lc;

	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);
		int			i = foreach_current_index(lc);

		nulls[i] = test->column == NULL;
		columns[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(test->column);
	}
	args[0] = CStringGetTextDatum(((DataTest *) linitial(tests))->model);
	args[1] = PointerGetDatum(construct_md_array(columns, nulls, 1, dims, lower,
												 TEXTOID, -1, false, TYPALIGN_INT));
	if (SPI_execute_with_args("SELECT greenery.is_unbound($1, c.name)"
							  "  FROM unnest($2) WITH ORDINALITY c (name, n) ORDER BY c.n",
							  2, types, args, NULL, false, 0) != SPI_OK_SELECT ||
		SPI_processed != (uint64) n)
		elog(ERROR, "could not look up the bindings");
	foreach(lc, tests)
	{
		bool		isnull;
		Datum		unbound = row_value_or_null(SPI_tuptable->vals[foreach_current_index(lc)],
												SPI_tuptable->tupdesc, 1, BOOLOID, &isnull);

		((DataTest *) lfirst(lc))->unbound = !isnull && DatumGetBool(unbound);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Whether the test asks for a parent whose source is empty */
static void
find_unbound_parent(void *arg)
{
	DataTest   *test = linitial(((TestScan *) arg)->tests);

	test->unbound = test->unbound || source_is_empty(test->to);
}

/*
 * See which tests ask about something that the shop has not got: a source, a column that its
 * source leaves out, or a parent whose source is empty.  A source may be a table that has gone:
 * those that ask for it are broken then.
 */
static void
look_for_unbound(List *tests, const TestTarget *target)
{
	TestScan	all = {tests, target, false};
	char	   *message;
	ListCell   *lc;
	bool		found = tests == NIL || run_guarded(find_unbound_columns, &all, &message);

	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);
		TestScan	one = {list_make1(test), target, false};

		if (!found ||
			(test->kind == TEST_RELATIONSHIPS && test->to != NULL &&
			 !run_guarded(find_unbound_parent, &one, &message)))
			test->unparsed = message;
	}
}

/*
 * Whether the test, which has been answered, asks about an optional column in which no
 * row has a value: the shop has not got it.
 */
static bool
column_is_empty(const DataTest *test)
{
	return test->column != NULL && test->where == NULL &&
		(test->kind == TEST_NOT_NULL ? test->failures == test->total : test->total == 0) &&
		asked_of("SELECT greenery.is_optional($1, $2)", test->model, test->column);
}

/*
 * Run the tests of one model.  All results are filled in; kind shrink, which
 * only a build can answer, is left alone.  What has been counted is only judged.
 */
void
tests_run(List *tests, const TestTarget *target)
{
	List	   *runnable = NIL;
	ListCell   *lc;

	look_for_unbound(tests, target);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->kind == TEST_SHRINK)
			continue;
		if (test->unparsed != NULL)
			tests_set_status(list_make1(test), RESULT_BROKEN, test->unparsed);
		else if (test->unbound)
			tests_set_status(list_make1(test), RESULT_SKIPPED, "not bound");
		else if (!guard_one(test, target, compile_one))
			continue;
		else if (test->counted)
			judge(test);
		else
			runnable = lappend(runnable, test);
	}

	while (runnable != NIL)
	{
		TestScan	scan = {runnable, target, true};
		char	   *message;

		CHECK_FOR_INTERRUPTS();
		if (list_length(runnable) > MAX_TESTS_PER_SCAN)
		{
			scan.tests = list_truncate(list_copy(runnable), MAX_TESTS_PER_SCAN);
			runnable = list_copy_tail(runnable, MAX_TESTS_PER_SCAN);
		}
		else
			runnable = NIL;

		if (!run_guarded(run_scan, &scan, &message))
			foreach(lc, scan.tests)
				(void) guard_one(lfirst(lc), target, run_scan);
	}

	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->status == RESULT_BROKEN || test->status == RESULT_SKIPPED)
			continue;
		if (column_is_empty(test))
			tests_set_status(list_make1(test), RESULT_SKIPPED, "not bound");
		else if (test->status != RESULT_PASS)
			(void) guard_one(test, target, run_sample);
	}
}
