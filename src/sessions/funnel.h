/*-------------------------------------------------------------------------
 *
 * funnel.h
 *	  The deepest funnel step that a set of events reaches, exactly.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_FUNNEL_H
#define GREENERY_FUNNEL_H

#include <stddef.h>
#include <stdint.h>

#include "sessions/record.h"

/* steps are bits of a 64-bit word */
#define FUNNEL_MAX_STEPS 64

/* called every few microseconds of work; may not return */
typedef void (*funnel_check) (void);

/*
 * Both take n rows sorted by key, the time of a row; bit i of its value says
 * that the row satisfies step i + 1.
 */
extern int	funnel_depth(const GreeneryRecord *rows, size_t n, int steps,
						 int64_t within, funnel_check check);
extern void funnel_times(const GreeneryRecord *rows, size_t n, int depth,
						 int64_t within, funnel_check check, int64_t *times);

/*
 * Drop rows that no chain can use, whatever rows are added later; rows are sorted by
 * key and value.  Returns how many are left, at the front.
 */
extern size_t funnel_keep_usable(GreeneryRecord *rows, size_t n);

#endif							/* GREENERY_FUNNEL_H */
