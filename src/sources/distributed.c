/*-------------------------------------------------------------------------
 *
 * distributed.c
 *	  Queries over tables whose rows are on several servers.
 *
 * Citus looks for distributed tables in a query before the planner has inlined the source
 * functions, finds none, and refuses the query when they show up.  And it sends the calls of a
 * setting's function to the shards, where the setting has another value, and those of a
 * function that queries the shop's tables, which cannot work there.
 *
 * So a query is prepared before Citus gets it: source functions are replaced by what they
 * run, as the planner would do later; and functions of the extension that are stable, and have
 * no arguments but constants, by their values.  Only where the query reads a distributed
 * table: all others go on as they came.
 *
 * A plan with such values in it must not outlive them: it lasts until the transaction ends
 * or a setting changes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/plannodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/planner.h"
#include "parser/parsetree.h"
#include "sources/citus_tables.h"
#include "sources/distributed.h"
#include "sources/own_columns.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

/* Citus's planner, if this session has it */
static planner_hook_type next_planner = NULL;

/* A plan that this transaction has made has values in it */
static bool plans_have_values = false;

typedef struct Preparation
{
	PlannerInfo *root;			/* collects what the plan depends on */
	Oid			extension;
	bool		on_shards;		/* the query is known to read a distributed
								 * table */
	List	   *calls;			/* what has been called, */
	List	   *values;			/* and what came out */
} Preparation;

static bool
reads_distributed(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, reads_distributed, context, QTW_EXAMINE_RTES_BEFORE);
	if (IsA(node, RangeTblEntry))
		return ((RangeTblEntry *) node)->rtekind == RTE_RELATION &&
			is_distributed(((RangeTblEntry *) node)->relid);
	return expression_tree_walker(node, reads_distributed, context);
}

/* Whether a source shows its user as the table has it, and the table is distributed by that */
static bool
is_by_user(const char *source)
{
	static const char *const name[] = {"user_id"};
	OwnColumn	user_id;
	Oid			relid = own_columns_find(source, 1, name, &user_id);

	return OidIsValid(relid) && distribution_column(relid) == user_id.attnum;
}

/* greenery.on_shards() and greenery.items_on_shards() */
static bool
is_asked_here(FuncExpr *call, bool *answer)
{
	*answer = is_own_function(call->funcid, "on_shards");
	if (*answer)
		return true;
	if (!is_own_function(call->funcid, "items_on_shards"))
		return false;
	*answer = is_by_user("source_orders") && is_by_user("source_order_items");
	return true;
}

/* A function of the extension in FROM becomes what it runs, if the planner may do that */
static void
inline_entry(RangeTblEntry *entry, Preparation *preparation)
{
	Node	   *call;
	Query	   *body;
	ListCell   *lc;
	ListCell   *name;

	if (entry->rtekind != RTE_FUNCTION || list_length(entry->functions) != 1)
		return;
	call = linitial_node(RangeTblFunction, entry->functions)->funcexpr;
	if (!IsA(call, FuncExpr) ||
		getExtensionOfObject(ProcedureRelationId, ((FuncExpr *) call)->funcid) != preparation->extension)
		return;
	entry->functions = (List *) eval_const_expressions(preparation->root, (Node *) entry->functions);
	body = greenery_inline_function(preparation->root, entry);
	if (body == NULL)
		return;
	/* Citus names columns as the query does, and not as the function */
	name = list_head(entry->eref->colnames);
	foreach(lc, body->targetList)
	{
		if (lfirst_node(TargetEntry, lc)->resjunk)
			continue;
		lfirst_node(TargetEntry, lc)->resname = strVal(lfirst(name));
		name = lnext(entry->eref->colnames, name);
	}
	entry->rtekind = RTE_SUBQUERY;
	entry->subquery = body;
	entry->security_barrier = false;
	entry->functions = NIL;
	entry->funcordinality = false;
}

static Node *
inline_sources(Node *node, void *context)
{
	Preparation *preparation = context;
	Query	   *query;
	ListCell   *lc;
	bool		answer;

	if (node == NULL)
		return NULL;
	if (!IsA(node, Query))
	{
		node = expression_tree_mutator(node, inline_sources, context);
		if (preparation->on_shards && IsA(node, FuncExpr) && is_asked_here((FuncExpr *) node, &answer))
			return makeBoolConst(answer, false);
		return node;
	}
	query = query_tree_mutator((Query *) node, inline_sources, context, 0);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, lc);

		if (entry->rtekind == RTE_FUNCTION)
		{
			inline_entry(entry, preparation);
			/* it may read others */
			if (entry->rtekind == RTE_SUBQUERY)
				entry->subquery = (Query *) inline_sources((Node *) entry->subquery, context);
		}
	}
	return (Node *) query;
}

