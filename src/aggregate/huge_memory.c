/*-------------------------------------------------------------------------
 *
 * huge_memory.c
 *	  Memory for large states, on huge pages where the system has them.
 *
 * Rows hit a large table all over.  With small pages each of them waits for the
 * address of its page, after each page has waited for the system to find it; in a
 * virtual machine that can take longer than everything else.  So the system is
 * asked for huge pages before the memory is touched, and memory that is large
 * starts where one of them does.  Whatever it makes of it, the memory is as good.
 *
 * The memory is the context's, and counts as such.  In front of what the caller
 * gets is the address that pfree wants.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/mman.h>

#include "aggregate/huge_memory.h"
#include "utils/memutils.h"

/* Size of most systems' huge pages */
#define HUGE_PAGE ((Size) 2 * 1024 * 1024)
#define CACHE_LINE 64

void
huge_advise(void *memory, Size size)
{
	char	   *start = (char *) TYPEALIGN(HUGE_PAGE, memory);
	char	   *end = (char *) TYPEALIGN_DOWN(HUGE_PAGE, (char *) memory + size);

#ifdef MADV_HUGEPAGE
	if (start < end)
		(void) madvise(start, end - start, MADV_HUGEPAGE);
#else
	(void) start;
	(void) end;
#endif
}

void *
huge_alloc(MemoryContext context, uint64 size)
{
	Size		edge = size >= HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
	char	   *chunk;
	char	   *memory;

	if (size > MaxAllocHugeSize - HUGE_PAGE - sizeof(void *))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different values")));
	chunk = MemoryContextAllocExtended(context, (Size) size + edge + sizeof(void *),
									   MCXT_ALLOC_HUGE);
	memory = (char *) TYPEALIGN(edge, chunk + sizeof(void *));
	huge_advise(memory, (Size) size);
	memcpy(memory - sizeof(void *), &chunk, sizeof(void *));
	return memory;
}

void
huge_free(void *memory)
{
	void	   *chunk;

	memcpy(&chunk, (char *) memory - sizeof(void *), sizeof(void *));
	pfree(chunk);
}
