/*-------------------------------------------------------------------------
 *
 * reach.h
 *	  Whether one moment follows another closely enough.
 *
 * Needs nothing of the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REACH_H
#define GREENERY_REACH_H

#include <stdbool.h>
#include <stdint.h>

/* Is first not later than last, or no more than reach? */
static inline bool
within_reach(int64_t last, int64_t first, uint64_t reach)
{
	/* the difference fits an unsigned word, not always a signed one */
	return first <= last || (uint64_t) first - (uint64_t) last <= reach;
}

#endif							/* GREENERY_REACH_H */
