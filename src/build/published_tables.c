/*-------------------------------------------------------------------------
 *
 * published_tables.c
 *	  What the owner has added to the published tables.
 *
 * They are ordinary tables: their owner may add indexes, constraints, foreign keys and
 * triggers, and partition them.  A build refuses, by name and before it works, whatever
 * would show readers other rows than it has tested, or would keep it from publishing
 * them.  It also finds out here what publishing needs to know about the rest.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/published_tables.h"
#include "executor/spi.h"
#include "spi_row.h"

/* The published tables, each with its partitions */
#define PUBLISHED_TABLES \
	"WITH published AS (" \
	"SELECT m.model, m.key, c.oid, c.oid::regclass AS name, c.relkind, c.relrowsecurity," \
	"       ARRAY(SELECT c.oid UNION SELECT t.relid FROM pg_partition_tree(c.oid) t) AS tables" \
	"  FROM greenery.models m" \
	"  JOIN pg_class c ON c.oid = to_regclass(format('" PUBLISHED_SCHEMA ".%I', m.model))" \
	" WHERE m.layer = 'mart') "

/* The first thing that a build refuses, if there is one: message, detail and hint */
static const char find_objection[] =
PUBLISHED_TABLES
"SELECT o.message, o.detail, o.hint"
"  FROM published p"
" CROSS JOIN LATERAL ("

"SELECT 1, format('%s, where model %s is published, is not a table', p.name, p.model),"
"       'Only a table keeps the rows that a build has tested.',"
"       'Put the table back in its place.'"
" WHERE p.relkind NOT IN ('r', 'p')"
" UNION ALL "
"SELECT 2, format('table %s inherits from published table %s', i.inhrelid::regclass, p.name),"
"       'Readers of the published table see its rows beside those of the mart.',"
"       format('ALTER TABLE %s NO INHERIT %s.', i.inhrelid::regclass, p.name)"
"  FROM pg_inherits i WHERE i.inhparent = p.oid AND p.relkind = 'r'"
" UNION ALL "
"SELECT 3, format('partition %s of published table %s is a foreign table', f.oid::regclass, p.name),"
"       'Its rows would not be published in the same transaction as all others.',"
"       format('ALTER TABLE %s DETACH PARTITION %s.', p.name, f.oid::regclass)"
"  FROM pg_class f WHERE f.oid = ANY (p.tables) AND f.relkind = 'f' AND p.relkind = 'p'"
" UNION ALL "
"SELECT 4, format('row-level security is enabled on published table %s', p.name),"
"       'Every role that may read a published table sees all of its rows, and so must a build.',"
"       format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY. A view of your own can show each reader some of the rows.', p.name)"
" WHERE p.relrowsecurity"
" UNION ALL "
"SELECT 5, format('published table %s has rule %I', p.name, w.rulename),"
"       'A rule writes something else than the build.',"
"       format('DROP RULE %I ON %s.', w.rulename, p.name)"
"  FROM pg_rewrite w WHERE w.ev_class = p.oid AND p.relkind IN ('r', 'p')"
" UNION ALL "
/* a foreign key has triggers on both of its tables */
"SELECT 6, format('deferred constraint %I of table %s', coalesce(k.conname, t.tgname),"
"                 coalesce(nullif(k.conrelid, 0), t.tgrelid)::regclass)"
"          || CASE WHEN k.confrelid = t.tgrelid THEN format(' refers to published table %s', p.name) ELSE '' END,"
"       'It is checked when the transaction ends, and a build cannot defer anything until then.',"
"       'Make it INITIALLY IMMEDIATE.'"
"  FROM pg_trigger t LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint"
" WHERE t.tgrelid = ANY (p.tables) AND t.tgdeferrable AND t.tginitdeferred AND t.tgenabled <> 'D'"
" UNION ALL "
"SELECT 7, format('column %I of published table %s is generated', a.attname, p.name),"
"       'A build writes all columns of a published table.',"
"       format('ALTER TABLE %s ALTER COLUMN %I DROP %s.', a.attrelid::regclass, a.attname,"
"              CASE WHEN a.attidentity = 'a' THEN 'IDENTITY' ELSE 'EXPRESSION' END)"
"  FROM pg_attribute a"
" WHERE a.attrelid = ANY (p.tables) AND a.attnum > 0 AND NOT a.attisdropped"
"   AND (a.attgenerated <> '' OR a.attidentity = 'a')"
" UNION ALL "
"SELECT 8, format('published table %s is distributed', p.name),"
"       'A build knows the rows that it has published by their row versions, and other servers have others.',"
"       'greenery_distribute_published() makes copies that are distributed.'"
" WHERE greenery.is_distributed(p.oid)"

") o (kind, message, detail, hint)"
" ORDER BY p.model COLLATE \"C\", o.kind, o.message COLLATE \"C\""
" LIMIT 1";

/* What a PublishedTable says, for each */
static const char describe_tables[] =
PUBLISHED_TABLES
"SELECT p.model,"
/* as a rule the primary key, and no other index */
"       p.relkind = 'r'"
"       AND (SELECT count(*) = 1"
"                   AND bool_and(i.indisunique AND i.indimmediate AND i.indpred IS NULL"
"                                AND ARRAY(SELECT a.attname::text COLLATE \"C\" FROM pg_attribute a"
"                                           WHERE a.attrelid = p.oid"
"                                             AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) ORDER BY 1)"
"                                  = ARRAY(SELECT k COLLATE \"C\" FROM unnest(p.key) k ORDER BY 1))"
"              FROM pg_index i"
"             WHERE i.indrelid = p.oid AND (i.indisunique OR i.indisexclusion)),"
"       NOT EXISTS (SELECT FROM pg_constraint k"
"                    WHERE k.contype = 'f' AND k.confrelid = ANY (p.tables) AND k.confdeltype IN ('c', 'n', 'd')),"
"       EXISTS (SELECT FROM pg_trigger t"
"                WHERE t.tgrelid = ANY (p.tables) AND NOT t.tgisinternal)"
"  FROM published p";

void
check_published_tables(Build *build)
{
	MemoryContext context = CurrentMemoryContext;

	if (SPI_execute(find_objection, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look at the published tables");
	if (SPI_processed > 0)
	{
		HeapTuple	row = SPI_tuptable->vals[0];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg_internal("%s", SPI_getvalue(row, desc, 1)),
				 errdetail_internal("%s", SPI_getvalue(row, desc, 2)),
				 errhint("%s", SPI_getvalue(row, desc, 3))));
	}
	SPI_freetuptable(SPI_tuptable);

	if (SPI_execute(describe_tables, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look at the published tables");
	MemoryContextSwitchTo(context);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BuildModel *model = find_model(build, row_text(row, desc, 1));

		if (model == NULL)
			continue;
		model->spec.published = palloc(sizeof(PublishedTable));
		model->spec.published->keyed_only = DatumGetBool(row_value(row, desc, 2, BOOLOID));
		model->spec.published->replaceable = DatumGetBool(row_value(row, desc, 3, BOOLOID));
		model->spec.published->has_triggers = DatumGetBool(row_value(row, desc, 4, BOOLOID));
	}
	SPI_freetuptable(SPI_tuptable);
}
