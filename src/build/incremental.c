/*-------------------------------------------------------------------------
 *
 * incremental.c
 *	  What of a mart can have changed since the last build.
 *
 * An incremental mart, as dbt calls it, is made from other marts only, or from a source,
 * and says for each of them which values in one of its own columns a changed row affects: a
 * changed event affects its session.  Rows with other values are as they were, and only those
 * with affected keys are computed.  The build knows what has changed in the marts it
 * is made from: it has just compared them with what was published.  Row versions tell what has
 * changed in a source: see source_changes.c.
 *
 * All rows are computed unless it is certain that nothing else matters:
 *
 * - Each mart that it reads is one that it names, and its difference has been published.
 *	 What a mart reads is taken from the query, rewritten.
 * - Its query calls only immutable functions: no setting, no clock.  A mart that is made from
 *	 a source says what else matters in valid_while: an expression that must have the value
 *	 of the last build, and not be NULL.  All may ask for the shop's time zone and for
 *	 the excluded users and products: what these were belongs to what the build records.
 * - Query, extension and server are those of the last build.
 * - The published table has the rows that it had at the end of the last build, by their
 *	 versions: see last_build.c.  That is found while it is read for the comparison.
 *
 * greenery.incremental_inputs says which values a changed row affects, for marts of the
 * extension only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/incremental.h"
#include "build/intermediate.h"
#include "build/model_tree.h"
#include "build/query_facts.h"
#include "build/source_changes.h"
#include "build/work_tables.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "greenery.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "spi_row.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/*
 * Where the affected keys are more than one for this many rows of the mart, or more than fit
 * well into a query, all of it is computed
 */
#define MANY 8
#define MAX_KEYS 1000000

/* Values in an incremental mart's affected column: only rows with these can have changed */
typedef struct AffectedKeys
{
	const char *query;			/* that has found them */
	const char *keys;			/* the text of an array */
	int64		n;
} AffectedKeys;

void
load_incremental(Build *build)
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
		BuildModel *model = find_model(build, row_text(row, desc, 1));
		BuildModel *source = find_model(build, row_text(row, desc, 2));
		ModelInput *input;

		if (model == NULL || source == NULL)
			continue;
		MemoryContextSwitchTo(context);
		input = palloc0(sizeof(ModelInput));
		input->model = source->spec.name;
		source->spec.is_input = true;
		if (!source->spec.is_mart && source->run.source == NULL)
			source->run.source = palloc0(sizeof(SourceTable));
		model->spec.affected_column = row_text(row, desc, 3);
		input->changed_keys = SPI_getvalue(row, desc, 4);
		input->valid_while = SPI_getvalue(row, desc, 5);
		model->spec.inputs = lappend(model->spec.inputs, input);
	}
	SPI_freetuptable(SPI_tuptable);
	MemoryContextSwitchTo(context);
}

/* The table of a mart's rows that differ from those published before */
static char *
changes_name(const BuildModel *model)
{
	return psprintf("changed rows of %s", model->spec.name);
}

/* The same, quoted and with its schema */
static char *
changes_table(const BuildModel *model)
{
	return quote_qualified_identifier(BUILD_SCHEMA, changes_name(model));
}

void
keep_changes(const Build *build, BuildModel *model)
{
	const RowDifference *difference = model->run.difference;
	const char *old_rows = "false";
	Oid			type = TIDARRAYOID;
	Datum		list = (Datum) 0;
	char		nulls = 'n';

	if (!model->spec.is_input || difference->only_old.n + difference->only_new.n == 0)
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
									   written_name(model),
									   published_name(model),
									   old_rows),
							  1, &type, &list, &nulls, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not keep the changed rows of %s", model->spec.name);
	let_builder_read(build, changes_name(model));
	model->run.changes_kept = true;
}

/* How many keys may be affected, for it to be worth computing only their rows */
static int64
affected_limit(const BuildModel *model)
{
	return Min(model->last.known->rows / MANY, MAX_KEYS);
}

/* Tables that every mart may read: all that they say is part of its definition */
static const char *const exclusions[] = {"excluded_users", "excluded_products"};

static List *
exclusion_tables(void)
{
	Oid			schema = get_namespace_oid("greenery", false);
	List	   *tables = NIL;

	for (int i = 0; i < (int) lengthof(exclusions); i++)
		tables = lappend_oid(tables, get_relname_relid(exclusions[i], schema));
	return tables;
}

