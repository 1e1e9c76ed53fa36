/*-------------------------------------------------------------------------
 *
 * backoff.c
 *	  How long to wait after a failure: exponential, bounded, with jitter.
 *
 * The wait doubles with each failure up to a maximum.  Jitter keeps several
 * instances that failed together from coming back together; it is limited to
 * 30 percent either way, so that each wait is still longer than the one before
 * (2 * 0.7 > 1.3).  With jitter 0 the waits are exactly predictable.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"

/*
 * The wait in milliseconds after this many failures in a row (1 or more).
 * random is a number in [0, 1).
 */
int64_t
backoff_delay(const Backoff *backoff, int failures, double random)
{
	int64_t		delay = backoff->min;

	for (int i = 1; i < failures && delay < backoff->max; i++)
		delay *= 2;				/* max is far below INT64_MAX / 2 */
	if (delay > backoff->max)
		delay = backoff->max;
	return (int64_t) (delay * (1.0 + backoff->jitter * (2.0 * random - 1.0)));
}

/* A number in [0, 1); different in each process, of no use for secrets */
double
backoff_random(void)
{
	static unsigned short state[3];
	static int	seeded = 0;

	if (!seeded)
	{
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		state[0] = (unsigned short) getpid();
		state[1] = (unsigned short) now.tv_nsec;
		state[2] = (unsigned short) (now.tv_nsec >> 16);
		seeded = 1;
	}
	return erand48(state);
}
