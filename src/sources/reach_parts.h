/*-------------------------------------------------------------------------
 *
 * reach_parts.h
 *	  What the files that look for a query's reach ask of each other.
 *
 * A type has functions, a function has queries, and a query has types.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REACH_PARTS_H
#define GREENERY_REACH_PARTS_H

#include "postgres.h"

#include "sources/reach.h"
#include "utils/relcache.h"

/* What was parsed when it was written: what its names mean is settled */
extern void reach_parsed(Reach *reach, Node *node);

/* A function, aggregate or not, and what it calls; nothing for InvalidOid */
extern void reach_function(Reach *reach, Oid function);

/* A schema in which a relation or a type is found by name.  No other suits better, as one of
 * several functions may, but the schema can be renamed. */
extern void reach_named_schema(Reach *reach, Oid schema);

/* The types of a table's, a view's or a composite type's columns */
extern void reach_column_types(Reach *reach, Relation rel);

/* The type of the value of an expression that may make it, out of a text or else */
extern void reach_value_type(Reach *reach, Node *node);

#endif							/* GREENERY_REACH_PARTS_H */
