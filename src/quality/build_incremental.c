/*-------------------------------------------------------------------------
 *
 * build_incremental.c
 *	  What of a mart can have changed since the last build.
 *
 * An incremental mart, as dbt calls it, is made from other marts only, or from a source,
 * and says for each of them which values in one of its own columns a changed row is
 * about: a changed event is about its session.  Rows with other values are as they were,
 * and only those of the changed values, its slice, are computed.  What has changed in the
 * marts it is made from is not guessed: the build has just compared them with what was
 * published.  What has changed in a source, its row versions tell: see build_source_changes.c.
 *
 * All rows are computed unless it is certain that nothing else matters:
 *
 * - Each mart that it reads is one that it names, and the build has applied the
 *	 difference to it.  What a mart reads is taken from the query, rewritten.
 * - Its query calls nothing but immutable functions: no setting, no clock.  One that is
 *	 made from a source says itself what else matters, in valid_while: an expression
 *	 with the value that it had at the last build, and not NULL.
 * - Query, extension and server are those of the last build.
 * - The published table is as the last build has left it, by the sum of the digests of
 *	 its rows.  That is found while it is read for the comparison.
 *
 * Which values a changed row is about, greenery.incremental_inputs says, for marts of
 * the extension only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "quality/build_compute.h"
#include "quality/data_test.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

/*
 * Where values are more than one of this many rows of the mart, or more than fit well
 * into a query, all of it is computed
 */
#define MANY 8
#define MAX_VALUES 1000000

/* A mart, or a staging view, that an incremental mart is made from */
typedef struct IncrementalInput
{
	const char *model;
	const char *changed_values; /* a query of "changed", its rows that differ */
	const char *valid_while;	/* of a staging view: what else matters */
	char	   *changed_keys;	/* of one, as the text of an array; once they are found */
} IncrementalInput;

/* Two halves of 128 bits, as the server's type for as many */
static Datum
uuid_datum(const uint64 halves[2])
{
	pg_uuid_t  *uuid = palloc(sizeof(pg_uuid_t));

	StaticAssertStmt(sizeof(pg_uuid_t) == 2 * sizeof(uint64), "a uuid has 128 bits");
	memcpy(uuid->data, halves, sizeof(uuid->data));
	return UUIDPGetDatum(uuid);
}

static void
uuid_halves(Datum uuid, uint64 halves[2])
{
	memcpy(halves, DatumGetUUIDP(uuid)->data, 2 * sizeof(uint64));
}

/* Read which marts are incremental, and how the last build has left them */
void
build_load_incremental(Build *build)
{
	MemoryContext context = CurrentMemoryContext;
	bool		isnull;

	if (SPI_execute("SELECT i.model, i.input, i.column_name, i.changed_values, i.valid_while"
					"  FROM greenery.incremental_inputs i"
					" ORDER BY i.model, i.input", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the inputs of incremental marts");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = build_find_model(build, SPI_getvalue(row, desc, 1));
		BuildModel *source = build_find_model(build, SPI_getvalue(row, desc, 2));
		IncrementalInput *input;

		if (model == NULL || source == NULL)
			continue;
		MemoryContextSwitchTo(context);
		input = palloc0(sizeof(IncrementalInput));
		input->model = source->name;
		source->is_input = true;
		model->slice_column = SPI_getvalue(row, desc, 3);
		input->changed_values = SPI_getvalue(row, desc, 4);
		input->valid_while = SPI_getvalue(row, desc, 5);
		model->inputs = lappend(model->inputs, input);
	}
	SPI_freetuptable(SPI_tuptable);

	if (SPI_execute("SELECT s.model, s.definition, s.digest_key, s.digest_sum, s.rows"
					"  FROM greenery.mart_states s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of marts");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = build_find_model(build, SPI_getvalue(row, desc, 1));
		RowSum	   *left;

		if (model == NULL)
			continue;
		MemoryContextSwitchTo(context);
		left = palloc(sizeof(RowSum));
		uuid_halves(SPI_getbinval(row, desc, 3, &isnull), left->key);
		uuid_halves(SPI_getbinval(row, desc, 4, &isnull), left->sum);
		left->rows = DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull));
		model->left = left;
		model->left_definition = SPI_getvalue(row, desc, 2);
	}
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(context);
}

/* The table of a mart's rows that differ from those published before */
static char *
changes_name(const BuildModel *model)
{
	return psprintf("changed rows of %s", model->name);
}

/* The same, quoted and with its schema */
static char *
changes_table(const BuildModel *model)
{
	return quote_qualified_identifier(BUILD_SCHEMA, changes_name(model));
}

/*
 * Keep what has changed of a mart that incremental marts are made from: its new rows,
 * which alone have been written, and the published ones that they take the place of.
 * To be called before the difference is applied.
 */
