/*-------------------------------------------------------------------------
 *
 * reach.c
 *	  What a relation or a query reads and calls in the end.
 *
 * A build locks what it reads before it takes its snapshot, which does not protect
 * against TRUNCATE; and one that has a superuser's rights must not run what others
 * wrote.  Both need to know all of it.  The catalog's dependencies do not: a source
 * function has a string body, a parent's lock does not cover its children, and an index
 * predicate runs when a query is planned.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_partitioned_table.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_statistic_ext.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/functions.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parser.h"
#include "sources/named_schema.h"
#include "sources/reach.h"
#include "tcop/tcopprot.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* Functions of the server that read what a text names */
static const char *const reading_functions[] = {
	"cursor_to_xml", "database_to_xml", "query_to_xml", "query_to_xml_and_xmlschema",
	"schema_to_xml", "table_to_xml", "table_to_xml_and_xmlschema", "ts_rewrite", "ts_stat"
};

/* Functions of the server whose answer is up to the session that calls */
static const char *const session_functions[] = {
	"current_query", "current_setting", "inet_client_addr", "inet_client_port",
	"pg_backend_pid", "session_user"
};

static bool walk(Node *node, void *context);

static void
add_unique(List **list, Oid oid)
{
	*list = list_append_unique_oid(*list, oid);
}

static void
add_schema(Reach *reach, Oid schema)
{
	if (OidIsValid(schema) && schema != PG_CATALOG_NAMESPACE)
		add_unique(&reach->schemas, schema);
}

/* The same for what is not called: no other suits better, but its schema can be renamed */
static void
add_named(Reach *reach, Oid schema)
{
	if (OidIsValid(schema) && schema != PG_CATALOG_NAMESPACE)
		add_unique(&reach->named, schema);
}

void
reach_by_name(Reach *reach, Oid relid)
{
	add_named(reach, get_rel_namespace(relid));
}

bool
reach_is_no_answer(int sqlerrcode)
{
	return ERRCODE_TO_CATEGORY(sqlerrcode) != ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
}

/* Set what the function would set for itself; returns the level to end it with, or 0 */
static int
enter_settings_of(HeapTuple procedure)
{
	bool		isnull;
	Datum		settings = SysCacheGetAttr(PROCOID, procedure, Anum_pg_proc_proconfig, &isnull);
	int			level;

	if (isnull)
		return 0;
	level = NewGUCNestLevel();
	ProcessGUCArray(DatumGetArrayTypeP(settings), PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE);
	return level;
}

/* A body that is a string, and what it says */
typedef struct StringBody
{
	Reach	   *reach;
	HeapTuple	procedure;
	Node	   *queries;
} StringBody;

/* Functions and operators without a schema are looked up in all that are in the search_path */
static void
add_search_path(Reach *reach)
{
	ListCell   *lc;

	foreach(lc, fetch_search_path(false))
		add_schema(reach, lfirst_oid(lc));
}

/* Parse it, with names looked up as a call would do it; the caller guards it */
static void
parse_body(void *arg)
{
	StringBody *parsed = arg;
	HeapTuple	procedure = parsed->procedure;
	bool		isnull;
	char	   *source = TextDatumGetCString(SysCacheGetAttr(PROCOID, procedure,
															 Anum_pg_proc_prosrc, &isnull));
	SQLFunctionParseInfoPtr info = prepare_sql_fn_parse_info(procedure, NULL, InvalidOid);
	List	   *statements = pg_parse_query(source);
	List	   *queries = NIL;
	ListCell   *lc;
	int			level = enter_settings_of(procedure);

	foreach(lc, statements)
		queries = lappend(queries, parse_analyze_withcb(lfirst_node(RawStmt, lc), source,
														(ParserSetupHook) sql_fn_parser_setup,
														info, NULL));
	add_search_path(parsed->reach);
	if (level > 0)
		AtEOXact_GUC(false, level);
	parsed->queries = (Node *) queries;
}

static void
walk_as(bool is_text, Node *node, Reach *reach)
{
	bool		outer = reach->is_text;

	reach->is_text = is_text;
	(void) walk(node, reach);
	reach->is_text = outer;
}

/* What was parsed when it was written: what its names mean is settled */
static void
walk_parsed(Reach *reach, Node *node)
{
	walk_as(false, node, reach);
}

void
reach_text(Reach *reach, Node *node)
{
	walk_as(true, node, reach);
}

static bool
has_polymorphic_arguments(Form_pg_proc form)
{
	for (int i = 0; i < form->pronargs; i++)
		if (IsPolymorphicType(form->proargtypes.values[i]))
			return true;
	return false;
}