/* Whether a call has the same value for all rows, which only this server knows */
static bool
known_here(FuncExpr *call, Preparation *preparation)
{
	ListCell   *lc;

	if (call->funcretset || func_volatile(call->funcid) != PROVOLATILE_STABLE ||
		getExtensionOfObject(ProcedureRelationId, call->funcid) != preparation->extension)
		return false;
	foreach(lc, call->args)
		if (!IsA(lfirst(lc), Const))
		return false;
	return true;
}

/* The value of such a call; the call itself where it cannot be computed now */
static Node *
value_of(FuncExpr *call, Preparation *preparation)
{
	ListCell   *lc;
	Node	   *value;

	foreach(lc, preparation->calls)
		if (equal(lfirst(lc), call))
		return copyObject(list_nth(preparation->values, foreach_current_index(lc)));
	value = estimate_expression_value(preparation->root, (Node *) call);
	if (!IsA(value, Const))
		return (Node *) call;
	plans_have_values = true;
	preparation->calls = lappend(preparation->calls, call);
	preparation->values = lappend(preparation->values, value);
	return copyObject(value);
}

/*
 * EXISTS (SELECT FROM ...) asks for no columns, of which Citus makes a statement that does not
 * run; and where it does not depend on the row, all rows would come here.
 */
static void
ask_for_one_row(Query *query)
{
	if (query->targetList == NIL)
		query->targetList = list_make1(makeTargetEntry((Expr *) makeBoolConst(true, false), 1, "exists", false));
	if (query->limitCount == NULL && query->limitOffset == NULL &&
		!contain_vars_of_level((Node *) query, 1))
	{
		int16		length;
		bool		by_value;

		get_typlenbyval(INT8OID, &length, &by_value);
		query->limitCount = (Node *) makeConst(INT8OID, -1, InvalidOid, length, Int64GetDatum(1), false, by_value);
		query->limitOption = LIMIT_OPTION_COUNT;
	}
}

static bool never_has_rows(Query *query);

static bool
joins_nothing(Node *node, Query *query)
{
	if (IsA(node, RangeTblRef))
	{
		RangeTblEntry *entry = rt_fetch(((RangeTblRef *) node)->rtindex, query->rtable);

		return entry->rtekind == RTE_SUBQUERY && never_has_rows(entry->subquery);
	}
	if (IsA(node, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) node;
		bool		left = joins_nothing(join->larg, query);

		return (join->jointype == JOIN_INNER && (left || joins_nothing(join->rarg, query))) ||
			(join->jointype == JOIN_LEFT && left);
	}
	return false;
}

/* Whether a query shows by its text that it has no rows */
static bool
never_has_rows(Query *query)
{
	Node	   *condition = query->jointree->quals;
	ListCell   *lc;

	if (query->commandType != CMD_SELECT || query->setOperations != NULL || query->groupingSets != NIL ||
		((query->hasAggs || query->havingQual != NULL) && query->groupClause == NIL))
		return false;
	if (condition != NULL && IsA(condition, Const) &&
		(((Const *) condition)->constisnull || !DatumGetBool(((Const *) condition)->constvalue)))
		return true;
	foreach(lc, query->jointree->fromlist)
		if (joins_nothing(lfirst(lc), query))
		return true;
	return false;
}

/* The arms of UNION ALL that may have rows, as numbers; false if there is anything but UNION ALL */
static bool
list_live_arms(Node *node, Query *query, List **live)
{
	SetOperationStmt *step;

	if (IsA(node, RangeTblRef))
	{
		int			index = ((RangeTblRef *) node)->rtindex;

		if (!never_has_rows(rt_fetch(index, query->rtable)->subquery))
			*live = lappend_int(*live, index);
		return true;
	}
	step = castNode(SetOperationStmt, node);
	return step->op == SETOP_UNION && step->all &&
		list_live_arms(step->larg, query, live) && list_live_arms(step->rarg, query, live);
}

/* Whether an arm's columns are of the types that all arms together have */
static bool
has_types_of(Query *arm, SetOperationStmt *all)
{
	ListCell   *lc;
	int			i = 0;

	foreach(lc, arm->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (entry->resjunk)
			continue;
		if (i >= list_length(all->colTypes) ||
			exprType((Node *) entry->expr) != list_nth_oid(all->colTypes, i) ||
			exprTypmod((Node *) entry->expr) != list_nth_int(all->colTypmods, i) ||
			exprCollation((Node *) entry->expr) != list_nth_oid(all->colCollations, i))
			return false;
		i++;
	}
	return i == list_length(all->colTypes);
}

