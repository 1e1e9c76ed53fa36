/*-------------------------------------------------------------------------
 *
 * huge_memory.h
 *	  Memory for large states, on huge pages where the system has them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_HUGE_MEMORY_H
#define GREENERY_HUGE_MEMORY_H

#include "postgres.h"

/*
 * Memory in a context, on a cache line's edge.  Where it is large it starts at
 * the edge of a huge page, and the system is asked for such pages.  An error
 * where there is not so much.  huge_free takes it back; so does the context.
 */
extern void *huge_alloc(MemoryContext context, uint64 size);
extern void huge_free(void *memory);

/* Ask for huge pages in memory that is not touched yet, whatever its origin */
extern void huge_advise(void *memory, Size size);

#endif							/* GREENERY_HUGE_MEMORY_H */
