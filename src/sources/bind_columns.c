/*-------------------------------------------------------------------------
 *
 * bind_columns.c
 *	  The columns of a source, made of the columns of a query.
 *
 * Ids become text, whatever they are in the shop's table, so that the columns of views never
 * change their types.  No value is changed in silence: a cast that can lose something, or
 * that depends on settings of the caller, is the binder's to write.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parse_oper.h"
#include "parser/parse_relation.h"
#include "sources/bind_columns.h"
#include "sources/bind_query.h"
#include "sources/own_columns.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* Pairs of name and value that one call takes */
#define ATTRIBUTES_IN_CALL (FUNC_MAX_ARGS / 2)

/* The column of a query by its name, or NULL */
static TargetEntry *
entry_named(const Query *query, const char *name)
{
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (!entry->resjunk && strcmp(entry->resname, name) == 0)
			return entry;
	}
	return NULL;
}

/* A NULL that the binder has written: the shop has no such column */
static bool
is_null(const TargetEntry *entry)
{
	Node	   *expression = (Node *) entry->expr;

	if (IsA(expression, RelabelType))
		expression = (Node *) ((RelabelType *) expression)->arg;
	return IsA(expression, Const) && ((Const *) expression)->constisnull;
}

/* An error that names the source, the column, its expression and what is wrong with it */
static void
refuse_type(const Binding *binding, const TargetEntry *entry, Oid target, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of source \"%s\" cannot be made of type %s",
					entry->resname, binding->source, format_type_be(exprType((Node *) entry->expr))),
			 errdetail("It is %s in the query, and must become %s.",
					   bind_expression(binding->given, entry), format_type_be(target)),
			 errhint("%s", hint)));
}

/* A call of the extension's own function */
static Node *
call(const char *function, List *args)
{
	List	   *name = list_make2(makeString("greenery"), makeString(pstrdup(function)));

	return ParseFuncOrColumn(make_parsestate(NULL), name, args, NULL,
							 makeFuncCall(name, args, COERCE_EXPLICIT_CALL, -1), false, -1);
}

static Node *
text_constant(const char *value)
{
	return (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
							  CStringGetTextDatum(value), false, false);
}

static Node *
cast_to(Node *value, Oid target)
{
	return coerce_to_target_type(NULL, value, exprType(value), target, -1,
								 COERCION_EXPLICIT, COERCE_EXPLICIT_CAST, -1);
}

static Node *
as_text(const Binding *binding, const TargetEntry *entry, Node *value)
{
	Oid			type = getBaseType(exprType(value));

	if (type == JSONOID || type == JSONBOID || type == XMLOID || type == BYTEAOID)
		refuse_type(binding, entry, TEXTOID, psprintf("Name the value that is meant, as in %s ->> 'key' AS %s.",
													  bind_expression(binding->given, entry), quote_identifier(entry->resname)));
	if (OidIsValid(get_element_type(type)))
		refuse_type(binding, entry, TEXTOID, psprintf("Write one of its elements, or array_to_string(%s, ', ') AS %s.",
													  bind_expression(binding->given, entry), quote_identifier(entry->resname)));
	if (!type_has_one_text(type))
		refuse_type(binding, entry, TEXTOID, psprintf("What its text is depends on the caller's settings. Write to_char(%s, 'format') AS %s, or another column.",
													  bind_expression(binding->given, entry), quote_identifier(entry->resname)));
	return cast_to(value, TEXTOID);
}

static const char *
needed_zone(const Binding *binding, const TargetEntry *entry)
{
	if (binding->time_zone == NULL)
		refuse_type(binding, entry, TIMESTAMPTZOID,
					"It has no time zone, and a cast would read the caller's. Give the zone in which the shop writes it: time_zone => 'UTC', or 'Europe/Berlin'.");
	return binding->time_zone;
}

static Node *
as_moment(const Binding *binding, const TargetEntry *entry, Node *value, const char **note)
{
	switch (getBaseType(exprType(value)))
	{
		case TIMESTAMPTZOID:
			return call("zoned", list_make1(cast_to(value, TIMESTAMPTZOID)));
		case DATEOID:
		case TIMESTAMPOID:
			*note = psprintf("read in time zone %s", needed_zone(binding, entry));
			return call("zoned", list_make2(cast_to(value, TIMESTAMPOID), text_constant(binding->time_zone)));
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			*note = psprintf("read as ISO 8601, in time zone %s where it has none; NULL where it cannot be read", needed_zone(binding, entry));
			return call("moment", list_make2(cast_to(value, TEXTOID), text_constant(binding->time_zone)));
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT8OID:
			refuse_type(binding, entry, TIMESTAMPTZOID,
						psprintf("If it is seconds since 1970, write to_timestamp(%s) AS %s; if it is a day such as 20260130, write to_date(%s::text, 'YYYYMMDD') AS %s and give time_zone.",
								 bind_expression(binding->given, entry), quote_identifier(entry->resname),
								 bind_expression(binding->given, entry), quote_identifier(entry->resname)));
			break;
		default:
			break;
	}
	refuse_type(binding, entry, TIMESTAMPTZOID, "Write an expression of type timestamptz, timestamp or date.");
	return NULL;
}

