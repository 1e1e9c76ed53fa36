/*-------------------------------------------------------------------------
 *
 * query_facts.h
 *	  Facts about a query that are known without running it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_QUERY_FACTS_H
#define GREENERY_BUILD_QUERY_FACTS_H

#include "postgres.h"

#include "nodes/parsenodes.h"

/* Whether a rewritten query reads no other tables than these, by their OIDs */
extern bool reads_only(Query *query, List *tables);

/* Whether a parallel worker can run all of a rewritten query */
extern bool is_parallel_safe(Query *query);

/* A query, or another text, with the versions of greenery and PostgreSQL, which decide too */
extern char *with_versions(const char *sql);

/* A digest of the query of a view as the planner gets it, where the views in it are replaced */
extern char *rewritten_digest(Oid view);

#endif							/* GREENERY_BUILD_QUERY_FACTS_H */
