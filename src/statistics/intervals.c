/*-------------------------------------------------------------------------
 *
 * intervals.c
 *	  Confidence intervals of proportions.  Needs no server.
 *
 * Score intervals, because the textbook's p +- z * sqrt(p * (1 - p) / n) has
 * no width at 0 of 20, leaves [0, 1], and covers too little for small groups,
 * which is what a shop's slices are.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "intervals.h"

/*
 * Wilson, E. B. (1927), "Probable inference, the law of succession, and
 * statistical inference", J. Am. Stat. Assoc. 22, 209-212; method 3 of
 * Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872.
 *
 * At 0 and at total successes one end is 0 or 1 by algebra; it is set, since
 * the arithmetic may miss it by the last digit.
 */
GreeneryInterval
greenery_wilson(int64_t successes, int64_t total, double z)
{
	double		x = (double) successes;
	double		y = (double) (total - successes);
	double		n = (double) total;
	double		centre = x + z * z / 2.0;
	double		half = z * sqrt(x * (y / n) + z * z / 4.0);
	GreeneryInterval result;

	result.low = fmax(0.0, (centre - half) / (n + z * z));
	result.high = fmin(1.0, (centre + half) / (n + z * z));
	if (successes == 0)
		result.low = 0.0;
	if (successes == total)
		result.high = 1.0;
	return result;
}

/*
 * Newcombe, R. G. (1998), "Interval estimation for the difference between
 * independent proportions: comparison of eleven methods", Statistics in
 * Medicine 17, 873-890: method 10, the hybrid score interval.  The distances
 * of the two Wilson limits from their proportions are added in squares.
 */
GreeneryInterval
greenery_newcombe(int64_t x1, int64_t n1, int64_t x2, int64_t n2, double z)
{
	GreeneryInterval first = greenery_wilson(x1, n1, z);
	GreeneryInterval second = greenery_wilson(x2, n2, z);
	double		p1 = (double) x1 / (double) n1;
	double		p2 = (double) x2 / (double) n2;
	GreeneryInterval result;

	result.low = p1 - p2 - hypot(p1 - first.low, second.high - p2);
	result.high = p1 - p2 + hypot(first.high - p1, p2 - second.low);
	result.low = fmax(-1.0, result.low);
	result.high = fmin(1.0, result.high);
	return result;
}
