/*-------------------------------------------------------------------------
 *
 * data_test_compile.h
 *	  From a data test to SQL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DATA_TEST_COMPILE_H
#define GREENERY_DATA_TEST_COMPILE_H

#include "postgres.h"

#include "checks/data_test.h"

/*
 * Compile a test against its relation.  An error for what cannot be tested: a missing
 * column, a missing argument, an expression that is not one.
 */
extern void test_compile(DataTest *test, const TestTarget *target);

/* One statement for all tests: see data_test_compile.c */
extern char *test_scan_query(List *tests, const TestTarget *target, bool native);

/* The keys of failing rows, as one jsonb array; NULL for a kind that has no failing rows */
extern char *test_sample_query(const DataTest *test, const TestTarget *target, int limit);

#endif							/* GREENERY_DATA_TEST_COMPILE_H */
