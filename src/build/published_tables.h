/*-------------------------------------------------------------------------
 *
 * published_tables.h
 *	  What the owner has added to the published tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_PUBLISHED_TABLES_H
#define GREENERY_BUILD_PUBLISHED_TABLES_H

#include "postgres.h"

#include "build/model.h"

/*
 * Refuse to build when a published table could not take a mart, or would not show it as it
 * is.  Then note what else publishing needs to know, in the current memory context.
 */
extern void check_published_tables(Build *build);

#endif							/* GREENERY_BUILD_PUBLISHED_TABLES_H */
