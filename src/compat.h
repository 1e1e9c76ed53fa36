/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between PostgreSQL 15 and 19, all of them.
 *
 * No other file tests PG_VERSION_NUM.  Include it after postgres.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_COMPAT_H
#define GREENERY_COMPAT_H

#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_relation.h"
#include "pgtime.h"
#include "rewrite/rewriteManip.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/regproc.h"

#if PG_VERSION_NUM < 150000
#error "greenery needs PostgreSQL 15 or later"
#endif

/*
 * The module is compiled with hidden symbols; these are the ones that the server
 * looks up by name.  16 declares them so itself.
 */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#undef PG_FUNCTION_INFO_V1
#define PG_FUNCTION_INFO_V1(funcname) \
extern PGDLLEXPORT Datum funcname(PG_FUNCTION_ARGS); \
extern PGDLLEXPORT const Pg_finfo_record *CppConcat(pg_finfo_, funcname) (void); \
const Pg_finfo_record * \
CppConcat(pg_finfo_, funcname) (void) \
{ \
	static const Pg_finfo_record my_finfo = {1}; \
	return &my_finfo; \
} \
extern int no_such_variable
extern PGDLLEXPORT void _PG_init(void);
#endif

/* pg_noreturn, in front of a declaration, replaced pg_attribute_noreturn in 18 */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* varatt.h was split off postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* intervals can be infinite since 17 */
static inline bool
greenery_interval_is_infinite(const Interval *interval)
{
#if PG_VERSION_NUM >= 170000
	return INTERVAL_NOT_FINITE(interval);
#else
	(void) interval;
	return false;
#endif
}

/* 18 lets a module say its name and version */
#if PG_VERSION_NUM >= 180000
#define GREENERY_MODULE_MAGIC(name_, version_) \
	PG_MODULE_MAGIC_EXT(.name = name_, .version = version_)
#else
#define GREENERY_MODULE_MAGIC(name_, version_) PG_MODULE_MAGIC
#endif

/* The memory of what a check hook hands to its assign hook; for modules since 16 */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#endif

/* stringToQualifiedNameList can return its errors since 16 */
static inline List *
greenery_qualified_name_list(const char *name)
{
#if PG_VERSION_NUM >= 160000
	return stringToQualifiedNameList(name, NULL);
#else
	return stringToQualifiedNameList(name);
#endif
}

/* A scan of a whole table: those who start one can choose options since 19 */
#if PG_VERSION_NUM >= 190000
#define greenery_beginscan(rel, snapshot) \
	table_beginscan(rel, snapshot, 0, NULL, SO_NONE)
#else
#define greenery_beginscan(rel, snapshot) \
	table_beginscan(rel, snapshot, 0, NULL)
#endif

/* Planning can fill an EXPLAIN since 19 */
#if PG_VERSION_NUM >= 190000
#define greenery_plan_query(query, string, options, params) \
	pg_plan_query(query, string, options, params, NULL)
#else
#define greenery_plan_query(query, string, options, params) \
	pg_plan_query(query, string, options, params)
#endif

/* Whether a role may look up names in a schema; asked in another way since 16 */
static inline bool
greenery_may_use_schema(Oid schema, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
	return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/* Whether a role may become another; since 16 not every member may */
static inline bool
greenery_may_become(Oid member, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return member_can_set_role(member, role);
#else
	return is_member_of_role(member, role);
#endif
}

/* Run a query to its end, once; 18 takes the latter for granted */
static inline void
greenery_executor_run(struct QueryDesc *desc)
{
#if PG_VERSION_NUM >= 180000
	ExecutorRun(desc, ForwardScanDirection, 0);
#else
	ExecutorRun(desc, ForwardScanDirection, 0, true);
#endif
}

/* Have a query read another relation; the rights asked for have a list of their own since 16 */
static inline void
greenery_replace_relation(Query *query pg_attribute_unused(), RangeTblEntry *rte, Oid relid, char relkind)
{
#if PG_VERSION_NUM >= 160000
	if (rte->perminfoindex != 0)
		getRTEPermissionInfo(query->rteperminfos, rte)->relid = relid;
#endif
	rte->relid = relid;
	rte->relkind = relkind;
}

/*
 * The query of a view's rule names the view itself, and asks for rights on it, before 16.  Where
 * it is run as a query of its own it has nothing to ask.
 */
static inline void
greenery_forget_view(Query *query pg_attribute_unused(), Oid view pg_attribute_unused())
{
#if PG_VERSION_NUM < 160000
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		/* it does not read the view either */
		if (rte->rtekind == RTE_RELATION && rte->relid == view)
		{
			rte->rtekind = RTE_RESULT;
			rte->relid = InvalidOid;
			rte->requiredPerms = 0;
		}
	}
#endif
}

/* Replace the columns of the only entry of a query's FROM; more is to be said since 18 */
static inline Node *
greenery_replace_vars(Node *node, RangeTblEntry *entry, List *values, bool *has_sublinks)
{
#if PG_VERSION_NUM >= 180000
	return ReplaceVarsFromTargetList(node, 1, 0, entry, values, 0,
									 REPLACEVARS_REPORT_ERROR, 0, has_sublinks);
#else
	return ReplaceVarsFromTargetList(node, 1, 0, entry, values,
									 REPLACEVARS_REPORT_ERROR, 0, has_sublinks);
#endif
}

/* The columns of an entry of FROM, as values, dropped ones included; of which row is asked since 18 */
static inline List *
greenery_columns_of(RangeTblEntry *entry, int index)
{
	List	   *columns;

#if PG_VERSION_NUM >= 180000
	expandRTE(entry, index, 0, VAR_RETURNING_DEFAULT, -1, true, NULL, &columns);
#else
	expandRTE(entry, index, 0, -1, true, NULL, &columns);
#endif
	return columns;
}

/* Replace columns of joins by those of what is joined; the planner has a say since 16 */
static inline Node *
greenery_flatten_joins(Query *query, Node *node)
{
#if PG_VERSION_NUM >= 160000
	return flatten_join_alias_vars(NULL, query, node);
#else
	return flatten_join_alias_vars(query, node);
#endif
}

/* The hook of the planner, which can fill an EXPLAIN since 19 */
#if PG_VERSION_NUM >= 190000
#define GREENERY_PLANNER_PARAMETERS \
	Query *parse, const char *string, int options, ParamListInfo boundParams, struct ExplainState *explain
#define GREENERY_PLANNER_ARGUMENTS parse, string, options, boundParams, explain
#else
#define GREENERY_PLANNER_PARAMETERS \
	Query *parse, const char *string, int options, ParamListInfo boundParams
#define GREENERY_PLANNER_ARGUMENTS parse, string, options, boundParams
#endif

/* What a function in FROM runs, if it can take the function's place; renamed in 19 */
#if PG_VERSION_NUM >= 190000
#define greenery_inline_function(root, entry) inline_function_in_from(root, entry)
#else
#define greenery_inline_function(root, entry) inline_set_returning_function(root, entry)
#endif

#endif							/* GREENERY_COMPAT_H */
