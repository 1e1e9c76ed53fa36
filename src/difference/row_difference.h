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

#include "difference/row_list.h"
#include "difference/row_versions.h"
#include "executor/tuptable.h"

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

/*
 * Where there is a list of all rows that differ, and it is short enough to be a constant
 * in SQL statements, they are listed; else any row may differ.
 */
typedef struct RowDifference
{
	int64		old_rows;		/* all rows of the old table */
	bool		listed;
	RowList		only_old;		/* rows that the other table does not have */
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
extern bool table_has_sum(Oid table, const RowSum *expected);

#endif							/* GREENERY_ROW_DIFFERENCE_H */
