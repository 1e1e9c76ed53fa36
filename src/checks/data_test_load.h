/*-------------------------------------------------------------------------
 *
 * data_test_load.h
 *	  Data tests from their table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DATA_TEST_LOAD_H
#define GREENERY_DATA_TEST_LOAD_H

#include "postgres.h"

#include "checks/data_test.h"

/* All enabled tests, ordered by model and id; in the current memory context */
extern List *tests_load(void);

/* A test that is not in the table yet, to check it */
extern DataTest *test_from_arguments(const char *kind, const char *column, Datum args,
									 const char *warn_above, const char *error_above);

/* The columns that identify a row of a relation, of char *; NIL if that is not known */
extern List *model_key(const char *relation);

#endif							/* GREENERY_DATA_TEST_LOAD_H */
