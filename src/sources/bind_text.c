/*-------------------------------------------------------------------------
 *
 * bind_text.c
 *	  A bound query as a text that means the same for every caller.
 *
 * A source function is parsed with the search_path of whoever reads, since a function with
 * a path of its own is not inlined.  The server deparses a query without the schema of what is
 * in pg_catalog: another schema may have a function, operator or type that suits better.  So
 * each name gets its schema, where the text has it; bind_rewrite.c has taken away what SQL has
 * no place for one in.
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
#include "sources/bind_rewrite.h"
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
		bind_refuse_form(editor->source, strVal(linitial(name)));
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
		bind_refuse_form(editor->source, psprintf("operator %s", written));
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
			bind_refuse_form(editor->source, strVal(linitial(expression->name)));
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
		bind_refuse_form(editor->source, "IN (SELECT ...)");
}

static void
edit_collation(Editor *editor, CollateClause *clause)
{
	int			at = clause->location;

	if (list_length(clause->collname) != 1)
		return;
	if (at < 0 || pg_strncasecmp(editor->text +at, "COLLATE ", 8) != 0)
		bind_refuse_form(editor->source, "COLLATE");
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
		bind_refuse_form(editor->source, "a constant with backslashes");
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
				bind_refuse_form(editor->source, "CASE");
			break;
		case T_JoinExpr:
			if (((JoinExpr *) node)->usingClause != NIL || ((JoinExpr *) node)->isNatural)
				bind_refuse_form(editor->source, "JOIN USING");
			break;
		case T_SortBy:
			if (((SortBy *) node)->useOp != NIL)
				bind_refuse_form(editor->source, "ORDER BY ... USING");
			break;
		case T_ParamRef:
			bind_refuse_form(editor->source, "parameters");
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
	char	   *text = pg_get_querydef(bind_rewrite(binding->query, binding->source), false);
	char	   *qualified;

	AtEOXact_GUC(false, level);
	qualified = with_schemas(binding->source, text);
	check_meaning(binding->source, text, qualified);
	return qualified;
}
