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
#include "catalog/pg_type.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "sources/bind_query.h"
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
	Oid			zone_reader;	/* another that reads the caller's zone */
	const char *zone_keyword;	/* CURRENT_DATE and its like */
	bool		text_as_moment; /* a text becomes a moment by the caller's
								 * settings */
	bool		moment_as_text; /* and back */
	bool		whole_join;		/* a join's row as a value */
	bool		writes;
	bool		locks;
	bool		samples;
	List	   *queries;		/* the query that is being walked, and those
								 * around it */
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
		case F_TO_TIMESTAMP_TEXT_TEXT:
		case F_TO_CHAR_TIMESTAMPTZ_TEXT:
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
		case F_DATE_PART_TEXT_TIMESTAMPTZ:
		case F_EXTRACT_TEXT_TIMESTAMPTZ:
		case F_DATE_LT_TIMESTAMPTZ:
		case F_DATE_LE_TIMESTAMPTZ:
		case F_DATE_EQ_TIMESTAMPTZ:
		case F_DATE_GT_TIMESTAMPTZ:
		case F_DATE_GE_TIMESTAMPTZ:
		case F_DATE_NE_TIMESTAMPTZ:
		case F_TIMESTAMPTZ_LT_DATE:
		case F_TIMESTAMPTZ_LE_DATE:
		case F_TIMESTAMPTZ_EQ_DATE:
		case F_TIMESTAMPTZ_GT_DATE:
		case F_TIMESTAMPTZ_GE_DATE:
		case F_TIMESTAMPTZ_NE_DATE:
		case F_TIMESTAMP_LT_TIMESTAMPTZ:
		case F_TIMESTAMP_LE_TIMESTAMPTZ:
		case F_TIMESTAMP_EQ_TIMESTAMPTZ:
		case F_TIMESTAMP_GT_TIMESTAMPTZ:
		case F_TIMESTAMP_GE_TIMESTAMPTZ:
		case F_TIMESTAMP_NE_TIMESTAMPTZ:
		case F_TIMESTAMPTZ_LT_TIMESTAMP:
		case F_TIMESTAMPTZ_LE_TIMESTAMP:
		case F_TIMESTAMPTZ_EQ_TIMESTAMP:
		case F_TIMESTAMPTZ_GT_TIMESTAMP:
		case F_TIMESTAMPTZ_GE_TIMESTAMP:
		case F_TIMESTAMPTZ_NE_TIMESTAMP:
			found->zone_reader = function;
			break;
		default:
			break;
	}
	return false;
}

/* The day or the time that clocks show, or NULL: the moment is the same everywhere */
static const char *
zone_keyword(const SQLValueFunction *value)
{
	switch (value->op)
	{
		case SVFOP_CURRENT_DATE:
			return "CURRENT_DATE";
		case SVFOP_CURRENT_TIME:
		case SVFOP_CURRENT_TIME_N:
			return "CURRENT_TIME";
		case SVFOP_LOCALTIME:
		case SVFOP_LOCALTIME_N:
			return "LOCALTIME";
		case SVFOP_LOCALTIMESTAMP:
		case SVFOP_LOCALTIMESTAMP_N:
			return "LOCALTIMESTAMP";
		default:
			return NULL;
	}
}

/* Whether it is the row of a join: it is written column by column, and their names get lost */
static bool
is_whole_join(const Var *var, List *queries)
{
	Query	   *query = list_nth_node(Query, queries, var->varlevelsup);

	return var->varattno == InvalidAttrNumber &&
		rt_fetch(var->varno, query->rtable)->rtekind == RTE_JOIN;
}

static bool
find_forbidden(Node *node, void *context)
{
	Forbidden  *found = context;
	bool		end;

	if (node == NULL)
		return false;
	(void) check_functions_in_node(node, add_function, context);
	switch (nodeTag(node))
	{
		case T_Query:
			found->writes |= ((Query *) node)->commandType != CMD_SELECT || ((Query *) node)->hasModifyingCTE;
			found->locks |= ((Query *) node)->rowMarks != NIL;
			found->queries = lcons(node, found->queries);
			end = query_tree_walker((Query *) node, find_forbidden, context, QTW_EXAMINE_RTES_BEFORE);
			found->queries = list_delete_first(found->queries);
			return end;
		case T_Var:
			found->whole_join |= is_whole_join((Var *) node, found->queries);
			return false;
		case T_SQLValueFunction:
			if (zone_keyword((SQLValueFunction *) node) != NULL)
				found->zone_keyword = zone_keyword((SQLValueFunction *) node);
			break;
		case T_RangeTblEntry:
			found->samples |= ((RangeTblEntry *) node)->tablesample != NULL;
			return false;
		case T_NextValueExpr:
			found->is_volatile = F_NEXTVAL;
			break;
		case T_CoerceViaIO:
			found->text_as_moment |= ((CoerceViaIO *) node)->resulttype == TIMESTAMPTZOID;
			found->moment_as_text |= getBaseType(exprType((Node *) ((CoerceViaIO *) node)->arg)) == TIMESTAMPTZOID;
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
	if (OidIsValid(found.zone_reader))
		refuse(source, psprintf("reads the caller's time zone, with %s", format_procedure(found.zone_reader)),
			   found.zone_reader == F_TO_TIMESTAMP_TEXT_TEXT ?
			   "Give time_zone, and the text as it is if it is ISO 8601; else a day made with to_date(), plus its time." :
			   "Write AT TIME ZONE 'zone' first, for what clocks there show, or compare with a moment, as in timestamptz '2026-01-30 00:00+01'.");
	if (found.zone_keyword != NULL)
		refuse(source, psprintf("reads the caller's time zone, with %s", found.zone_keyword),
			   "Write now() AT TIME ZONE 'zone'.");
	if (found.whole_join)
		refuse(source, "has the whole row of a join as a value", "Write the columns that are meant, or a subquery with a name.");
	if (found.text_as_moment)
		refuse(source, "casts text to timestamptz",
			   "What the text means would depend on the caller's settings. Write greenery.moment(text, 'zone').");
	if (found.moment_as_text)
		refuse(source, "casts timestamptz to text",
			   "The text would depend on the caller's settings. Write to_char(value AT TIME ZONE 'zone', 'format').");
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