static Node *
as_amount(const Binding *binding, const TargetEntry *entry, Node *value)
{
	switch (getBaseType(exprType(value)))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return cast_to(value, NUMERICOID);
		default:
			refuse_type(binding, entry, NUMERICOID, psprintf("Write the cast, as in nullif(%s, '')::numeric AS %s: it fails where the text is no number.",
															 bind_expression(binding->given, entry), quote_identifier(entry->resname)));
			return NULL;
	}
}

static Node *
as_count(const Binding *binding, const TargetEntry *entry, Node *value)
{
	switch (getBaseType(exprType(value)))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return cast_to(value, INT4OID);
		default:
			refuse_type(binding, entry, INT4OID, psprintf("A cast could lose something: 1.5 would become 2. Where all values are whole, write (%s)::integer AS %s.",
														  bind_expression(binding->given, entry), quote_identifier(entry->resname)));
			return NULL;
	}
}

static Node *
as_truth(const Binding *binding, const TargetEntry *entry, Node *value)
{
	if (getBaseType(exprType(value)) != BOOLOID)
		refuse_type(binding, entry, BOOLOID, psprintf("Write a condition, as in %s = 'yes' AS %s.",
													  bind_expression(binding->given, entry), quote_identifier(entry->resname)));
	return cast_to(value, BOOLOID);
}

static Node *
convert(const Binding *binding, const TargetEntry *entry, Node *value, Oid target, const char **note)
{
	Oid			type = exprType(value);

	if (target != TIMESTAMPTZOID && getBaseType(type) != target)
		*note = psprintf("cast to %s", format_type_be(target));
	switch (target)
	{
		case TEXTOID:
			return as_text(binding, entry, value);
		case TIMESTAMPTZOID:
			return as_moment(binding, entry, value, note);
		case NUMERICOID:
			return as_amount(binding, entry, value);
		case INT4OID:
			return as_count(binding, entry, value);
		case BOOLOID:
			return as_truth(binding, entry, value);
		default:
			elog(ERROR, "column \"%s\" of source \"%s\" has type %u",
				 entry->resname, binding->source, target);
	}
}

/* A value as one whose JSON depends on no setting; NULL where it has none */
static Node *
for_json(Node *value)
{
	Oid			type = exprType(value);
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);

	switch (OidIsValid(element) ? getBaseType(element) : base)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
		case UUIDOID:
			return value;
		case JSONOID:
		case JSONBOID:
		case DATEOID:
		case TIMESTAMPOID:
			return OidIsValid(element) ? NULL : value;
		case TIMESTAMPTZOID:
			return OidIsValid(element) ? NULL :
				(Node *) makeFuncExpr(F_TIMEZONE_TEXT_TIMESTAMPTZ, TIMESTAMPOID,
									  list_make2(text_constant("UTC"), cast_to(value, TIMESTAMPTZOID)),
									  InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
		default:
			return type_has_one_text(base) && get_typtype(base) != TYPTYPE_COMPOSITE &&
				get_typtype(base) != TYPTYPE_PSEUDO ? cast_to(value, TEXTOID) : NULL;
	}
}

static BoundColumn *
add_column(Binding *binding, const char *name, bool is_attribute)
{
	BoundColumn *column = palloc0(sizeof(BoundColumn));

	column->name = name;
	column->is_attribute = is_attribute;
	binding->columns = lappend(binding->columns, column);
	return column;
}

static void
describe(const Binding *binding, BoundColumn *column, const TargetEntry *entry)
{
	column->is_bound = true;
	column->expression = bind_expression(binding->given, entry);
	column->type = format_type_with_typemod(exprType((Node *) entry->expr),
											exprTypmod((Node *) entry->expr));
}

static void
refuse_twice(const Binding *binding)
{
	ListCell   *lc;

	foreach(lc, binding->given->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);

		if (entry->resjunk)
			continue;
		if (strcmp(entry->resname, "?column?") == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_COLUMN_DEFINITION),
					 errmsg("column %d of the query for source \"%s\" has no name", entry->resno, binding->source),
					 errdetail("It is %s.", bind_expression(binding->given, entry)),
					 errhint("Name it with AS.")));
		if (entry_named(binding->given, entry->resname) != entry)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("the query for source \"%s\" has two columns \"%s\"", binding->source, entry->resname),
					 errhint("Name the columns that are meant; SELECT * of a join has those of both tables.")));
	}
}

