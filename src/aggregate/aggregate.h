/*-------------------------------------------------------------------------
 *
 * aggregate.h
 *	  What the support functions of aggregates begin with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_AGGREGATE_H
#define GREENERY_AGGREGATE_H

#include "postgres.h"

#include "fmgr.h"
#include "nodes/execnodes.h"

/*
 * The memory context that states of the running aggregate live in; in_window, if not
 * NULL, is set to whether a window function calls it.  An error, of name, when no
 * aggregate is running: someone has called the support function by hand.
 */
extern MemoryContext greenery_aggregate_context(FunctionCallInfo fcinfo, const char *name,
												bool *in_window);

/* The node that calls, if it aggregates all of its rows into one; else NULL */
extern AggState *greenery_plain_aggregate(FunctionCallInfo fcinfo);

#endif							/* GREENERY_AGGREGATE_H */
