/*-------------------------------------------------------------------------
 *
 * write.h
 *	  Write a mart into the build's schema.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_WRITE_H
#define GREENERY_BUILD_WRITE_H

#include "postgres.h"

#include "build/model.h"

/*
 * Write a mart: model->run.difference says whether the table holds only the rows that differ
 * from those published, or is NULL when it holds all.  The caller guards it.
 */
extern void write_mart(Build *build, BuildModel *model);

/* Complete the table of a difference with the published rows that are the same */
extern void write_equal_rows(BuildModel *model);

#endif							/* GREENERY_BUILD_WRITE_H */
