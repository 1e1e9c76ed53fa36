/*-------------------------------------------------------------------------
 *
 * reach.h
 *	  What a relation or a query reads and calls in the end.
 *
 * Views, children, partitions, and the bodies of SQL functions are looked into, and so is
 * what the planner computes by itself: expressions and predicates of indexes, checks,
 * partition keys.  Nothing in the server's own catalogs counts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REACH_H
#define GREENERY_REACH_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "sources/reach_types.h"

typedef struct Reach
{
	List	   *relations;		/* OIDs of tables and views, the roots
								 * included */
	List	   *functions;		/* OIDs, those behind operators, casts and
								 * aggregates included */
	TypeReach	types;			/* types of columns and values */
	List	   *hidden;			/* OIDs of functions whose bodies cannot be
								 * looked into */
	List	   *session;		/* OIDs of functions that tell of the session */
	List	   *schemas;		/* OIDs of schemas in which a text finds
								 * functions and operators */
	List	   *named;			/* OIDs of schemas in which relations and
								 * types are found by name */
	bool		is_text;		/* what is being walked is parsed anew each
								 * time */
} Reach;

/*
 * Add what a relation, or a query that has been parsed just now, reaches.  Relations are
 * locked with ACCESS SHARE on the way; one that has gone is left out.  Needs an active
 * snapshot, and names in bodies of functions are looked up in the current search_path.
 */
extern void reach_relation(Reach *reach, Oid relid);
extern void reach_text(Reach *reach, Node *node);

/* Say that a relation is looked up by its name when it is read */
extern void reach_by_name(Reach *reach, Oid relid);

/*
 * Whether an error says that something cannot be parsed; others, as of a lock that was not to
 * be had, say nothing about it.
 */
extern bool reach_is_no_answer(int sqlerrcode);

#endif							/* GREENERY_REACH_H */
