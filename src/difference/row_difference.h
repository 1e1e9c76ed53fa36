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

/* Rows of a table that have one of these keys in a column of type text */
typedef struct AffectedRows
{
	AttrNumber	column;
	Datum		keys;			/* text[] */
} AffectedRows;

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
	bool		old_is_known;	/* the old table's rows are the known ones;
								 * row_difference() does not ask */
} RowDifference;

/* How many rows the new table has */
static inline int64
rows_of_difference(const RowDifference *difference)
{
	return difference->old_rows - difference->only_old.n + difference->only_new.n;
}

/* One that is going on */
typedef struct Comparison Comparison;

/*
 * Compare two tables that have the same columns.  Both must be plain tables that store
 * their rows themselves.  A row that occurs more often in one than in the other is listed
 * as often as that.
 *
 * Nothing is listed where the old table is empty, or where the lists would be too long:
 * one without the other would be of no use.  The result is in the current memory context.
 */
extern RowDifference *row_difference(Oid old_table, Oid new_table);

/*
 * Compare a table with rows that come one by one, and are not stored anywhere.  Returns
 * NULL where the table is empty, or has more rows than there is memory for in one pass:
 * the others do not come twice.  All is in the current memory context.  Of the table, the
 * rows that the active snapshot sees count; a parallel worker has no other.
 *
 * known may be NULL.  With affected rows, only these come, and all others are taken as equal,
 * which needs known rows: NULL is returned unless the table has exactly these.
 */
extern Comparison *row_difference_begin(Oid old_table, const KnownRows *known,
										const AffectedRows *affected);

/* The rows that come are of this description */
extern void row_difference_describe(Comparison *cmp, TupleDesc desc);

/* Whether some row of the old table equals this one, and is not yet taken */
extern bool row_difference_match(Comparison *cmp, TupleTableSlot *slot);

/*
 * The difference of the rows that came, of which it says how many had no equal, but not
 * where they are.  It has the list of old rows even when that is too long to count as
 * listed: to write the other rows, a build needs it.  Frees the comparison.
 */
extern RowDifference *row_difference_end(Comparison *cmp);

#endif							/* GREENERY_ROW_DIFFERENCE_H */
