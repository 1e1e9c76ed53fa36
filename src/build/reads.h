/*-------------------------------------------------------------------------
 *
 * reads.h
 *	  What a build reads, and the locks on it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_READS_H
#define GREENERY_BUILD_READS_H

#include "postgres.h"

#include "build/model.h"

/*
 * Lock what the build reads, so that no other session can truncate, drop or rewrite it from
 * here on.  Takes no snapshot.
 */
extern void lock_reads(Build *build);

/*
 * See that the build may read what it is about to read.  Returns false when there is more
 * than was locked before the snapshot; build->locked then has it too.
 */
extern bool check_reads(Build *build);

/* The same without any locks, where there is nothing to publish */
extern void refuse_reads(Build *build);

/*
 * An error unless these two have looked at a relation: another may have come by its name
 * since.  And why the SQL of a test could not be parsed then, or NULL: what it says now is not
 * known.
 */
extern void refuse_unseen(const Build *build, Oid relid);
extern char *why_not_parsed(const Build *build, int64 test_id);

/*
 * The same of one relation, which may be looked up by name when it is read, and SQL or NULL
 * about its rows, that builds are to read
 */
extern void refuse_relation(const Build *build, Oid relid, bool by_name, const char *sql);

#endif							/* GREENERY_BUILD_READS_H */
