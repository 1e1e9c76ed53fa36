/*-------------------------------------------------------------------------
 *
 * audit.h
 *	  Audit a model: run the tests of what was written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_AUDIT_H
#define GREENERY_BUILD_AUDIT_H

#include "postgres.h"

#include "build/model.h"
#include "checks/data_test.h"

/* What the tests of a model read: the written mart, or a staging view itself */
extern TestTarget audit_target(Build *build, const BuildModel *model);

/*
 * Answer tests of a mart by its difference, which alone has been written and is about to be
 * published.  Where that is not possible, they look at all rows in audit_model().
 */
extern void audit_difference(Build *build, BuildModel *model);

/* The difference has not been published: the tests look at all rows */
extern void forget_difference_audit(BuildModel *model);

/* Run the tests of a model but for those of kind shrink, and accept or reject it */
extern void audit_model(Build *build, BuildModel *model);

/*
 * Tests of kind shrink: how many published rows publishing deletes.  A source that was
 * truncated and is being loaded again looks like this.  Comparing began at start.
 */
extern void audit_shrink(const Build *build, BuildModel *model, TimestampTz start);

#endif							/* GREENERY_BUILD_AUDIT_H */
