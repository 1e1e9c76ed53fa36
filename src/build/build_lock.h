/*-------------------------------------------------------------------------
 *
 * build_lock.h
 *	  The lock that builds take, and what must not run beside one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_LOCK_H
#define GREENERY_BUILD_LOCK_H

#include "postgres.h"

/*
 * Take the lock without waiting, and keep it over commits until unlock_builds().  Returns
 * false if another session has it.  A transaction that is aborted releases it, as it does the
 * locks of VACUUM: no error leaves it with the session.
 */
extern bool lock_builds(void);
extern void unlock_builds(void);

#endif							/* GREENERY_BUILD_LOCK_H */
