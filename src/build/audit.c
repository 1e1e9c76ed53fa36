/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  Audit a model: run the tests of what was written.
 *
 * Most tests judge each row by itself: not null, within a range, an expression.  How
 * many rows of a mart fail is then how many failed at the last build, less those among
 * the rows that have gone, and those among the rows that have come: rows that are as
 * they were need not be tested again.  So such tests look at the difference, before it is
 * published, unless it is certain that nothing else matters:
 *
 * - The published table has the rows that it had after the last build, which has tested
 *	 them: by their number and their versions, as for incremental marts.
 * - The test has the same fingerprint: it asks the same, with the same extension and server.
 * - It reads nothing but the row, and calls nothing but immutable functions of the server
 *	 and of the extension: what a user's function does may have been changed.
 *
 * Where the difference has been published, the primary key of the published table has made
 * sure that no key occurs twice.  All other tests look at all rows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "build/audit.h"
#include "build/intermediate.h"
#include "build/last_build.h"
#include "build/model_tree.h"
#include "build/query_facts.h"
#include "build/reads.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "checks/data_test_compile.h"
#include "checks/data_test_native.h"
#include "checks/data_test_run.h"
#include "compat.h"
#include "greenery.h"
#include "roles.h"
#include "sources/known_calls.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* What a test reads in place of a model: what the build has written of it */
static const char *
source_in_build(Oid relid, void *arg)
{
	const Build *build = arg;
	const char *stored;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		if (model->spec.relid == relid && model_is_written(model))
			return written_name(model);
	}
	refuse_unseen(build, relid);
	stored = stored_name(build, relid);
	return stored != NULL ? stored : quoted_relation(relid);
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

		int64		seen = test->scanned;

		/* counted by the difference */
		if (seen < 0 && test->kind == TEST_NOT_NULL && test->where == NULL)
			seen = test->total;
		if (seen >= 0 && seen != model->counts.rows)
			tests_set_status(list_make1(test), RESULT_BROKEN,
							 psprintf("looked at " INT64_FORMAT " rows, but " INT64_FORMAT " were written",
									  seen, model->counts.rows));
	}
}

/*
 * Whether the rows of a model, which are those of its published table, are told apart by
 * that table's primary key.  Its owner may have dropped it, or made another.
 */
static bool
key_is_indexed(const BuildModel *model)
{
	Oid			published = published_oid(model);
	Oid			constraint;
	Bitmapset  *columns = get_primary_key_attnos(published, false, &constraint);
	ListCell   *lc;

	if (bms_num_members(columns) != list_length(model->spec.key))
		return false;
	foreach(lc, model->spec.key)
	{
		if (!bms_is_member(get_attnum(published, lfirst(lc)) - FirstLowInvalidHeapAttributeNumber,
						   columns))
			return false;
	}
	return true;
}

TestTarget
audit_target(Build *build, const BuildModel *model)
{
	TestTarget	target = {0};

	target.relid = model->spec.relid;
	target.from = source_in_build(model->spec.relid, build);
	target.key = model->spec.key;
	target.source = source_in_build;
	target.source_arg = build;
	return target;
}

/* Whether nothing but the rows of a table decides what comes out of a compiled test */
static bool
depends_on_rows_alone(DataTest *test, const TestTarget *target, Oid table)
{
	Query	   *query = tree_rewritten(tree_of_text(test_scan_query(list_make1(test), target, true)));

	return reads_only(query, list_make1_oid(table)) &&
		calls_only_known((Node *) query);
}

/* Tests of a mart whose result for the unchanged rows is known, compiled */
static List *
answered_by_row(const BuildModel *model, const TestTarget *target)
{
	List	   *tests = NIL;
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->last == NULL || test->unparsed != NULL)
			continue;
		test_compile(test, target);
		if ((test->by_row || test_is_unique_by_index(test, target)) &&
			strcmp(test_fingerprint(test), test->last->fingerprint) == 0 &&
			depends_on_rows_alone(test, target, written_oid(model)))
			tests = lappend(tests, test);
	}
	return tests;
}

