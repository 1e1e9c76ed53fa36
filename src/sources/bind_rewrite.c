/*-------------------------------------------------------------------------
 *
 * bind_rewrite.c
 *	  A query in forms of SQL that have a place for the schema of all that they call.
 *
 * CASE x WHEN y, NULLIF and IS DISTINCT FROM become conditions, and JOIN USING becomes ON:
 * these look up an operator by its name alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "sources/bind_rewrite.h"
#include "utils/lsyscache.h"

void
bind_refuse_form(const char *source, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("source \"%s\" cannot be bound to a query with %s", source, what),
			 errdetail("SQL has no place for the schema of what it calls, and each caller would look it up in a search_path of their own."),
			 errhint("Write it in another way.")));
}

/* The value that CASE compares, in a condition of its own */
static Node *
put_case_value(Node *node, void *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, CaseTestExpr))
		return copyObject((Node *) context);
	/* one within has a value of its own */
	if (IsA(node, CaseExpr) && ((CaseExpr *) node)->arg != NULL)
	{
		CaseExpr   *inner = copyObject((CaseExpr *) node);

		inner->arg = (Expr *) put_case_value((Node *) inner->arg, context);
		return (Node *) inner;
	}
	/* and so have the elements of an array */
	if (IsA(node, ArrayCoerceExpr))
	{
		ArrayCoerceExpr *inner = copyObject((ArrayCoerceExpr *) node);

		inner->arg = (Expr *) put_case_value((Node *) inner->arg, context);
		return (Node *) inner;
	}
	return expression_tree_mutator(node, put_case_value, context);
}

static Node *
case_of_conditions(CaseExpr *original)
{
	CaseExpr   *expression = copyObject(original);
	ListCell   *lc;

	foreach(lc, expression->args)
	{
		CaseWhen   *when = lfirst_node(CaseWhen, lc);

		when->expr = (Expr *) put_case_value((Node *) when->expr, expression->arg);
	}
	expression->arg = NULL;
	return (Node *) expression;
}

static Expr *
comparison(const OpExpr *original)
{
	OpExpr	   *equal = makeNode(OpExpr);

	equal->opno = original->opno;
	equal->opfuncid = get_opcode(original->opno);
	equal->opresulttype = BOOLOID;
	equal->inputcollid = original->inputcollid;
	equal->args = copyObject(original->args);
	equal->location = -1;
	return (Expr *) equal;
}

static CaseExpr *
case_of(Expr *condition, Expr *result, Expr *otherwise, Oid type, Oid collation)
{
	CaseExpr   *expression = makeNode(CaseExpr);
	CaseWhen   *when = makeNode(CaseWhen);

	when->expr = condition;
	when->result = result;
	when->location = expression->location = -1;
	expression->casetype = type;
	expression->casecollid = collation;
	expression->args = list_make1(when);
	expression->defresult = otherwise;
	return expression;
}

/* NULLIF(a, b): CASE WHEN a = b THEN NULL ELSE a END */
static Node *
nullif_of_conditions(const NullIfExpr *original)
{
	Expr	   *value = copyObject(linitial(original->args));

	return (Node *) case_of(comparison(original),
							(Expr *) makeNullConst(original->opresulttype, -1, original->opcollid),
							value, original->opresulttype, original->opcollid);
}

static Expr *
null_test(const Node *value, NullTestType type)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = (Expr *) copyObject(unconstify(Node *, value));
	test->nulltesttype = type;
	test->location = -1;
	return (Expr *) test;
}

/*
 * a IS DISTINCT FROM b: CASE WHEN a IS NULL THEN b IS NOT NULL WHEN b IS NULL THEN true
 * ELSE NOT a = b END
 */
static Node *
distinct_of_conditions(const DistinctExpr *original)
{
	Node	   *left = linitial(original->args);
	Node	   *right = lsecond(original->args);
	Expr	   *differ = makeBoolExpr(NOT_EXPR, list_make1(comparison(original)), -1);
	CaseExpr   *inner = case_of(null_test(right, IS_NULL), (Expr *) makeBoolConst(true, false),
								differ, BOOLOID, InvalidOid);

	return (Node *) case_of(null_test(left, IS_NULL), null_test(right, IS_NOT_NULL),
							(Expr *) inner, BOOLOID, InvalidOid);
}

static bool
is_row(const Node *node)
{
	return type_is_rowtype(exprType(node));
}

static Node *rewrite(Node *node, void *context);

