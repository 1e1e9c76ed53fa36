/*-------------------------------------------------------------------------
 *
 * marts.h
 *	  Take all models through write, audit and publish.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_MARTS_H
#define GREENERY_BUILD_MARTS_H

#include "postgres.h"

#include "build/model.h"

/* Write and audit all models, in dependency order, and say how far that is */
extern void write_and_audit(Build *build);

/* Publish all marts that are not published yet */
extern void publish_marts(Build *build);

/* Leave nothing behind in the build's schema */
extern void drop_written(const Build *build);

#endif							/* GREENERY_BUILD_MARTS_H */
