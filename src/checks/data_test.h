/*-------------------------------------------------------------------------
 *
 * data_test.h
 *	  A data test: what it asks, how it is asked in SQL, and what came out.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DATA_TEST_H
#define GREENERY_DATA_TEST_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "checks/threshold.h"
#include "guarded.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef enum TestKind
{
	TEST_NOT_NULL,
	TEST_UNIQUE,
	TEST_UNIQUE_COMBINATION,
	TEST_ACCEPTED_VALUES,
	TEST_RELATIONSHIPS,
	TEST_RANGE,
	TEST_EXPRESSION,
	TEST_MATCHES,
	TEST_EMAIL,
	TEST_PHONE,
	TEST_RECENCY,
	TEST_ROW_COUNT,
	TEST_SHRINK
} TestKind;

typedef enum TestStatus
{
	RESULT_PASS,
	RESULT_WARN,
	RESULT_ERROR,
	RESULT_BROKEN,
	RESULT_SKIPPED
} TestStatus;

/* How a test has come out for all rows of a mart */
typedef struct TestCounts
{
	const char *fingerprint;	/* what was asked: see test_fingerprint() */
	int64		failures;
	int64		total;
} TestCounts;

typedef struct DataTest
{
	/* as in greenery.data_tests */
	int64		test_id;
	char	   *model;
	TestKind	kind;
	char	   *kind_name;
	char	   *column;			/* NULL for kinds that test rows */
	char	   *owner;
	Threshold	warn_above;
	Threshold	error_above;

	/* the arguments that the kinds know, NULL where not given */
	char	   *where;
	char	   *expression;
	char	   *pattern;
	char	   *to;
	char	   *field;
	char	   *min;
	char	   *max;
	bool		inclusive;
	char	   *warn_after;
	char	   *error_after;
	List	   *values;			/* of char * */
	List	   *columns;		/* of char * */

	/*
	 * Compiled: all texts are SQL over alias t of the tested relation, to be
	 * run with search_path = pg_catalog, pg_temp.
	 */
	char	   *join;			/* LEFT JOIN … that the test needs, or NULL */
	char	   *failing;		/* true for a failing row, or NULL */
	char	   *repeated;		/* the query of which failing tells, or NULL
								 * for the model */
	char	   *aggregate;		/* bigint: what answers it in one scan */
	char	   *native;			/* the same faster and without the join, or
								 * NULL */
	char	   *judged;			/* bigint: how many rows it judges */
	bool		by_row;			/* it counts rows, each judged by itself */

	char	   *unparsed;		/* why it cannot be run, found before its
								 * turn: a build could not look at its SQL, or
								 * what it asks about cannot be read; or NULL */

	/* what is known without a look at all rows, see audit.c */
	TestCounts *last;			/* of the last build, or NULL */
	bool		counted;		/* failures and total are known */
	bool		unbound;		/* about what the shop has not got */

	/* what came out */
	TestStatus	status;
	int64		failures;		/* -1: not known */
	int64		total;			/* rows judged, -1: not known */
	int64		scanned;		/* rows that were read, -1: not known */
	char	   *sample;			/* jsonb array of failing keys, or NULL */
	char	   *message;		/* why broken or skipped */
	int64		duration;		/* microseconds */
} DataTest;

/*
 * Which relation is read in place of another: a build reads what it has
 * written.  Returns SQL for a FROM item, quoted.
 */
typedef const char *(*RelationSource) (Oid relid, void *arg);

typedef struct TestTarget
{
	Oid			relid;			/* the model: for its columns */
	const char *from;			/* what is read: SQL for a FROM item */
	Datum		places;			/* tid[]: $1 in it; 0 where it has none */
	List	   *key;			/* columns that identify a row, of char * */
	bool		key_is_indexed; /* a primary key says so, of what is read */
	RelationSource source;		/* for the parents of relationships */
	void	   *source_arg;
} TestTarget;

extern const char *const test_status_names[];

/* The kind of that name, or an error */
extern TestKind test_kind_by_name(const char *name);

/* Give tests a status that no run has found */
extern void tests_set_status(List *tests, TestStatus status, const char *message);

#endif							/* GREENERY_DATA_TEST_H */
