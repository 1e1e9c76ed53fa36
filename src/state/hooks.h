/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  What tables and logs in plain C need of their surroundings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_HOOKS_H
#define GREENERY_HOOKS_H

#include <stdint.h>

/* arg is passed through */
typedef struct StateHooks
{
	/* memory on a cache line's edge; does not return without it */
	void	   *(*allocate) (void *arg, uint64_t size);
	void		(*release) (void *arg, void *memory);
	/* called often in every long loop; may longjmp away */
	void		(*poll) (void);
} StateHooks;

#endif							/* GREENERY_HOOKS_H */
