/*-------------------------------------------------------------------------
 *
 * query_facts.c
 *	  Facts about a query that are known without running it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <inttypes.h>

#include "build/model_tree.h"
#include "build/query_facts.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "compat.h"
#include "keys/siphash.h"
#include "nodes/nodeFuncs.h"
#include "sources/distributed.h"
#include "utils/lsyscache.h"

static bool
reads_others(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		const RangeTblEntry *rte = (RangeTblEntry *) node;

		/* after rewriting a view stands only for what it was made from */
		return rte->rtekind == RTE_RELATION && rte->relkind != RELKIND_VIEW &&
			!list_member_oid(context, rte->relid);
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, reads_others, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, reads_others, context);
}

bool
reads_only(Query *query, List *tables)
{
	return !reads_others((Node *) query, tables);
}

/* Whether a table, or one of its partitions, can only be read by the leader */
static bool
only_for_leader(Oid relid)
{
	ListCell   *lc;

	foreach(lc, find_all_inheritors(relid, AccessShareLock, NULL))
	{
		Oid			table = lfirst_oid(lc);

		if (get_rel_relkind(table) == RELKIND_FOREIGN_TABLE ||
			get_rel_persistence(table) == RELPERSISTENCE_TEMP)
			return true;
	}
	return false;
}

static bool
is_not_safe(Oid function, void *context pg_attribute_unused())
{
	return func_parallel(function) != PROPARALLEL_SAFE;
}

/*
 * Whether anything in a query is for the leader only.  max_parallel_hazard would
 * also object to window functions and to LIMIT, which several workers could answer
 * differently: here one worker runs all of it.
 */
static bool
is_for_leader(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
		return ((RangeTblEntry *) node)->rtekind == RTE_RELATION &&
			only_for_leader(((RangeTblEntry *) node)->relid);
	if (check_functions_in_node(node, is_not_safe, NULL))
		return true;
	if (IsA(node, Query))
		return ((Query *) node)->rowMarks != NIL ||
			query_tree_walker((Query *) node, is_for_leader, context,
							  QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, is_for_leader, context);
}

bool
is_parallel_safe(Query *query)
{
	/* nor does a worker talk to the servers of a cluster */
	return !is_for_leader((Node *) query, NULL) && !query_is_distributed(query);
}

char *
with_versions(const char *sql)
{
	return psprintf("%s\n-- greenery %s, PostgreSQL %d", sql, GREENERY_VERSION,
					PG_VERSION_NUM / 10000);
}

char *
rewritten_digest(Oid view)
{
	const uint64_t key[2] = {0};
	const char *text = nodeToString(tree_rewritten(tree_of_relation(view)));
	uint64_t	digest[2];

	siphash128(key, text, strlen(text), 1, 3, digest);
	return psprintf("%016" PRIx64 "%016" PRIx64, digest[0], digest[1]);
}
