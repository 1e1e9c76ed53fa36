/*-------------------------------------------------------------------------
 *
 * guarded.h
 *	  Run something that may fail, and go on when it does.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_GUARDED_H
#define GREENERY_GUARDED_H

#include "postgres.h"

/*
 * Run work(arg) in a subtransaction.  Returns true if it succeeded; otherwise
 * everything it did is undone and *message, in the caller's memory context,
 * says why.  Cancellation, and what else says nothing about the work, is raised again.
 */
extern bool run_guarded(void (*work) (void *), void *arg, char **message);

/*
 * The same; but what it did in the database is undone as well when it has succeeded,
 * and left *undo true.
 */
extern bool run_or_undo(void (*work) (void *), void *arg, const bool *undo,
						char **message);

/*
 * Likewise; but only errors that are expected are an answer, false, and all others are
 * raised.  message may be NULL.
 */
extern bool run_expecting(void (*work) (void *), void *arg,
						  bool (*is_expected) (int sqlerrcode), char **message);

/*
 * relation_by_name(), but for a relation that does not exist: InvalidOid, and
 * *message says so.
 */
extern Oid	relation_or_message(const char *name, char **message);

#endif							/* GREENERY_GUARDED_H */
