/*-------------------------------------------------------------------------
 *
 * incremental.h
 *	  What of a mart can have changed since the last build.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_INCREMENTAL_H
#define GREENERY_BUILD_INCREMENTAL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "build/model.h"
#include "nodes/parsenodes.h"

/*
 * What computes a mart.  If the published table has the rows of the last build, only those
 * with affected keys can have changed, where these are known.
 */
typedef struct MartQuery
{
	Oid			published;
	Oid			file;			/* of the published table: a rewrite makes
								 * another */
	TupleDesc	columns;		/* of the rows; not for workers */
	const char *definition;		/* a query for all rows, as a rewritten tree:
								 * see model_tree.h */
	const char *affected;		/* one for those with affected keys; NULL:
								 * these are not known */
	AttrNumber	affected_column;
	const char *affected_keys;	/* text[], as text: its parameter */
	bool		is_known;		/* which rows the last build left in the
								 * published table, */
	KnownRows	known;			/* and these are */
} MartQuery;

/* Read which marts are incremental; in the current memory context */
extern void load_incremental(Build *build);

/*
 * What computes a mart, by its tree; in the current memory context.  The caller guards it,
 * and has entered the builder.
 */
extern MartQuery *mart_query(Build *build, BuildModel *model, const Query *tree);

/*
 * Keep what changes in a mart that incremental marts are made from: its new rows, which
 * alone have been written, and the published ones that they take the place of.  To be called
 * before the difference is published.
 */
extern void keep_changes(const Build *build, BuildModel *model);

/* Drop what that has made */
extern void drop_changes(const Build *build);

#endif							/* GREENERY_BUILD_INCREMENTAL_H */
