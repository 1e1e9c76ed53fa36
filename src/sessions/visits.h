/*-------------------------------------------------------------------------
 *
 * visits.h
 *	  What one shopper has done, as far as shopper_summary asks: visits to the
 *	  shop, and products that were looked at.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VISITS_H
#define GREENERY_VISITS_H

#include "postgres.h"

#include "keys/key_column.h"
#include "sessions/reach.h"

/* A visit, or some of its events */
typedef struct Visit
{
	Key128		session;		/* zero: it has no id, and ends at a pause */
	int64		first;			/* finite times, in microseconds */
	int64		last;
	uint64		seen;			/* VISIT_ADDED, VISIT_CONVERTED */
} Visit;

#define VISIT_ADDED 1			/* something to the cart */
#define VISIT_CONVERTED 2

static inline bool
key_is_equal(Key128 a, Key128 b)
{
	return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

static inline bool
visit_has_id(const Visit *visit)
{
	return (visit->session.words[0] | visit->session.words[1]) != 0;
}

/*
 * Are b's events, which begin no earlier than a does, of the same visit?  Without an
 * id they are if no pause between them is longer than gap.
 */
static inline bool
visit_goes_on(const Visit *a, const Visit *b, int64 gap)
{
	return key_is_equal(a->session, b->session) &&
		(visit_has_id(a) || within_reach(a->last, b->first, (uint64) gap));
}

/* Make visits of their parts, in order of session and time; returns how many */
extern size_t visits_merge(Visit *visits, size_t n, int64 gap);

/* Sort keys, and leave each once; returns how many */
extern size_t keys_unique(Key128 *keys, size_t n);

#endif							/* GREENERY_VISITS_H */
