/*-------------------------------------------------------------------------
 *
 * citus_tables.c
 *	  Which tables Citus has distributed, and how.
 *
 * Citus may be absent: its catalog is found by name, and without it no table is distributed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/table.h"
#include "catalog/pg_namespace.h"
#include "commands/extension.h"
#include "compat.h"
#include "nodes/primnodes.h"
#include "nodes/readfuncs.h"
#include "sources/citus_tables.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Columns of Citus's catalog pg_dist_partition */
#define LOGICALRELID 1
#define PARTKEY 3

PG_FUNCTION_INFO_V1(greenery_is_distributed);

bool
citus_is_here(void)
{
	return OidIsValid(get_extension_oid("citus", true));
}

/* Whether Citus knows a table, and the column that it is distributed by */
static bool
look_up(Oid relid, AttrNumber *column)
{
	Oid			catalog = get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE);
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	*column = InvalidAttrNumber;
	if (!OidIsValid(catalog))
		return false;
	rel = table_open(catalog, AccessShareLock);
	ScanKeyInit(&key, LOGICALRELID, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relid));
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
	{
		bool		isnull;
		Datum		var = heap_getattr(tuple, PARTKEY, RelationGetDescr(rel), &isnull);

		/* a reference table has none */
		if (!isnull)
			*column = castNode(Var, stringToNode(TextDatumGetCString(var)))->varattno;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

bool
is_distributed(Oid relid)
{
	AttrNumber	ignored;

	return look_up(relid, &ignored);
}

AttrNumber
distribution_column(Oid relid)
{
	AttrNumber	column;

	(void) look_up(relid, &column);
	return column;
}

/* is_distributed(relation regclass) */
Datum
greenery_is_distributed(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_distributed(PG_GETARG_OID(0)));
}