static void
look_into_body(Reach *reach, HeapTuple procedure)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(procedure);
	bool		isnull;
	Datum		body = SysCacheGetAttr(PROCOID, procedure, Anum_pg_proc_prosqlbody, &isnull);
	StringBody	parsed = {reach, procedure, NULL};

	if (!isnull)
		walk_parsed(reach, stringToNode(TextDatumGetCString(body)));
	else if (!has_polymorphic_arguments(form) && run_expecting(parse_body, &parsed, reach_is_no_answer, NULL))
		reach_text(reach, parsed.queries);
	else
		add_unique(&reach->hidden, form->oid);
}

static bool add_function(Oid function, void *context);

static void
add_if_valid(Reach *reach, Oid function)
{
	if (OidIsValid(function))
		(void) add_function(function, reach);
}

static void
look_into_aggregate(Reach *reach, Oid function)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
	Form_pg_aggregate form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for aggregate %u", function);
	form = (Form_pg_aggregate) GETSTRUCT(tuple);
	add_if_valid(reach, form->aggtransfn);
	add_if_valid(reach, form->aggfinalfn);
	add_if_valid(reach, form->aggcombinefn);
	add_if_valid(reach, form->aggserialfn);
	add_if_valid(reach, form->aggdeserialfn);
	add_if_valid(reach, form->aggmtransfn);
	add_if_valid(reach, form->aggminvtransfn);
	add_if_valid(reach, form->aggmfinalfn);
	if (OidIsValid(form->aggsortop))
		add_if_valid(reach, get_opcode(form->aggsortop));
	ReleaseSysCache(tuple);
}

static bool
is_one_of(const char *name, const char *const *names, int n)
{
	for (int i = 0; name != NULL && i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
add_function_of_server(Reach *reach, Oid function)
{
	const char *name = get_func_name(function);

	if (is_one_of(name, reading_functions, lengthof(reading_functions)))
		add_unique(&reach->hidden, function);
	if (is_one_of(name, session_functions, lengthof(session_functions)))
		add_unique(&reach->session, function);
}

/* A check_function_callback: adds the function, and finds none that would end the search */
static bool
add_function(Oid function, void *context)
{
	Reach	   *reach = context;
	HeapTuple	tuple;
	Form_pg_proc form;

	if (function < FirstNormalObjectId)
	{
		add_function_of_server(reach, function);
		return false;
	}
	if (list_member_oid(reach->functions, function))
		return false;
	reach->functions = lappend_oid(reach->functions, function);
	check_stack_depth();

	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	if (form->prokind == PROKIND_AGGREGATE)
		look_into_aggregate(reach, function);
	else if (form->prolang == SQLlanguageId)
		look_into_body(reach, tuple);
	else if (form->provolatile != PROVOLATILE_IMMUTABLE &&
			 getExtensionOfObject(ProcedureRelationId, function) != get_extension_oid("greenery", true))
		add_unique(&reach->hidden, function);
	ReleaseSysCache(tuple);
	return false;
}

/* What the types call that have come */
static void
look_into_types(Reach *reach)
{
	TypeReach  *types = &reach->types;
	List	   *functions = types->functions;
	List	   *checks = types->checks;
	ListCell   *lc;

	types->functions = types->checks = NIL;
	foreach(lc, functions)
		add_if_valid(reach, lfirst_oid(lc));
	foreach(lc, checks)
		walk_parsed(reach, lfirst(lc));
}

static void
add_value_type(Reach *reach, Oid type)
{
	if (reach->is_text && type >= FirstNormalObjectId)
		add_named(reach, type_schema(type));
	reach_type(&reach->types, type, true);
	look_into_types(reach);
}

/* The type of the value of an expression that may make it, out of a text or else */
static void
add_type_of(Reach *reach, Node *node)
{
	ListCell   *lc;

	switch (nodeTag(node))
	{
		case T_RangeTblFunction:
			foreach(lc, ((RangeTblFunction *) node)->funccoltypes)
				add_value_type(reach, lfirst_oid(lc));
			break;
		case T_Const:
		case T_FuncExpr:
		case T_OpExpr:
		case T_Aggref:
		case T_WindowFunc:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_CoerceToDomain:
		case T_RowExpr:
			add_value_type(reach, exprType(node));
			break;
		default:
			break;
	}
}

static void
add_operator(Reach *reach, Oid operator)
{
	if (OidIsValid(operator))
		add_if_valid(reach, get_opcode(operator));
}

static bool
walk(Node *node, void *context)
{
	Reach	   *reach = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_RangeTblEntry:
			if (((RangeTblEntry *) node)->rtekind == RTE_RELATION)
			{
				if (reach->is_text)
					reach_by_name(reach, ((RangeTblEntry *) node)->relid);
				reach_relation(reach, ((RangeTblEntry *) node)->relid);
			}
			return false;
		case T_Query:
			return query_tree_walker((Query *) node, walk, context,
									 QTW_EXAMINE_RTES_BEFORE | QTW_EXAMINE_SORTGROUP);
		case T_SortGroupClause:
			add_operator(reach, ((SortGroupClause *) node)->eqop);
			add_operator(reach, ((SortGroupClause *) node)->sortop);
			return false;
		case T_SQLValueFunction:
			if (((SQLValueFunction *) node)->op == SVFOP_SESSION_USER)
				add_unique(&reach->session, F_SESSION_USER);
			break;
		default:
			break;
	}
	if (reach->is_text)
	{
		add_schema(reach, schema_of_call(node));
		add_schema(reach, schema_of_cast_as_call(node));
	}
	add_type_of(reach, node);
	(void) check_functions_in_node(node, add_function, reach);
	return expression_tree_walker(node, walk, context);
}

/*
 * Expressions in a column of a row of the catalog.  They are read from there, because the
 * relation cache folds constants, which runs what they call.
 */
static void
look_into_attribute(Reach *reach, int cache, HeapTuple tuple, AttrNumber attribute)
{
	bool		isnull;
	Datum		expressions = SysCacheGetAttr(cache, tuple, attribute, &isnull);

	if (!isnull)
		walk_parsed(reach, stringToNode(TextDatumGetCString(expressions)));
}

/* The row of an object in the catalog, and expressions in two of its columns */
static void
look_into_row(Reach *reach, int cache, Oid object, AttrNumber first, AttrNumber second)
{
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(object));

	if (!HeapTupleIsValid(tuple))
		return;
	look_into_attribute(reach, cache, tuple, first);
	if (second != InvalidAttrNumber)
		look_into_attribute(reach, cache, tuple, second);
	ReleaseSysCache(tuple);
}

