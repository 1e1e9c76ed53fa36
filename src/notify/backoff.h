/*-------------------------------------------------------------------------
 *
 * backoff.h
 *	  How long to wait after a failure.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_BACKOFF_H
#define NOTIFY_BACKOFF_H

#include <stdint.h>

/* all times in milliseconds */
typedef struct Backoff
{
	int64_t		min;			/* wait after the first failure */
	int64_t		max;			/* upper bound before jitter */
	double		jitter;			/* share by which a wait may vary, 0 to 0.3 */
} Backoff;

extern int64_t backoff_delay(const Backoff *backoff, int failures, double random);
extern double backoff_random(void);

#endif							/* NOTIFY_BACKOFF_H */
