/*-------------------------------------------------------------------------
 *
 * reach_types.c
 *	  What the types of columns and values call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_range.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "miscadmin.h"
#include "sources/reach_types.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* What a domain's checks call */
static void
look_into_checks(TypeReach *reach, Oid domain)
{
	Relation	rel;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	rel = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(domain));
	scan = systable_beginscan(rel, ConstraintTypidIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		check = heap_getattr(tuple, Anum_pg_constraint_conbin, RelationGetDescr(rel), &isnull);

		if (!isnull)
			reach->checks = lappend(reach->checks, stringToNode(TextDatumGetCString(check)));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

void
reach_column_types(TypeReach *reach, Relation rel, bool is_made)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
		if (!TupleDescAttr(desc, i)->attisdropped)
			reach_type(reach, TupleDescAttr(desc, i)->atttypid, is_made);
}

static void
look_into_composite(TypeReach *reach, Oid relid, bool is_made)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);

	if (rel == NULL)
		return;
	reach_column_types(reach, rel, is_made);
	relation_close(rel, AccessShareLock);
}

/* A range's ranges are told apart, and sampled by ANALYZE, by functions of its own */
static void
look_into_range(TypeReach *reach, Oid range, bool is_made)
{
	HeapTuple	tuple = SearchSysCache1(RANGETYPE, ObjectIdGetDatum(range));
	Form_pg_range form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for range type %u", range);
	form = (Form_pg_range) GETSTRUCT(tuple);
	reach->functions = lappend_oid(reach->functions, form->rngcanonical);
	reach->functions = lappend_oid(reach->functions, form->rngsubdiff);
	reach_type(reach, form->rngsubtype, is_made);
	ReleaseSysCache(tuple);
}

void
reach_type(TypeReach *reach, Oid type, bool is_made)
{
	HeapTuple	tuple;
	Form_pg_type form;

	if (type < FirstNormalObjectId || list_member_oid(is_made ? reach->made : reach->types, type))
		return;
	check_stack_depth();
	reach->types = list_append_unique_oid(reach->types, type);
	if (is_made)
		reach->made = lappend_oid(reach->made, type);
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_type) GETSTRUCT(tuple);
	reach_type(reach, form->typelem, is_made);
	switch (form->typtype)
	{
		case TYPTYPE_DOMAIN:
			if (is_made)
				look_into_checks(reach, type);
			reach_type(reach, form->typbasetype, is_made);
			break;
		case TYPTYPE_COMPOSITE:
			look_into_composite(reach, form->typrelid, is_made);
			break;
		case TYPTYPE_RANGE:
			look_into_range(reach, type, is_made);
			break;
		case TYPTYPE_MULTIRANGE:
			reach_type(reach, get_multirange_range(type), is_made);
			break;
		default:
			break;
	}
	ReleaseSysCache(tuple);
}
