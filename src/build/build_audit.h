/*-------------------------------------------------------------------------
 *
 * build_audit.h
 *	  What the tests of a model read in a build.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_AUDIT_H
#define GREENERY_BUILD_AUDIT_H

#include "postgres.h"

#include "build/build.h"
#include "checks/data_test.h"

/* A written mart, or a staging view where it is */
extern TestTarget build_test_target(Build *build, const BuildModel *model);

#endif							/* GREENERY_BUILD_AUDIT_H */
