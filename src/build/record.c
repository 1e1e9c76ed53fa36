/*-------------------------------------------------------------------------
 *
 * record.c
 *	  What a build records: a row for itself, for each model and for each test.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/last_build.h"
#include "build/record.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

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
	bool		published = !build->failed && model->counts.inserted >= 0;

	add_count(&args, build->build_id);
	add_text(&args, model->spec.name);
	add_argument(&args, INT4OID, Int32GetDatum(position), false);
	add_text(&args, model_status(model));
	add_count(&args, model->counts.rows);
	add_count(&args, published ? model->counts.inserted : -1);
	add_count(&args, published ? model->counts.updated : -1);
	add_count(&args, published ? model->counts.deleted : -1);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->counts.write_seconds), !model->spec.is_mart);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->counts.audit_seconds), false);
	add_argument(&args, FLOAT8OID, Float8GetDatum(model->counts.publish_seconds), !published);
	add_text(&args, model->run.message);
	add_count(&args, model->counts.affected_keys);
	insert("INSERT INTO greenery.build_models (build_id, model, position, status, rows,"
		   "  inserted, updated, deleted, write_seconds, audit_seconds, publish_seconds,"
		   "  message, changed_keys)"
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

void
record_models(const Build *build)
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
	record_for_next_build(build);
	record_metrics(build);
}

/* How many tests have that status, a TestStatus */
static int
count_tests(const Build *build, TestStatus status)
{
	int			n = 0;
	ListCell   *m;

	foreach(m, build->models)
	{
		ListCell   *t;

		foreach(t, ((BuildModel *) lfirst(m))->tests)
			n += ((DataTest *) lfirst(t))->status == status;
	}
	return n;
}

char *
failed_tests(const Build *build)
{
	StringInfoData list;
	ListCell   *m;

	initStringInfo(&list);
	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		ListCell   *t;
		bool		named = false;

		/* none of the tests of a model that cannot be read has run */
		if (model->run.phase == MODEL_BROKEN && model->run.message != NULL && !OidIsValid(model->spec.relid))
		{
			appendStringInfo(&list, "%smodel %s: %s", list.len > 0 ? ", " : "",
							 model->spec.name, model->run.message);
			continue;
		}
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
		if (model_has_failed(model) && !named)
			appendStringInfo(&list, "%smodel %s", list.len > 0 ? ", " : "", model->spec.name);
	}
	return list.data;
}

void
record_start(Build *build)
{
	Oid			types[2] = {TEXTOID, BOOLOID};
	Datum		values[2] = {
		CStringGetTextDatum(GetUserNameFromId(build->caller, false)),
		BoolGetDatum(build->accept_shrink)
	};

	if (SPI_execute_with_args("INSERT INTO greenery.builds (started_by, accept_shrink, models)"
							  " SELECT $1, $2, count(*) FROM greenery.models RETURNING build_id",
							  2, types, values, NULL, false, 0) != SPI_OK_INSERT_RETURNING)
		elog(ERROR, "could not record the build");
	build->build_id = DatumGetInt64(row_value(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											  1, INT8OID));
}

void
queue_alerts(const Build *build)
{
	Oid			type = INT8OID;
	Datum		build_id = Int64GetDatum(build->build_id);

	if (SPI_execute_with_args("SELECT greenery.queue_build_alerts($1)",
							  1, &type, &build_id, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not queue alerts");
}

/* Under the lock, such a build is gone, and has not told */
void
close_aborted(const Build *build)
{
	SPITupleTable *gone;
	uint64		n;

	if (SPI_execute("WITH gone AS ("
					"UPDATE greenery.builds"
					"   SET status = 'aborted', finished_at = clock_timestamp(),"
					"       message = 'The session ended before the build did.'"
					" WHERE status = 'running' RETURNING build_id)"
					" SELECT build_id FROM gone ORDER BY build_id", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not close aborted builds");
	gone = SPI_tuptable;
	n = SPI_processed;
	for (uint64 i = 0; i < n; i++)
	{
		Build		aborted = *build;

		aborted.build_id = DatumGetInt64(row_value(gone->vals[i], gone->tupdesc, 1, INT8OID));
		queue_alerts(&aborted);
	}
}

void
record_end(const Build *build, const char *status, const char *message)
{
	Oid			types[9] = {INT8OID, TEXTOID, TEXTOID, INT4OID, INT4OID, INT4OID, INT4OID, INT4OID, TEXTOID};
	Datum		values[9];
	char		nulls[10] = "         ";

	values[0] = Int64GetDatum(build->build_id);
	values[1] = CStringGetTextDatum(status);
	values[2] = message ? CStringGetTextDatum(message) : (Datum) 0;
	nulls[2] = message ? ' ' : 'n';
	for (int i = 0; i < 5; i++)
		values[3 + i] = Int32GetDatum(count_tests(build, (TestStatus) i));
	values[8] = build->currency ? CStringGetTextDatum(build->currency) : (Datum) 0;
	nulls[8] = build->currency ? ' ' : 'n';
	/* what this build took for the present, and the like, is set for its time */
	if (SPI_execute_with_args("UPDATE greenery.builds"
							  "   SET status = $2, message = $3, published = $2 = 'published',"
							  "       finished_at = clock_timestamp(),"
							  "       passed = $4, warned = $5, failed = $6, broken = $7, skipped = $8,"
							  "       as_of = greenery.as_of_setting(),"
							  "       timezone = greenery.timezone(),"
							  "       repeat_horizon = justify_hours(greenery.repeat_horizon_setting()),"
							  "       session_gap = justify_hours(greenery.session_gap()),"
							  "       stock_cover = justify_hours(greenery.stock_cover()),"
							  "       currency = $9"
							  " WHERE build_id = $1",
							  9, types, values, nulls, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not close the build");
}