/*
 * A view that reads its events in one of two ways has an arm for each, one of which never has
 * rows.  Citus would carry out both.  Returns the only arm left, or the query as it was.
 */
static Query *
only_live_arm(Query *query)
{
	List	   *live = NIL;
	Query	   *arm;
	ListCell   *lc;
	ListCell   *name;

	if (query->setOperations == NULL || query->cteList != NIL || query->sortClause != NIL ||
		query->limitCount != NULL || query->limitOffset != NULL || query->rowMarks != NIL ||
		!list_live_arms(query->setOperations, query, &live) || list_length(live) != 1)
		return query;
	arm = rt_fetch(linitial_int(live), query->rtable)->subquery;
	if (!has_types_of(arm, castNode(SetOperationStmt, query->setOperations)))
		return query;
	/* it stands where the query stood, one level up */
	IncrementVarSublevelsUp((Node *) arm, -1, 1);
	name = list_head(query->targetList);
	foreach(lc, arm->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (entry->resjunk)
			continue;
		entry->resname = lfirst_node(TargetEntry, name)->resname;
		name = lnext(query->targetList, name);
	}
	return arm;
}

static Node *
put_values(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Query))
		return (Node *) only_live_arm(query_tree_mutator((Query *) node, put_values, context, 0));
	node = expression_tree_mutator(node, put_values, context);
	if (IsA(node, SubLink) && ((SubLink *) node)->subLinkType == EXISTS_SUBLINK)
		ask_for_one_row(castNode(Query, ((SubLink *) node)->subselect));
	if (IsA(node, FuncExpr) && known_here((FuncExpr *) node, context))
		return value_of((FuncExpr *) node, context);
	/* what a known value decides */
	if (IsA(node, BoolExpr) || IsA(node, CaseExpr) || IsA(node, CoalesceExpr))
		return eval_const_expressions(NULL, node);
	return node;
}

static void
begin_preparation(Preparation *preparation, ParamListInfo params)
{
	memset(preparation, 0, sizeof(Preparation));
	preparation->extension = get_extension_oid("greenery", true);
	preparation->root = makeNode(PlannerInfo);
	preparation->root->glob = makeNode(PlannerGlobal);
	preparation->root->glob->boundParams = params;
}

bool
query_is_distributed(Query *query)
{
	Preparation preparation;

	if (!citus_is_here())
		return false;
	begin_preparation(&preparation, NULL);
	return reads_distributed(inline_sources((Node *) query, &preparation), NULL);
}

static PlannedStmt *
plan_distributed(GREENERY_PLANNER_PARAMETERS)
{
	Preparation preparation;
	Query	   *prepared;
	PlannedStmt *plan;

	if (!greenery_plan_distributed || parse->commandType == CMD_UTILITY || !citus_is_here() ||
		!OidIsValid(get_extension_oid("greenery", true)))
		return next_planner(GREENERY_PLANNER_ARGUMENTS);
	begin_preparation(&preparation, boundParams);
	prepared = (Query *) inline_sources((Node *) parse, &preparation);
	if (!reads_distributed((Node *) prepared, NULL))
		return next_planner(GREENERY_PLANNER_ARGUMENTS);
	/* once more, now that it is known what on_shards() says */
	preparation.on_shards = true;
	prepared = (Query *) inline_sources((Node *) parse, &preparation);
	parse = (Query *) put_values((Node *) prepared, &preparation);
	plan = next_planner(GREENERY_PLANNER_ARGUMENTS);
	plan->invalItems = list_concat(plan->invalItems, preparation.root->glob->invalItems);
	plan->dependsOnRole |= preparation.root->glob->dependsOnRole;
	return plan;
}

static void
forget_values(XactEvent event, void *context pg_attribute_unused())
{
	if (plans_have_values &&
		(event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE))
	{
		plans_have_values = false;
		ResetPlanCache();
	}
}

void
distributed_setting_changed(void)
{
	if (plans_have_values)
		ResetPlanCache();
}

void
greenery_prepare_for_citus(void)
{
	/* Citus wants to be the first in shared_preload_libraries */
	if (planner_hook == NULL || GetConfigOption("citus.shard_count", true, false) == NULL)
		return;
	next_planner = planner_hook;
	planner_hook = plan_distributed;
	RegisterXactCallback(forget_values, NULL);
}
