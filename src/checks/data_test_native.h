/*-------------------------------------------------------------------------
 *
 * data_test_native.h
 *	  How the shared scan counts what a data test's plain SQL says.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DATA_TEST_NATIVE_H
#define GREENERY_DATA_TEST_NATIVE_H

#include "postgres.h"

#include "checks/data_test.h"

/* Whether a primary key has already refused the duplicates that the test looks for */
extern bool test_is_unique_by_index(const DataTest *test, const TestTarget *target);

/* The aggregate that counts natively what the test counts; NULL if its own does */
extern char *test_native_aggregate(const DataTest *test, const TestTarget *target);

#endif							/* GREENERY_DATA_TEST_NATIVE_H */
