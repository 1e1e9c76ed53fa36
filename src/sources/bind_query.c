/*-------------------------------------------------------------------------
 *
 * bind_query.c
 *	  The SELECT that a source is to be bound to: parsed, and looked at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "sources/bind.h"
#include "sources/own_columns.h"
#include "sources/reach_refuse.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/ruleutils.h"
#include "utils/varlena.h"

/* Have errors point into the text that was given, and not into the statement that calls */
static void
point_into_text(void *arg)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) arg);
	}
}

/* The name of a relation is short for all of its columns; NULL if the text is none */
static char *
relation_query(const char *text)
{
	List	   *names;

	if (!SplitIdentifierString(pstrdup(text), '.', &names) || names == NIL ||
		list_length(names) > 2)
		return NULL;
	return psprintf("SELECT * FROM %s",
					list_length(names) == 1 ? quote_identifier(linitial(names)) :
					quote_qualified_identifier(linitial(names), lsecond(names)));
}

static RawStmt *
parse_select(const char *text, const char *source)
{
	List	   *statements = raw_parser(text, RAW_PARSE_DEFAULT);
	RawStmt    *statement;

	if (list_length(statements) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("source \"%s\" must be bound to one SELECT", source),
				 errdetail("The text has %d statements.", list_length(statements))));
	statement = linitial_node(RawStmt, statements);
	if (!IsA(statement->stmt, SelectStmt) || ((SelectStmt *) statement->stmt)->intoClause != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("source \"%s\" must be bound to a SELECT", source),
				 errhint("A binding reads the shop's tables, and writes nothing.")));
	return statement;
}

Query *
bind_parse(const char *text, const char *source)
{
	char	   *short_form = relation_query(text);
	const char *sql = short_form != NULL ? short_form : text;
	ErrorContextCallback callback = {error_context_stack, point_into_text, unconstify(char *, sql)};
	Query	   *query;

	error_context_stack = &callback;
	query = parse_analyze_fixedparams(parse_select(sql, source), sql, NULL, 0, NULL);
	error_context_stack = callback.previous;
	return query;
}

/* What a binding must not have, wherever it stands */
typedef struct Forbidden
{
	Oid			is_volatile;	/* a function */
	Oid			zone_cast;		/* a function that casts by the caller's zone */
	bool		text_as_moment; /* a text becomes a moment by the caller's
								 * settings */
	bool		writes;
	bool		locks;
	bool		samples;
} Forbidden;

static bool
add_function(Oid function, void *context)
{
	Forbidden  *found = context;

	if (func_volatile(function) == PROVOLATILE_VOLATILE)
		found->is_volatile = function;
	switch (function)
	{
		case F_TIMESTAMPTZ_TIMESTAMP:
		case F_TIMESTAMPTZ_DATE:
		case F_TIMESTAMP_TIMESTAMPTZ:
		case F_DATE_TIMESTAMPTZ:
		case F_TIME_TIMESTAMPTZ:
			found->zone_cast = function;
			break;
		default:
			break;
	}
	return false;
}

static bool
find_forbidden(Node *node, void *context)
{
	Forbidden  *found = context;

	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, add_function, context);
	switch (nodeTag(node))
	{
		case T_Query:
			found->writes |= ((Query *) node)->commandType != CMD_SELECT || ((Query *) node)->hasModifyingCTE;
			found->locks |= ((Query *) node)->rowMarks != NIL;
			return query_tree_walker((Query *) node, find_forbidden, context, QTW_EXAMINE_RTES_BEFORE);
		case T_RangeTblEntry:
			found->samples |= ((RangeTblEntry *) node)->tablesample != NULL;
			return false;
		case T_NextValueExpr:
			found->is_volatile = F_NEXTVAL;
			break;
		case T_CoerceViaIO:
			found->text_as_moment |= ((CoerceViaIO *) node)->resulttype == TIMESTAMPTZOID;
			break;
		default:
			break;
	}
	return expression_tree_walker(node, find_forbidden, context);
}

static void
refuse(const char *source, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("source \"%s\" cannot be bound to a query that %s", source, what),
			 errhint("%s", hint)));
}

/* A source that reads what is made from it would be a circle */
static void
refuse_circle(const Binding *binding, const Reach *reach)
{
	Oid			function = source_function_oid(psprintf("source_%s", binding->source));
	const char *what = NULL;
	ListCell   *lc;

	if (list_member_oid(reach->functions, function))
		what = "itself";
	foreach(lc, reach->relations)
		if (get_rel_namespace(lfirst_oid(lc)) == get_namespace_oid("greenery_published", false))
			what = quoted_relation(lfirst_oid(lc));
	if (what != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_RECURSION),
				 errmsg("source \"%s\" cannot be bound to a query that reads %s, which is made from it",
						binding->source, what),
				 errhint("Read the shop's own tables.")));
}

void
bind_refuse(const Binding *binding, const Reach *reach)
{
	Forbidden	found = {0};
	const char *source = binding->source;

	(void) find_forbidden((Node *) binding->given, &found);
	if (found.writes)
		refuse(source, "writes", "A binding reads the shop's tables, and writes nothing.");
	if (found.locks)
		refuse(source, "locks rows", "Leave out FOR UPDATE or FOR SHARE.");
	if (found.samples)
		refuse(source, "has TABLESAMPLE", "Two readers would see different rows.");
	if (OidIsValid(found.is_volatile))
		refuse(source, psprintf("calls volatile function %s", format_procedure(found.is_volatile)),
			   "Two readers would see different rows. A function that always gives the same answer can be declared IMMUTABLE or STABLE.");
	if (OidIsValid(found.zone_cast))
		refuse(source, psprintf("casts by the caller's time zone, with %s", format_procedure(found.zone_cast)),
			   "Write AT TIME ZONE 'zone' instead of the cast, or leave the column as it is and give time_zone.");
	if (found.text_as_moment)
		refuse(source, "casts text to timestamptz",
			   "What the text means would depend on the caller's settings. Write greenery.moment(text, 'zone').");
	refuse_circle(binding, reach);
	reach_refuse_temporary(reach, psprintf("the binding of source \"%s\"", source));
	reach_refuse_hidden(reach, psprintf("the binding of source \"%s\"", source));
	reach_refuse_session(reach, psprintf("the binding of source \"%s\"", source));
	reach_refuse_open_schemas(reach, psprintf("the binding of source \"%s\"", source), binding->builder);
}

const char *
bind_expression(const Query *query, const TargetEntry *entry)
{
	static const char mark[] = "greenery_mark";
	Query	   *alone;
	TargetEntry *only;
	char	   *sql;
	char	   *end;

	/* whose columns are the results of others */
	if (query->setOperations != NULL || query->hasWindowFuncs || query->groupingSets != NIL)
		return entry->resname;
	alone = copyObject(unconstify(Query *, query));
	only = copyObject(unconstify(TargetEntry *, entry));
	only->resname = pstrdup(mark);
	only->resno = 1;
	only->ressortgroupref = 0;
	alone->targetList = list_make1(only);
	alone->groupClause = alone->sortClause = alone->distinctClause = NIL;
	alone->havingQual = alone->limitCount = alone->limitOffset = NULL;
	alone->cteList = NIL;
	sql = pg_get_querydef(alone, false);
	end = strstr(sql, psprintf(" AS %s", mark));
	if (end == NULL || (sql = strstr(sql, "SELECT ")) == NULL)
		return entry->resname;
	*end = '\0';
	return sql + strlen("SELECT ");
}
