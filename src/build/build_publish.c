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
 * What differs is found once, by row_difference, and little as a rule: the
 * statements here look at those rows only.  Where build_difference.c has found it
 * while the mart was computed, the written table holds nothing else.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "build/build.h"
#include "build/build_compute.h"
#include "build/bulk_insert.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "difference/row_difference.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/*
 * The published table p and the written table w of a model, how their rows match,
 * and which rows of each may have no equal in the other.
 */
typedef struct Pair
{
	BuildModel *model;
	char	   *published;
	char	   *written;
	char	   *match;
	const char *published_rows; /* conditions on p and on w */
	const char *written_rows;
	Datum		lists[2];		/* $1 and $2 of these conditions */
	char		nulls[2];
} Pair;

/* The condition on rows of an alias that may differ: those listed in $n */
static const char *
restriction(Pair *pair, const RowDifference *difference, const RowList *list,
			const char *alias, int n)
{
	pair->nulls[n - 1] = 'n';
	if (difference->listed && list->n == 0)
		return "false";
	if (!difference->listed || list->tids == NULL)
		return "true";
	pair->nulls[n - 1] = ' ';
	pair->lists[n - 1] = row_list_datum(list);
	return psprintf("%s.ctid = ANY ($%d)", alias, n);
}

/* The operator by which keys of a type are equal, for their index too */
static char *
equality_of(Oid type)
{
	TypeCacheEntry *cache = lookup_type_cache(type, TYPECACHE_EQ_OPR);
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(cache->eq_opr));
	Form_pg_operator operator;
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify an equality operator for type %s",
						format_type_be(type))));
	operator = (Form_pg_operator) GETSTRUCT(tuple);
	result = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(operator->oprnamespace)),
					  NameStr(operator->oprname));
	ReleaseSysCache(tuple);
	return result;
}

/*
 * Two columns of a type are equal.  Those of a domain are taken for what it is made from: an
 * operator for the domain itself may stand beside the one of that type.
 */
static char *
key_is_equal(Oid type, const char *a, const char *b)
{
	Oid			base = getBaseType(type);
	const char *cast = base == type ? "" :
		psprintf("::%s", format_type_extended(base, -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));

	return psprintf("%s%s %s %s%s", a, cast, equality_of(base), b, cast);
}

static Pair
pair_of(BuildModel *model)
{
	const RowDifference *difference = model->difference;
	Pair		pair = {.model = model};
	Oid			written = mart_written(model);
	StringInfoData match;
	ListCell   *lc;

	pair.published = quote_qualified_identifier(PUBLISHED_SCHEMA, model->name);
	pair.written = build_written_table(model);
	initStringInfo(&match);
	foreach(lc, model->key)
	{
		const char *column = quote_identifier(lfirst(lc));

		appendStringInfo(&match, "%s%s", foreach_current_index(lc) > 0 ? " AND " : "",
						 key_is_equal(get_atttype(written, get_attnum(written, lfirst(lc))),
									  psprintf("w.%s", column), psprintf("p.%s", column)));
	}
	pair.match = match.data;
	pair.published_rows = restriction(&pair, difference, &difference->only_old, "p", 1);
	pair.written_rows = restriction(&pair, difference, &difference->only_new, "w", 2);
	return pair;
}

/* Whether any row of a list's table may be without an equal */
static bool
may_differ(const RowDifference *difference, const RowList *list)
{
	return difference->old_rows > 0 ? !difference->listed || list->n > 0
		: list == &difference->only_new;
}

static void
free_pair(Pair *pair)
{
	for (int i = 0; i < 2; i++)
		if (pair->nulls[i] == ' ')
			pfree(DatumGetPointer(pair->lists[i]));
}

/*
 * Written and published rows are matched by hash or merge joins.  A published
 * table that nobody has analyzed yet, or a list whose length the planner does not
 * see, must not talk it into a nested loop.  To be ended with AtEOXact_GUC.
 */