/* Count the failures of some rows that have come (1) or gone (-1) into the last counts */
static void
count_rows(List *tests, const TestTarget *target, int sign)
{
	ListCell   *lc;

	tests_count(tests, target, true);
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->last->failures += sign * test->failures;
		test->last->total += sign * test->total;
	}
}

/* The caller guards it */
static void
count_difference(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;
	const RowDifference *difference = model->run.difference;
	TestTarget	target = audit_target(in->build, model);
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
							   quoted_relation(published_oid(model)));
		target.places = row_list_datum(&difference->only_old);
		count_rows(tests, &target, -1);
		pfree(DatumGetPointer(target.places));
	}
	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->failures = test_is_unique_by_index(test, &target) ? 0 : test->last->failures;
		test->total = test->last->total;
		/* some of the rows were read, and more than once */
		test->scanned = -1;
		test->counted = true;
	}
}

void
audit_difference(Build *build, BuildModel *model)
{
	ModelInBuild in = {build, model};
	RoleSwitch	before;
	char	   *message;

	if (!greenery_incremental_builds || !model->run.difference->old_is_known)
		return;
	role_enter(build->builder, &before);
	if (!run_guarded(count_difference, &in, &message))
		ereport(DEBUG1,
				(errmsg_internal("tests of model %s look at all rows: %s",
								 model->spec.name, message)));
	role_leave(&before);
}

void
forget_difference_audit(BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->tests)
		((DataTest *) lfirst(lc))->counted = false;
}

void
audit_model(Build *build, BuildModel *model)
{
	TestTarget	target = audit_target(build, model);
	StringInfoData failed;
	RoleSwitch	before;
	ListCell   *lc;

	target.key_is_indexed = model->run.by_difference && key_is_indexed(model);
	role_enter(build->builder, &before);
	tests_run(model->tests, &target);
	role_leave(&before);
	if (model->spec.is_mart)
		check_totals(model);

	initStringInfo(&failed);
	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (!model->spec.is_mart && test->scanned >= 0)
			model->counts.rows = test->scanned;
		/* what would be deleted is not known yet */
		if (test->kind == TEST_SHRINK)
			test->status = RESULT_PASS;
		else if (test->status == RESULT_ERROR || test->status == RESULT_BROKEN)
			appendStringInfo(&failed, "%s" INT64_FORMAT, failed.len > 0 ? ", " : "", test->test_id);
	}
	if (failed.len > 0)
	{
		model->run.phase = MODEL_REJECTED;
		model->run.message = psprintf("failed tests: %s", failed.data);
	}
	else
		model->run.phase = MODEL_ACCEPTED;
}

/* The published rows that would be deleted, out of those published */
static void
judge_shrink(DataTest *test, const BuildModel *model, const Threshold *limit, bool accept)
{
	test->total = model->run.difference->old_rows;
	test->failures = model->counts.vanished;
	test->status = RESULT_PASS;
	if (!threshold_exceeded(limit, test->failures, test->total))
		return;
	test->status = accept || !test->error_above.is_set ? RESULT_WARN : RESULT_ERROR;
	test->message = psprintf("publishing would delete " INT64_FORMAT " of " INT64_FORMAT " rows; max_shrink is %s",
							 test->failures, test->total, greenery_max_shrink);
}

void
audit_shrink(const Build *build, BuildModel *model, TimestampTz start)
{
	Threshold	limit;
	ListCell   *lc;

	(void) threshold_parse(greenery_max_shrink, &limit);
	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);

		if (test->kind != TEST_SHRINK)
			continue;
		judge_shrink(test, model, &limit, build->accept_shrink);
		test->duration = GetCurrentTimestamp() - start;
		if (test->status == RESULT_ERROR)
		{
			model->run.phase = MODEL_REJECTED;
			model->run.message = psprintf("failed tests: " INT64_FORMAT, test->test_id);
		}
	}
}