void
build_keep_changes(BuildModel *model)
{
	const RowDifference *difference = model->difference;
	const char *old_rows = "false";
	Oid			type = TIDARRAYOID;
	Datum		list = (Datum) 0;
	char		nulls = 'n';

	if (!model->is_input || difference->only_old.n + difference->only_new.n == 0)
		return;
	if (difference->only_old.n > 0)
	{
		old_rows = "p.ctid = ANY ($1)";
		list = row_list_datum(&difference->only_old);
		nulls = ' ';
	}
	if (SPI_execute_with_args(psprintf("CREATE UNLOGGED TABLE %s AS"
									   " SELECT * FROM %s UNION ALL"
									   " SELECT p.* FROM %s p WHERE %s",
									   changes_table(model),
									   quote_qualified_identifier(BUILD_SCHEMA, model->name),
									   quote_qualified_identifier(PUBLISHED_SCHEMA, model->name),
									   old_rows),
							  1, &type, &list, &nulls, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not keep the changed rows of %s", model->name);
	model->changes_kept = true;
}

static bool
reads_others(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		const RangeTblEntry *rte = (RangeTblEntry *) node;

		/* after rewriting a view stands only for what it was made from */
		return rte->rtekind == RTE_RELATION && rte->relkind != RELKIND_VIEW &&
			!list_member_oid(context, rte->relid);
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, reads_others, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, reads_others, context);
}

/* Whether a rewritten query reads no other tables than these, by their OIDs */
bool
build_reads_only(Query *query, List *tables)
{
	return !reads_others((Node *) query, tables);
}

/* How many values may have changed, for a slice to be worth it */
static int64
changed_limit(const BuildModel *model)
{
	return Min(model->left->rows / MANY, MAX_VALUES);
}

/*
 * Why a mart may depend on more than is known of its inputs, or NULL.  The build's
 * search_path is set.
 */
static const char *
unknown_input(const Build *build, const BuildModel *model, const char *definition)
{
	List	   *tables = NIL;
	List	   *queries;
	const char *why;
	ListCell   *lc;

	foreach(lc, model->inputs)
	{
		IncrementalInput *input = lfirst(lc);
		const BuildModel *source = build_find_model(build, input->model);

		if (!source->is_mart)
		{
			why = build_source_changes(source, model, changed_limit(model), &input->changed_keys);
			if (why != NULL)
				return why;
			continue;
		}
		if (source->status != MODEL_WRITTEN || !source->applied)
			return psprintf("what has changed of %s is not known", source->name);
		tables = lappend_oid(tables, mart_published(source));
	}
	if (tables == NIL)
		return NULL;
	queries = build_rewritten(definition);
	if (list_length(queries) != 1 ||
		contain_mutable_functions(linitial(queries)))
		return "it calls functions that are not immutable";
	return build_reads_only(linitial(queries), tables)
		? NULL : "it reads something that it does not name";
}

/* Whether values are equal if and only if their bytes are */
static bool
is_plain_text(Oid relid, AttrNumber column)
{
	Oid			type;
	int32		typmod;
	Oid			collation;

	get_atttypetypmodcoll(relid, column, &type, &typmod, &collation);
	return type == TEXTOID && get_collation_isdeterministic(collation);
}

/*
 * The values that changed rows of the inputs are about, as the text of an array, and
 * how many; NULL if they are many.  The build's search_path is set.
 */
static char *
changed_values(const Build *build, const BuildModel *model, int64 *n)
{
	StringInfoData query;
	int64		limit = changed_limit(model);
	bool		any = false;
	bool		isnull;
	char	   *values;
	ListCell   *lc;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT count(*), array_agg(d.v)::pg_catalog.text"
						   " FROM (SELECT DISTINCT u.v FROM (");
	foreach(lc, model->inputs)
	{
		const IncrementalInput *input = lfirst(lc);
		const BuildModel *source = build_find_model(build, input->model);
		const char *changed;

		if (!source->is_mart)
			changed = psprintf("SELECT k AS %s FROM pg_catalog.unnest(%s::pg_catalog.text[]) k",
							   quote_identifier(linitial(source->key)),
							   quote_literal_cstr(input->changed_keys));
		else if (source->changes_kept)
			changed = psprintf("SELECT * FROM %s", changes_table(source));
		else
			continue;
		appendStringInfo(&query, "%s(WITH changed AS (%s) %s)",
						 any ? " UNION ALL " : "", changed, input->changed_values);
		any = true;
	}
	appendStringInfo(&query, ") u(v) WHERE u.v IS NOT NULL LIMIT " INT64_FORMAT ") d", limit + 1);

	*n = 0;
	if (!any)
		return pstrdup("{}");
	if (SPI_execute(query.data, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not find the changed values of %s", model->slice_column);
	*n = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	values = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	SPI_freetuptable(SPI_tuptable);
	if (*n > limit)
		return NULL;
	return *n > 0 ? values : pstrdup("{}");
}

/* A query or an expression, and what else decides what comes out of it */
char *
build_versioned(const char *sql)
{
	return psprintf("%s\n-- greenery %s, PostgreSQL %d", sql, GREENERY_VERSION,
					PG_VERSION_NUM / 10000);
}

/*
 * What decides which rows a mart has, besides its inputs; NULL if it cannot be told.  The
 * build's search_path is set.
 */
static char *
whole_definition(const BuildModel *model, const char *definition)
{
	ListCell   *lc;

	foreach(lc, model->inputs)
	{
		const IncrementalInput *input = lfirst(lc);
		char	   *value;

		if (input->valid_while == NULL)
			continue;
		if (SPI_execute(psprintf("SELECT (%s)::pg_catalog.text", input->valid_while),
						false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not evaluate: %s", input->valid_while);
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		if (value == NULL)
			return NULL;
		definition = psprintf("%s\n-- %s: %s", definition, input->valid_while, value);
		SPI_freetuptable(SPI_tuptable);
	}
	return build_versioned(definition);
}

/* Why all rows of an incremental mart are to be computed, or NULL */
static const char *
why_all_rows(const Build *build, const BuildModel *model, const MartQuery *query)
{
	if (!greenery_incremental_builds)
		return "greenery.incremental_builds is off";
	if (model->left == NULL || model->left_definition == NULL)
		return "no build has left a state";
	if (model->definition == NULL)
		return "what it is made of is not decided by its inputs";
	if (strcmp(model->left_definition, model->definition) != 0)
		return "its query is not that of the last build";
	if (query->slice_column == InvalidAttrNumber ||
		!is_plain_text(query->published, query->slice_column))
		return "its column is not of type text with a deterministic collation";
	return unknown_input(build, model, query->definition);
}

/*
 * What computes a mart, in the current memory context; the caller guards it.  The
 * build's search_path is to be set.
 */
MartQuery *
build_mart_query(Build *build, BuildModel *model, const char *definition)
{
	MartQuery  *query = palloc0(sizeof(MartQuery));
	const char *why;
	int64		n = 0;

	query->published = mart_published(model);
	query->definition = definition;
	model->changed_keys = -1;
	if (model->left != NULL)
	{
		query->left = *model->left;
		query->is_left = true;
	}
	if (model->inputs == NIL)
		return query;
	model->definition = whole_definition(model, definition);
	query->slice_column = get_attnum(query->published, model->slice_column);
	why = why_all_rows(build, model, query);
	if (why == NULL)
	{
		query->slice_values = changed_values(build, model, &n);
		if (query->slice_values == NULL)
			why = "much has changed";
	}
	if (why != NULL)
	{
		ereport(DEBUG1,
				(errmsg_internal("all rows of %s are computed: %s", model->name, why)));
		return query;
	}
	query->slice = n == 0
		? psprintf("SELECT * FROM (%s) q WHERE false", definition)
		: psprintf("SELECT * FROM (%s) q WHERE q.%s OPERATOR(pg_catalog.=) ANY (%s::pg_catalog.text[])",
				   definition, quote_identifier(model->slice_column),
				   quote_literal_cstr(query->slice_values));
	model->changed_keys = n;
	return query;
}

/* Remember how this build, which publishes, has left the marts and their tests */
void
build_record_states(const Build *build)
{
	ListCell   *lc;

	if (SPI_execute("DELETE FROM greenery.mart_states", false, 0) != SPI_OK_DELETE ||
		SPI_execute("DELETE FROM greenery.test_states", false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not replace the states of marts");
	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);
		Oid			types[5] = {TEXTOID, TEXTOID, UUIDOID, UUIDOID, INT8OID};
		Datum		values[5];
		char		nulls[6] = "     ";
		const RowSum *sum;

		/* otherwise nobody has summed up what is published */
		if (!model->applied)
			continue;
		sum = &model->difference->new_sum;
		values[0] = CStringGetTextDatum(model->name);
		if (model->definition != NULL)
			values[1] = CStringGetTextDatum(model->definition);
		else
			nulls[1] = 'n';
		values[2] = uuid_datum(sum->key);
		values[3] = uuid_datum(sum->sum);
		values[4] = Int64GetDatum(sum->rows);
		if (SPI_execute_with_args("INSERT INTO greenery.mart_states"
								  " (model, definition, digest_key, digest_sum, rows)"
								  " VALUES ($1, $2, $3, $4, $5)",
								  5, types, values, nulls, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of %s", model->name);
		build_record_test_states(model);
	}
	build_record_sources(build);
}

/* Drop what build_keep_changes has made */
void
build_drop_changes(const Build *build)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		if (model->changes_kept)
			build_drop("TABLE", changes_name(model));
	}
}
