/*-------------------------------------------------------------------------
 *
 * build_source_changes.c
 *	  Which rows of the shop's own tables have been written since the last build.
 *
 * A row is never changed in place: an UPDATE writes another version of it, and each
 * version says which transaction has written it.  Of a version that is there now,
 * and that a transaction had written which was over when the last build took its
 * snapshot, it is certain that the build saw it, as it is.  So a staging view, which
 * shows each row of one table and nothing else, says of these rows what it said then;
 * and the keys of the others are what can have changed.
 *
 * What is gone has left no trace, but it can be counted.  An incremental mart with a row
 * for each row of the source has R rows, by the state that the build has left.  If n of
 * them are still there, R - n are gone.  If the mart has just as many rows of the keys
 * that have been written since, these are the rows that are gone; else some were
 * deleted, nobody knows which, and all rows of the mart are computed.
 *
 * Transactions are told apart by the oldest one that was running at the build's snapshot.
 * That one, later ones and their subtransactions, whose ids are larger, may have written
 * something that the build has not seen.  A version bears the lower half of an id, and keeps
 * it when it is frozen: one that was written 2^32 transactions earlier looks as if it had
 * been written since, and is computed once more, while none that has been looks older.  Where
 * ids mean something else, as after a restore to another server, or where a table has been
 * rewritten, truncated or replaced, all rows count as written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "build/build.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "checks/data_test.h"
#include "compat.h"
#include "difference/row_difference.h"
#include "difference/row_versions.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "sources/own_columns.h"
#include "spi_row.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

#define STAGING_PREFIX "stg_"
#define SOURCE_PREFIX "source_"

/* A source of an incremental mart */
typedef struct Source
{
	/* as this build sees it */
	char	   *definition;		/* the table, and how staging shows it; NULL if that is not all */
	Oid			table;
	AttrNumber	key;			/* its column behind the view's key */

	/* as the last build has seen it */
	char	   *left_definition;	/* NULL: nothing is known */
	uint64		left_unfinished;	/* the oldest transaction whose rows it may not have seen */
	int64		left_rows;
} Source;

