/*-------------------------------------------------------------------------
 *
 * bind_text.c
 *	  A bound query as a text that means the same for every caller.
 *
 * A source function is parsed with the search_path of whoever reads, since a function with
 * a path of its own is not inlined.  The server deparses a query without the schema of what is
 * in pg_catalog: another schema may have a function, operator or type that suits better.  So
 * each name gets its schema, where the text has it.  What SQL has no place for one in is
 * written in another way first: CASE x WHEN y and NULLIF as conditions, JOIN USING with ON.
 *
 * The result is parsed again, with every schema of the database in front of pg_catalog, and
 * has to mean the same.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "sources/bind_text.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

/* What to put into the text, in place of some of it */
typedef struct Edit
{
	int			at;
	int			length;			/* of what is replaced */
	const char *text;
} Edit;

typedef struct Editor
{
	const char *source;
	const char *text;
	List	   *edits;			/* of Edit * */
} Editor;

static void
refuse(const char *source, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("source \"%s\" cannot be bound to a query with %s", source, what),
			 errdetail("SQL has no place for the schema of what it calls, and each caller would look it up in a search_path of their own."),
			 errhint("Write it in another way.")));
}

/* --- what can be written with schemas, instead of what cannot --- */

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

static Query *
rewrite_query(Query *original, const char *source)
{
	Query	   *query = copyObject(original);
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
			return (Node *) rewrite_query((Query *) node, source);
		case T_CaseExpr:
			if (((CaseExpr *) node)->arg != NULL)
				node = case_of_conditions((CaseExpr *) node);
			break;
		case T_NullIfExpr:
			node = nullif_of_conditions((NullIfExpr *) node);
			break;
		case T_DistinctExpr:
			if (is_row(linitial(((DistinctExpr *) node)->args)))
				refuse(source, "IS DISTINCT FROM of rows");
			node = distinct_of_conditions((DistinctExpr *) node);
			break;
		default:
			break;
	}
	return expression_tree_mutator(node, rewrite, context);
}

/* --- schemas of names in the text --- */

static void
add_edit(Editor *editor, int at, int length, const char *text)
{
	Edit	   *edit = palloc(sizeof(Edit));

	edit->at = at;
	edit->length = length;
	edit->text = text;

	editor->edits = lappend(editor->edits, edit);
}

/* A name without schema is one of pg_catalog: that is how the server has written it */
static void
add_schema(Editor *editor, const List *name, int at)
{
	if (list_length(name) == 1 && at >= 0)
		add_edit(editor, at, 0, "pg_catalog.");
	else if (list_length(name) == 1)
		refuse(editor->source, strVal(linitial(name)));
}

/* An operator, by its text */
static void
add_operator(Editor *editor, const List *name, int at, const char *suffix)
{
	const char *written;

	if (list_length(name) != 1)
		return;
	written = strVal(linitial(name));
	if (at < 0 || strncmp(editor->text +at, written, strlen(written)) != 0)
		refuse(editor->source, psprintf("operator %s", written));
	add_edit(editor, at, strlen(written), psprintf("OPERATOR(pg_catalog.%s)%s", written, suffix));
}

static void
edit_expression(Editor *editor, A_Expr *expression)
{
	switch (expression->kind)
	{
		case AEXPR_OP:
		case AEXPR_OP_ANY:
		case AEXPR_OP_ALL:
			add_operator(editor, expression->name, expression->location, "");
			break;
		default:
			refuse(editor->source, strVal(linitial(expression->name)));
	}
}

/* x IN (SELECT ...) is x = ANY (SELECT ...) */
static void
edit_sublink(Editor *editor, SubLink *link)
{
	if (link->subLinkType != ANY_SUBLINK && link->subLinkType != ALL_SUBLINK)
		return;
	if (link->operName != NIL)
		add_operator(editor, link->operName, link->location, "");
	else if (pg_strncasecmp(editor->text +link->location, "IN", 2) == 0)
		add_edit(editor, link->location, 2, "OPERATOR(pg_catalog.=) ANY");
	else
		refuse(editor->source, "IN (SELECT ...)");
}

static void
edit_collation(Editor *editor, CollateClause *clause)
{
	int			at = clause->location;

	if (list_length(clause->collname) != 1)
		return;
	if (at < 0 || pg_strncasecmp(editor->text +at, "COLLATE ", 8) != 0)
		refuse(editor->source, "COLLATE");
	add_edit(editor, at + 8, 0, "pg_catalog.");
}

/*
 * A constant with backslashes is another where standard_conforming_strings is off; with E it
 * is the same everywhere.
 */
