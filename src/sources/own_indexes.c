/*-------------------------------------------------------------------------
 *
 * own_indexes.c
 *	  Indexes of the shop's own table that a source function reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "sources/own_indexes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/*
 * Whether some index of a table begins with an expression that a source shows.  Expressions are
 * read from the catalog: the relation cache folds constants, which runs what they call.
 */
static bool
is_expression_indexed(Oid relid, const Node *expression)
{
	Relation	table = relation_open(relid, AccessShareLock);
	bool		found = false;
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(table))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(lc)));
		bool		isnull;
		Datum		expressions;

		if (!HeapTupleIsValid(tuple))
			continue;
		expressions = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indexprs, &isnull);
		if (!isnull && ((Form_pg_index) GETSTRUCT(tuple))->indkey.values[0] == 0)
			found |= equal(linitial(stringToNode(TextDatumGetCString(expressions))), expression);
		ReleaseSysCache(tuple);
	}
	relation_close(table, AccessShareLock);
	return found;
}

/* What the planner makes of a moment of a binding, which an index has to be on */
static Node *
without_zoned(Node *expression)
{
	FuncExpr   *call = (FuncExpr *) expression;

	if (!IsA(expression, FuncExpr) || !is_own_function(call->funcid, "zoned"))
		return expression;
	if (list_length(call->args) == 1)
		return linitial(call->args);
	return (Node *) makeFuncExpr(F_TIMEZONE_TEXT_TIMESTAMP, TIMESTAMPTZOID,
								 list_make2(lsecond(call->args), linitial(call->args)),
								 InvalidOid, DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
}

/* Whether a list of char * has a text */
static bool
has_text(const List *list, const char *text)
{
	ListCell   *lc;

	foreach(lc, list)
		if (strcmp(lfirst(lc), text) == 0)
		return true;
	return false;
}

List *
own_id_indexes(const char *function)
{
	static const char *const ids[] = {"user_id", "order_id", "session_id", "created_at"};
	Query	   *query = own_columns_query(function);
	TupleDesc	row = source_row(function);
	List	   *statements = NIL;
	Oid			relid;

	if (query == NULL)
		return NIL;
	relid = own_columns_table(query);
	if (get_rel_relkind(relid) != RELKIND_RELATION && get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		return NIL;
	for (int i = 0; i < (int) lengthof(ids); i++)
	{
		int			number = SPI_fnumber(row, ids[i]);
		Node	   *expression = number <= 0 ? NULL :
			(Node *) list_nth_node(TargetEntry, query->targetList, number - 1)->expr;
		char	   *statement;

		if (expression != NULL)
			expression = without_zoned(expression);
		if (expression == NULL || IsA(expression, Var) || IsA(expression, RelabelType) ||
			IsA(expression, Const) || contain_mutable_functions(expression) ||
			is_expression_indexed(relid, expression))
			continue;
		statement = psprintf("CREATE INDEX ON %s ((%s))", quoted_relation(relid),
							 deparse_expression(expression, deparse_context_for("o", relid), false, false));
		if (!has_text(statements, statement))
			statements = lappend(statements, statement);
	}
	return statements;
}

/* Is this what the index is on: the column, or the cleaned column? */
static bool
is_indexed(Relation index, const OwnColumn *column)
{
	AttrNumber	attnum = index->rd_index->indkey.values[0];
	List	   *expressions;
	FuncExpr   *call;
	Node	   *argument;

	if (!column->cleaned)
		return attnum == column->attnum;
	if (attnum != 0)
		return false;
	expressions = RelationGetIndexExpressions(index);
	if (!IsA(linitial(expressions), FuncExpr))
		return false;
	call = linitial_node(FuncExpr, expressions);
	if (!is_own_function(call->funcid, "clean_text"))
		return false;
	argument = linitial(call->args);
	if (IsA(argument, RelabelType))
		argument = (Node *) ((RelabelType *) argument)->arg;
	return IsA(argument, Var) &&
		((Var *) argument)->varattno == column->attnum;
}

/*
 * Does the index hold for every row that the active snapshot sees?  One that was
 * made, or found valid, after the snapshot was taken says nothing of rows that
 * were gone by then.
 */
static bool
is_older_than_snapshot(Relation index)
{
	TransactionId xmin = HeapTupleHeaderGetXmin(index->rd_indextuple->t_data);

	return !TransactionIdIsCurrentTransactionId(xmin) &&
		!XidInMVCCSnapshot(xmin, GetActiveSnapshot());
}

static bool
proves_unique(Relation index, const OwnColumn *column)
{
	Form_pg_index form = index->rd_index;
	Oid			collation = index->rd_indcollation[0];

	return form->indisunique && form->indisvalid && form->indimmediate &&
		form->indnkeyatts == 1 &&
		index->rd_rel->relam == BTREE_AM_OID &&
	/* another operator class may tell more values apart than = does */
		index->rd_opfamily[0] ==
		get_opclass_family(GetDefaultOpClass(index->rd_opcintype[0], BTREE_AM_OID)) &&
		(!OidIsValid(collation) || get_collation_isdeterministic(collation)) &&
		RelationGetIndexPredicate(index) == NIL &&
		is_indexed(index, column) &&
		is_older_than_snapshot(index);
}

bool
own_column_is_unique(Oid relid, const OwnColumn *column)
{
	Relation	table = relation_open(relid, AccessShareLock);
	List	   *indexes = NIL;
	ListCell   *lc;
	bool		unique = false;

	/* the index of a parent does not know the rows of its children */
	if (table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
		(table->rd_rel->relkind == RELKIND_RELATION && !has_subclass(relid)))
		indexes = RelationGetIndexList(table);
	foreach(lc, indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);

		if (proves_unique(index, column))
			unique = true;
		index_close(index, AccessShareLock);
		if (unique)
			break;
	}
	list_free(indexes);
	relation_close(table, AccessShareLock);
	return unique;
}
