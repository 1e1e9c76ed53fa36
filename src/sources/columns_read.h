/*-------------------------------------------------------------------------
 *
 * columns_read.h
 *	  The relations that a query names, and which of their columns it reads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_COLUMNS_READ_H
#define GREENERY_COLUMNS_READ_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/jsonb.h"

typedef struct ColumnsRead
{
	List	   *queries;		/* the query that is being walked, and those
								 * around it */
	List	   *relations;		/* OIDs */
	List	   *columns;		/* of ReadColumn * */
} ColumnsRead;

extern void columns_read_find(const Query *query, ColumnsRead *read);

/* {"relation": {"column": "type"}} */
extern Jsonb *columns_read_types(const ColumnsRead *read);

/* The names of the relations, a text[] */
extern Datum columns_read_relations(const ColumnsRead *read);

#endif							/* GREENERY_COLUMNS_READ_H */
