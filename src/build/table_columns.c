/*-------------------------------------------------------------------------
 *
 * table_columns.c
 *	  Columns of the tables that builds write and publish.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "build/table_columns.h"
#include "catalog/pg_proc.h"
#include "compat.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"

char *
columns_of_descriptor(TupleDesc desc)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		appendStringInfo(&list, "%s%s %s", list.len > 0 ? ", " : "",
						 quote_identifier(NameStr(att->attname)),
						 format_type_with_typemod(att->atttypid, att->atttypmod));
		if (att->attcollation != get_typcollation(att->atttypid))
			appendStringInfo(&list, " COLLATE %s", generate_collation_name(att->attcollation));
	}
	return list.data;
}

char *
columns_of_relation(Oid relid)
{
	Relation	rel;
	char	   *columns;

	if (!OidIsValid(relid))
		return NULL;
	rel = table_open(relid, AccessShareLock);
	columns = columns_of_descriptor(RelationGetDescr(rel));
	table_close(rel, NoLock);
	return columns;
}

/* Whether a function is one that the owner should not run */
static bool
is_of_stranger(Oid function, Oid owner, Oid builder)
{
	Oid			author = object_owner(ProcedureRelationId, function);

	/*
	 * an owner who is the builder, and not a superuser, runs what others
	 * wrote
	 */
	return OidIsValid(author) && !superuser_arg(author) && !has_privs_of_role(author, owner) &&
		(builder != owner || superuser_arg(owner));
}

/*
 * ANALYZE calls such a function with the rights of the table's owner: in a build, and in
 * autovacuum.  Only superusers can make a type's other functions that run without being
 * called.
 */
void
refuse_range_columns(Oid relid, Oid owner, Oid builder)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Oid			type;
		TypeCacheEntry *range;

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		type = getBaseType(TupleDescAttr(desc, i)->atttypid);
		if (type_is_multirange(type))
			type = get_multirange_range(type);
		if (!type_is_range(type))
			continue;
		range = lookup_type_cache(type, TYPECACHE_RANGE_INFO);
		if (OidIsValid(range->rng_subdiff_finfo.fn_oid) &&
			is_of_stranger(range->rng_subdiff_finfo.fn_oid, owner, builder))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("column \"%s\" of %s is of range type %s, of which function %s belongs to another role",
							NameStr(TupleDescAttr(desc, i)->attname), quoted_relation(relid),
							format_type_be(type), format_procedure(range->rng_subdiff_finfo.fn_oid)),
					 errdetail("ANALYZE would call it with the rights of the published table's owner."),
					 errhint("Have the model show lower() and upper() of it.")));
	}
	relation_close(rel, NoLock);
}
