/*-------------------------------------------------------------------------
 *
 * steps.h
 *	  A row's conditions, given as VARIADIC boolean[], as a bit mask.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STEPS_H
#define GREENERY_STEPS_H

#include "fmgr.h"

/* one bit each */
#define MAX_STEPS 64

extern uint64 greenery_steps(FunctionCallInfo fcinfo, int argno,
							 const char *argname, int *nsteps);
extern uint64 greenery_steps_state(FunctionCallInfo fcinfo, int argno,
								   const char *name, int *nsteps);

#endif							/* GREENERY_STEPS_H */
