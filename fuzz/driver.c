/*-------------------------------------------------------------------------
 *
 * driver.c
 *	  Runs a fuzz target without libFuzzer: seeds, and mutations of them.
 *
 *	  usage: TARGET [RUNS [SEED]]		or		TARGET -f FILE
 *
 * Its own random numbers make a run the same on every machine, so that a
 * failure in a build log can be repeated.  Each input lies in a block of memory
 * of exactly its size: the address sanitizer sees any byte read behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#define MAX_INPUT	1500

static uint64_t state;

/* splitmix64 */
static uint64_t
next_random(void)
{
	uint64_t	z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t
below(size_t n)
{
	return (size_t) (next_random() % n);
}

static size_t
count(const char *const *list)
{
	size_t		n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

static void
run(const uint8_t *data, size_t size)
{
	uint8_t    *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		exit(2);
	memcpy(copy, data, size);
	/* an empty input still has an address, behind its block */
	LLVMFuzzerTestOneInput(size > 0 ? copy : copy + 1, size);
	free(copy);
}

/* Put bytes in at a position, as many as there is room for */
static size_t
insert(uint8_t *data, size_t size, size_t at, const char *bytes, size_t length)
{
	if (size + length > MAX_INPUT)
		return size;
	memmove(data + at + length, data + at, size - at);
	memcpy(data + at, bytes, length);
	return size + length;
}

static size_t
mutate(uint8_t *data, size_t size)
{
	const char *piece;
	size_t		at = below(size + 1);
	size_t		length;
	char		byte = (char) next_random();

	switch (below(7))
	{
		case 0:					/* any byte */
			return insert(data, size, at, &byte, 1);
		case 1:					/* another byte */
			if (at < size)
				data[at] = (uint8_t) byte;
			return size;
		case 2:					/* bytes go */
			length = below(size - at + 1);
			if (length > 4)
				length = 1;
			memmove(data + at, data + at + length, size - at - length);
			return size - length;
		case 3:					/* the rest goes */
			return below(4) == 0 ? at : size;
		case 4:					/* a part twice, sometimes many times */
			{
				char		part[16];

				length = below(size - at + 1);
				if (length > sizeof(part))
					length = sizeof(part);
				memcpy(part, data + at, length);
				for (size_t n = below(16) == 0 ? 100 : 1; n > 0; n--)
					size = insert(data, size, at, part, length);
				return size;
			}
		case 5:					/* a part of another seed */
			piece = fuzz_seeds[below(count(fuzz_seeds))];
			return insert(data, size, at, piece, below(strlen(piece) + 1));
		default:				/* a piece that means something */
			piece = fuzz_pieces[below(count(fuzz_pieces))];
			return insert(data, size, at, piece, strlen(piece));
	}
}

/* Run one file: what libFuzzer or another machine found */
static int
run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE	   *file = fopen(path, "rb");

	if (file == NULL)
	{
		perror(path);
		return 2;
	}
	run(data, fread(data, 1, sizeof(data), file));
	fclose(file);
	return 0;
}

int
main(int argc, char **argv)
{
	uint8_t		data[MAX_INPUT];
	unsigned long runs = 100000;
	unsigned long seed = 1;
	size_t		nseeds = count(fuzz_seeds);

	if (argc == 3 && strcmp(argv[1], "-f") == 0)
		return run_file(argv[2]);
	if (argc > 1)
		runs = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoul(argv[2], NULL, 10);
	state = seed;

	for (size_t i = 0; i < nseeds; i++)
		run((const uint8_t *) fuzz_seeds[i], strlen(fuzz_seeds[i]));
	for (unsigned long i = 0; i < runs; i++)
	{
		const char *start = fuzz_seeds[below(nseeds)];
		size_t		size = strlen(start);

		memcpy(data, start, size);
		for (size_t n = 1 + below(8); n > 0; n--)
			size = mutate(data, size);
		run(data, size);
	}

	if (fuzz_accepted < runs / 100)
	{
		fprintf(stderr, "%s: only %lu of %lu inputs were accepted\n",
				fuzz_name, fuzz_accepted, runs);
		return 1;
	}
	printf("ok %s: %lu inputs, seed %lu, %lu accepted\n",
		   fuzz_name, runs + (unsigned long) nseeds, seed, fuzz_accepted);
	return 0;
}
