/*-------------------------------------------------------------------------
 *
 * own_columns.c
 *	  The columns of the shop's own table that a source function reads.
 *
 * A source function shows every id as text, and a raw table's trimmed.  A caller that only
 * needs to know whether ids are equal can do without both if the table has numbers or uuids,
 * and can see from the table's indexes what is unique.  The catalog does not know
 * what a source function reads, since its body is a string; so the body is
 * parsed, as the planner does when it inlines it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "commands/extension.h"
#include "compat.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_coerce.h"
#include "parser/parse_func.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "sources/citus_tables.h"
#include "sources/known_calls.h"
#include "sources/own_columns.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* The query that a function consists of, or NULL if it is not that simple */
static Query *
function_query(HeapTuple procedure)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(procedure);
	bool		isnull;
	Datum		body;
	char	   *source;
	List	   *statements;

	if (form->prolang != SQLlanguageId || form->prosecdef ||
		!heap_attisnull(procedure, Anum_pg_proc_proconfig, NULL) ||
		!heap_attisnull(procedure, Anum_pg_proc_prosqlbody, NULL))
		return NULL;
	body = SysCacheGetAttr(PROCOID, procedure, Anum_pg_proc_prosrc, &isnull);
	if (isnull)
		return NULL;
	source = TextDatumGetCString(body);
	statements = raw_parser(source, RAW_PARSE_DEFAULT);
	if (list_length(statements) != 1)
		return NULL;
	return parse_analyze_fixedparams(linitial_node(RawStmt, statements), source,
									 NULL, 0, NULL);
}

/*
 * The table of whose rows the query shows those that pass a filter, or all, as an entry of
 * its range table, or NULL if it does anything else.
 */
static RangeTblEntry *
only_table(const Query *query)
{
	RangeTblEntry *entry;

	if (query->commandType != CMD_SELECT || query->utilityStmt != NULL ||
		query->hasAggs || query->hasWindowFuncs || query->hasTargetSRFs ||
		query->hasSubLinks || query->hasModifyingCTE || query->hasForUpdate ||
		query->cteList != NIL || query->setOperations != NULL ||
		query->groupClause != NIL || query->groupingSets != NIL ||
		query->havingQual != NULL || query->distinctClause != NIL ||
		query->limitOffset != NULL || query->limitCount != NULL ||
		query->rowMarks != NIL ||
		list_length(query->jointree->fromlist) != 1 ||
		!IsA(linitial(query->jointree->fromlist), RangeTblRef))
		return NULL;
	entry = rt_fetch(linitial_node(RangeTblRef, query->jointree->fromlist)->rtindex,
					 query->rtable);
	if (entry->rtekind != RTE_RELATION || !entry->inh ||
		entry->tablesample != NULL)
		return NULL;
	return entry;
}

bool
is_own_function(Oid function, const char *wanted)
{
	const char *name = get_func_name(function);

	return name != NULL && strcmp(name, wanted) == 0 &&
		getExtensionOfObject(ProcedureRelationId, function) == get_extension_oid("greenery", true);
}

/*
 * The column that an expression shows, perhaps as text: one to which equal
 * values are equal ids, and others are others.  InvalidAttrNumber if there is
 * none.
 */
static AttrNumber
shown_column(Node *expression, bool *cleaned)
{
	bool		as_text = false;
	Var		   *var;

	*cleaned = IsA(expression, FuncExpr) && is_own_function(((FuncExpr *) expression)->funcid, "clean_text");
	if (*cleaned)
		expression = linitial(((FuncExpr *) expression)->args);
	if (IsA(expression, CoerceViaIO))
	{
		expression = (Node *) ((CoerceViaIO *) expression)->arg;
		as_text = true;
	}
	if (IsA(expression, RelabelType))
		expression = (Node *) ((RelabelType *) expression)->arg;
	if (!IsA(expression, Var))
		return InvalidAttrNumber;
	var = (Var *) expression;
	if (var->varattno <= 0)
		return InvalidAttrNumber;

	switch (getBaseType(var->vartype))
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case UUIDOID:
			/* as text they have no blanks, and one text each */
			*cleaned = false;
			return as_text ? var->varattno : InvalidAttrNumber;
		case TEXTOID:
		case VARCHAROID:
			/* the staging view compares bytes */
			return !as_text && get_collation_isdeterministic(var->varcollid)
				? var->varattno : InvalidAttrNumber;
		case TIMESTAMPTZOID:
			return !as_text && expression == (Node *) var ? var->varattno : InvalidAttrNumber;
		default:
			return InvalidAttrNumber;
	}
}