/* Expressions of a table's indexes and extended statistics */
static void
look_into_indexes(Reach *reach, Relation rel)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
		look_into_row(reach, INDEXRELID, lfirst_oid(lc),
					  Anum_pg_index_indexprs, Anum_pg_index_indpred);
	foreach(lc, RelationGetStatExtList(rel))
		look_into_row(reach, STATEXTOID, lfirst_oid(lc),
					  Anum_pg_statistic_ext_stxexprs, InvalidAttrNumber);
}

static void
look_into_constraints(Reach *reach, Relation rel)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;

	for (int i = 0; constr != NULL && i < constr->num_check; i++)
		walk_parsed(reach, stringToNode(constr->check[i].ccbin));
	/* generated columns are computed as they are read, since 18 */
	for (int i = 0; constr != NULL && i < constr->num_defval; i++)
		if (TupleDescAttr(RelationGetDescr(rel), constr->defval[i].adnum - 1)->attgenerated != '\0')
			walk_parsed(reach, stringToNode(constr->defval[i].adbin));
	if (rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		look_into_row(reach, PARTRELID, RelationGetRelid(rel),
					  Anum_pg_partitioned_table_partexprs, InvalidAttrNumber);
}

/* What a view selects */
static void
look_into_view(Reach *reach, Relation rel)
{
	RuleLock   *rules = rel->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
		if (rules->rules[i]->event == CMD_SELECT)
			walk_parsed(reach, (Node *) rules->rules[i]->actions);
}

void
reach_relation(Reach *reach, Oid relid)
{
	Relation	rel;
	char		relkind;

	if (relid < FirstNormalObjectId || list_member_oid(reach->relations, relid))
		return;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		return;
	reach->relations = lappend_oid(reach->relations, relid);
	relkind = rel->rd_rel->relkind;
	reach_column_types(&reach->types, rel, false);
	look_into_types(reach);
	if (relkind == RELKIND_VIEW)
		look_into_view(reach, rel);
	else
	{
		if (relkind == RELKIND_RELATION || relkind == RELKIND_MATVIEW ||
			relkind == RELKIND_PARTITIONED_TABLE)
			look_into_indexes(reach, rel);
		look_into_constraints(reach, rel);
	}
	relation_close(rel, NoLock);
	if (relkind != RELKIND_VIEW && relkind != RELKIND_MATVIEW && has_subclass(relid))
	{
		ListCell   *lc;

		foreach(lc, find_all_inheritors(relid, AccessShareLock, NULL))
			reach_relation(reach, lfirst_oid(lc));
	}
}
