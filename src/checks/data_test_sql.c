/*-------------------------------------------------------------------------
 *
 * data_test_sql.c
 *	  greenery_test_sql(), greenery_check_test(): what a data test asks, and whether
 *	  it can be asked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "checks/data_test_compile.h"
#include "checks/data_test_load.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "result_set.h"
#include "roles.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(greenery_test_sql);
PG_FUNCTION_INFO_V1(greenery_check_test);

/* Return the statement that would answer the tests of a model */
static void
compile_and_report(List *tests, const TestTarget *target, ReturnSetInfo *rsinfo)
{
	Datum		values[2] = {0};
	bool		nulls[2] = {0};
	ListCell   *lc;

	foreach(lc, tests)
		test_compile(lfirst(lc), target);
	values[0] = CStringGetTextDatum(target->from);
	values[1] = CStringGetTextDatum(test_scan_query(tests, target, false));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * greenery_test_sql(model): the statement that answers the tests of one model, or of each;
 * with the caller's rights.
 */
Datum
greenery_test_sql(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			only = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	int			level;
	List	   *tests;
	List	   *group = NIL;
	ListCell   *lc;

	greenery_begin_result_set(fcinfo);
	SPI_connect();
	level = NewGUCNestLevel();
	greenery_pin_settings();

	tests = tests_load();
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);
		DataTest   *next = lnext(tests, lc) ? lfirst(lnext(tests, lc)) : NULL;
		TestTarget	target = {0};
		char	   *message;

		/* a build alone knows what it is about to delete */
		if (test->kind != TEST_SHRINK)
			group = lappend(group, test);
		if (next != NULL && strcmp(next->model, test->model) == 0)
			continue;
		target.relid = relation_or_message(test->model, &message);
		if (group != NIL && OidIsValid(target.relid) &&
			(!OidIsValid(only) || target.relid == only))
		{
			target.from = quoted_relation(target.relid);
			target.key = model_key(test->model);
			compile_and_report(group, &target, rsinfo);
		}
		group = NIL;
	}

	AtEOXact_GUC(false, level);
	SPI_finish();
	return (Datum) 0;
}

/*
 * greenery_check_test(model, kind, column, args, warn_above, error_above): raise
 * an error unless that is a data test that can be compiled, by the builder.
 */
Datum
greenery_check_test(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	TestTarget	target = {0};
	DataTest   *test;
	RoleSwitch	before;

#define TEXT_ARGUMENT(n) \
	(PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n)))

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a data test needs a model, a kind and arguments"),
				 errhint("Arguments may be an empty JSON object.")));

	SPI_connect();

	/*
	 * literals are read as it is parsed, which may run what others have
	 * written
	 */
	role_enter(greenery_builder(), &before);
	target.relid = relid;
	target.from = quoted_relation(relid);
	test = test_from_arguments(TEXT_ARGUMENT(1), TEXT_ARGUMENT(2),
							   PG_GETARG_DATUM(3),
							   TEXT_ARGUMENT(4), TEXT_ARGUMENT(5));
	test_compile(test, &target);
	/* names and types in expressions: analysed, not run */
	if (SPI_prepare(test_scan_query(list_make1(test), &target, false), 0, NULL) == NULL)
		elog(ERROR, "could not prepare a data test");
	role_leave(&before);
	SPI_finish();
	PG_RETURN_VOID();
}
