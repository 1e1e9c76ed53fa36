/*-------------------------------------------------------------------------
 *
 * greenery_test.c
 *	  greenery_test(), greenery_test_sql(), greenery_check_test(): data tests
 *	  from SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(greenery_test);
PG_FUNCTION_INFO_V1(greenery_test_sql);
PG_FUNCTION_INFO_V1(greenery_check_test);

/* What is done with the tests of one model */
typedef void (*ModelWork) (List *tests, const TestTarget *target,
						   ReturnSetInfo *rsinfo);

/* Prepare a result set that is returned whole */
static void
begin_result_set(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context;
	TupleDesc	desc;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) ||
		!(rsinfo->allowedModes & SFRM_Materialize))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	context = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0,
											  false, work_mem);
	rsinfo->setDesc = desc;
	MemoryContextSwitchTo(context);
}

/* Set result column i of values and nulls, from a string or NULL */
static void
set_text(Datum *values, bool *nulls, int i, const char *text)
{
	nulls[i] = text == NULL;
	if (text != NULL)
		values[i] = CStringGetTextDatum(text);
}

/* Run the tests, and return a row for each */
static void
run_and_report(List *tests, const TestTarget *target, ReturnSetInfo *rsinfo)
{
	ListCell   *lc;

	if (OidIsValid(target->relid))
		tests_run(tests, target);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);
		Datum		values[11] = {0};
		bool		nulls[11] = {0};
		Interval   *duration = palloc0(sizeof(Interval));

		values[0] = Int64GetDatum(test->test_id);
		set_text(values, nulls, 1, test->model);
		set_text(values, nulls, 2, test->kind_name);
		set_text(values, nulls, 3, test->column);
		set_text(values, nulls, 4, test_status_names[test->status]);
		nulls[5] = test->failures < 0;
		values[5] = Int64GetDatum(test->failures);
		nulls[6] = test->total < 0;
		values[6] = Int64GetDatum(test->total);
		nulls[7] = test->total <= 0;
		if (!nulls[7])
			values[7] = Float8GetDatum((double) test->failures / (double) test->total);
		nulls[8] = test->sample == NULL;
		if (!nulls[8])
			values[8] = DirectFunctionCall1(jsonb_in, CStringGetDatum(test->sample));
		duration->time = test->duration;
		values[9] = IntervalPGetDatum(duration);
		set_text(values, nulls, 10, test->message);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* Return the statement that would answer the tests */
static void
compile_and_report(List *tests, const TestTarget *target, ReturnSetInfo *rsinfo)
{
	Datum		values[2] = {0};
	bool		nulls[2] = {0};
	ListCell   *lc;

	if (!OidIsValid(target->relid))
		return;
	foreach(lc, tests)
		test_compile(lfirst(lc), target);
	values[0] = CStringGetTextDatum(target->from);
	values[1] = CStringGetTextDatum(test_scan_query(tests, target, false));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Do something with the tests of each model, or of one.  A model that does not
 * exist breaks its tests, and is passed on without a relation.
 */
static void
for_each_model(FunctionCallInfo fcinfo, ModelWork work)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			only = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	int			level;
	List	   *tests;
	List	   *group = NIL;
	ListCell   *lc;

	begin_result_set(fcinfo);
	SPI_connect();
	level = greenery_set_search_path(GREENERY_SAFE_SEARCH_PATH);
	refuse_superuser();

	tests = tests_load();
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);
		DataTest   *next = lnext(tests, lc) ? lfirst(lnext(tests, lc)) : NULL;

		/* a build alone knows what it is about to delete */
		if (test->kind != TEST_SHRINK)
			group = lappend(group, test);
		if (next == NULL || strcmp(next->model, test->model) != 0)
		{
			TestTarget	target = {0};
			char	   *message;

			target.relid = relation_or_message(test->model, &message);
			if (!OidIsValid(target.relid))
				tests_set_status(group, RESULT_BROKEN, message);
			if (group != NIL &&
				(!OidIsValid(only) || target.relid == only))
			{
				if (OidIsValid(target.relid))
					target.from = quoted_relation(target.relid);
				target.key = model_key(test->model);
				work(group, &target, rsinfo);
			}
			group = NIL;
		}
	}

	AtEOXact_GUC(true, level);
	SPI_finish();
}

/* greenery_test(model): run the tests of one model, or of all */
Datum
greenery_test(PG_FUNCTION_ARGS)
{
	for_each_model(fcinfo, run_and_report);
	return (Datum) 0;
}

/* greenery_test_sql(model): show the statement that answers them */
Datum
greenery_test_sql(PG_FUNCTION_ARGS)
{
	for_each_model(fcinfo, compile_and_report);
	return (Datum) 0;
}

/*
 * greenery_check_test(model, kind, column, args, warn_above, error_above): raise
 * an error unless that is a data test that can be compiled.
 */
Datum
greenery_check_test(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	TestTarget	target = {0};
	DataTest   *test;
	int			level;

#define TEXT_ARGUMENT(n) \
	(PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n)))

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a data test needs a model, a kind and arguments"),
				 errhint("Arguments may be an empty JSON object.")));

	SPI_connect();
	level = greenery_set_search_path(GREENERY_SAFE_SEARCH_PATH);
	target.relid = relid;
	target.from = quoted_relation(relid);
	test = test_from_arguments(TEXT_ARGUMENT(1), TEXT_ARGUMENT(2),
							   PG_GETARG_DATUM(3),
							   TEXT_ARGUMENT(4), TEXT_ARGUMENT(5));
	test_compile(test, &target);
	/* names and types in expressions: analysed, not run */
	if (SPI_prepare(test_scan_query(list_make1(test), &target, false), 0, NULL) == NULL)
		elog(ERROR, "could not prepare a data test");
	AtEOXact_GUC(true, level);
	SPI_finish();
	PG_RETURN_VOID();
}
