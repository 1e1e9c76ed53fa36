/*-------------------------------------------------------------------------
 *
 * build_compute.h
 *	  A mart's rows, computed and compared with its published table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_COMPUTE_H
#define GREENERY_BUILD_COMPUTE_H

#include "postgres.h"

#include "build/build.h"
#include "difference/row_difference.h"
#include "utils/tuplestore.h"

typedef struct ComputedMart
{
	RowDifference *difference;	/* from the published table */
	Tuplestorestate *differing; /* rows without an equal there */
	bool		sliced;			/* only the rows of a slice were computed */
	double		seconds;
} ComputedMart;

/*
 * What computes a mart.  If the published table is as the last build has left it, only
 * the rows of a slice can have changed, where that is known: see build_incremental.c.
 */
typedef struct MartQuery
{
	Oid			published;
	const char *definition;		/* a query for all rows, as a rewritten tree: see model_tree.h */
	const char *slice;			/* one for those of the slice; NULL: there is none */
	AttrNumber	slice_column;
	const char *slice_values;	/* text[], as text: its parameter */
	bool		is_known;		/* which rows the last build has left in it, */
	KnownRows	known;			/* and these are */
} MartQuery;

/* What a row without an equal is given to; it may be gone after that */
typedef void (*KeepRow) (TupleTableSlot *slot, void *arg);

/*
 * Run a mart's query and give the rows that have no equal in the published table to
 * keep.  Reads what the active snapshot sees, and writes nothing: a parallel worker may
 * do it.  *sliced says whether a slice has sufficed.  Returns NULL, and has not run the
 * query, where there is nothing to compare with, or too much for the memory.
 */
extern RowDifference *mart_compare(const MartQuery *query, KeepRow keep, void *arg,
								   bool *sliced);

/* How many rows the mart has, by its difference */
static inline int64
mart_rows(const RowDifference *difference)
{
	return difference->old_rows - difference->only_old.n + difference->only_new.n;
}

/* The same in this process, of what the transaction has written so far */
extern ComputedMart *mart_compute(const MartQuery *query);

/*
 * An empty one, in the current memory context and resource owner.  Rows beyond so
 * many kilobytes go to a file.
 */
extern ComputedMart *mart_allocate(int kilobytes);
extern void mart_free(ComputedMart *mart);

/* A KeepRow for it */
extern void mart_keep_row(TupleTableSlot *slot, void *mart);

/* Whether a mart's published table can be compared with at all */
extern bool mart_is_comparable(const BuildModel *model);

/* Whether the planner knows anything of the values of the published table */
extern bool mart_has_statistics(const BuildModel *model);

/* Its published table, and the one in the build's schema; InvalidOid if there is none */
extern Oid	mart_published(const BuildModel *model);
extern Oid	mart_written(const BuildModel *model);

#endif							/* GREENERY_BUILD_COMPUTE_H */
