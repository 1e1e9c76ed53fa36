/*-------------------------------------------------------------------------
 *
 * fisher.h
 *	  Fisher's exact test of a 2 x 2 table.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STATISTICS_FISHER_H
#define GREENERY_STATISTICS_FISHER_H

#include <stdint.h>

/*
 * The largest sum of the four counts: up to here every count, and every
 * product of a recurrence, is known to a relative error of 2^-53.
 */
#define GREENERY_FISHER_MAX_TOTAL	(INT64_C(1) << 53)

/*
 * Two-sided p value of the table
 *
 *		a  b
 *		c  d
 *
 * with counts >= 0 and a sum up to GREENERY_FISHER_MAX_TOTAL.  check_interrupts
 * may be NULL; it is called now and then and may leave by longjmp.
 */
extern double greenery_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d,
									void (*check_interrupts) (void));

#endif							/* GREENERY_STATISTICS_FISHER_H */
