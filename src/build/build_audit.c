/*-------------------------------------------------------------------------
 *
 * build_audit.c
 *	  Test what was written of a model.
 *
 * Most tests judge each row by itself: not null, within a range, an expression.  How
 * many rows of a mart fail is then how many failed at the last build, less those among
 * the rows that have gone, and those among the rows that have come: rows that are as
 * they were need not be asked again.  So such tests look at what differs, before it is
 * applied, unless it is certain that nothing else matters:
 *
 * - The published table has the rows that the last build has left in it, and tested: by
 *	 their number and their versions, as for incremental marts.
 * - The test asks the same, with the same extension and server.
 * - It reads nothing but the row, and calls nothing but immutable functions of the server
 *	 and of the extension: what a user's function does may have been changed.
 *
 * That no key occurs twice, the primary key of the published table has seen to where
 * the difference has been applied.  All other tests look at all rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "build/build_audit.h"
#include "build/build_compute.h"
#include "build/model_tree.h"
#include "catalog/dependency.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "checks/data_test_compile.h"
#include "checks/data_test_native.h"
#include "checks/data_test_run.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "roles.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* What a test reads in place of a model: what the build has written of it */
static const char *
source_in_build(Oid relid, void *arg)
{
	Build	   *build = arg;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (model->is_mart && model->relid == relid && model->rows >= 0)
			return build_written_table(model);
	}
	return quoted_relation(relid);
}

/*
 * An audit that looked at other rows than were written has not audited them.
 */
static void
check_totals(BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->where == NULL && test->total >= 0 && test->total != model->rows)
			tests_set_status(list_make1(test), RESULT_BROKEN,
							 psprintf("looked at " INT64_FORMAT " rows, but " INT64_FORMAT " were written",
									  test->total, model->rows));
	}
}

/*
 * Whether the rows of a model, which are those of its published table, are told apart by
 * that table's primary key.  Its owner may have dropped it, or made another.
 */
static bool
key_is_indexed(const BuildModel *model)
{
	Oid			published = mart_published(model);
	Oid			constraint;
	Bitmapset  *columns = get_primary_key_attnos(published, false, &constraint);
	ListCell   *lc;

	if (bms_num_members(columns) != list_length(model->key))
		return false;
	foreach(lc, model->key)
		if (!bms_is_member(get_attnum(published, lfirst(lc)) - FirstLowInvalidHeapAttributeNumber,
						   columns))
			return false;
	return true;
}

TestTarget
build_test_target(Build *build, const BuildModel *model)
{
	return (TestTarget) {
		.relid = model->relid,
		.from = model->is_mart ? build_written_table(model) : quoted_relation(model->relid),
		.key = model->key,
		.source = source_in_build,
		.source_arg = build
	};
}

/* The test of that id, or NULL */
static DataTest *
find_test(const Build *build, int64 test_id)
{
	ListCell   *m;
	ListCell   *t;

	foreach(m, build->models)
		foreach(t, ((BuildModel *) lfirst(m))->tests)
			if (((DataTest *) lfirst(t))->test_id == test_id)
				return lfirst(t);
	return NULL;
}

/* Read how the last build has left the tests of the marts */
void
build_load_test_states(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT s.test_id, s.question, s.failures, s.total"
					"  FROM greenery.test_states s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of tests");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		DataTest   *test = find_test(build, DatumGetInt64(row_value(row, desc, 1, INT8OID)));

		if (test == NULL)
			continue;
		test->left = palloc(sizeof(TestCounts));
		test->left->question = row_text(row, desc, 2);
		test->left->failures = DatumGetInt64(row_value(row, desc, 3, INT8OID));
		test->left->total = DatumGetInt64(row_value(row, desc, 4, INT8OID));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* What a compiled test asks of which model, and what else decides the answer */
static char *
question(const DataTest *test)
{
	return build_versioned(psprintf("SELECT %s FROM %s t", test->aggregate, test->model));
}

/* Remember how this build, which publishes, has left the tests of a mart */
void
build_record_test_states(const BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		const DataTest *test = lfirst(lc);
		Oid			types[4] = {INT8OID, TEXTOID, INT8OID, INT8OID};
		Datum		values[4];

		if ((test->status != RESULT_PASS && test->status != RESULT_WARN) ||
			!(test->by_row || test->kind == TEST_UNIQUE || test->kind == TEST_UNIQUE_COMBINATION))
			continue;
		values[0] = Int64GetDatum(test->test_id);
		values[1] = CStringGetTextDatum(question(test));
		values[2] = Int64GetDatum(test->failures);
		values[3] = Int64GetDatum(test->total);
		if (SPI_execute_with_args("INSERT INTO greenery.test_states"
								  " (test_id, question, failures, total) VALUES ($1, $2, $3, $4)",
								  4, types, values, NULL, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of test " INT64_FORMAT, test->test_id);
	}
}

static bool
is_of_others(Oid function, void *context pg_attribute_unused())
{
	return get_func_namespace(function) != PG_CATALOG_NAMESPACE &&
		getExtensionOfObject(ProcedureRelationId, function) != get_extension_oid("greenery", false);
}

static bool
calls_others(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_of_others, NULL))
		return true;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_others, context, 0);
	return expression_tree_walker(node, calls_others, context);
}

