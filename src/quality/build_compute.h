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

#include "quality/build.h"
#include "quality/row_difference.h"
#include "utils/tuplestore.h"

typedef struct ComputedMart
{
	int64		rows;			/* all of them */
	RowDifference *difference;	/* from the published table */
	Tuplestorestate *differing; /* rows without an equal there */
	double		seconds;
} ComputedMart;

/* What a row without an equal is given to; it may be gone after that */
typedef void (*KeepRow) (TupleTableSlot *slot, void *arg);

/*
 * Run a mart's definition and give the rows that have no equal in the published
 * table to keep.  Reads what the active snapshot sees, and writes nothing: a parallel
 * worker may do it.  Returns NULL, and has not run the definition, where there is
 * nothing to compare with, or too much for the memory.
 */
extern RowDifference *mart_compare(Oid published, const char *definition,
								   KeepRow keep, void *arg, int64 *rows);

/* The same in this process, of what the transaction has written so far */
extern ComputedMart *mart_compute(Oid published, const char *definition);

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
