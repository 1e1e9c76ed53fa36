/*-------------------------------------------------------------------------
 *
 * model_tree.c
 *	  What computes a model: the query of its view, with written tables in place of models.
 *
 * Each model is computed once, so the others must read what has been written of it, and not
 * its view, which would compute it anew from the raw tables.  The tree of a view's query,
 * as the server keeps it, is copied, and each model in it replaced by its written table.  No
 * text is made of it and parsed again: names in a text could be taken by other objects, and
 * its constants read by other settings.
 *
 * Only models are replaced.  Any other view stays a relation, and the rewriter has it read
 * with the rights of its owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "build/model_tree.h"
#include "build/table_columns.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/executor.h"
#include "greenery.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* In place of its text, where the server asks for one */
#define QUERY_NAME "query of a model"

static Query *
parse(const char *sql, const Oid *types, int ntypes)
{
	RawStmt    *statement = linitial_node(RawStmt, pg_parse_query(sql));

	return parse_analyze_fixedparams(statement, sql, types, ntypes, NULL);
}

/* The query of a view's rule */
static Query *
tree_of_view(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	Query	   *query = NULL;

	for (int i = 0; rel->rd_rules != NULL && i < rel->rd_rules->numLocks; i++)
	{
		const RewriteRule *rule = rel->rd_rules->rules[i];

		if (rule->event == CMD_SELECT && list_length(rule->actions) == 1)
			query = copyObject(linitial_node(Query, rule->actions));
	}
	relation_close(rel, NoLock);
	if (query == NULL)
		elog(ERROR, "view %u has no query", relid);
	greenery_forget_view(query, relid);
	return query;
}

Query *
tree_of_text(const char *sql)
{
	return parse(sql, NULL, 0);
}

Query *
tree_of_relation(Oid relid)
{
	return get_rel_relkind(relid) == RELKIND_VIEW ? tree_of_view(relid)
		: tree_of_text(psprintf("SELECT * FROM %s", quoted_relation(relid)));
}

/* One relation is read in place of another with the same columns */
typedef struct Substitute
{
	Oid			relid;
	Oid			in_place;
} Substitute;

/* What is replaced, and the query in which that is going on */
typedef struct Substitution
{
	List	   *substitutes;	/* of Substitute * */
	Query	   *query;
} Substitution;

static void
substitute_relation(Query *query, RangeTblEntry *rte, const List *substitutes)
{
	ListCell   *lc;

	foreach(lc, substitutes)
	{
		const Substitute *substitute = lfirst(lc);

		if (rte->relid == substitute->relid)
		{
			greenery_replace_relation(query, rte, substitute->in_place,
									  get_rel_relkind(substitute->in_place));
			return;
		}
	}
}

static bool
substitute(Node *node, void *context)
{
	Substitution *in = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		if (((RangeTblEntry *) node)->rtekind == RTE_RELATION)
			substitute_relation(in->query, (RangeTblEntry *) node, in->substitutes);
		return false;
	}
	if (IsA(node, Query))
	{
		Substitution inner = {in->substitutes, (Query *) node};

		return query_tree_walker((Query *) node, substitute, &inner, QTW_EXAMINE_RTES_BEFORE);
	}
	return expression_tree_walker(node, substitute, context);
}

static List *
add_substitute(List *substitutes, Oid relid, Oid in_place)
{
	Substitute *substitute = palloc(sizeof(Substitute));

	substitute->relid = relid;
	substitute->in_place = in_place;
	return lappend(substitutes, substitute);
}

/* What the build has written so far, each in place of its view: a list of Substitute * */
static List *
written_so_far(const Build *build)
{
	List	   *substitutes = NIL;
	ListCell   *lc;

	foreach(lc, build->models)
	{
		const BuildModel *model = lfirst(lc);

		if (model_is_written(model))
			substitutes = add_substitute(substitutes, model->spec.relid, written_oid(model));
	}
	foreach(lc, build->intermediates)
	{
		const IntermediateModel *view = lfirst(lc);

		if (view->made)
			substitutes = add_substitute(substitutes, view->relid,
										 get_relname_relid(view->table,
														   get_namespace_oid(BUILD_SCHEMA, false)));
	}
	return substitutes;
}

Query *
tree_in_build(const Build *build, Oid relid)
{
	Query	   *tree = tree_of_relation(relid);
	Substitution all = {written_so_far(build), NULL};

	(void) substitute((Node *) tree, &all);
	return tree;
}

Query *
tree_of_affected(const Query *tree, Oid relid, const char *column)
{
	Oid			type = TEXTARRAYOID;
	Query	   *query = parse(psprintf("SELECT * FROM (SELECT * FROM %s) q"
									   " WHERE q.%s OPERATOR(pg_catalog.=) ANY ($1)",
									   quoted_relation(relid), quote_identifier(column)),
							  &type, 1);

	linitial_node(RangeTblEntry, query->rtable)->subquery = copyObject(unconstify(Query *, tree));
	return query;
}

Query *
tree_rewritten(const Query *tree)
{
	Query	   *query = copyObject(unconstify(Query *, tree));

	AcquireRewriteLocks(query, true, false);
	return linitial_node(Query, QueryRewrite(query));
}

char *
tree_columns(const Query *tree)
{
	return columns_of_descriptor(ExecCleanTypeFromTL(tree->targetList));
}

/* $1, a text[], which is constant for the planner */
static ParamListInfo
array_parameter(const char *text)
{
	ParamListInfo params;

	if (text == NULL)
		return NULL;
	params = makeParamList(1);
	params->params[0].value = OidInputFunctionCall(F_ARRAY_IN, unconstify(char *, text),
												   TEXTOID, -1);
	params->params[0].isnull = false;
	params->params[0].pflags = PARAM_FLAG_CONST;
	params->params[0].ptype = TEXTARRAYOID;
	return params;
}

void
tree_run(const char *rewritten, const char *parameter, DestReceiver *dest)
{
	Query	   *query = castNode(Query, stringToNode(rewritten));
	ParamListInfo params = array_parameter(parameter);
	PlannedStmt *plan;
	QueryDesc  *desc;

	/* this may be another process than the one that has rewritten it */
	AcquireRewriteLocks(query, true, false);
	plan = greenery_plan_query(query, QUERY_NAME, CURSOR_OPT_PARALLEL_OK, params);
	desc = CreateQueryDesc(plan, QUERY_NAME, GetActiveSnapshot(), InvalidSnapshot, dest,
						   params, NULL, 0);
	ExecutorStart(desc, 0);
	greenery_executor_run(desc);
	ExecutorFinish(desc);
	ExecutorEnd(desc);
	FreeQueryDesc(desc);
}