static void
require_key(const Binding *binding)
{
	ListCell   *lc;

	foreach(lc, binding->key)
	{
		const char *name = lfirst(lc);
		TargetEntry *entry = entry_named(binding->given, name);
		StringInfoData columns;
		ListCell   *other;

		if (entry != NULL && !is_null(entry))
			continue;
		initStringInfo(&columns);
		foreach(other, binding->given->targetList)
			if (!lfirst_node(TargetEntry, other)->resjunk)
			appendStringInfo(&columns, "%s%s", columns.len > 0 ? ", " : "",
							 quote_identifier(lfirst_node(TargetEntry, other)->resname));
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query for source \"%s\" has no column \"%s\"", binding->source, name),
				 errdetail("It is the source's key. The query has: %s.", columns.data),
				 errhint("Name the column with AS, as in SELECT id AS %s.", quote_identifier(name))));
	}
}

/* The query that was given, as the only entry of the FROM of another */
static Query *
around(const Binding *binding)
{
	ParseState *pstate = make_parsestate(NULL);
	ParseNamespaceItem *item = addRangeTableEntryForSubquery(pstate, copyObject(binding->given),
															 makeAlias("q", NIL), false, true);
	RangeTblRef *ref = makeNode(RangeTblRef);
	Query	   *query = makeNode(Query);

	ref->rtindex = item->p_rtindex;
	query->commandType = CMD_SELECT;
	query->canSetTag = true;
	query->rtable = pstate->p_rtable;
	query->jointree = makeFromExpr(list_make1(ref), NULL);
	return query;
}

/* The further columns as JSON, or NULL if there are none */
static Node *
attributes(Binding *binding)
{
	List	   *args = NIL;
	Node	   *json = NULL;
	ListCell   *lc;

	foreach(lc, binding->given->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		BoundColumn *column;
		Node	   *value;
		bool		is_known = false;

		/* what only sorts has no name */
		if (entry->resjunk)
			continue;
		for (int i = 0; i < binding->row->natts - 1; i++)
			is_known |= strcmp(NameStr(TupleDescAttr(binding->row, i)->attname), entry->resname) == 0;
		if (is_known)
			continue;
		value = for_json((Node *) makeVarFromTargetEntry(1, entry));
		column = add_column(binding, entry->resname, true);
		describe(binding, column, entry);
		if (value == NULL)
		{
			column->is_bound = false;
			column->note = "left out: its text depends on the caller's settings";
			continue;
		}
		args = lappend(lappend(args, text_constant(entry->resname)), value);
	}
	while (args != NIL)
	{
		List	   *some = list_truncate(list_copy(args), 2 * ATTRIBUTES_IN_CALL);
		Node	   *object = call("attributes", some);

		args = list_copy_tail(args, list_length(some));
		json = json == NULL ? object :
			(Node *) make_op(make_parsestate(NULL), list_make2(makeString("pg_catalog"), makeString("||")),
							 json, object, NULL, -1);
	}
	return json;
}

/* Whether a query shows rows as they come, so that another can take its place in FROM */
static bool
is_plain(const Query *query)
{
	return query->setOperations == NULL && !query->hasAggs && !query->hasWindowFuncs &&
		!query->hasTargetSRFs && query->cteList == NIL && query->groupClause == NIL &&
		query->groupingSets == NIL && query->havingQual == NULL && query->distinctClause == NIL &&
		query->sortClause == NIL && query->limitCount == NULL && query->limitOffset == NULL &&
		query->jointree->fromlist != NIL;
}

/* Put the plain query that is in FROM into the place of the one around it */
static Query *
flatten(Query *outer)
{
	RangeTblEntry *entry = linitial_node(RangeTblEntry, outer->rtable);
	Query	   *query = copyObject(entry->subquery);

	query->targetList = (List *)
		greenery_replace_vars((Node *) outer->targetList, entry,
							  entry->subquery->targetList, &query->hasSubLinks);
	return query;
}

void
bind_columns(Binding *binding)
{
	Query	   *query = around(binding);
	int			last = binding->row->natts - 1;
	Node	   *json;

	refuse_twice(binding);
	require_key(binding);
	for (int i = 0; i < last; i++)
	{
		const char *name = NameStr(TupleDescAttr(binding->row, i)->attname);
		Oid			target = TupleDescAttr(binding->row, i)->atttypid;
		TargetEntry *entry = entry_named(binding->given, name);
		BoundColumn *column = add_column(binding, name, false);
		Node	   *value;

		if (entry == NULL || is_null(entry))
			value = (Node *) makeNullConst(target, -1, get_typcollation(target));
		else
		{
			describe(binding, column, entry);
			value = convert(binding, entry, (Node *) makeVarFromTargetEntry(1, entry), target, &column->note);
		}
		query->targetList = lappend(query->targetList,
									makeTargetEntry((Expr *) value, i + 1, pstrdup(name), false));
	}
	json = attributes(binding);
	if (json == NULL)
		json = (Node *) makeNullConst(JSONBOID, -1, InvalidOid);
	query->targetList = lappend(query->targetList,
								makeTargetEntry((Expr *) json, last + 1, pstrdup("attributes"), false));
	binding->query = is_plain(binding->given) ? flatten(query) : query;
}