/* The columns of a joined relation, as columns of the join */
static void
add_columns(Query *query, int index, RangeTblEntry *join, List **numbers)
{
	RangeTblEntry *entry = rt_fetch(index, query->rtable);
	List	   *values = greenery_columns_of(entry, index);
	ListCell   *lc;

	foreach(lc, entry->eref->colnames)
	{
		int			number = foreach_current_index(lc) + 1;
		Node	   *value = list_nth(values, number - 1);

		/* one that has been dropped */
		if (*strVal(lfirst(lc)) == '\0')
			continue;
		join->eref->colnames = lappend(join->eref->colnames, copyObject(lfirst(lc)));
		join->joinaliasvars = lappend(join->joinaliasvars,
									  makeVar(index, number, exprType(value), exprTypmod(value),
											  exprCollation(value), 0));
		*numbers = lappend_int(*numbers, number);
	}
}

static int
joined_index(Node *node)
{
	return IsA(node, JoinExpr) ? ((JoinExpr *) node)->rtindex : ((RangeTblRef *) node)->rtindex;
}

/*
 * JOIN USING and NATURAL JOIN have ON, and nobody names the columns of a join, which are those
 * of both sides then
 */
static void
join_with_on(Query *query, Node *node)
{
	ListCell   *lc;

	if (IsA(node, FromExpr))
		foreach(lc, ((FromExpr *) node)->fromlist)
			join_with_on(query, lfirst(lc));
	else if (IsA(node, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) node;
		RangeTblEntry *entry = rt_fetch(join->rtindex, query->rtable);

		join_with_on(query, join->larg);
		join_with_on(query, join->rarg);
		join->usingClause = NIL;
		join->join_using_alias = NULL;
		join->isNatural = false;
		join->alias = NULL;
		entry->alias = NULL;
		entry->join_using_alias = NULL;
		entry->joinmergedcols = 0;
		entry->eref->colnames = entry->joinaliasvars = NIL;
		entry->joinleftcols = entry->joinrightcols = NIL;
		add_columns(query, joined_index(join->larg), entry, &entry->joinleftcols);
		add_columns(query, joined_index(join->rarg), entry, &entry->joinrightcols);
	}
}

Query *
bind_rewrite(const Query *original, const char *source)
{
	Query	   *query = copyObject(unconstify(Query *, original));
	ListCell   *lc;

	query->targetList = (List *) greenery_flatten_joins(query, (Node *) query->targetList);
	query->havingQual = greenery_flatten_joins(query, query->havingQual);
	query->jointree = (FromExpr *) greenery_flatten_joins(query, (Node *) query->jointree);
	foreach(lc, query->rtable)
	{
		RangeTblEntry *entry = lfirst_node(RangeTblEntry, lc);

		switch (entry->rtekind)
		{
			case RTE_SUBQUERY:
				if (entry->lateral)
					entry->subquery = (Query *) greenery_flatten_joins(query, (Node *) entry->subquery);
				break;
			case RTE_FUNCTION:
				entry->functions = (List *) greenery_flatten_joins(query, (Node *) entry->functions);
				break;
			default:
				break;
		}
	}
	join_with_on(query, (Node *) query->jointree);
	return query_tree_mutator(query, rewrite, unconstify(char *, source), QTW_DONT_COPY_QUERY);
}

static Node *
rewrite(Node *node, void *context)
{
	const char *source = context;

	if (node == NULL)
		return NULL;
	switch (nodeTag(node))
	{
		case T_Var:
			/* written as what it is, and not as a column of a join */
			node = copyObject(node);
			((Var *) node)->varnosyn = ((Var *) node)->varno;
			((Var *) node)->varattnosyn = ((Var *) node)->varattno;
			return node;
		case T_Query:
			return (Node *) bind_rewrite((Query *) node, source);
		case T_CaseExpr:
			if (((CaseExpr *) node)->arg != NULL)
				node = case_of_conditions((CaseExpr *) node);
			break;
		case T_NullIfExpr:
			node = nullif_of_conditions((NullIfExpr *) node);
			break;
		case T_DistinctExpr:
			if (is_row(linitial(((DistinctExpr *) node)->args)))
				bind_refuse_form(source, "IS DISTINCT FROM of rows");
			node = distinct_of_conditions((DistinctExpr *) node);
			break;
		default:
			break;
	}
	return expression_tree_mutator(node, rewrite, context);
}