Oid
source_function_oid(const char *function)
{
	List	   *name = list_make2(makeString("greenery"),
								  makeString(pstrdup(function)));

	return LookupFuncName(name, 0, NULL, false);
}

/* greenery.<function>(), to be released */
static HeapTuple
source_function(const char *function)
{
	Oid			funcid = source_function_oid(function);
	HeapTuple	procedure = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));

	if (!HeapTupleIsValid(procedure))
		elog(ERROR, "cache lookup failed for function %u", funcid);
	return procedure;
}

Query *
own_columns_query(const char *function)
{
	HeapTuple	procedure = source_function(function);
	Query	   *query = function_query(procedure);

	ReleaseSysCache(procedure);
	return query != NULL && only_table(query) != NULL ? query : NULL;
}

Oid
own_columns_table(const Query *query)
{
	return only_table(query)->relid;
}

TupleDesc
source_row(const char *function)
{
	HeapTuple	procedure = source_function(function);
	TupleDesc	row = build_function_result_tupdesc_t(procedure);

	ReleaseSysCache(procedure);
	if (row == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("function greenery.%s() does not return rows", function)));
	return row;
}

/* The type of a column; of a moment that must have a time zone, the one that it has */
static Oid
column_type(Node *expression)
{
	if (IsA(expression, FuncExpr) && list_length(((FuncExpr *) expression)->args) == 1 &&
		is_own_function(((FuncExpr *) expression)->funcid, "zoned"))
		expression = linitial(((FuncExpr *) expression)->args);
	return exprType(expression);
}

bool
type_has_one_text(Oid type)
{
	Oid			output;
	bool		is_varlena;

	if (type_is_enum(type))
		return true;
	getTypeOutputInfo(type, &output, &is_varlena);
	return func_volatile(output) == PROVOLATILE_IMMUTABLE;
}

/* Whether a value that a function returns is converted without a loss, and for all in one way */
static bool
is_converted_well(Oid type, Oid declared)
{
	if (!can_coerce_type(1, &type, &declared, COERCION_ASSIGNMENT))
		return false;
	switch (declared)
	{
		case TEXTOID:
			return type_has_one_text(type);
		case NUMERICOID:
			return type == INT2OID || type == INT4OID || type == INT8OID ||
				type == FLOAT4OID || type == FLOAT8OID;
		case INT4OID:
			return type == INT2OID;
		default:
			return false;
	}
}

/* Whether a value has the declared type, or may become one: text that is called otherwise is text */
static bool
has_type(Oid type, Oid declared, bool may_be_converted)
{
	return type == declared || IsBinaryCoercible(type, declared) ||
		(may_be_converted && is_converted_well(type, declared));
}

/* The first column of a query that is not of the declared type; NULL if all are */
static char *
type_problem(const Query *query, TupleDesc row, bool may_be_converted)
{
	int			i = 0;
	ListCell   *lc;

	foreach(lc, query->targetList)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, lc);
		Oid			type = column_type((Node *) entry->expr);

		if (entry->resjunk)
			continue;
		if (i == row->natts)
			return psprintf("its query has more than %d columns", row->natts);
		if (!has_type(type, TupleDescAttr(row, i)->atttypid, may_be_converted))
			return psprintf("column \"%s\" is now of type %s and must be %s",
							NameStr(TupleDescAttr(row, i)->attname), format_type_be(type),
							format_type_be(TupleDescAttr(row, i)->atttypid));
		i++;
	}
	return i < row->natts ? psprintf("its query has less than %d columns", row->natts) : NULL;
}

char *
source_type_problem(const char *function)
{
	HeapTuple	procedure = source_function(function);
	Query	   *query = function_query(procedure);

	ReleaseSysCache(procedure);
	if (query == NULL || query->commandType != CMD_SELECT)
		return pstrdup("its source function is not a query");
	return type_problem(query, source_row(function), true);
}

