/*-------------------------------------------------------------------------
 *
 * data_test_run.h
 *	  Run the data tests of one model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DATA_TEST_RUN_H
#define GREENERY_DATA_TEST_RUN_H

#include "postgres.h"

#include "checks/data_test.h"

/* Count the failures of compiled tests by one statement, without a verdict */
extern void tests_count(List *tests, const TestTarget *target, bool native);

/* Run the tests of one model, and fill in all results but those of kind shrink */
extern void tests_run(List *tests, const TestTarget *target);

#endif							/* GREENERY_DATA_TEST_RUN_H */