static int
begin_matching(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("enable_nestloop", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

/* Run a statement about a pair, and return how many rows it changed or returned */
static int64
execute_on(Pair *pair, const char *sql, int expected)
{
	Oid			types[2] = {TIDARRAYOID, TIDARRAYOID};

	if (SPI_execute_with_args(sql, 2, types, pair->lists, pair->nulls, false, 0) != expected)
		elog(ERROR, "could not publish");
	return (int64) SPI_processed;
}

/* The bigint that a query about a pair returns */
static int64
count_in(Pair *pair, const char *sql)
{
	bool		isnull;
	int64		count;

	(void) execute_on(pair, sql, SPI_OK_SELECT);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
										1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/*
 * Find out what publishing a model would change.  A published table that keeps
 * its rows elsewhere, as after its owner has partitioned it, is left to SQL
 * altogether.
 */
static void
compare(BuildModel *model)
{
	Oid			published = mart_published(model);
	TimestampTz start = GetCurrentTimestamp();
	Pair		pair;

	if (get_rel_relkind(published) == RELKIND_RELATION && !has_subclass(published))
	{
		model->difference = row_difference(published, mart_written(model));
		pair = pair_of(model);
	}
	else
	{
		model->difference = palloc0(sizeof(RowDifference));
		pair = pair_of(model);
		model->difference->old_rows =
			count_in(&pair, psprintf("SELECT count(*) FROM %s", pair.published));
	}
	if (may_differ(model->difference, &model->difference->only_old))
		model->vanished =
			count_in(&pair, psprintf("SELECT count(*) FROM %s p WHERE %s AND NOT EXISTS"
									 " (SELECT FROM %s w WHERE %s AND %s)",
									 pair.published, pair.published_rows,
									 pair.written, pair.written_rows, pair.match));
	free_pair(&pair);
	model->publish_seconds = seconds_since(start);
}

/*
 * Compare each written model with its published table.  Kind shrink: rows that
 * publishing would delete, out of those published.  A source that was truncated
 * and is being loaded again looks like this.
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
		TimestampTz start = GetCurrentTimestamp();
		ListCell   *t;

		if (model->status != MODEL_WRITTEN)
			continue;
		CHECK_FOR_INTERRUPTS();
		if (!model->applied)
			compare(model);
		foreach(t, model->tests)
		{
			DataTest   *test = lfirst(t);

			if (test->kind != TEST_SHRINK)
				continue;
			test->total = model->difference->old_rows;
			test->failures = model->vanished;
			test->status = RESULT_PASS;
			if (threshold_exceeded(&limit, test->failures, test->total))
				test->status = build->accept_shrink || !test->error_above.is_set
					? RESULT_WARN : RESULT_ERROR;
			test->duration = GetCurrentTimestamp() - start;
			if (test->status != RESULT_PASS)
				test->message = psprintf("publishing would delete " INT64_FORMAT " of " INT64_FORMAT " rows; max_shrink is %s",
										 test->failures, test->total, greenery_max_shrink);
			if (test->status == RESULT_ERROR)
			{
				model->status = MODEL_FAILED;
				model->message = psprintf("failed tests: " INT64_FORMAT, test->test_id);
				build->failed = true;
			}
		}
	}
	AtEOXact_GUC(false, level);
}

/*
 * The columns of a published table, as "a = w.a, b = w.b".  The key too: it may
 * match without being the same, as 1.0 and 1.00 do.
 */
static char *
assignments(const Pair *pair)
{
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(pair->published);
	char	   *result;

	if (SPI_execute_with_args("SELECT string_agg(format('%1$I = w.%1$I', a.attname), ', ' ORDER BY a.attnum)"
							  "  FROM pg_attribute a"
							  " WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the columns of %s", pair->published);
	result = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/* The published table has other rows than the build has written */
pg_noreturn static void
refuse_rows(const Pair *pair, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
			 errmsg("published table %s does not have the rows of model %s",
					pair->published, pair->model->name),
			 errdetail("%s", why)));
}

/*
 * Raise an error unless what was done is what was to be done: each row without an equal is a
 * new one or takes the place of one, and each published row without an equal makes way for
 * one or goes.
 */
static void
check_counts(const Pair *pair)
{
	const BuildModel *model = pair->model;
	const RowDifference *difference = model->difference;

	if (difference->listed
		? model->inserted + model->updated != difference->only_new.n ||
		model->deleted + model->updated != difference->only_old.n
		: difference->old_rows + model->inserted - model->deleted != model->rows)
		refuse_rows(pair, "A trigger has left out some of them, or the table has several rows of the same key.");
}

/*
 * Whether a published table has all rows that were written, and has the same other rows as
 * before: only so many versions are of transactions since then, and check_counts() has seen
 * that as many rows are gone as should be
 */
static bool
has_difference(Pair *pair, uint64 since)
{
	const BuildModel *model = pair->model;
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());

	return count_in(pair, psprintf("SELECT count(*) FROM %s", pair->published)) == model->rows &&
		count_in(pair, psprintf("SELECT count(*) FROM %s p WHERE greenery.written_between(p.xmin, '"
								UINT64_FORMAT "', '" UINT64_FORMAT "')",
								pair->published, since, next)) == model->difference->only_new.n;
}

/* Raise an error if triggers have made something else of the rows; since: see publish() */
static void
check_triggers(Pair *pair, uint64 since)
{
	const BuildModel *model = pair->model;

	if ((since != 0 ? !has_difference(pair, since)
		 : count_in(pair, psprintf("SELECT count(*) FROM %s", pair->published)) != model->rows) ||
		count_in(pair, psprintf("SELECT count(*) FROM %s w WHERE NOT EXISTS"
								" (SELECT FROM %s p WHERE %s AND p.* OPERATOR(pg_catalog.*=) w.*)",
								pair->written, pair->published, pair->match)) > 0)
		refuse_rows(pair, "A trigger has changed some of them.");
}

/*
 * Give a published table the rows of the mart.  Rows are deleted first, because a new row
 * may take over a value that the owner has made unique, such as the e-mail address of a
 * user who returns under another id.  Rows are inserted before others are updated, because
 * an updated row has another ctid and is no longer found in the list.
 */
static void
change(void *arg)
{
	Pair	   *pair = arg;
	BuildModel *model = pair->model;
	const RowDifference *difference = model->difference;

	model->deleted = model->inserted = model->updated = 0;
	if (model->vanished > 0)
		model->deleted = execute_on(pair,
									psprintf("DELETE FROM %s p WHERE %s AND NOT EXISTS"
											 " (SELECT FROM %s w WHERE %s AND %s)",
											 pair->published, pair->published_rows,
											 pair->written, pair->written_rows, pair->match),
									SPI_OK_DELETE);
	if (may_differ(difference, &difference->only_new))
		model->inserted = execute_on(pair,
									 psprintf("INSERT INTO %s SELECT w.* FROM %s w WHERE %s AND NOT EXISTS"
											  " (SELECT FROM %s p WHERE %s AND %s)",
											  pair->published, pair->written, pair->written_rows,
											  pair->published, pair->published_rows, pair->match),
									 SPI_OK_INSERT);
	if (may_differ(difference, &difference->only_old) &&
		!(difference->listed && (model->deleted == difference->only_old.n ||
								 model->inserted == difference->only_new.n)))
		model->updated = execute_on(pair,
									psprintf("UPDATE %s p SET %s FROM %s w WHERE %s AND %s AND %s"
											 " AND p.* OPERATOR(pg_catalog.*<>) w.*",
											 pair->published, assignments(pair), pair->written,
											 pair->published_rows, pair->written_rows, pair->match),
									SPI_OK_UPDATE);
	check_counts(pair);
	model->writer = U64FromFullTransactionId(GetCurrentFullTransactionId());
}

/*
 * The same when rows swap a unique value, so that no order of changes works: delete all
 * rows that may differ, and insert what the mart has in their place.  One statement does
 * both, since foreign keys are checked at its end, when the keys are back.
 */
static void
replace(void *arg)
{
	Pair	   *pair = arg;
	BuildModel *model = pair->model;
	const RowDifference *difference = model->difference;
	char	   *matching = psprintf("SELECT count(*) FROM %s w WHERE %s AND EXISTS"
									" (SELECT FROM %s p WHERE %s AND %s",
									pair->written, pair->written_rows,
									pair->published, pair->published_rows, pair->match);
	int64		matched = count_in(pair, psprintf("%s)", matching));
	bool		isnull;
	int64		gone;
	int64		put;

	model->updated = difference->listed ? matched :
		count_in(pair, psprintf("%s AND p.* OPERATOR(pg_catalog.*<>) w.*)", matching));
	(void) execute_on(pair,
					  psprintf("WITH gone AS (DELETE FROM %s p WHERE %s RETURNING 1),"
							   "     put AS (INSERT INTO %s SELECT w.* FROM %s w WHERE %s"
							   /* so that all of them are deleted first */
							   "              AND (SELECT count(*) FROM gone) >= 0 RETURNING 1)"
							   " SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM put)",
							   pair->published, pair->published_rows,
							   pair->published, pair->written, pair->written_rows),
					  SPI_OK_SELECT);
	gone = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	put = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	SPI_freetuptable(SPI_tuptable);
	model->deleted = gone - matched;
	model->inserted = put - matched;
	check_counts(pair);
	model->writer = U64FromFullTransactionId(GetCurrentFullTransactionId());
}

/* Errors after which rows are replaced: a unique value was taken, or counts do not add up */
static bool
is_conflict(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_UNIQUE_VIOLATION ||
		sqlerrcode == ERRCODE_EXCLUSION_VIOLATION ||
		sqlerrcode == ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION;
}

/* Publish one mart, of which all rows have been written, or only those that differ */
static void
publish(BuildModel *model, bool whole)
{
	const RowDifference *difference = model->difference;
	uint64		since = 0;
	Pair		pair;

	model->deleted = model->inserted = model->updated = 0;
	if (!may_differ(difference, &difference->only_old) &&
		!may_differ(difference, &difference->only_new))
		return;
	/* as a rule at the first build */
	if (difference->old_rows == 0)
	{
		model->inserted = bulk_insert(mart_published(model), mart_written(model));
		if (model->inserted >= 0)
			return;
	}
	/* all that is written from here on is of this subtransaction or a later one */
	if (!whole && model->published->has_triggers)
		since = U64FromFullTransactionId(GetCurrentFullTransactionId());
	pair = pair_of(model);
	if (model->published->keyed_only || !model->published->replaceable)
		change(&pair);
	else if (!run_expecting(change, &pair, is_conflict))
		replace(&pair);
	if (model->published->has_triggers)
		check_triggers(&pair, since);
	free_pair(&pair);
}

/*
 * Publish one mart, of which only what differs has been written, before it is
 * tested; the caller undoes it if the build fails.
 */
void
build_apply(BuildModel *model)
{
	int			level = begin_matching();

	/* nobody has counted them yet */
	model->vanished = model->difference->only_old.n;
	publish(model, false);
	model->vanished = model->deleted;
	AtEOXact_GUC(false, level);
}

/* Publish every mart that is not yet */
void
build_publish(Build *build)
{
	ListCell   *m;
	int			level = begin_matching();

	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);
		TimestampTz start = GetCurrentTimestamp();

		if (!model->is_mart || model->applied)
			continue;
		CHECK_FOR_INTERRUPTS();
		publish(model, true);
		model->publish_seconds += seconds_since(start);
	}
	AtEOXact_GUC(false, level);
}

/* Drop a table or view of the build's schema */
void
build_drop(const char *what, const char *name)
{
	if (SPI_execute(psprintf("DROP %s %s", what,
							 quote_qualified_identifier(BUILD_SCHEMA, name)),
					false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not drop %s", name);
}

/* Leave nothing behind in the build's schema */
void
build_drop_written(Build *build)
{
	ListCell   *m;

	build_drop_helpers(build);
	build_drop_changes(build);
	foreach(m, build->models)
	{
		BuildModel *model = lfirst(m);

		if (model->is_mart && model->rows >= 0)
			build_drop(model->applied ? "VIEW" : "TABLE", model->written);
	}
}
