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
 * - The published table is as the last build has left it.  That is found while it is read
 *	 for the comparison: it has as many rows, and no version of one that the build has
 *	 neither seen nor written.  Tables with triggers or rules do not count: what they make
 *	 of a row is written by the build too.
 *
 * Which values a changed row is about, greenery.incremental_inputs says, for marts of
 * the extension only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <inttypes.h>

#include "build/build_compute.h"
#include "build/model_tree.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "keys/siphash.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/*
 * Where values are more than one of this many rows of the mart, or more than fit well
 * into a query, all of it is computed
 */
#define MANY 8
#define MAX_VALUES 1000000

/* Values in an incremental mart's column whose rows can have changed */
typedef struct ChangedValues
{
	const char *query;			/* that has found them */
	const char *values;			/* the text of an array */
	int64		n;
} ChangedValues;

/* A mart, or a staging view, that an incremental mart is made from */
typedef struct IncrementalInput
{
	const char *model;
	const char *changed_values; /* a query of "changed", its rows that differ */
	/* of a staging view, which is the only input then */
	const char *valid_while;	/* what else matters */
	ChangedValues *changed_keys;	/* once they are found */
} IncrementalInput;

/* Read which marts are incremental */
void
build_load_incremental(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute("SELECT i.model, i.input, i.column_name, i.changed_values, i.valid_while"
					"  FROM greenery.incremental_inputs i"
					" ORDER BY i.model, i.input", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the inputs of incremental marts");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = build_find_model(build, row_text(row, desc, 1));
		BuildModel *source = build_find_model(build, row_text(row, desc, 2));
		IncrementalInput *input;

		if (model == NULL || source == NULL)
			continue;
		MemoryContextSwitchTo(context);
		input = palloc0(sizeof(IncrementalInput));
		input->model = source->name;
		source->is_input = true;
		model->slice_column = row_text(row, desc, 3);
		input->changed_values = SPI_getvalue(row, desc, 4);
		input->valid_while = SPI_getvalue(row, desc, 5);
		model->inputs = lappend(model->inputs, input);
	}
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(context);
}

/* Whether an incremental mart that has left a state is made from a source */
bool
build_source_is_needed(const Build *build, const BuildModel *source)
{
	ListCell   *m;
	ListCell   *i;

	foreach(m, build->models)
	{
		const BuildModel *model = lfirst(m);

		foreach(i, model->inputs)
			if (model->applied && strcmp(((IncrementalInput *) lfirst(i))->model, source->name) == 0)
				return true;
	}
	return false;
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
build_keep_changes(const Build *build, BuildModel *model)
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
									   build_written_table(model),
									   quote_qualified_identifier(PUBLISHED_SCHEMA, model->name),
									   old_rows),
							  1, &type, &list, &nulls, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not keep the changed rows of %s", model->name);
	build_let_builder_read(build, changes_name(model));
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
 * Why a mart may depend on more than is known of its inputs, or NULL.
 */
static const char *
unknown_input(const Build *build, const BuildModel *model, const Query *tree)
{
	List	   *tables = NIL;
	Query	   *query;
	ListCell   *lc;

	foreach(lc, model->inputs)
	{
		IncrementalInput *input = lfirst(lc);
		const BuildModel *source = build_find_model(build, input->model);

		if (!source->is_mart)
		{
			input->changed_keys = palloc0(sizeof(ChangedValues));
			return build_source_changes(source, model, changed_limit(model),
										&input->changed_keys->values, &input->changed_keys->n);
		}
		if (source->status != MODEL_WRITTEN || !source->applied)
			return psprintf("what has changed of %s is not known", source->name);
		tables = lappend_oid(tables, mart_published(source));
	}
	query = tree_rewritten(tree);
	if (contain_mutable_functions((Node *) query))
		return "it calls functions that are not immutable";
	return build_reads_only(query, tables)
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
 * The query for the values that changed rows of the inputs are about; NULL if none has
 * changed.  Marts with the same inputs have the same.
 */
static char *
values_query(const Build *build, const BuildModel *model)
{
	StringInfoData query;
	bool		any = false;
	ListCell   *lc;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT count(*), array_agg(d.v)::pg_catalog.text"
						   " FROM (SELECT DISTINCT u.v FROM (");
	foreach(lc, model->inputs)
	{
		const IncrementalInput *input = lfirst(lc);
		const BuildModel *source = build_find_model(build, input->model);

		if (!source->changes_kept)
			continue;
		appendStringInfo(&query, "%s(WITH changed AS (SELECT * FROM %s) %s)",
						 any ? " UNION ALL " : "", changes_table(source), input->changed_values);
		any = true;
	}
	appendStringInfo(&query, ") u(v) WHERE u.v IS NOT NULL LIMIT %d) d", MAX_VALUES + 1);
	return any ? query.data : NULL;
}

/*
 * The values that changed rows of the inputs are about, or NULL if they are many.  What has
 * been found for one mart is kept for the next.
 */
