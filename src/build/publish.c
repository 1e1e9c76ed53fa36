/*-------------------------------------------------------------------------
 *
 * publish.c
 *	  Publish a mart: give its published table the rows that were written.
 *
 * A published table gets exactly the rows that were written, by deleting,
 * updating and inserting what differs: readers never wait and never see a mart
 * between two builds.  Rows are matched on the model's key, and compared as
 * they are stored (*<>), which works for every type.
 *
 * The difference is found once, and is little as a rule: the statements here look at its
 * rows only.  As a rule it has been written already, and the written table holds nothing
 * else.  Then it is published before all tests have run: the published table has exactly
 * the mart's rows, for this transaction only, and a view of it takes the place of the
 * written table, for tests and for the marts that read it.  A build that fails undoes it,
 * see greenery_build.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "build/bulk_insert.h"
#include "build/compute.h"
#include "build/incremental.h"
#include "build/publish.h"
#include "build/work_tables.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "difference/row_difference.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
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
	const RowDifference *difference = model->run.difference;
	Pair		pair = {.model = model};
	Oid			written = written_oid(model);
	StringInfoData match;
	ListCell   *lc;

	pair.published = published_name(model);
	pair.written = written_name(model);
	initStringInfo(&match);
	foreach(lc, model->spec.key)
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
 * Written and published rows are matched by hash or merge joins.  The planner
 * must not choose a nested loop because a published table has not been analyzed yet, or
 * because it does not see how long a list is.  To be ended with AtEOXact_GUC.
 */
static int
begin_matching(void)
{
	int			level = NewGUCNestLevel();

	greenery_set_locally("enable_nestloop", "off");
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
 * A published table that keeps its rows elsewhere, as after its owner has partitioned it, is
 * left to SQL altogether.
 */
void
compare_with_published(BuildModel *model)
{
	Oid			published = published_oid(model);
	TimestampTz start = GetCurrentTimestamp();
	int			level = begin_matching();
	Pair		pair;

	if (is_comparable(model))
	{
		model->run.difference = row_difference(published, written_oid(model));
		pair = pair_of(model);
	}
	else
	{
		model->run.difference = palloc0(sizeof(RowDifference));
		pair = pair_of(model);
		model->run.difference->old_rows =
			count_in(&pair, psprintf("SELECT count(*) FROM %s", pair.published));
	}
	if (may_differ(model->run.difference, &model->run.difference->only_old))
		model->counts.vanished =
			count_in(&pair, psprintf("SELECT count(*) FROM %s p WHERE %s AND NOT EXISTS"
									 " (SELECT FROM %s w WHERE %s AND %s)",
									 pair.published, pair.published_rows,
									 pair.written, pair.written_rows, pair.match));
	free_pair(&pair);
	AtEOXact_GUC(false, level);
	model->counts.publish_seconds = seconds_since(start);
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
					pair->published, pair->model->spec.name),
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
	const RowDifference *difference = model->run.difference;

	if (difference->listed
		? model->counts.inserted + model->counts.updated != difference->only_new.n ||
		model->counts.deleted + model->counts.updated != difference->only_old.n
		: difference->old_rows + model->counts.inserted - model->counts.deleted != model->counts.rows)
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

	return count_in(pair, psprintf("SELECT count(*) FROM %s", pair->published)) == model->counts.rows &&
		count_in(pair, psprintf("SELECT count(*) FROM %s p WHERE greenery.written_between(p.xmin, '"
								UINT64_FORMAT "', '" UINT64_FORMAT "')",
								pair->published, since, next)) == model->run.difference->only_new.n;
}

