/*-------------------------------------------------------------------------
 *
 * record.h
 *	  What a build records: a row for itself, for each model and for each test.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_RECORD_H
#define GREENERY_BUILD_RECORD_H

#include "postgres.h"

#include "build/model.h"

/* Close what earlier builds left open, and queue alerts of them */
extern void close_aborted(const Build *build);

/* The row of this build, which gives its id */
extern void record_start(Build *build);

/* Record every model and test, and what the next build is to know */
extern void record_models(const Build *build);

/* Close the build's row; the caller commits */
extern void record_end(const Build *build, const char *status, const char *message);

/* Queue what there is to tell of this build */
extern void queue_alerts(const Build *build);

/* The tests and models that stop the build, by name, for people */
extern char *failed_tests(const Build *build);

#endif							/* GREENERY_BUILD_RECORD_H */