static const ChangedValues *
changed_values(Build *build, const BuildModel *model)
{
	static const ChangedValues none = {.values = "{}"};
	const IncrementalInput *input = linitial(model->inputs);
	char	   *query;
	ChangedValues *found = NULL;
	MemoryContext context;
	bool		isnull;
	ListCell   *lc;

	if (input->changed_keys != NULL)
		return input->changed_keys;
	query = values_query(build, model);
	if (query == NULL)
		return &none;
	foreach(lc, build->changed_values)
		if (strcmp(((ChangedValues *) lfirst(lc))->query, query) == 0)
			found = lfirst(lc);
	if (found == NULL)
	{
		/* the text is the extension's own, and names marts as they have been written */
		int			level = greenery_set_search_path(BUILD_PATH);

		if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not find the changed values of %s", model->slice_column);
		AtEOXact_GUC(false, level);
		/* as long as the models */
		context = MemoryContextSwitchTo(GetMemoryChunkContext(unconstify(BuildModel *, model)));
		found = palloc0(sizeof(ChangedValues));
		found->query = pstrdup(query);
		found->n = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		found->values = found->n > 0
			? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2) : "{}";
		build->changed_values = lappend(build->changed_values, found);
		MemoryContextSwitchTo(context);
		SPI_freetuptable(SPI_tuptable);
	}
	return found->n > changed_limit(model) ? NULL : found;
}

/* A query or an expression, and what else decides what comes out of it */
char *
build_versioned(const char *sql)
{
	return psprintf("%s\n-- greenery %s, PostgreSQL %d", sql, GREENERY_VERSION,
					PG_VERSION_NUM / 10000);
}

/*
 * A digest of a model's query as the planner gets it, where views stand for what they say now
 */
static char *
rewritten_digest(const BuildModel *model)
{
	const uint64_t key[2] = {0};
	const char *text = nodeToString(tree_rewritten(tree_of_relation(model->relid)));
	uint64_t	digest[2];

	siphash128(key, text, strlen(text), 1, 3, digest);
	return psprintf("%016" PRIx64 "%016" PRIx64, digest[0], digest[1]);
}

/*
 * What decides which rows a mart has, besides its inputs; NULL if it cannot be told.  Views
 * that it reads are no inputs of one that is made from a source.
 */
static char *
whole_definition(const Build *build, const BuildModel *model)
{
	const char *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef,
																	 ObjectIdGetDatum(model->relid)));
	ListCell   *lc;

	foreach(lc, model->inputs)
	{
		const IncrementalInput *input = lfirst(lc);
		char	   *value;

		if (input->valid_while == NULL)
			continue;
		build_look_at_source(build_find_model(build, input->model));
		if (SPI_execute(psprintf("SELECT (%s)::pg_catalog.text", input->valid_while),
						false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not evaluate: %s", input->valid_while);
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		if (value == NULL)
			return NULL;
		definition = psprintf("%s\n-- as rewritten: %s\n-- %s: %s", definition,
							  rewritten_digest(model), input->valid_while, value);
		SPI_freetuptable(SPI_tuptable);
	}
	return build_versioned(definition);
}

/* Why all rows of an incremental mart are to be computed, or NULL */
static const char *
why_all_rows(const Build *build, const BuildModel *model, const MartQuery *query,
			 const Query *tree)
{
	if (!greenery_incremental_builds)
		return "greenery.incremental_builds is off";
	if (model->left_definition == NULL)
		return "no build has left a state";
	if (model->left == NULL)
		return "the versions of its published rows tell nothing";
	if (model->definition == NULL)
		return "what it is made of is not decided by its inputs";
	if (strcmp(model->left_definition, model->definition) != 0)
		return "its query is not that of the last build";
	if (query->slice_column == InvalidAttrNumber ||
		!is_plain_text(query->published, query->slice_column))
		return "its column is not of type text with a deterministic collation";
	return unknown_input(build, model, tree);
}

/*
 * What computes a mart, by its tree; in the current memory context.  The caller guards it,
 * and has entered the builder.
 */
MartQuery *
build_mart_query(Build *build, BuildModel *model, Query *tree)
{
	MartQuery  *query = palloc0(sizeof(MartQuery));
	const ChangedValues *changed = NULL;
	const char *why;

	query->published = mart_published(model);
	query->definition = nodeToString(tree_rewritten(tree));
	model->changed_keys = -1;
	if (model->left != NULL)
	{
		query->known = *model->left;
		query->is_known = true;
	}
	if (model->inputs == NIL)
		return query;
	model->definition = whole_definition(build, model);
	query->slice_column = get_attnum(query->published, model->slice_column);
	why = why_all_rows(build, model, query, tree);
	if (why == NULL)
	{
		changed = changed_values(build, model);
		if (changed == NULL)
			why = "much has changed";
	}
	if (why != NULL)
	{
		ereport(DEBUG1,
				(errmsg_internal("all rows of %s are computed: %s", model->name, why)));
		return query;
	}
	query->slice_values = changed->values;
	query->slice = nodeToString(tree_rewritten(tree_of_slice(tree, model->relid, model->slice_column)));
	model->changed_keys = changed->n;
	return query;
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