/* Raise an error if triggers have made something else of the rows; since: see publish_written() */
static void
check_triggers(Pair *pair, uint64 since)
{
	const BuildModel *model = pair->model;

	if ((since != 0 ? !has_difference(pair, since)
		 : count_in(pair, psprintf("SELECT count(*) FROM %s", pair->published)) != model->counts.rows) ||
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
	const RowDifference *difference = model->run.difference;

	model->counts.deleted = model->counts.inserted = model->counts.updated = 0;
	if (model->counts.vanished > 0)
		model->counts.deleted = execute_on(pair,
										   psprintf("DELETE FROM %s p WHERE %s AND NOT EXISTS"
													" (SELECT FROM %s w WHERE %s AND %s)",
													pair->published, pair->published_rows,
													pair->written, pair->written_rows, pair->match),
										   SPI_OK_DELETE);
	if (may_differ(difference, &difference->only_new))
		model->counts.inserted = execute_on(pair,
											psprintf("INSERT INTO %s SELECT w.* FROM %s w WHERE %s AND NOT EXISTS"
													 " (SELECT FROM %s p WHERE %s AND %s)",
													 pair->published, pair->written, pair->written_rows,
													 pair->published, pair->published_rows, pair->match),
											SPI_OK_INSERT);
	if (may_differ(difference, &difference->only_old) &&
		!(difference->listed && (model->counts.deleted == difference->only_old.n ||
								 model->counts.inserted == difference->only_new.n)))
		model->counts.updated = execute_on(pair,
										   psprintf("UPDATE %s p SET %s FROM %s w WHERE %s AND %s AND %s"
													" AND p.* OPERATOR(pg_catalog.*<>) w.*",
													pair->published, assignments(pair), pair->written,
													pair->published_rows, pair->written_rows, pair->match),
										   SPI_OK_UPDATE);
	check_counts(pair);
	model->run.writer = U64FromFullTransactionId(GetCurrentFullTransactionId());
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
	const RowDifference *difference = model->run.difference;
	char	   *matching = psprintf("SELECT count(*) FROM %s w WHERE %s AND EXISTS"
									" (SELECT FROM %s p WHERE %s AND %s",
									pair->written, pair->written_rows,
									pair->published, pair->published_rows, pair->match);
	int64		matched = count_in(pair, psprintf("%s)", matching));
	bool		isnull;
	int64		gone;
	int64		put;

	model->counts.updated = difference->listed ? matched :
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
	model->counts.deleted = gone - matched;
	model->counts.inserted = put - matched;
	check_counts(pair);
	model->run.writer = U64FromFullTransactionId(GetCurrentFullTransactionId());
}

/* Errors after which rows are replaced: a unique value was taken, or counts do not add up */
static bool
is_conflict(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_UNIQUE_VIOLATION ||
		sqlerrcode == ERRCODE_EXCLUSION_VIOLATION ||
		sqlerrcode == ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION;
}

/* Publish what has been written: all rows, or only the difference */
static void
publish_written(BuildModel *model, bool whole)
{
	const RowDifference *difference = model->run.difference;
	uint64		since = 0;
	Pair		pair;

	model->counts.deleted = model->counts.inserted = model->counts.updated = 0;
	if (!may_differ(difference, &difference->only_old) &&
		!may_differ(difference, &difference->only_new))
		return;
	/* as a rule at the first build */
	if (difference->old_rows == 0)
	{
		model->counts.inserted = bulk_insert(published_oid(model), written_oid(model));
		if (model->counts.inserted >= 0)
			return;
	}

	/*
	 * all that is written from here on is of this subtransaction or a later
	 * one
	 */
	if (!whole && model->spec.published->has_triggers)
		since = U64FromFullTransactionId(GetCurrentFullTransactionId());
	pair = pair_of(model);
	if (model->spec.published->keyed_only || !model->spec.published->replaceable)
		change(&pair);
	else if (!run_expecting(change, &pair, is_conflict, NULL))
		replace(&pair);
	if (model->spec.published->has_triggers)
		check_triggers(&pair, since);
	free_pair(&pair);
}

/*
 * Exactly, or not at all: keys that are not unique, or values that only look different, do
 * not add up
 */
static void
publish_in_place(void *arg)
{
	ModelInBuild *in = arg;
	BuildModel *model = in->model;

	keep_changes(in->build, model);
	/* they have not been counted yet */
	model->counts.vanished = model->run.difference->only_old.n;
	publish_written(model, false);
	model->counts.vanished = model->counts.deleted;
	drop_work_table("TABLE", model->spec.table);
	execute_utility(psprintf("CREATE VIEW %s AS SELECT * FROM %s",
							 written_name(model), published_name(model)));
	let_builder_read(in->build, model->spec.table);
}

bool
publish_difference(Build *build, BuildModel *model)
{
	ModelInBuild in = {build, model};
	TimestampTz start = GetCurrentTimestamp();
	int			level = begin_matching();
	char	   *message;

	model->run.by_difference = run_guarded(publish_in_place, &in, &message);
	AtEOXact_GUC(false, level);
	if (model->run.by_difference)
	{
		model->counts.publish_seconds = seconds_since(start);
		return true;
	}
	/* all of it has been undone */
	model->run.changes_kept = false;
	model->counts.inserted = model->counts.updated = model->counts.deleted = -1;
	ereport(DEBUG1,
			(errmsg_internal("difference of model %s not published: %s",
							 model->spec.name, message)));
	return false;
}

void
publish_mart(BuildModel *model)
{
	TimestampTz start = GetCurrentTimestamp();
	int			level = begin_matching();

	publish_written(model, true);
	AtEOXact_GUC(false, level);
	model->counts.publish_seconds += seconds_since(start);
}