/* Read how the last build has seen the sources of incremental marts */
void
build_load_sources(Build *build)
{
	MemoryContext context = CurrentMemoryContext;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		BuildModel *model = lfirst(lc);

		if (!model->is_mart && model->is_input)
			model->source = palloc0(sizeof(Source));
	}
	if (SPI_execute("SELECT s.model, s.definition, s.unfinished, s.rows"
					"  FROM greenery.source_states s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the states of sources");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		const BuildModel *model = build_find_model(build, row_text(row, desc, 1));

		if (model == NULL || model->source == NULL)
			continue;
		model->source->left_definition = SPI_getvalue(row, desc, 2);
		model->source->left_unfinished = U64FromFullTransactionId(
			DatumGetFullTransactionId(row_value(row, desc, 3, XID8OID)));
		model->source->left_rows = DatumGetInt64(row_value(row, desc, 4, INT8OID));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * What decides, besides the rows of a table, what a staging view shows of it, and the
 * table and its column behind the view's key; NULL if that is more than can be told.
 */
static char *
source_definition(const BuildModel *model, Oid *table, AttrNumber *key)
{
	const char *function;
	const char *version;
	const char *names[1];
	OwnColumn	column;
	Query	   *query;
	Relation	rel;
	char	   *definition = NULL;

	if (list_length(model->key) != 1 ||
		strncmp(model->name, STAGING_PREFIX, strlen(STAGING_PREFIX)) != 0)
		return NULL;
	function = psprintf(SOURCE_PREFIX "%s", model->name + strlen(STAGING_PREFIX));
	/* before it is read: who replaces it now is found out by the next build */
	version = own_columns_version(function);
	names[0] = linitial(model->key);
	*table = own_columns_find(function, 1, names, &column);
	if (!OidIsValid(*table))
		return NULL;
	*key = column.attnum;
	query = own_columns_query(function);
	rel = relation_open(*table, AccessShareLock);
	if (rel->rd_rel->relkind == RELKIND_RELATION &&
		rel->rd_rel->relam == HEAP_TABLE_AM_OID &&
		!has_subclass(*table) &&
		pg_class_aclcheck(*table, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		own_columns_are_declared(function, query) &&
		build_calls_nothing_else((Node *) query->targetList))
		definition = psprintf("system " UINT64_FORMAT ", database %u, table %u, file %u, columns %d\n"
							  "function %s: %s",
							  GetSystemIdentifier(), MyDatabaseId, *table,
							  rel->rd_rel->relfilenode, RelationGetNumberOfAttributes(rel),
							  version, nodeToString(query->targetList));
	relation_close(rel, NoLock);
	return definition == NULL ? NULL : build_versioned(definition);
}

/* See how staging shows a source, before anything is made from it */
void
build_look_at_source(const BuildModel *model)
{
	Source	   *source = model->source;
	char	   *definition = source_definition(model, &source->table, &source->key);

	/* as long as the models */
	source->definition = definition == NULL ? NULL :
		MemoryContextStrdup(GetMemoryChunkContext(source), definition);
}

/* How many rows of a mart have one of these values in its slice column */
static int64
count_rows(const BuildModel *model, const char *values)
{
	Oid			type = TEXTOID;
	Datum		list = CStringGetTextDatum(values);
	bool		isnull;
	int64		n;

	if (SPI_execute_with_args(psprintf("SELECT count(*) FROM %s p"
									   " WHERE p.%s OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])",
									   quote_qualified_identifier(PUBLISHED_SCHEMA, model->name),
									   quote_identifier(model->slice_column)),
							  1, &type, &list, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count the rows of model %s", model->name);
	n = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return n;
}

/*
 * The keys of the rows of a source that have been written since the last build, as the
 * text of an array, and how many, for an incremental mart with a row for each row of the
 * source, and with its key as slice column.  Returns why they are not all that can have
 * changed, or NULL.  In the current memory context.
 */
const char *
build_source_changes(const BuildModel *staging, const BuildModel *model, int64 limit,
					 const char **keys, int64 *nkeys)
{
	const Source *source = staging->source;
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	HeapTuple	found;
	TupleDesc	desc;
	bool		isnull;
	int64		not_null;
	int64		written;

	if (source->definition == NULL)
		return psprintf("%s does not simply show the rows of a table", staging->name);
	if (source->left_definition == NULL ||
		strcmp(source->left_definition, source->definition) != 0)
		return psprintf("the table of %s is not that of the last build", staging->name);
	if (source->left_rows != model->left->rows || staging->rows < 0)
		return psprintf("it has not had a row for each row of %s", staging->name);
	if (!xids_are_distinct(source->left_unfinished, next))
		return "there have been too many transactions";

	/* staging would clean the key in the same way */
	if (SPI_execute(psprintf("SELECT count(*), count(k.key), sum(k.rows)::pg_catalog.int8,"
							 "       array_agg(k.key)::pg_catalog.text"
							 "  FROM (SELECT greenery.clean_text(s.%s::pg_catalog.text) AS key, count(*) AS rows"
							 "          FROM ONLY %s s"
							 "         WHERE greenery.written_between(s.xmin, '" UINT64_FORMAT "', '" UINT64_FORMAT "')"
							 "         GROUP BY 1 LIMIT " INT64_FORMAT ") k",
							 quote_identifier(get_attname(source->table, source->key, false)),
							 quoted_relation(source->table), source->left_unfinished, next, limit + 1),
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not find the changes of %s", staging->name);
	found = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	*nkeys = DatumGetInt64(SPI_getbinval(found, desc, 1, &isnull));
	not_null = DatumGetInt64(SPI_getbinval(found, desc, 2, &isnull));
	written = *nkeys == 0 ? 0 : DatumGetInt64(SPI_getbinval(found, desc, 3, &isnull));
	*keys = *nkeys == 0 ? "{}" : SPI_getvalue(found, desc, 4);
	SPI_freetuptable(SPI_tuptable);
	if (*nkeys > limit)
		return "much has changed";
	if (not_null < *nkeys)
		return psprintf("a row of %s has no key", staging->name);
	if (staging->rows - written + count_rows(model, *keys) != source->left_rows)
		return psprintf("rows of %s have been deleted", staging->name);
	return NULL;
}

/* Remember how this build, which publishes, has seen the sources of incremental marts */
void
build_record_sources(const Build *build)
{
	ListCell   *lc;

	if (SPI_execute("DELETE FROM greenery.source_states", false, 0) != SPI_OK_DELETE)
		elog(ERROR, "could not replace the states of sources");
	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);
		Oid			types[4] = {TEXTOID, TEXTOID, XID8OID, INT8OID};
		Datum		values[4];

		if (model->source == NULL || model->source->definition == NULL || model->rows < 0 ||
			!build_source_is_needed(build, model))
			continue;
		values[0] = CStringGetTextDatum(model->name);
		values[1] = CStringGetTextDatum(model->source->definition);
		values[2] = FullTransactionIdGetDatum(FullTransactionIdFromU64(oldest_unfinished()));
		values[3] = Int64GetDatum(model->rows);
		if (SPI_execute_with_args("INSERT INTO greenery.source_states"
								  " (model, definition, unfinished, rows)"
								  " VALUES ($1, $2, $3, $4)",
								  4, types, values, NULL, false, 0) != SPI_OK_INSERT)
			elog(ERROR, "could not record the state of %s", model->name);
	}
}