/* Whether a query or an expression calls immutable functions of the server and of greenery only */
bool
build_calls_nothing_else(Node *node)
{
	return !contain_mutable_functions(node) && !calls_others(node, NULL);
}

/* Whether nothing but the rows of a table decides what comes out of a compiled test */
static bool
depends_on_rows_alone(DataTest *test, const TestTarget *target, Oid table)
{
	Query	   *query = tree_rewritten(tree_of_text(test_scan_query(list_make1(test), target, true)));

	return build_reads_only(query, list_make1_oid(table)) &&
		build_calls_nothing_else((Node *) query);
}

/* Tests of a mart that rows which are as they were have answered, compiled */
static List *
answered_by_row(const BuildModel *model, const TestTarget *target)
{
	List	   *tests = NIL;
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->left == NULL)
			continue;
		test_compile(test, target);
		if ((test->by_row || test_is_unique_by_index(test, target)) &&
			strcmp(question(test), test->left->question) == 0 &&
			depends_on_rows_alone(test, target, mart_written(model)))
			tests = lappend(tests, test);
	}
	return tests;
}

/* Count the failures of some rows that have come (1) or gone (-1) into what was left */
static void
count_rows(List *tests, const TestTarget *target, int sign)
{
	ListCell   *lc;

	tests_count(tests, target, true);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->left->failures += sign * test->failures;
		test->left->total += sign * test->total;
	}
}

/* The caller guards it */
static void
count_changes(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;
	const RowDifference *difference = model->difference;
	TestTarget	target = build_test_target(in->build, model);
	List	   *tests;
	ListCell   *lc;

	target.key_is_indexed = key_is_indexed(model);
	tests = answered_by_row(model, &target);
	if (tests == NIL)
		return;
	if (difference->only_new.n > 0)
		count_rows(tests, &target, 1);
	if (difference->only_old.n > 0)
	{
		target.from = psprintf("(SELECT p.* FROM %s p WHERE p.ctid = ANY ($1))",
							   quoted_relation(mart_published(model)));
		target.places = row_list_datum(&difference->only_old);
		count_rows(tests, &target, -1);
		pfree(DatumGetPointer(target.places));
	}
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->failures = test_is_unique_by_index(test, &target) ? 0 : test->left->failures;
		test->total = test->left->total;
		test->counted = true;
	}
}

/*
 * Answer tests of a mart by what differs, which alone has been written and is about to
 * be applied.  Where that cannot be, they look at all rows when it is their turn.
 */
void
build_count_changes(Build *build, BuildModel *model)
{
	ModelInBuild in = {build, model};
	RoleSwitch	before;
	char	   *message;

	if (!greenery_incremental_builds || !model->difference->old_is_known)
		return;
	role_enter(build->builder, &before);
	if (!run_guarded(count_changes, &in, &message))
		ereport(DEBUG1,
				(errmsg_internal("tests of model %s look at all rows: %s",
								 model->name, message)));
	role_leave(&before);
}

/* The difference has not been applied */
void
build_forget_counts(BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->tests)
		((DataTest *) lfirst(lc))->counted = false;
}

/* Test one model, and say whether it holds */
void
build_audit(Build *build, BuildModel *model)
{
	TestTarget	target = build_test_target(build, model);
	StringInfoData failed;
	RoleSwitch	before;
	ListCell   *lc;

	target.key_is_indexed = model->applied && key_is_indexed(model);
	role_enter(build->builder, &before);
	tests_run(model->tests, &target);
	role_leave(&before);
	if (model->is_mart)
		check_totals(model);

	initStringInfo(&failed);
	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (!model->is_mart && test->where == NULL && test->total >= 0)
			model->rows = test->total;
		/* what would be deleted is not known yet */
		if (test->kind == TEST_SHRINK)
			test->status = RESULT_PASS;
		else if (test->status == RESULT_ERROR || test->status == RESULT_BROKEN)
			appendStringInfo(&failed, "%s" INT64_FORMAT, failed.len > 0 ? ", " : "", test->test_id);
	}
	if (failed.len > 0)
	{
		model->status = MODEL_FAILED;
		model->message = psprintf("failed tests: %s", failed.data);
	}
	else
		model->status = model->is_mart ? MODEL_WRITTEN : MODEL_TESTED;
}
