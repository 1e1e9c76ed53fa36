/*-------------------------------------------------------------------------
 *
 * prefetch.h
 *	  Asking for a cache line before it is written to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_PREFETCH_H
#define GREENERY_PREFETCH_H

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch((p), 1)
#else
#define PREFETCH(p) ((void) (p))
#endif

#endif							/* GREENERY_PREFETCH_H */
