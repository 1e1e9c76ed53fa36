/*-------------------------------------------------------------------------
 *
 * intermediate.h
 *	  Intermediate models over what a build has written.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_INTERMEDIATE_H
#define GREENERY_BUILD_INTERMEDIATE_H

#include "postgres.h"

#include "build/model.h"
#include "nodes/pg_list.h"

/* Find the intermediate models; in the current memory context */
extern void load_intermediates(Build *build);

/* Make those that have become possible.  One that cannot be computed is left a view. */
extern void make_intermediates(Build *build);

/* The table that a build has made of the rows of a view, quoted; NULL if none */
extern const char *stored_name(const Build *build, Oid view);

/* The tables that a build has made of views which read nothing but these tables */
extern List *stored_over(const Build *build, List *tables);

/* Drop them, before the tables that they read */
extern void drop_intermediates(const Build *build);

#endif							/* GREENERY_BUILD_INTERMEDIATE_H */
