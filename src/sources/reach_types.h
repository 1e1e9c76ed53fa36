/*-------------------------------------------------------------------------
 *
 * reach_types.h
 *	  What the types of columns and values are made from, and what they call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REACH_TYPES_H
#define GREENERY_REACH_TYPES_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/relcache.h"

typedef struct TypeReach
{
	List	   *types;			/* OIDs of types, and of what these are made
								 * from */
	List	   *made;			/* OIDs of those of which values are made */
	List	   *functions;		/* OIDs of functions that they call,
								 * InvalidOid among them; the caller looks
								 * into them */
	List	   *checks;			/* expressions, likewise */
} TypeReach;

/*
 * Add a type, and those that it is made from.  Its owner may make casts from it, which are
 * found as a query is parsed, or as a value becomes JSON.  Where values of it are made, the
 * checks of domains run, also those of a column of a composite type or of the elements of an
 * array.
 */
extern void reach_type(TypeReach *reach, Oid type, bool is_made);

/* The types of a table's, a view's or a composite type's columns */
extern void reach_column_types(TypeReach *reach, Relation rel, bool is_made);

#endif							/* GREENERY_REACH_TYPES_H */
