/*-------------------------------------------------------------------------
 *
 * normal.h
 *	  The standard normal distribution.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_STATISTICS_NORMAL_H
#define GREENERY_STATISTICS_NORMAL_H

/* P(Z <= z) */
extern double greenery_normal_cdf(double z);

/* P(|Z| >= |z|) */
extern double greenery_normal_two_sided(double z);

/* The z with P(Z <= z) = p; p must lie strictly between 0 and 1 */
extern double greenery_normal_quantile(double p);

/*
 * The z with P(|Z| <= z) = confidence: 1.96 for 0.95.  confidence must lie
 * strictly between 0 and 1.
 */
extern double greenery_normal_critical(double confidence);

#endif							/* GREENERY_STATISTICS_NORMAL_H */
