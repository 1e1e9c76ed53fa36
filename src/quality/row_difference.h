/*-------------------------------------------------------------------------
 *
 * row_difference.h
 *	  Which rows of two tables of the same columns have no equal in the other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_DIFFERENCE_H
#define GREENERY_ROW_DIFFERENCE_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "storage/itemptr.h"

/* Rows of one table that the other does not have */
typedef struct RowList
{
	int64		n;				/* how many there are */
	ItemPointerData *tids;		/* where, unless that is not known */
	int64		allocated;
} RowList;

typedef struct RowDifference
{
	int64		old_rows;		/* all rows of the old table */
	bool		listed;			/* all rows that differ are listed; else any row may */
	RowList		only_old;
	RowList		only_new;
} RowDifference;

/* One that is going on */
typedef struct Comparison Comparison;

extern RowDifference *row_difference(Oid old_table, Oid new_table);
extern Comparison *row_difference_begin(Oid old_table);
extern void row_difference_describe(Comparison *cmp, TupleDesc desc);
extern bool row_difference_match(Comparison *cmp, TupleTableSlot *slot);
extern RowDifference *row_difference_end(Comparison *cmp);
extern Datum row_list_datum(const RowList *list);

#endif							/* GREENERY_ROW_DIFFERENCE_H */