static void
edit_constant(Editor *editor, const A_Const *constant)
{
	const char *start = editor->text +constant->location;
	const char *end;
	StringInfoData escaped;

	if (constant->isnull || !IsA(&constant->val, String) || strchr(strVal(&constant->val), '\\') == NULL)
		return;
	if (constant->location >= 0 && *start == 'E')
		return;
	if (constant->location < 0 || *start != '\'')
		refuse(editor->source, "a constant with backslashes");
	initStringInfo(&escaped);
	appendStringInfoString(&escaped, "E'");
	for (end = start + 1; *end != '\'' || *(end + 1) == '\''; end++)
	{
		if (*end == '\\')
			appendStringInfoChar(&escaped, '\\');
		else if (*end == '\'')
			appendStringInfoChar(&escaped, *end++);
		appendStringInfoChar(&escaped, *end);
	}
	appendStringInfoChar(&escaped, '\'');
	add_edit(editor, constant->location, end + 1 - start, escaped.data);
}

static bool
edit(Node *node, void *context)
{
	Editor	   *editor = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_A_Const:
			edit_constant(editor, (A_Const *) node);
			break;
		case T_FuncCall:
			add_schema(editor, ((FuncCall *) node)->funcname, ((FuncCall *) node)->location);
			break;
		case T_TypeName:
			add_schema(editor, ((TypeName *) node)->names, ((TypeName *) node)->location);
			break;
		case T_A_Expr:
			edit_expression(editor, (A_Expr *) node);
			break;
		case T_SubLink:
			edit_sublink(editor, (SubLink *) node);
			break;
		case T_CollateClause:
			edit_collation(editor, (CollateClause *) node);
			break;
		case T_CaseExpr:
			if (((CaseExpr *) node)->arg != NULL)
				refuse(editor->source, "CASE");
			break;
		case T_JoinExpr:
			if (((JoinExpr *) node)->usingClause != NIL || ((JoinExpr *) node)->isNatural)
				refuse(editor->source, "JOIN USING");
			break;
		case T_SortBy:
			if (((SortBy *) node)->useOp != NIL)
				refuse(editor->source, "ORDER BY ... USING");
			break;
		case T_ParamRef:
			refuse(editor->source, "parameters");
			break;
		default:
			break;
	}
	return raw_expression_tree_walker(node, edit, context);
}

static int
compare_edits(const ListCell *a, const ListCell *b)
{
	return ((Edit *) lfirst(a))->at - ((Edit *) lfirst(b))->at;
}

static Node *
raw_statement(const char *text)
{
	return linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT))->stmt;
}

/* The text with all schemas */
static char *
with_schemas(const char *source, const char *sql)
{
	Editor		editor = {source, sql, NIL};
	StringInfoData result;
	int			done = 0;
	ListCell   *lc;

	(void) edit(raw_statement(sql), &editor);
	list_sort(editor.edits, compare_edits);
	initStringInfo(&result);
	foreach(lc, editor.edits)
	{
		Edit	   *change = lfirst(lc);

		appendBinaryStringInfo(&result, sql + done, change->at - done);
		appendStringInfoString(&result, change->text);
		done = change->at + change->length;
	}
	appendStringInfoString(&result, sql + done);
	return result.data;
}

/* --- that it means the same --- */

/* What an operator was written as is not what it is */
static bool
forget_spelling(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
		((SubLink *) node)->operName = NIL;
	if (IsA(node, Query))
	{
		((Query *) node)->stmt_location = 0;
		((Query *) node)->stmt_len = 0;
		return query_tree_walker((Query *) node, forget_spelling, context, 0);
	}
	return expression_tree_walker(node, forget_spelling, context);
}

static Query *
parse_under(const char *text, const char *path)
{
	int			level = greenery_set_search_path(path);
	Query	   *query = parse_analyze_fixedparams(linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT)),
												  text, NULL, 0, NULL);

	AtEOXact_GUC(false, level);
	(void) forget_spelling((Node *) query, NULL);
	return query;
}

/* Every schema of the database, and the server's own last */
static char *
hostile_path(void)
{
	Relation	rel = table_open(NamespaceRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	StringInfoData path;
	HeapTuple	tuple;

	initStringInfo(&path);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		const char *name = NameStr(((Form_pg_namespace) GETSTRUCT(tuple))->nspname);

		if (strncmp(name, "pg_", 3) != 0)
			appendStringInfo(&path, "%s, ", quote_identifier(name));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	appendStringInfoString(&path, "pg_catalog, pg_temp");
	return path.data;
}

static void
check_meaning(const char *source, const char *sql, const char *qualified)
{
	Editor		again = {source, qualified, NIL};

	(void) edit(raw_statement(qualified), &again);
	if (again.edits != NIL ||
		!equal(parse_under(sql, ""), parse_under(qualified, hostile_path())))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the query for source \"%s\" cannot be written so that it means the same for every caller", source),
				 errdetail("Written with schemas it is: %s", qualified),
				 errhint("Write it in another way, with fewer forms of SQL.")));
}

char *
bind_text(const Binding *binding)
{
	int			level = greenery_set_search_path("");
	char	   *text = pg_get_querydef(rewrite_query(binding->query, binding->source), false);
	char	   *qualified;

	AtEOXact_GUC(false, level);
	qualified = with_schemas(binding->source, text);
	check_meaning(binding->source, text, qualified);
	return qualified;
}
