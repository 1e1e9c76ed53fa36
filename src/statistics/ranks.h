/*-------------------------------------------------------------------------
 *
 * ranks.h
 *	  Rank statistics of scores in two classes.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STATISTICS_RANKS_H
#define GREENERY_STATISTICS_RANKS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A score, and how many rows of each class have it.  The counts of all scores
 * together must not exceed GREENERY_RANKS_MAX_ROWS.
 */
typedef struct GreeneryScore
{
	double		score;
	uint32_t	positive;
	uint32_t	negative;
} GreeneryScore;

#define GREENERY_RANKS_MAX_ROWS		UINT32_MAX

typedef struct GreeneryRanks
{
	uint64_t	positive;		/* rows of each class */
	uint64_t	negative;

	/*
	 * Twice Mann and Whitney's U: two for each pair whose positive row has
	 * the higher score, one for each tied pair.  With at most 2^32 - 1 rows
	 * in all it is below 2^63.
	 */
	uint64_t	u2;

	double		ties;			/* sum of t^3 - t over the groups of tied rows */
	double		variance;		/* DeLong's variance of the area; NaN if a
								 * class has fewer than two rows */
} GreeneryRanks;

/* The scores must ascend strictly */
extern void greenery_rank(const GreeneryScore *sorted, size_t n,
						  GreeneryRanks *result);

/* The following need at least one row of each class */

/* Area under the ROC curve */
extern double greenery_rank_auc(const GreeneryRanks *ranks);

/* Two-sided p value of the Mann-Whitney test */
extern double greenery_rank_p_value(const GreeneryRanks *ranks);

#endif							/* GREENERY_STATISTICS_RANKS_H */
