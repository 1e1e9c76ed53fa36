/*-------------------------------------------------------------------------
 *
 * publish.h
 *	  Publish a mart: give its published table the rows that were written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_PUBLISH_H
#define GREENERY_BUILD_PUBLISH_H

#include "postgres.h"

#include "build/model.h"

/*
 * Publish the difference of a mart, which alone has been written; the caller undoes it if the
 * build fails.  Returns false, and has done nothing, where that is not possible, above all
 * because keys are missing or not unique, which is for the tests to find.
 */
extern bool publish_difference(Build *build, BuildModel *model);

/* Find out what publishing a mart of which all rows have been written would change */
extern void compare_with_published(BuildModel *model);

/* Publish it */
extern void publish_mart(BuildModel *model);

#endif							/* GREENERY_BUILD_PUBLISH_H */
