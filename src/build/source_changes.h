/*-------------------------------------------------------------------------
 *
 * source_changes.h
 *	  Which rows of the shop's own tables have been written since the last build.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_SOURCE_CHANGES_H
#define GREENERY_BUILD_SOURCE_CHANGES_H

#include "postgres.h"

#include "build/model.h"

/* See how staging shows a source, before anything is made from it */
extern void look_at_source(const BuildModel *staging);

/*
 * The keys of the rows of a source that have been written since the last build, as the
 * text of an array, and how many, for an incremental mart with a row for each row of the
 * source, and with its key as affected column.  Returns why they are not all that can have
 * changed, or NULL.  In the current memory context.
 */
extern const char *source_changes(const BuildModel *staging, const BuildModel *model, int64 limit,
								  const char **keys, int64 *nkeys);

#endif							/* GREENERY_BUILD_SOURCE_CHANGES_H */
