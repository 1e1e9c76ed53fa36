/*-------------------------------------------------------------------------
 *
 * ranks.c
 *	  Rank statistics of scores in two classes.  Needs no server.
 *
 * Rows come grouped by score.  All that is asked of a row is how many rows of
 * the other class lie below it, above it, and beside it; two running counts
 * over the ascending groups tell, so everything takes one or two passes.
 * Counts are integers: U is exact, and the order of the rows cannot show.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "normal.h"
#include "ranks.h"

/*
 * DeLong's variance of the area under the ROC curve.
 *
 * DeLong, E. R., DeLong, D. M. & Clarke-Pearson, D. L. (1988), "Comparing the
 * areas under two or more correlated receiver operating characteristic
 * curves", Biometrics 44, 837-845.  The placement of a positive row is the
 * share of negative rows below it, ties counted half; that of a negative row
 * the share of positive rows above it.  The variance is that of the placements
 * of each class divided by its rows, summed.  The paper compares all pairs;
 * Sun & Xu (2014), "Fast implementation of DeLong's algorithm", IEEE Signal
 * Processing Letters 21, 1389-1393, get the placements from midranks instead:
 * midrank among all rows minus midrank within the class is just the count that
 * stands below.
 */
static double
delong_variance(const GreeneryScore *sorted, size_t n,
				const GreeneryRanks *ranks)
{
	double		n1 = (double) ranks->positive;
	double		n0 = (double) ranks->negative;
	double		auc;
	double		sum1 = 0.0;
	double		sum0 = 0.0;
	uint64_t	below1 = 0;
	uint64_t	below0 = 0;

	if (ranks->positive < 2 || ranks->negative < 2)
		return NAN;

	auc = greenery_rank_auc(ranks);
	for (size_t i = 0; i < n; i++)
	{
		const GreeneryScore *group = &sorted[i];
		uint64_t	above1 = ranks->positive - below1 - group->positive;
		double		placement1;
		double		placement0;

		placement1 = ((double) below0 + group->negative / 2.0) / n0;
		placement0 = ((double) above1 + group->positive / 2.0) / n1;
		sum1 += group->positive * (placement1 - auc) * (placement1 - auc);
		sum0 += group->negative * (placement0 - auc) * (placement0 - auc);
		below1 += group->positive;
		below0 += group->negative;
	}
	return sum1 / (n1 - 1.0) / n1 + sum0 / (n0 - 1.0) / n0;
}

void
greenery_rank(const GreeneryScore *sorted, size_t n, GreeneryRanks *result)
{
	uint64_t	positive = 0;
	uint64_t	negative = 0;
	uint64_t	u2 = 0;
	double		ties = 0.0;

	for (size_t i = 0; i < n; i++)
	{
		const GreeneryScore *group = &sorted[i];
		double		t = (double) group->positive + (double) group->negative;

		u2 += group->positive * (2 * negative + group->negative);
		ties += t * (t - 1.0) * (t + 1.0);
		positive += group->positive;
		negative += group->negative;
	}
	result->positive = positive;
	result->negative = negative;
	result->u2 = u2;
	result->ties = ties;
	result->variance = delong_variance(sorted, n, result);
}

double
greenery_rank_auc(const GreeneryRanks *ranks)
{
	return (double) ranks->u2 / (double) (2 * ranks->positive * ranks->negative);
}

/*
 * Mann, H. B. & Whitney, D. R. (1947), "On a test of whether one of two random
 * variables is stochastically larger than the other", Annals of Mathematical
 * Statistics 18, 50-60: U is about normal.  Its variance is corrected for ties
 * (Lehmann, Nonparametrics, 1975), and its distance from the mean
 * by half a step because U is discrete: R's wilcox.test(exact = FALSE, correct
 * = TRUE).
 *
 * When all scores are the same no arrangement of the rows differs from the
 * observed one, so p is 1.
 */
double
greenery_rank_p_value(const GreeneryRanks *ranks)
{
	double		n1 = (double) ranks->positive;
	double		n0 = (double) ranks->negative;
	double		n = n1 + n0;
	double		variance;
	uint64_t	mean2 = ranks->positive * ranks->negative;
	double		distance;

	variance = n1 * n0 / 12.0 * ((n + 1.0) - ranks->ties / (n * (n - 1.0)));

	/* twice U against twice its mean: integers, so this is exact */
	distance = (double) (ranks->u2 > mean2 ? ranks->u2 - mean2 :
						 mean2 - ranks->u2) / 2.0;
	if (distance <= 0.5 || variance <= 0.0)
		return 1.0;
	return greenery_normal_two_sided((distance - 0.5) / sqrt(variance));
}
