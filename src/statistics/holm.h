/*-------------------------------------------------------------------------
 *
 * holm.h
 *	  Holm's adjustment of p values.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STATISTICS_HOLM_H
#define GREENERY_STATISTICS_HOLM_H

#include <stddef.h>
#include <stdint.h>

typedef struct GreeneryPValue
{
	double		p;				/* in [0, 1] */
	int64_t		place;			/* where it stood before sorting */
} GreeneryPValue;

/* Adjust n p values in place; they must be sorted by p, ascending */
extern void greenery_holm(GreeneryPValue *sorted, size_t n);

#endif							/* GREENERY_STATISTICS_HOLM_H */
