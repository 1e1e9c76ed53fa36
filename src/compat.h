/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between PostgreSQL 14 and 18, all of them.
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
#include "datatype/timestamp.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "parser/analyze.h"
#include "parser/parse_relation.h"
#include "pgtime.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/regproc.h"

#if PG_VERSION_NUM < 140000
#error "greenery needs PostgreSQL 14 or later"
#endif

/* MarkGUCPrefixReserved replaced EmitWarningsOnPlaceholders in 15 */
#if PG_VERSION_NUM < 150000
#include "utils/int8.h"
#define MarkGUCPrefixReserved(prefix) EmitWarningsOnPlaceholders(prefix)
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

/*
 * DecodeInterval into months, days and microseconds.  Returns false when the
 * fields are no interval.
 */
static inline bool
greenery_decode_interval(char **field, int *ftype, int nf, int *dtype,
						 int64 *months, int64 *days, int64 *microseconds)
{
#if PG_VERSION_NUM >= 150000
	struct pg_itm_in in = {0};

	if (DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE, dtype, &in) != 0)
		return false;
	*microseconds = in.tm_usec;
	*days = in.tm_mday;
	*months = (int64) in.tm_year * MONTHS_PER_YEAR + in.tm_mon;
#else
	struct pg_tm tm = {0};
	fsec_t		fsec = 0;

	if (DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE, dtype,
					   &tm, &fsec) != 0)
		return false;
	*microseconds = ((((int64) tm.tm_hour * MINS_PER_HOUR + tm.tm_min) *
					  SECS_PER_MINUTE) + tm.tm_sec) * USECS_PER_SEC + fsec;
	*days = tm.tm_mday;
	*months = (int64) tm.tm_year * MONTHS_PER_YEAR + tm.tm_mon;
#endif
	return true;
}

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

/* Text to a bigint, or an error: pg_strtoint64 is new in 15 */
static inline int64
greenery_strtoint64(const char *text)
{
#if PG_VERSION_NUM >= 150000
	return pg_strtoint64(text);
#else
	int64		result;

	(void) scanint8(text, false, &result);
	return result;
#endif
}

/* parse_analyze, of a statement without parameters, was renamed in 15 */
static inline struct Query *
greenery_parse_analyze(struct RawStmt *statement, const char *source)
{
#if PG_VERSION_NUM >= 150000
	return parse_analyze_fixedparams(statement, source, NULL, 0, NULL);
#else
	return parse_analyze(statement, source, NULL, 0, NULL);
#endif
}

/* Whether the caller owns a table, and so may analyze it; renamed in 16 */
static inline bool
greenery_owns_table(Oid table)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, table, GetUserId());
#else
	return pg_class_ownercheck(table, GetUserId());
#endif
}

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

		if (rte->rtekind == RTE_RELATION && rte->relid == view)
			rte->requiredPerms = 0;
	}
#endif
}

#endif							/* GREENERY_COMPAT_H */
