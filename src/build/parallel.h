/*-------------------------------------------------------------------------
 *
 * parallel.h
 *	  Compute marts that do not need each other at the same time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_PARALLEL_H
#define GREENERY_BUILD_PARALLEL_H

#include "postgres.h"

#include "build/model.h"

/*
 * Compute the marts that could be next, if there are several.  They are compared with the
 * rows that are published now, which writing other marts does not change.
 */
extern void compute_ahead(Build *build);

#endif							/* GREENERY_BUILD_PARALLEL_H */
