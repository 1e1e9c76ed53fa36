/*-------------------------------------------------------------------------
 *
 * proportions.h
 *	  What SQL functions with a confidence take and give.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_PROPORTIONS_H
#define GREENERY_PROPORTIONS_H

#include "postgres.h"

#include "statistics/intervals.h"
#include "utils/array.h"

/* The critical value of a confidence level; an error unless it is one, for NaN as well */
extern double greenery_critical_value(double confidence);

/* An interval as {low,high} */
extern ArrayType *greenery_interval_array(GreeneryInterval interval);

#endif							/* GREENERY_PROPORTIONS_H */
