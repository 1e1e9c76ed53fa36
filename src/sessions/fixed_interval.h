/*-------------------------------------------------------------------------
 *
 * fixed_interval.h
 *	  Intervals that are a fixed length of time: gaps and windows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_FIXED_INTERVAL_H
#define GREENERY_FIXED_INTERVAL_H

#include "compat.h"
#include "datatype/timestamp.h"

extern int64 greenery_interval_microseconds(const Interval *interval,
											const char *argname);
pg_noreturn extern void greenery_null_argument(const char *argname);

#endif							/* GREENERY_FIXED_INTERVAL_H */
