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

#include "difference/row_versions.h"
#include "executor/tuptable.h"
#include "storage/itemptr.h"

/* Rows of one table that the other does not have */
typedef struct RowList
{
	int64		n;				/* how many there are */
	ItemPointerData *tids;		/* where, unless that is not known */
	int64		allocated;
} RowList;

/*
 * What tells whether a table still has the same rows: how many there are, and the sum
 * of their digests.  The key is random and stays with the sum: whoever does not know it
 * cannot change rows so that the sum is the same.
 */
typedef struct RowSum
{
	uint64		key[2];
	uint64		sum[2];
	int64		rows;
} RowSum;

/*
 * The rows of a table that have one of these values in a column, of type text, and how the
 * table was left
 */
typedef struct RowSlice
{
	AttrNumber	column;
	Datum		values;			/* text[] */
	RowVersions left;
} RowSlice;

typedef struct RowDifference
{
	int64		old_rows;		/* all rows of the old table */
	bool		listed;			/* all rows that differ are listed; else any row may */
	RowList		only_old;
	RowList		only_new;
	/* row_difference() leaves these alone */
	bool		as_expected;	/* the old table's sum is the one that was expected */
	RowSum		new_sum;		/* of the new rows */
} RowDifference;

/* One that is going on */
typedef struct Comparison Comparison;

extern RowDifference *row_difference(Oid old_table, Oid new_table);
extern Comparison *row_difference_begin(Oid old_table, const RowSum *expected,
										const RowSlice *slice);
extern void row_difference_describe(Comparison *cmp, TupleDesc desc);
extern bool row_difference_match(Comparison *cmp, TupleTableSlot *slot);
extern RowDifference *row_difference_end(Comparison *cmp);
extern Datum row_list_datum(const RowList *list);

#endif							/* GREENERY_ROW_DIFFERENCE_H */
