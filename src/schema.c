/*-------------------------------------------------------------------------
 *
 * schema.c
 *	  Where the extension was installed, and where names are looked up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "compat.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

int
greenery_set_search_path(const char *path)
{
	int			level = NewGUCNestLevel();

	greenery_set_locally("search_path", path);
	return level;
}

/* The extension's row in the catalog; an error if it is not installed */
static FormData_pg_extension
extension_row(void)
{
	FormData_pg_extension row = {0};
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("greenery"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	if (found)
		row = *(Form_pg_extension) GETSTRUCT(tuple);
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"greenery\" is not installed in this database"),
				 errhint("CREATE EXTENSION greenery installs it.")));
	return row;
}

/*
 * The owner of schema greenery, which is the extension's: pg_upgrade makes the extension
 * anew as a superuser, and restores the owners of all that is in it.  Rights of that superuser
 * would be for whoever owns the tables to take, by a trigger.  While the install script of a
 * trusted extension runs, it is the other way round.
 */
Oid
greenery_owner(void)
{
	Oid			owner = extension_row().extowner;
	Oid			schema = get_namespace_oid("greenery", true);
	Oid			schema_owner = OidIsValid(schema) ? object_owner(NamespaceRelationId, schema) : InvalidOid;

	return OidIsValid(schema_owner) && !superuser_arg(schema_owner) ? schema_owner : owner;
}

const char *
quoted_relation(Oid relid)
{
	char	   *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  name);
}

Oid
relation_by_name(const char *name)
{
	return RangeVarGetRelid(makeRangeVarFromNameList(greenery_qualified_name_list(name)),
							NoLock, false);
}

PG_FUNCTION_INFO_V1(greenery_relation_named);

/*
 * greenery.relation_named(text): as to_regclass, but without asking whether the caller may
 * use the schema.
 */
Datum
greenery_relation_named(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	List	   *names = greenery_qualified_name_list(name);
	RangeVar   *range = makeRangeVarFromNameList(names);
	Oid			schema;
	Oid			relation;

	if (range->schemaname == NULL)
		PG_RETURN_NULL();
	schema = get_namespace_oid(range->schemaname, true);
	relation = OidIsValid(schema) ? get_relname_relid(range->relname, schema) : InvalidOid;
	if (!OidIsValid(relation))
		PG_RETURN_NULL();
	PG_RETURN_OID(relation);
}
