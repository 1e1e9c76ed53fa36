/*-------------------------------------------------------------------------
 *
 * source_changes.c
 *	  Which rows of the shop's own tables have been written since the last build.
 *
 * An UPDATE does not change a row in place: it writes another version of it, and each version
 * bears the id of the transaction that wrote it.  If that transaction was over when the last
 * build took its snapshot, the build saw this version.  So a staging view, which shows rows
 * of one table and nothing else, shows these rows as it did then, and only the keys of the
 * others can have changed.  A filter of a binding looks at a row alone: it lets the same ones
 * of these pass as it did then.
 *
 * A deleted row leaves no trace, but deleted rows can be counted.  An incremental mart with
 * a row for each row of the source has R rows, as the last build recorded.  If n of them are
 * still there, R - n are gone.  If the mart has just as many rows of the keys that have been
 * written since, these are the rows that are gone; else some were deleted, it is not known
 * which, and all rows of the mart are computed.
 *
 * The oldest transaction that was running at the build's snapshot, later ones and their
 * subtransactions, whose ids are larger, may have written something that the build has not
 * seen: see row_versions.h.  Where ids mean something else, as after a restore to another
 * server, or where a table has been rewritten, truncated or replaced, all rows count as
 * written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "build/query_facts.h"
#include "build/source_changes.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "difference/row_versions.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "sources/own_columns.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#define STAGING_PREFIX "stg_"
#define SOURCE_PREFIX "source_"

/*
 * What decides, besides the rows of a table, what a staging view shows of it, with the
 * table, its rows and the view's key; a definition of NULL if that is more than can be told.
 */
static SourceTable
find_source(const BuildModel *model)
{
	SourceTable source = {NULL, InvalidOid, NULL, NULL};
	const char *function;
	const char *version;
	const char *names[1];
	OwnColumn	column;
	Query	   *query;
	Relation	rel;

	if (list_length(model->spec.key) != 1 ||
		strncmp(model->spec.name, STAGING_PREFIX, strlen(STAGING_PREFIX)) != 0)
		return source;
	function = psprintf(SOURCE_PREFIX "%s", model->spec.name + strlen(STAGING_PREFIX));

	/*
	 * before it is read: one that replaces it now is noticed by the next
	 * build
	 */
	version = own_columns_version(function);
	names[0] = linitial(model->spec.key);
	source.relid = own_columns_find(function, 1, names, &column);
	if (!OidIsValid(source.relid))
		return source;
	query = own_columns_query(function);
	rel = relation_open(source.relid, AccessShareLock);
	if (own_columns_obstacle(function, names[0]) == NULL)
	{
		source.definition =
			with_versions(psprintf("system " UINT64_FORMAT ", database %u, table %u, file %u, columns %d\n"
								   "function %s: %s\nfilter: %s",
								   GetSystemIdentifier(), MyDatabaseId, source.relid,
								   rel->rd_rel->relfilenode, RelationGetNumberOfAttributes(rel),
								   version, nodeToString(query->targetList),
								   nodeToString(query->jointree->quals)));
		source.key = own_column_sql(function, names[0]);
		source.filter = own_filter_sql(query);
	}
	relation_close(rel, NoLock);
	return source;
}

void
look_at_source(const BuildModel *staging)
{
	SourceTable *source = staging->run.source;
	MemoryContext before;

	*source = find_source(staging);
	/* as long as the models */
	before = MemoryContextSwitchTo(GetMemoryChunkContext(source));
	if (source->definition != NULL)
	{
		source->definition = pstrdup(source->definition);
		source->key = pstrdup(source->key);
	}
	if (source->filter != NULL)
		source->filter = pstrdup(source->filter);
	MemoryContextSwitchTo(before);
}

/* How many rows of a mart have one of these values in its affected column */
static int64
count_rows(const BuildModel *model, const char *values)
{
	Oid			type = TEXTOID;
	Datum		list = CStringGetTextDatum(values);
	bool		isnull;
	int64		n;

	if (SPI_execute_with_args(psprintf("SELECT count(*) FROM %s p"
									   " WHERE p.%s OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])",
									   published_name(model),
									   quote_identifier(model->spec.affected_column)),
							  1, &type, &list, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not count the rows of model %s", model->spec.name);
	n = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return n;
}

const char *
source_changes(const BuildModel *staging, const BuildModel *model, int64 limit,
			   const char **keys, int64 *nkeys)
{
	const SourceTable *source = staging->run.source;
	const KnownRows *known = staging->last.known;
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());
	HeapTuple	found;
	TupleDesc	desc;
	bool		isnull;
	int64		not_null;
	int64		written;

	if (source->definition == NULL)
		return psprintf("%s does not simply show the rows of a table", staging->spec.name);
	if (staging->last.definition == NULL ||
		strcmp(staging->last.definition, source->definition) != 0)
		return psprintf("the table of %s is not that of the last build", staging->spec.name);
	if (known->rows != model->last.known->rows || staging->counts.rows < 0)
		return psprintf("it has not had a row for each row of %s", staging->spec.name);
	if (!xids_are_distinct(known->unfinished, next))
		return "there have been too many transactions";

	/*
	 * Keys of all rows that have been written, as such a row may not pass the
	 * filter any more; and how many do.
	 */
	if (SPI_execute(psprintf("SELECT count(*), count(k.key), sum(k.rows)::pg_catalog.int8,"
							 "       array_agg(k.key)::pg_catalog.text"
							 "  FROM (SELECT %s AS key, count(*) FILTER (WHERE %s) AS rows"
							 "          FROM ONLY %s o"
							 "         WHERE greenery.written_between(o.xmin, '" UINT64_FORMAT "', '" UINT64_FORMAT "')"
							 "         GROUP BY 1 LIMIT " INT64_FORMAT ") k",
							 source->key, source->filter != NULL ? source->filter : "true",
							 quoted_relation(source->relid), known->unfinished, next, limit + 1),
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not find the changes of %s", staging->spec.name);
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
		return psprintf("a row of %s has no key", staging->spec.name);
	if (staging->counts.rows - written + count_rows(model, *keys) != known->rows)
		return psprintf("rows of %s have been deleted", staging->spec.name);
	return NULL;
}
