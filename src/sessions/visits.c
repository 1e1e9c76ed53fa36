/*-------------------------------------------------------------------------
 *
 * visits.c
 *	  What one shopper has done: visits put together from their parts.
 *
 * A shopper has few visits, but a robot that is logged in may have a million: so
 * parts are collected as they come, and put together by sorting them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "sessions/visits.h"

#define COMPARE(a, b) ((a) < (b) ? -1 : (a) > (b))
#define COMPARE_KEYS(a, b) \
	((a).words[0] != (b).words[0] ? COMPARE((a).words[0], (b).words[0]) : \
	 COMPARE((a).words[1], (b).words[1]))

#define ST_SORT sort_visits
#define ST_ELEMENT_TYPE Visit
#define ST_COMPARE(a, b) \
	(key_is_equal((a)->session, (b)->session) ? COMPARE((a)->first, (b)->first) : \
	 COMPARE_KEYS((a)->session, (b)->session))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE Key128
#define ST_COMPARE(a, b) COMPARE_KEYS(*(a), *(b))
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

size_t
visits_merge(Visit *visits, size_t n, int64 gap)
{
	size_t		merged = 0;

	sort_visits(visits, n);
	for (size_t i = 0; i < n; i++)
	{
		Visit	   *visit = merged > 0 ? &visits[merged - 1] : NULL;

		if (visit == NULL || !visit_goes_on(visit, &visits[i], gap))
		{
			visits[merged++] = visits[i];
			continue;
		}
		visit->last = Max(visit->last, visits[i].last);
		visit->seen |= visits[i].seen;
	}
	return merged;
}

size_t
keys_unique(Key128 *keys, size_t n)
{
	size_t		unique = 0;

	sort_keys(keys, n);
	for (size_t i = 0; i < n; i++)
		if (unique == 0 || !key_is_equal(keys[unique - 1], keys[i]))
			keys[unique++] = keys[i];
	return unique;
}
