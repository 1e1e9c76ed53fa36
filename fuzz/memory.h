/*-------------------------------------------------------------------------
 *
 * memory.h
 *	  Memory for what is fuzzed, all of it given back after each input.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_FUZZ_MEMORY_H
#define GREENERY_FUZZ_MEMORY_H

#include "fuzz.h"

#include <string.h>

#include "aggregate/callbacks.h"

#define FUZZ_MAX_CHUNKS 4096

static void *fuzz_chunks[FUZZ_MAX_CHUNKS];
static int	fuzz_nchunks;

static void *
fuzz_allocate(void *arg, uint64_t size)
{
	void	   *chunk = malloc(size);

	(void) arg;
	FUZZ_CHECK(chunk != NULL && fuzz_nchunks < FUZZ_MAX_CHUNKS);
	/* what memory holds when it comes must not matter */
	memset(chunk, 0xa5, size);
	fuzz_chunks[fuzz_nchunks++] = chunk;
	return chunk;
}

/* A copy that is there as long as anything of this input */
static inline void *
fuzz_copy(const void *bytes, uint64_t size)
{
	void	   *copy = fuzz_allocate(NULL, size + 1);

	memcpy(copy, bytes, size);
	return copy;
}

static void
fuzz_release(void *arg, void *chunk)
{
	(void) arg;
	for (int i = 0; i < fuzz_nchunks; i++)
	{
		if (fuzz_chunks[i] == chunk)
		{
			free(chunk);
			fuzz_chunks[i] = fuzz_chunks[--fuzz_nchunks];
			return;
		}
	}
	FUZZ_CHECK(!"released twice, or never allocated");
}

static void
fuzz_release_all(void)
{
	while (fuzz_nchunks > 0)
		free(fuzz_chunks[--fuzz_nchunks]);
}

static void
fuzz_poll(void)
{
}

static const StateHooks fuzz_hooks = {fuzz_allocate, fuzz_release, fuzz_poll};

#endif							/* GREENERY_FUZZ_MEMORY_H */
