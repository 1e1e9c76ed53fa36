/*-------------------------------------------------------------------------
 *
 * auc.c
 *	  Area under the ROC curve of weighted records, exactly.
 *
 * The area is U / (n1 * n0), where the Mann-Whitney U counts the pairs of a
 * true and a false row in which the true one has the higher score, and half
 * of those with equal scores.  2 U and 2 n1 n0 are whole numbers below 2^127;
 * they are counted as such and divided once.  So the result depends neither on
 * the order in which rows came nor on how workers shared them.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/auc.h"

#include <math.h>
#include <string.h>

/* records between two calls of check() */
#define CHECK_EVERY 65536

/* not every platform that runs the server has __int128 */
typedef struct Uint128
{
	uint64_t	hi;
	uint64_t	lo;
} Uint128;

static void
add(Uint128 *sum, uint64_t hi, uint64_t lo)
{
	sum->lo += lo;
	sum->hi += hi + (sum->lo < lo);
}

static void
add_product(Uint128 *sum, uint64_t a, uint64_t b)
{
	uint64_t	ah = a >> 32,
				al = a & UINT32_MAX,
				bh = b >> 32,
				bl = b & UINT32_MAX;

	add(sum, 0, al * bl);
	add(sum, (ah * bl) >> 32, (ah * bl) << 32);
	add(sum, (al * bh) >> 32, (al * bh) << 32);
	add(sum, ah * bh, 0);
}

static double
to_double(Uint128 number)
{
	return ldexp((double) number.hi, 64) + (double) number.lo;
}

/*
 * A whole number that sorts as the score does in PostgreSQL: both zeros are
 * equal, all NaNs are equal and greater than infinity.
 */
int64_t
auc_key(double score)
{
	int64_t		bits;

	if (isnan(score))
		return INT64_MAX;
	if (score == 0)
		score = 0;				/* minus zero */
	memcpy(&bits, &score, sizeof(bits));
	/* sign and magnitude to two's complement */
	return bits < 0 ? bits ^ INT64_MAX : bits;
}

/*
 * The area for n records sorted by key.  Returns false when there is none,
 * because one of the labels does not occur.
 */
bool
auc_of_records(const GreeneryRecord *records, size_t n, auc_check check,
			   double *auc)
{
	Uint128		doubled_u = {0, 0};
	Uint128		doubled_pairs = {0, 0};
	uint64_t	rows[2] = {0, 0};	/* false and true ones so far */
	size_t		i = 0;

	while (i < n)
	{
		int64_t		key = records[i].key;
		uint64_t	tied[2] = {0, 0};

		for (; i < n && records[i].key == key; i++)
		{
			tied[(records[i].value & AUC_LABEL) != 0] += AUC_COUNT(records[i].value);
			if (i % CHECK_EVERY == 0 && check != NULL)
				check();
		}
		add_product(&doubled_u, tied[1], 2 * rows[0] + tied[0]);
		rows[0] += tied[0];
		rows[1] += tied[1];
	}
	if (rows[0] == 0 || rows[1] == 0)
		return false;
	add_product(&doubled_pairs, 2 * rows[0], rows[1]);
	*auc = to_double(doubled_u) / to_double(doubled_pairs);
	return true;
}
