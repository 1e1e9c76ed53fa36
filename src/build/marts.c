/*-------------------------------------------------------------------------
 *
 * marts.c
 *	  Take all models through write, audit and publish.
 *
 * Where a model has been written, the others read the written table, and nothing is computed
 * twice: see model_tree.h.
 *
 * All marts are published together, after all have been audited.  One of which only the
 * difference has been written, and little differs, is published at once, since a look at the
 * published table then takes the place of a written one.  A build that fails undoes it.  Where
 * the difference is not to be published, or cannot be, the published rows that have an equal are
 * copied, and the mart is written as at a first build.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "alerts/shareable.h"
#include "build/audit.h"
#include "build/compute.h"
#include "build/incremental.h"
#include "build/intermediate.h"
#include "build/marts.h"
#include "build/parallel.h"
#include "build/progress.h"
#include "build/publish.h"
#include "build/work_tables.h"
#include "build/write.h"
#include "checks/data_test.h"
#include "guarded.h"
#include "miscadmin.h"

/*
 * What of a mart may differ for its difference to be published before its audit, in rows of
 * the published table: 1 of this many.  A build that fails should not leave many dead rows
 * behind, and a statement cannot take a list of very many rows.
 */
#define MUCH 4

/* The first model that this one is made from and that did not pass, or NULL */
static BuildModel *
failed_upstream(const Build *build, const BuildModel *model)
{
	ListCell   *lc;

	foreach(lc, model->spec.depends_on)
	{
		BuildModel *upstream = find_model(build, lfirst(lc));

		if (upstream != NULL &&
			(model_has_failed(upstream) || upstream->run.phase == MODEL_SKIPPED))
			return upstream;
	}
	return NULL;
}

static bool
is_little(const RowDifference *difference)
{
	return difference->listed &&
		difference->only_old.n <= difference->old_rows / MUCH &&
		difference->only_new.n <= difference->old_rows / MUCH;
}

/*
 * Write one mart, and publish its difference if only that has been written; the caller
 * guards it
 */
static void
write_or_publish(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;
	TimestampTz start = GetCurrentTimestamp();

	write_mart(in->build, model);
	model->counts.write_seconds += seconds_since(start);
	if (model->run.difference == NULL)
		return;
	if (is_little(model->run.difference))
	{
		start = GetCurrentTimestamp();
		audit_difference(in->build, model);
		model->counts.audit_seconds = seconds_since(start);
		if (publish_difference(in->build, model))
			return;
		forget_difference_audit(model);
	}
	start = GetCurrentTimestamp();
	write_equal_rows(model);
	model->counts.write_seconds += seconds_since(start);
}

/* Returns false, and says why, if the mart is broken */
static bool
make_mart(Build *build, BuildModel *model)
{
	ModelInBuild in = {build, model};
	ComputedMart *ahead;

	if (model->run.computed == NULL)
		compute_ahead(build);
	ahead = model->run.computed;
	model->counts.write_seconds = ahead != NULL ? ahead->seconds : 0;
	if (run_guarded(write_or_publish, &in, &model->run.message))
		return true;
	/* what was computed in its turn has gone with the subtransaction */
	if (ahead != NULL && model->run.computed == ahead)
		computed_mart_free(ahead);
	model->run.computed = NULL;
	model->run.phase = MODEL_BROKEN;
	model->counts.rows = -1;
	return false;
}

/* Write and audit one model */
static void
make_model(Build *build, BuildModel *model)
{
	const BuildModel *upstream = failed_upstream(build, model);
	TimestampTz start;

	if (model->run.phase != MODEL_BROKEN && upstream != NULL)
	{
		model->run.phase = MODEL_SKIPPED;
		model->run.message = psprintf("model %s failed or was skipped", upstream->spec.name);
		tests_set_status(model->tests, RESULT_SKIPPED, model->run.message);
		return;
	}
	if (model->run.phase == MODEL_BROKEN ||
		(model->spec.is_mart && !make_mart(build, model)))
	{
		tests_set_status(model->tests, RESULT_BROKEN, model->run.message);
		return;
	}
	start = GetCurrentTimestamp();
	audit_model(build, model);
	model->counts.audit_seconds += seconds_since(start);
	if (model->spec.is_mart && model->run.phase == MODEL_ACCEPTED)
		make_intermediates(build);
}

/* What has become of a model.  One that was not made has no rows, rather than 0. */
static void
tell_model(const Build *build, const BuildModel *model, int position)
{
	const char *message = model->run.message;
	const char *what = model_status(model);

	if (model->counts.rows >= 0)
		what = psprintf(INT64_FORMAT " rows, %.3f s", model->counts.rows,
						model->counts.write_seconds + model->counts.audit_seconds);
	if (message != NULL && !build_may_tell(build))
		message = shareable_message(message);
	ereport(NOTICE,
			(errmsg("model %d of %d: %s: %s%s%s",
					position, list_length(build->models), model->spec.name, what,
					message ? "; " : "", message ? message : "")));
}

void
write_and_audit(Build *build)
{
	ListCell   *lc;

	/* staging views first, where they are to be stored */
	make_intermediates(build);
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		tell_progress(foreach_current_index(lc) + 1);
		make_model(build, model);
		if (model_has_failed(model))
			build->failed = true;
		tell_model(build, model, foreach_current_index(lc) + 1);
	}
	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);
		TimestampTz start = GetCurrentTimestamp();

		if (!model->spec.is_mart || model->run.phase != MODEL_ACCEPTED)
			continue;
		CHECK_FOR_INTERRUPTS();
		if (!model->run.by_difference)
			compare_with_published(model);
		audit_shrink(build, model, start);
		if (model_has_failed(model))
			build->failed = true;
	}
}

void
publish_marts(Build *build)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (model->spec.is_mart && !model->run.by_difference)
			publish_mart(model);
	}
}

void
drop_written(const Build *build)
{
	ListCell   *lc;

	drop_intermediates(build);
	drop_changes(build);
	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		if (model_is_written(model))
			drop_work_table(model->run.by_difference ? "VIEW" : "TABLE", model->spec.table);
	}
}
