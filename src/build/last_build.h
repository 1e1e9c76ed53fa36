/*-------------------------------------------------------------------------
 *
 * last_build.h
 *	  What a build that publishes records for the next one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_LAST_BUILD_H
#define GREENERY_BUILD_LAST_BUILD_H

#include "postgres.h"

#include "build/model.h"
#include "checks/data_test.h"

/* Read what the last build recorded of marts, sources and tests */
extern void load_last_build(Build *build);

/* Record what this build, which publishes, has made of them */
extern void record_for_next_build(const Build *build);

/* What a compiled test counts of which model, and what else decides the result */
extern char *test_fingerprint(const DataTest *test);

#endif							/* GREENERY_BUILD_LAST_BUILD_H */
