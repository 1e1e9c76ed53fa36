/*-------------------------------------------------------------------------
 *
 * greenery_test.c
 *	  greenery_test(): run data tests, and leave nothing behind.
 *
 * Tests are other people's SQL, and run with the rights of the builder, as in a build, and
 * with the settings of builds.  All tests together compute each model once: it is written
 * to a table, tested there, read from there by other models, and undone at the end.  One
 * model's tests, or those on a server where nothing can be written, read the live views.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "alerts/shareable.h"
#include "build/audit.h"
#include "build/intermediate.h"
#include "build/load_models.h"
#include "build/reads.h"
#include "build/write.h"
#include "build_settings.h"
#include "checks/data_test_run.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "result_set.h"
#include "roles.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(greenery_test);

/* Set result column i of values and nulls, from a string or NULL */
static void
set_text(Datum *values, bool *nulls, int i, const char *value)
{
	nulls[i] = value == NULL;
	if (value != NULL)
		values[i] = CStringGetTextDatum(value);
}

/* Whether the caller may see rows of a model: keys of failing ones, and what errors quote */
static bool
may_see(const Build *build, const BuildModel *model)
{
	return OidIsValid(model->spec.relid) &&
		pg_class_aclcheck(model->spec.relid, build->caller, ACL_SELECT) == ACLCHECK_OK &&
		greenery_may_use_schema(get_rel_namespace(model->spec.relid), build->caller);
}

/* Whether a test reads nothing but the model: an error may quote what else it reads */
static bool
reads_model_only(const DataTest *test)
{
	return test->expression == NULL && test->where == NULL && test->to == NULL;
}

/* A row for each test of a model */
static void
report(const Build *build, const BuildModel *model, ReturnSetInfo *rsinfo)
{
	bool		tell = may_see(build, model);
	ListCell   *lc;

	foreach(lc, model->tests)
	{
		DataTest   *test = lfirst(lc);
		Datum		values[11] = {0};
		bool		nulls[11] = {0};
		Interval   *duration = palloc0(sizeof(Interval));

		/* a build alone knows what it is about to delete */
		if (test->kind == TEST_SHRINK)
			continue;
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
		nulls[8] = test->sample == NULL || !tell;
		if (!nulls[8])
			values[8] = DirectFunctionCall1(jsonb_in, CStringGetDatum(test->sample));
		duration->time = test->duration;
		values[9] = IntervalPGetDatum(duration);
		set_text(values, nulls, 10, test->message == NULL || (tell && reads_model_only(test)) || build_may_tell(build)
				 ? test->message : shareable_message(test->message));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* Run the tests of a model on what has been written of it, or where it is */
static void
run_tests(Build *build, BuildModel *model)
{
	TestTarget	target;
	RoleSwitch	before;

	if (model->run.phase == MODEL_BROKEN)
	{
		tests_set_status(model->tests, RESULT_BROKEN, model->run.message);
		return;
	}
	target = audit_target(build, model);
	role_enter(build->builder, &before);
	tests_run(model->tests, &target);
	role_leave(&before);
}

static void
write_model(void *arg)
{
	ModelInBuild *in = arg;

	write_mart(in->build, in->model);
}

/* Write and test all models, in dependency order; undone by the caller */
static void
write_and_test(void *arg)
{
	Build	   *build = arg;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);
		ModelInBuild in = {build, model};

		CHECK_FOR_INTERRUPTS();
		if (model->spec.is_mart && model->run.phase != MODEL_BROKEN &&
			!run_guarded(write_model, &in, &model->run.message))
			model->run.phase = MODEL_BROKEN;
		run_tests(build, model);
		if (model->run.phase == MODEL_WRITTEN)
			make_intermediates(build);
	}
}

/* Whether a model is the relation that was asked for, if one was; one that is broken has no relid */
static bool
is_asked_for(const BuildModel *model, Oid only)
{
	return !OidIsValid(only) || strcmp(model->spec.relation, quoted_relation(only)) == 0;
}

/* Test one model, or all, where they are */
static void
test_live(Build *build, Oid only)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (is_asked_for(model, only))
			run_tests(build, model);
	}
}

/* greenery_test(model): run the tests of one model, or of all */
Datum
greenery_test(PG_FUNCTION_ARGS)
{
	static const bool undo = true;
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			only = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	Build		build = {.is_test = true};
	RoleSwitch	before;
	char	   *message;
	ListCell   *lc;

	greenery_begin_result_set(fcinfo);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	build.context = CurrentMemoryContext;
	build.caller = GetUserId();
	build.owner = greenery_owner();

	role_enter(build.owner, &before);
	build_be_quiet(&build);
	build.settings = build_settings_load();
	build_settings_apply(build.settings);
	greenery_pin_settings();
	if (jit_is_default())
		greenery_set_locally("jit", "off");
	build.builder = greenery_builder();
	refuse_reads(&build);
	load_models(&build);
	load_intermediates(&build);
	if (OidIsValid(only) || XactReadOnly || RecoveryInProgress())
		test_live(&build, only);
	else if (!run_or_undo(write_and_test, &build, &undo, &message))
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 errmsg("could not run the data tests"),
				 errdetail("%s", build_may_tell(&build) ? message : shareable_message(message))));
	foreach(lc, build.models)
	{
		const BuildModel *model = lfirst(lc);

		if (is_asked_for(model, only))
			report(&build, model, rsinfo);
	}
	role_leave(&before);
	SPI_finish();
	return (Datum) 0;
}