char *
own_columns_version(const char *function)
{
	HeapTuple	procedure = source_function(function);
	char	   *version = psprintf("%u (%u,%u)", HeapTupleHeaderGetRawXmin(procedure->t_data),
								   ItemPointerGetBlockNumber(&procedure->t_self),
								   ItemPointerGetOffsetNumber(&procedure->t_self));

	ReleaseSysCache(procedure);
	return version;
}

Oid
own_columns_find(const char *function, int ncolumns, const char *const *names,
				 OwnColumn *columns)
{
	HeapTuple	procedure = source_function(function);
	TupleDesc	row = build_function_result_tupdesc_t(procedure);
	Query	   *query = own_columns_query(function);

	ReleaseSysCache(procedure);
	if (query == NULL || row == NULL)
		return InvalidOid;

	for (int i = 0; i < ncolumns; i++)
	{
		int			number = SPI_fnumber(row, names[i]);

		if (number <= 0 || number > list_length(query->targetList))
			return InvalidOid;
		columns[i].attnum =
			shown_column((Node *) list_nth_node(TargetEntry, query->targetList,
												number - 1)->expr,
						 &columns[i].cleaned);
		if (columns[i].attnum == InvalidAttrNumber)
			return InvalidOid;
	}
	return only_table(query)->relid;
}

char *
own_column_sql(const char *function, const char *name)
{
	HeapTuple	procedure = source_function(function);
	TupleDesc	row = build_function_result_tupdesc_t(procedure);
	Query	   *query = own_columns_query(function);
	Node	   *expression;

	ReleaseSysCache(procedure);
	expression = (Node *) list_nth_node(TargetEntry, query->targetList,
										SPI_fnumber(row, name) - 1)->expr;
	if (IsA(expression, Const) && ((Const *) expression)->constisnull)
		return NULL;
	return deparse_expression(expression, deparse_context_for("o", only_table(query)->relid),
							  true, false);
}

char *
own_filter_sql(const Query *query)
{
	if (query->jointree->quals == NULL)
		return NULL;
	return deparse_expression(query->jointree->quals,
							  deparse_context_for("o", only_table(query)->relid), true, false);
}

/* What a table is, where it is not one whose rows bear the ids of who wrote them */
static const char *
table_obstacle(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	const char *name = quoted_relation(relid);
	const char *obstacle = NULL;

	switch (rel->rd_rel->relkind)
	{
		case RELKIND_RELATION:
			if (rel->rd_rel->relam != HEAP_TABLE_AM_OID)
				obstacle = psprintf("%s is not a heap table", name);
			/* its rows have the transactions of other servers */
			else if (is_distributed(relid))
				obstacle = psprintf("%s is distributed", name);
			else if (has_subclass(relid))
				obstacle = psprintf("%s has children", name);
			else if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
				obstacle = psprintf("%s cannot be read by role \"%s\"", name, GetUserNameFromId(GetUserId(), false));
			break;
		case RELKIND_PARTITIONED_TABLE:
			obstacle = psprintf("%s is partitioned", name);
			break;
		case RELKIND_FOREIGN_TABLE:
			obstacle = psprintf("%s is a foreign table", name);
			break;
		case RELKIND_MATVIEW:
			obstacle = psprintf("%s is a materialized view", name);
			break;
		default:
			obstacle = psprintf("%s is a view", name);
			break;
	}
	relation_close(rel, NoLock);
	return obstacle;
}

const char *
own_columns_obstacle(const char *function, const char *key)
{
	Query	   *query = own_columns_query(function);
	const char *obstacle;
	OwnColumn	column;
	ListCell   *lc;

	if (query == NULL)
		return "it is more than the rows of one table, or of those that pass a filter";
	obstacle = table_obstacle(only_table(query)->relid);
	if (obstacle != NULL)
		return obstacle;
	if (!OidIsValid(own_columns_find(function, 1, &key, &column)))
		return psprintf("its column \"%s\" is not one of the table", key);
	foreach(lc, query->targetList)
		if (!calls_only_known((Node *) lfirst_node(TargetEntry, lc)->expr))
		return psprintf("its column \"%s\" calls what is not IMMUTABLE, or of another extension",
						lfirst_node(TargetEntry, lc)->resname);
	if (!calls_only_known(query->jointree->quals))
		return "its filter calls what is not IMMUTABLE, or of another extension";
	return type_problem(query, source_row(function), false);
}
