/*-------------------------------------------------------------------------
 *
 * build_record.c
 *	  What a build leaves behind: a row for each model and each test.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static const char *const model_status_names[] = {
	"failed",					/* pending: never reached */
	"written", "tested", "failed", "skipped"
};

/* Arguments of a statement, set one by one */
typedef struct Arguments
{
	int			n;
	Oid			types[16];
	Datum		values[16];
	char		nulls[16];
} Arguments;

static void
add_argument(Arguments *args, Oid type, Datum value, bool isnull)
{
	Assert(args->n < (int) lengthof(args->types));
	args->types[args->n] = type;
	args->values[args->n] = value;
	args->nulls[args->n] = isnull ? 'n' : ' ';
	args->n++;
}

static void
add_text(Arguments *args, const char *text)
{
	add_argument(args, TEXTOID, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

/* A count; negative stands for unknown */
static void
add_count(Arguments *args, int64 count)
{
	add_argument(args, INT8OID, Int64GetDatum(count), count < 0);
}

static void
insert(const char *sql, Arguments *args)
{
	if (SPI_execute_with_args(sql, args->n, args->types, args->values,
							  args->nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not record the build");
}

static void
record_model(const Build *build, const BuildModel *model, int position)
{
	Arguments	args = {0};
	bool		published = !build->failed && model->inserted >= 0;

	add_count(&args, build->build_id);
	add_text(&args, model->name);
	add_argument(&args, INT4OID, Int32GetDatum(position), false);
	add_text(&args, model_status_names[model->status]);
	add_count(&args, model->rows);
	add_count(&args, published ? model->inserted : -1);
	add_count(&args, published ? model->updated : -1);
	add_count(&args, published ? model->deleted : -1);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->write_seconds), !model->is_mart);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->audit_seconds), false);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->publish_seconds), !published);
	add_text(&args, model->message);
	add_count(&args, model->changed_keys);
	insert("INSERT INTO greenery.build_models"
		   " (build_id, model, position, status, rows, inserted, updated, deleted,"
		   "  write_seconds, audit_seconds, publish_seconds, message, changed_keys)"
		   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", &args);
}

static void
record_test(const Build *build, const DataTest *test)
{
	Arguments	args = {0};
	Interval	duration = {0};

	duration.time = test->duration;
	add_count(&args, build->build_id);
	add_count(&args, test->test_id);
	add_text(&args, test->model);
	add_text(&args, test->kind_name);
	add_text(&args, test->column);
	add_text(&args, test_status_names[test->status]);
	add_count(&args, test->failures);
	add_count(&args, test->total);
	add_argument(&args, FLOAT8OID,
				 Float8GetDatum(test->total > 0 ? (double) test->failures / (double) test->total : 0),
				 test->total <= 0);
	add_argument(&args, INTERVALOID, IntervalPGetDatum(&duration), false);
	add_text(&args, test->message);
	add_text(&args, test->owner);
	insert("INSERT INTO greenery.test_results"
		   " (build_id, test_id, model, kind, column_name, status, failures, total, share,"
		   "  duration, message, owner)"
		   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", &args);

	if (test->sample != NULL)
	{
		args.n = 0;
		add_count(&args, build->build_id);
		add_count(&args, test->test_id);
		add_text(&args, test->sample);
		insert("INSERT INTO greenery.test_failures (build_id, test_id, failure, failing_key)"
			   " SELECT $1, $2, s.ordinality, s.value"
			   "   FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY s", &args);
	}
}

/* Keep what this build says of each metric, as it has published it */
static void
record_metrics(const Build *build)
{
	Arguments	args = {0};

	add_count(&args, build->build_id);
	insert("INSERT INTO greenery.metrics_history (name, build_id, as_of, value, numerator, denominator)"
		   " SELECT m.name, $1, greenery.as_of_setting(), m.value, m.numerator, m.denominator"
		   "   FROM greenery_published.metrics m", &args);
}

/* Record every model and test of the build */
void
build_record(Build *build)
{
	ListCell   *m;

	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		ListCell   *t;

		record_model(build, model, foreach_current_index(m) + 1);
		foreach(t, model->tests)
			record_test(build, lfirst(t));
	}
	if (build->failed)
		return;
	build_record_states(build);
	record_metrics(build);
}

/* How many tests have that status, a TestStatus */
int
build_count(const Build *build, int status)
{
	int			n = 0;
	ListCell   *m;

	foreach(m, build->models)
	{
		ListCell   *t;

		foreach(t, ((BuildModel *) lfirst(m))->tests)
			n += (int) ((DataTest *) lfirst(t))->status == status;
	}
	return n;
}

/* The tests and models that stop the build, by name, for people */
char *
build_failed_tests(const Build *build)
{
	StringInfoData list;
	ListCell   *m;

	initStringInfo(&list);
	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		ListCell   *t;
		bool		named = false;

		foreach(t, model->tests)
		{
			DataTest   *test = lfirst(t);

			if (test->status != RESULT_ERROR && test->status != RESULT_BROKEN)
				continue;
			named = true;
			appendStringInfo(&list, "%s" INT64_FORMAT " %s(%s%s%s)%s",
							 list.len > 0 ? ", " : "", test->test_id,
							 test->kind_name, test->model,
							 test->column ? "." : "", test->column ? test->column : "",
							 test->status == RESULT_BROKEN ? " broken" : "");
		}
		if (model->status == MODEL_FAILED && !named)
			appendStringInfo(&list, "%smodel %s", list.len > 0 ? ", " : "", model->name);
	}
	return list.data;
}
