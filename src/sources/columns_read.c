/*-------------------------------------------------------------------------
 *
 * columns_read.c
 *	  The relations that a query names, and which of their columns it reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "sources/columns_read.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* A column of a table or view that a query reads */
typedef struct ReadColumn
{
	Oid			relid;
	AttrNumber	attnum;			/* 0: all */
} ReadColumn;

static bool find_columns(Node *node, void *context);

/* What a column of a join is, at the level of the query that has the join */
static bool
find_in_join(Node *value, Index levels_up, ColumnsRead *found)
{
	List	   *queries = found->queries;

	found->queries = list_copy_tail(queries, levels_up);
	(void) find_columns(value, found);
	found->queries = queries;
	return false;
}

static bool
find_columns(Node *node, void *context)
{
	ColumnsRead *found = context;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		ListCell   *lc;
		bool		end;

		foreach(lc, ((Query *) node)->rtable)
		{
			RangeTblEntry *entry = lfirst_node(RangeTblEntry, lc);

			if (entry->rtekind == RTE_RELATION)
				found->relations = list_append_unique_oid(found->relations, entry->relid);
		}
		found->queries = lcons(node, found->queries);
		/* of a join, the columns that are named */
		end = query_tree_walker((Query *) node, find_columns, context, QTW_IGNORE_JOINALIASES);
		found->queries = list_delete_first(found->queries);
		return end;
	}
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;
		Query	   *query = list_nth_node(Query, found->queries, var->varlevelsup);
		RangeTblEntry *entry = rt_fetch(var->varno, query->rtable);

		if (entry->rtekind == RTE_JOIN && var->varattno > 0)
			return find_in_join(list_nth(entry->joinaliasvars, var->varattno - 1),
								var->varlevelsup, found);
		if (entry->rtekind == RTE_RELATION && var->varattno >= 0)
		{
			ReadColumn *column = palloc(sizeof(ReadColumn));

			column->relid = entry->relid;
			column->attnum = var->varattno;
			found->columns = lappend(found->columns, column);
		}
		return false;
	}
	return expression_tree_walker(node, find_columns, context);
}

static int
count_columns(Oid relid)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	int			n = RelationGetNumberOfAttributes(rel);

	relation_close(rel, NoLock);
	return n;
}

/* {"relation": {"column": "type"}} */
Jsonb *
columns_read_types(const ColumnsRead *read)
{
	StringInfoData json;
	ListCell   *r;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	foreach(r, read->relations)
	{
		Oid			relid = lfirst_oid(r);
		int			natts = count_columns(relid);
		Bitmapset  *used = NULL;
		ListCell   *c;
		int			attnum = -1;
		bool		first = true;

		foreach(c, read->columns)
		{
			ReadColumn *column = lfirst(c);

			if (column->relid != relid)
				continue;
			if (column->attnum > 0)
				used = bms_add_member(used, column->attnum);
			else
				used = bms_add_range(used, 1, natts);
		}
		if (foreach_current_index(r) > 0)
			appendStringInfoString(&json, ", ");
		escape_json(&json, quoted_relation(relid));
		appendStringInfoString(&json, ": {");
		while ((attnum = bms_next_member(used, attnum)) >= 0)
		{
			Oid			type;
			int32		typmod;
			Oid			collation;
			char	   *name = get_attname(relid, attnum, true);

			if (name == NULL)
				continue;
			get_atttypetypmodcoll(relid, attnum, &type, &typmod, &collation);
			if (!OidIsValid(type))
				continue;
			if (!first)
				appendStringInfoString(&json, ", ");
			first = false;
			escape_json(&json, name);
			appendStringInfoString(&json, ": ");
			escape_json(&json, format_type_with_typemod(type, typmod));
		}
		appendStringInfoChar(&json, '}');
	}
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

Datum
columns_read_relations(const ColumnsRead *read)
{
	int			n = list_length(read->relations);
	Datum	   *names = palloc((n + 1) * sizeof(Datum));
	ListCell   *lc;

	foreach(lc, read->relations)
		names[foreach_current_index(lc)] = CStringGetTextDatum(quoted_relation(lfirst_oid(lc)));
	return PointerGetDatum(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

void
columns_read_find(const Query *query, ColumnsRead *read)
{
	(void) find_columns((Node *) unconstify(Query *, query), read);
}
