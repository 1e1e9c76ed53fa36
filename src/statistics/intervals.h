/*-------------------------------------------------------------------------
 *
 * intervals.h
 *	  Confidence intervals of proportions.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STATISTICS_INTERVALS_H
#define GREENERY_STATISTICS_INTERVALS_H

#include <stdint.h>

typedef struct GreeneryInterval
{
	double		low;
	double		high;
} GreeneryInterval;

/*
 * successes out of total, 0 <= successes <= total and total > 0; z is the
 * normal distribution's critical value (normal.h).
 */
extern GreeneryInterval greenery_wilson(int64_t successes, int64_t total,
										double z);

/* The same of the difference x1 / n1 - x2 / n2 */
extern GreeneryInterval greenery_newcombe(int64_t x1, int64_t n1,
										  int64_t x2, int64_t n2, double z);

#endif							/* GREENERY_STATISTICS_INTERVALS_H */
