/*-------------------------------------------------------------------------
 *
 * threshold.h
 *	  "More than how many failing rows": a count, or a share of the rows.
 *
 * Plain C, no server needed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_THRESHOLD_H
#define GREENERY_THRESHOLD_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Threshold
{
	bool		is_set;			/* false: nothing exceeds it */
	bool		is_share;		/* per cent of the rows judged, or a count */
	double		limit;
} Threshold;

/*
 * Read "10" (rows) or "0.5%" (of the rows judged); NULL stands for none.
 * Returns false if text is neither.
 */
extern bool threshold_parse(const char *text, Threshold *threshold);

/* Whether failures out of total rows are more than the threshold allows */
extern bool threshold_exceeded(const Threshold *threshold,
							   int64_t failures, int64_t total);

#endif							/* GREENERY_THRESHOLD_H */
