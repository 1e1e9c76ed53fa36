/*-------------------------------------------------------------------------
 *
 * known_calls.c
 *	  Whether a query calls only what always gives the same answer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "compat.h"
#include "nodes/nodeFuncs.h"
#include "sources/known_calls.h"
#include "utils/lsyscache.h"

static bool
is_of_others(Oid function, void *context pg_attribute_unused())
{
	return get_func_namespace(function) != PG_CATALOG_NAMESPACE &&
		getExtensionOfObject(ProcedureRelationId, function) != get_extension_oid("greenery", false);
}

static bool
calls_others(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (check_functions_in_node(node, is_of_others, NULL))
		return true;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, calls_others, context, 0);
	return expression_tree_walker(node, calls_others, context);
}

bool
calls_only_known(Node *node)
{
	return !contain_mutable_functions(node) && !calls_others(node, NULL);
}
