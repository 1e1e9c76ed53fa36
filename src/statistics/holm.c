/*-------------------------------------------------------------------------
 *
 * holm.c
 *	  Holm's adjustment of p values.  Needs no server.
 *
 * Holm, S. (1979), "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6, 65-70.  Of n tests the i-th smallest p
 * (from 0) counts n - i times, and no adjusted p is below one before it.
 * Rejecting where the adjusted p is below alpha keeps the chance of even one
 * false finding below alpha, however the tests depend on each other.
 *
 * Equal p values get equal adjusted ones, since the first of them counts most:
 * the result does not depend on how the sort left them.
 *
 *-------------------------------------------------------------------------
 */
#include "holm.h"

void
greenery_holm(GreeneryPValue *sorted, size_t n)
{
	double		highest = 0.0;

	for (size_t i = 0; i < n; i++)
	{
		double		adjusted = (double) (n - i) * sorted[i].p;

		if (adjusted > highest)
			highest = adjusted > 1.0 ? 1.0 : adjusted;
		sorted[i].p = highest;
	}
}
