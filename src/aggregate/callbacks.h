/*-------------------------------------------------------------------------
 *
 * callbacks.h
 *	  What tables and logs in plain C need of their surroundings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_CALLBACKS_H
#define GREENERY_CALLBACKS_H

#include <stdint.h>
#include <string.h>

/* arg is passed through */
typedef struct StateHooks
{
	/* memory on a cache line's edge; does not return without it */
	void	   *(*allocate) (void *arg, uint64_t size);
	void		(*release) (void *arg, void *memory);
	/* called often in every long loop; may longjmp away */
	void		(*poll) (void);
} StateHooks;

/* Memory for at least n units, contents lost */
static inline void *
hooks_make_room(const StateHooks *hooks, void *arg, void *memory,
				uint64_t *capacity, uint64_t n, uint64_t unit)
{
	uint64_t	wanted = *capacity > 0 ? *capacity : 256;

	if (n <= *capacity)
		return memory;
	while (wanted < n)
		wanted *= 2;
	if (memory != NULL)
		hooks->release(arg, memory);
	*capacity = wanted;
	return hooks->allocate(arg, wanted * unit);
}

/* A full array of units, with room for more */
static inline void *
hooks_extend(const StateHooks *hooks, void *arg, void *memory,
			 uint64_t *capacity, uint64_t unit)
{
	uint64_t	wanted = *capacity > 0 ? *capacity * 4 : 8;
	void	   *extended = hooks->allocate(arg, wanted * unit);

	if (memory != NULL)
	{
		memcpy(extended, memory, *capacity * unit);
		hooks->release(arg, memory);
	}
	*capacity = wanted;
	return extended;
}

#endif							/* GREENERY_CALLBACKS_H */