/* Is it greenery.timezone()? */
static bool
is_timezone(Oid function)
{
	return get_func_namespace(function) == get_namespace_oid("greenery", false) &&
		strcmp(get_func_name(function), "timezone") == 0;
}

/* A query with a constant in place of each greenery.timezone(), which is settled in a build */
static Node *
without_timezone(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, FuncExpr))
	{
		const FuncExpr *call = (FuncExpr *) node;

		if (call->args == NIL && is_timezone(call->funcid))
			return (Node *) makeConst(TEXTOID, -1, call->funccollid, -1,
									  CStringGetTextDatum(""), false, false);
	}
	if (IsA(node, Query))
		return (Node *) query_tree_mutator((Query *) node, without_timezone, context, 0);
	return expression_tree_mutator(node, without_timezone, context);
}

/*
 * Why a mart may depend on more than is known of its inputs, or NULL.  Sets *keys where it
 * is made from a source.
 */
static const char *
unknown_input(const Build *build, const BuildModel *model, const Query *tree, AffectedKeys **keys)
{
	List	   *tables = exclusion_tables();
	Query	   *query;
	ListCell   *lc;

	foreach(lc, model->spec.inputs)
	{
		const ModelInput *input = lfirst(lc);
		const BuildModel *source = find_model(build, input->model);

		if (!source->spec.is_mart)
		{
			*keys = palloc0(sizeof(AffectedKeys));
			return source_changes(source, model, affected_limit(model), &(*keys)->keys, &(*keys)->n);
		}
		if (source->run.phase != MODEL_ACCEPTED || !source->run.by_difference)
			return psprintf("what has changed of %s is not known", source->spec.name);
		tables = lappend_oid(tables, published_oid(source));
	}
	tables = list_concat(tables, stored_over(build, tables));
	query = tree_rewritten(tree);
	if (contain_mutable_functions(without_timezone((Node *) query, NULL)))
		return "it calls functions that are not immutable";
	return reads_only(query, tables)
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
 * The query for the keys that changed rows of the inputs affect; NULL if none has changed.
 * Marts with the same inputs have the same.
 */
static char *
keys_query(const Build *build, const BuildModel *model)
{
	StringInfoData query;
	bool		any = false;
	ListCell   *lc;

	initStringInfo(&query);
	appendStringInfoString(&query, "SELECT count(*), array_agg(d.v)::pg_catalog.text"
						   " FROM (SELECT DISTINCT u.v FROM (");
	foreach(lc, model->spec.inputs)
	{
		const ModelInput *input = lfirst(lc);
		const BuildModel *source = find_model(build, input->model);

		if (!source->run.changes_kept)
			continue;
		appendStringInfo(&query, "%s(WITH changed AS (SELECT * FROM %s) %s)",
						 any ? " UNION ALL " : "", changes_table(source), input->changed_keys);
		any = true;
	}
	appendStringInfo(&query, ") u(v) WHERE u.v IS NOT NULL LIMIT %d) d", MAX_KEYS + 1);
	return any ? query.data : NULL;
}

/*
 * The keys that changed rows of marts affect, or NULL if they are many.  What has been found
 * for one mart is kept for the next.
 */
static const AffectedKeys *
affected_keys(Build *build, const BuildModel *model)
{
	static const AffectedKeys none = {.keys = "{}"};
	char	   *query = keys_query(build, model);
	AffectedKeys *found = NULL;
	MemoryContext context;
	bool		isnull;
	ListCell   *lc;

	if (query == NULL)
		return &none;
	foreach(lc, build->affected_keys)
	{
		if (strcmp(((AffectedKeys *) lfirst(lc))->query, query) == 0)
			found = lfirst(lc);
	}
	if (found == NULL)
	{
		/*
		 * the text is the extension's own, and names marts as they have been
		 * written
		 */
		int			level = greenery_set_search_path(BUILD_PATH);

		if (SPI_execute(query, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not find the affected keys of %s", model->spec.affected_column);
		AtEOXact_GUC(false, level);
		/* as long as the models */
		context = MemoryContextSwitchTo(GetMemoryChunkContext(unconstify(BuildModel *, model)));
		found = palloc0(sizeof(AffectedKeys));
		found->query = pstrdup(query);
		found->n = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		found->keys = found->n > 0
			? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2) : "{}";
		build->affected_keys = lappend(build->affected_keys, found);
		MemoryContextSwitchTo(context);
		SPI_freetuptable(SPI_tuptable);
	}
	return found->n > affected_limit(model) ? NULL : found;
}

/*
 * What all marts may depend on besides rows of others: the shop's time zone, and the users and
 * products that are left out
 */
static char *
shop_settings(void)
{
	char	   *settings;

	if (SPI_execute("SELECT pg_catalog.md5(pg_catalog.row_to_json(s)::pg_catalog.text) FROM (SELECT greenery.timezone(),"
					"  (SELECT array_agg(u.user_id ORDER BY u.user_id COLLATE \"C\") FROM greenery.excluded_users u) AS users,"
					"  (SELECT array_agg(p.product_id ORDER BY p.product_id COLLATE \"C\") FROM greenery.excluded_products p) AS products) s",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read who is excluded");
	settings = row_text(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return settings;
}

/*
 * What decides which rows a mart has, besides its inputs; NULL if it cannot be told.  Views
 * that it reads are not among the inputs of a mart that is made from a source.
 */
static char *
whole_definition(const Build *build, const BuildModel *model)
{
	const char *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_viewdef,
																	 ObjectIdGetDatum(model->spec.relid)));
	ListCell   *lc;

	foreach(lc, model->spec.inputs)
	{
		const ModelInput *input = lfirst(lc);
		char	   *value;

		if (input->valid_while == NULL)
			continue;
		look_at_source(find_model(build, input->model));
		if (SPI_execute(psprintf("SELECT (%s)::pg_catalog.text", input->valid_while),
						false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not evaluate: %s", input->valid_while);
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		if (value == NULL)
			return NULL;
		definition = psprintf("%s\n-- as rewritten: %s\n-- %s: %s", definition,
							  rewritten_digest(model->spec.relid), input->valid_while, value);
		SPI_freetuptable(SPI_tuptable);
	}
	return with_versions(psprintf("%s\n-- time zone, excluded: %s", definition, shop_settings()));
}

/* Why all rows of an incremental mart are to be computed, or NULL */
static const char *
why_all_rows(const Build *build, const BuildModel *model, const MartQuery *query,
			 const Query *tree, AffectedKeys **keys)
{
	if (!greenery_incremental_builds)
		return "greenery.incremental_builds is off";
	if (model->last.definition == NULL)
		return "the last build has recorded nothing";
	if (model->last.known == NULL)
		return "row versions do not tell which published rows are known";
	if (model->run.definition == NULL)
		return "what it is made of is not decided by its inputs";
	if (strcmp(model->last.definition, model->run.definition) != 0)
		return "its query is not that of the last build";
	if (query->affected_column == InvalidAttrNumber ||
		!is_plain_text(query->published, query->affected_column))
		return "its column is not of type text with a deterministic collation";
	return unknown_input(build, model, tree, keys);
}

MartQuery *
mart_query(Build *build, BuildModel *model, const Query *tree)
{
	MartQuery  *query = palloc0(sizeof(MartQuery));
	AffectedKeys *of_source = NULL;
	const AffectedKeys *affected = NULL;
	const char *why;

	query->published = published_oid(model);
	query->file = table_file(query->published);
	query->columns = ExecCleanTypeFromTL(tree->targetList);
	query->definition = nodeToString(tree_rewritten(tree));
	model->counts.affected_keys = -1;
	query->is_known = model->last.known != NULL;
	if (query->is_known)
		query->known = *model->last.known;
	if (model->spec.inputs == NIL)
		return query;
	model->run.definition = whole_definition(build, model);
	query->affected_column = get_attnum(query->published, model->spec.affected_column);
	why = why_all_rows(build, model, query, tree, &of_source);
	if (why == NULL)
	{
		affected = of_source != NULL ? of_source : affected_keys(build, model);
		if (affected == NULL)
			why = "much has changed";
	}
	if (why != NULL)
	{
		ereport(DEBUG1,
				(errmsg_internal("all rows of %s are computed: %s", model->spec.name, why)));
		return query;
	}
	query->affected_keys = affected->keys;
	query->affected = nodeToString(tree_rewritten(tree_of_affected(tree, model->spec.relid,
																   model->spec.affected_column)));
	model->counts.affected_keys = affected->n;
	return query;
}

void
drop_changes(const Build *build)
{
	ListCell   *lc;

	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		if (model->run.changes_kept)
			drop_work_table("TABLE", changes_name(model));
	}
}
