/*-------------------------------------------------------------------------
 *
 * compute.h
 *	  Run the query of a mart, and compare its rows as they come.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_COMPUTE_H
#define GREENERY_BUILD_COMPUTE_H

#include "postgres.h"

#include "build/incremental.h"
#include "difference/row_difference.h"
#include "utils/tuplestore.h"

typedef struct ComputedMart
{
	const MartQuery *query;		/* that has computed it */
	RowDifference *difference;	/* from the published table */
	Tuplestorestate *differing; /* rows without an equal there */
	bool		only_affected;	/* only rows with affected keys were computed */
	double		seconds;
} ComputedMart;

/* What a row without an equal is given to; it may be gone after that */
typedef void (*KeepRow) (TupleTableSlot *slot, void *arg);

/*
 * Run a mart's query and give the rows that have no equal in the published table to
 * keep.  Reads what the active snapshot sees, and writes nothing: a parallel worker may
 * do it.  *only_affected says whether rows with affected keys have sufficed.  Returns NULL,
 * and has not run the query, where there is nothing to compare with, or too much for the
 * memory.
 */
extern RowDifference *compute_difference(const MartQuery *query, KeepRow keep, void *arg,
										 bool *only_affected);

/* The same in this process, of what the transaction has written so far */
extern ComputedMart *compute_mart(const MartQuery *query);

/*
 * An empty one, in the current memory context and resource owner.  Rows beyond so
 * many kilobytes go to a file.
 */
extern ComputedMart *computed_mart_create(const MartQuery *query, int kilobytes);
extern void computed_mart_free(ComputedMart *mart);

/* A KeepRow for it */
extern void computed_mart_add(TupleTableSlot *slot, void *mart);

/* Whether a mart's published table can be compared with at all */
extern bool is_comparable(const BuildModel *model);

/* Whether the planner knows anything of the values of the published table */
extern bool has_statistics(const BuildModel *model);

#endif							/* GREENERY_BUILD_COMPUTE_H */
