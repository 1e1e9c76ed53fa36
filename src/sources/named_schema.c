/*-------------------------------------------------------------------------
 *
 * named_schema.c
 *	  The schemas in which a text finds what it calls by name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/objectaddress.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "sources/named_schema.h"
#include "utils/lsyscache.h"

static Oid
schema_of(Oid catalog, Oid object)
{
	ObjectAddress address;

	ObjectAddressSet(address, catalog, object);
	return get_object_namespace(&address);
}

Oid
type_schema(Oid type)
{
	return schema_of(TypeRelationId, type);
}

/* How a cast without a function is written; COERCE_IMPLICIT_CAST also for what is none */
static CoercionForm
form_of_cast(Node *node)
{
	switch (nodeTag(node))
	{
		case T_RelabelType:
			return ((RelabelType *) node)->relabelformat;
		case T_CoerceViaIO:
			return ((CoerceViaIO *) node)->coerceformat;
		case T_ArrayCoerceExpr:
			return ((ArrayCoerceExpr *) node)->coerceformat;
		case T_ConvertRowtypeExpr:
			return ((ConvertRowtypeExpr *) node)->convertformat;
		case T_CoerceToDomain:
			return ((CoerceToDomain *) node)->coercionformat;
		default:
			return COERCE_IMPLICIT_CAST;
	}
}

Oid
schema_of_cast_as_call(Node *node)
{
	return form_of_cast(node) == COERCE_EXPLICIT_CALL ? type_schema(exprType(node)) : InvalidOid;
}

Oid
schema_of_call(Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			if (((FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST ||
				((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST)
				return InvalidOid;
			return get_func_namespace(((FuncExpr *) node)->funcid);
		case T_Aggref:
			return get_func_namespace(((Aggref *) node)->aggfnoid);
		case T_WindowFunc:
			return get_func_namespace(((WindowFunc *) node)->winfnoid);
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			return schema_of(OperatorRelationId, ((OpExpr *) node)->opno);
		case T_ScalarArrayOpExpr:
			return schema_of(OperatorRelationId, ((ScalarArrayOpExpr *) node)->opno);
		case T_RowCompareExpr:
			return schema_of(OperatorRelationId, linitial_oid(((RowCompareExpr *) node)->opnos));
		default:
			return InvalidOid;
	}
}
