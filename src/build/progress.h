/*-------------------------------------------------------------------------
 *
 * progress.h
 *	  How far a build is, for other sessions to see.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_PROGRESS_H
#define GREENERY_BUILD_PROGRESS_H

#include "postgres.h"

/* Write down the models that the build has before it */
extern void plan_progress(void);

/* Say at which model the build is, from 1.  Other sessions see a sequence at once. */
extern void tell_progress(int position);

#endif							/* GREENERY_BUILD_PROGRESS_H */
