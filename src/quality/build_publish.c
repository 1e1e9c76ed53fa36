/*-------------------------------------------------------------------------
 *
 * build_publish.c
 *	  Publish by difference.
 *
 * A published table gets exactly the rows that were written, by deleting,
 * updating and inserting what differs: readers never wait and never see a mart
 * between two builds.  Rows are matched on the model's key, and compared as
 * they are stored (*<>), which works for every type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "quality/build.h"
#include "quality/data_test.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

/* The published table p and the written table w of a model, and their match */
typedef struct Pair
{
	char	   *published;
	char	   *written;
	char	   *match;
} Pair;

static Pair
pair_of(const BuildModel *model)
{
	Pair		pair;
	StringInfoData match;
	ListCell   *lc;

	pair.published = quote_qualified_identifier(PUBLISHED_SCHEMA, model->name);
	pair.written = quote_qualified_identifier(BUILD_SCHEMA, model->name);
	initStringInfo(&match);
	foreach(lc, model->key)
	{
		const char *column = quote_identifier(lfirst(lc));

		appendStringInfo(&match, "%sw.%s = p.%s",
						 foreach_current_index(lc) > 0 ? " AND " : "",
						 column, column);
	}
	pair.match = match.data;
	return pair;
}

/*
 * Written and published rows are matched as wholes, by hash or merge joins.  A
 * published table that nobody has analyzed yet must not talk the planner into a
 * nested loop.  To be ended with AtEOXact_GUC.
 */
static int
begin_matching(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("enable_nestloop", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* Run a statement and return how many rows it changed */
static int64
change(const char *sql, int expected)
{
	if (SPI_execute(sql, false, 0) != expected)
		elog(ERROR, "could not publish");
	return (int64) SPI_processed;
}

/*
 * Kind shrink: rows that publishing would delete, out of those published.  A
 * source that was truncated and is being loaded again looks like this.
 */
void
build_check_shrink(Build *build)
{
	Threshold	limit;
	ListCell   *m;
	int			level = begin_matching();

	(void) threshold_parse(greenery_max_shrink, &limit);
	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		Pair		pair;
		ListCell   *t;

		if (model->status != MODEL_WRITTEN)
			continue;
		pair = pair_of(model);
		foreach(t, model->tests)
		{
			DataTest   *test = lfirst(t);
			TimestampTz start = GetCurrentTimestamp();
			bool		isnull;

			if (test->kind != TEST_SHRINK)
				continue;
			/* in WHERE, and not in FILTER, the subquery becomes a join */
			if (SPI_execute(psprintf("SELECT (SELECT count(*) FROM %s),"
									 " (SELECT count(*) FROM %s p WHERE NOT EXISTS"
									 " (SELECT FROM %s w WHERE %s))",
									 pair.published, pair.published,
									 pair.written, pair.match),
							false, 0) != SPI_OK_SELECT)
				elog(ERROR, "could not count what publishing would delete");
			test->total = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
													  SPI_tuptable->tupdesc, 1, &isnull));
			test->failures = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
														 SPI_tuptable->tupdesc, 2, &isnull));
			test->status = threshold_exceeded(&limit, test->failures, test->total)
				? RESULT_ERROR : RESULT_PASS;
			test->duration = GetCurrentTimestamp() - start;
			if (test->status == RESULT_ERROR)
			{
				test->message = psprintf("publishing would delete " INT64_FORMAT " of " INT64_FORMAT " rows; greenery.max_shrink is %s",
										 test->failures, test->total, greenery_max_shrink);
				model->status = MODEL_FAILED;
				model->message = psprintf("failed tests: " INT64_FORMAT, test->test_id);
				build->failed = true;
			}
		}
	}
	AtEOXact_GUC(true, level);
}

/* The columns of a published table, as "a = w.a, b = w.b" without its key */
static char *
assignments(const BuildModel *model, const Pair *pair)
{
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(pair->published);
	StringInfoData sql;

	if (SPI_execute_with_args("SELECT a.attname FROM pg_attribute a"
							  " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped"
							  " ORDER BY a.attnum",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the columns of %s", pair->published);
	initStringInfo(&sql);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *column = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		bool		is_key = false;
		ListCell   *lc;

		foreach(lc, model->key)
			is_key |= strcmp(lfirst(lc), column) == 0;
		if (!is_key)
			appendStringInfo(&sql, "%s%s = w.%s", sql.len > 0 ? ", " : "",
							 quote_identifier(column), quote_identifier(column));
	}
	SPI_freetuptable(SPI_tuptable);
	return sql.data;
}

/* Publish every mart */
void
build_publish(Build *build)
{
	ListCell   *m;
	int			level = begin_matching();

	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		TimestampTz start = GetCurrentTimestamp();
		Pair		pair;
		char	   *set;

		if (!model->is_mart)
			continue;
		CHECK_FOR_INTERRUPTS();
		pair = pair_of(model);
		set = assignments(model, &pair);
		model->deleted = change(psprintf("DELETE FROM %s p WHERE NOT EXISTS (SELECT FROM %s w WHERE %s)",
										 pair.published, pair.written, pair.match),
								SPI_OK_DELETE);
		/* a model may consist of its key */
		model->updated = set[0] == '\0' ? 0 :
			change(psprintf("UPDATE %s p SET %s FROM %s w WHERE %s AND p.* OPERATOR(pg_catalog.*<>) w.*",
							pair.published, set, pair.written, pair.match),
				   SPI_OK_UPDATE);
		model->inserted = change(psprintf("INSERT INTO %s SELECT w.* FROM %s w WHERE NOT EXISTS (SELECT FROM %s p WHERE %s)",
										  pair.published, pair.written, pair.published, pair.match),
								 SPI_OK_INSERT);
		model->publish_seconds = (double) (GetCurrentTimestamp() - start) / USECS_PER_SEC;
	}
	AtEOXact_GUC(true, level);
}

/* Leave nothing behind in the build's schema */
void
build_drop_written(Build *build)
{
	ListCell   *m;

	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);

		if (model->is_mart && model->rows >= 0)
			(void) change(psprintf("DROP TABLE %s",
								   quote_qualified_identifier(BUILD_SCHEMA, model->name)),
						  SPI_OK_UTILITY);
	}
}
