/*-------------------------------------------------------------------------
 *
 * binding.h
 *	  Binding a source to a SELECT over the shop's own tables.
 *
 * bind_query.c parses what was given, bind_columns.c makes of it a query with the columns of
 * the source, bind_text.c writes that as a text that means the same for every caller, and
 * bind.c stores it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BINDING_H
#define GREENERY_BINDING_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "nodes/parsenodes.h"

/* What a column of a source is bound to, for people */
typedef struct BoundColumn
{
	const char *name;
	bool		is_bound;
	bool		is_attribute;	/* a column that the source does not know */
	const char *expression;		/* as the query has it; NULL: not bound */
	const char *type;			/* of that; NULL: not bound */
	const char *note;			/* what is done to it; NULL: nothing */
} BoundColumn;

/* A binding in the making */
typedef struct Binding
{
	const char *source;			/* its name */
	const char *text;			/* what was given */
	const char *time_zone;		/* of times without one; NULL: not given */
	TupleDesc	row;			/* of the source function */
	List	   *key;			/* names of the key columns */
	Oid			builder;		/* with whose rights builds read it */
	Query	   *given;			/* what was given, parsed */
	List	   *columns;		/* of BoundColumn *, those of the source first */
	Query	   *query;			/* with the columns of the source */
} Binding;

#endif							/* GREENERY_BINDING_H */
