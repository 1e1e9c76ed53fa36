/*-------------------------------------------------------------------------
 *
 * row_parts.c
 *	  Rows of some 64-bit words, appended to one of 256 parts.
 *
 * What costs time with millions of rows is waiting for memory.  To append a row to
 * one of a few hundred places waits for none, and a part fits into the processor's
 * cache when its turn comes.
 *
 * Chunks are never moved or merged, and cut from large slabs: the system hands out
 * memory by the huge page then, and writing to 256 places in turn does not wait for
 * the addresses of 256 pages.
 *
 *-------------------------------------------------------------------------
 */
#include "aggregate/row_parts.h"

#include <string.h>

/* rows */
#define FIRST_CHUNK 32
#define LAST_CHUNK 1024

/* bytes */
#define FIRST_SLAB (UINT64_C(64) << 10)
#define LAST_SLAB (UINT64_C(8) << 20)

void
row_parts_init(RowParts *rows, int words, const StateHooks *hooks, void *arg)
{
	memset(rows, 0, sizeof(RowParts));
	rows->words = words;
	rows->slab_size = FIRST_SLAB;
	rows->hooks = hooks;
	rows->arg = arg;
}

void
row_parts_make(RowParts *rows)
{
	rows->parts = rows->hooks->allocate(rows->arg, ROW_PARTS * sizeof(RowPart));
	memset(rows->parts, 0, ROW_PARTS * sizeof(RowPart));
}

void
row_parts_next_chunk(RowParts *rows, RowPart *part)
{
	uint64_t	capacity = part_rows(part, rows->words);
	uint64_t	size;
	RowChunk   *chunk;

	if (part->last != NULL)
		part->full += part->last->capacity;
	if (part->last != NULL && part->last->next != NULL)
	{
		part_use_chunk(part, part->last->next, rows->words);
		return;
	}

	/* as many rows as there are already, within limits */
	if (capacity < FIRST_CHUNK)
		capacity = FIRST_CHUNK;
	if (capacity > LAST_CHUNK)
		capacity = LAST_CHUNK;
	size = sizeof(RowChunk) + capacity * rows->words * sizeof(uint64_t);
	if (size > rows->slab_left)
	{
		rows->slab = rows->hooks->allocate(rows->arg, rows->slab_size);
		rows->slab_left = rows->slab_size;
		if (rows->slab_size < LAST_SLAB)
			rows->slab_size *= 2;
	}
	chunk = (RowChunk *) rows->slab;
	rows->slab += size;
	rows->slab_left -= size;
	chunk->next = NULL;
	chunk->capacity = capacity;
	if (part->last != NULL)
		part->last->next = chunk;
	else
		part->first = chunk;
	part_use_chunk(part, chunk, rows->words);
}

uint64_t
row_parts_count(const RowParts *rows)
{
	uint64_t	n = 0;

	for (int i = 0; i < ROW_PARTS; i++)
		n += part_rows(&rows->parts[i], rows->words);
	return n;
}

uint64_t
row_parts_dump_size(const RowParts *rows)
{
	uint64_t	size = ROW_PARTS * sizeof(uint64_t);

	for (int i = 0; i < ROW_PARTS; i++)
		size += part_dump_size(part_rows(&rows->parts[i], rows->words), rows->words);
	return size;
}

void
row_parts_dump(const RowParts *rows, char *bytes)
{
	const uint64_t row_size = rows->words * sizeof(uint64_t);

	for (int i = 0; i < ROW_PARTS; i++)
	{
		uint64_t	n = part_rows(&rows->parts[i], rows->words);

		memcpy(bytes, &n, sizeof(n));
		bytes += sizeof(n);
	}
	for (int i = 0; i < ROW_PARTS; i++)
	{
		const RowPart *part = &rows->parts[i];

		rows->hooks->poll();
		if (part_rows(part, rows->words) == 0)
			continue;

		/* what the reader makes of them is a chunk, whatever is written here */
		memset(bytes, 0, sizeof(RowChunk));
		bytes += sizeof(RowChunk);
		for (const RowChunk *chunk = part->first; chunk != NULL;
			 chunk = chunk == part->last ? NULL : chunk->next)
		{
			uint64_t	size = part_rows_in(part, chunk, rows->words) * row_size;

			memcpy(bytes, chunk->words, size);
			bytes += size;
		}
	}
}

uint64_t
row_parts_word(const char *bytes, uint64_t i)
{
	uint64_t	word;

	memcpy(&word, bytes + i * sizeof(word), sizeof(word));
	return word;
}

bool
row_parts_check(int words, const char *bytes, uint64_t size)
{
	const uint64_t numbers = ROW_PARTS * sizeof(uint64_t);
	uint64_t	left;

	if (size < numbers)
		return false;
	left = size - numbers;
	for (uint64_t i = 0; i < ROW_PARTS; i++)
	{
		uint64_t	n = row_parts_word(bytes, i);

		/* no more than there is room for, before it is multiplied */
		if (n > left || part_dump_size(n, words) > left)
			return false;
		left -= part_dump_size(n, words);
	}
	return left == 0;
}

/* Make n rows that have room for its head before them the first chunk of a part */
static void
link_chunk(RowPart *part, RowChunk *chunk, uint64_t n, int words)
{
	chunk->next = part->first;
	chunk->capacity = n;
	part->first = chunk;
	if (part->last == NULL)
	{
		part_use_chunk(part, chunk, words);
		part->next = part->end;
	}
	else
		part->full += n;
}

/* Append n rows to a part */
static void
copy_rows(RowParts *rows, RowPart *part, const char *from, uint64_t n)
{
	while (n > 0)
	{
		uint64_t	some;

		if (part->next == part->end)
			row_parts_next_chunk(rows, part);
		some = (uint64_t) (part->end - part->next) / rows->words;
		if (some > n)
			some = n;
		memcpy(part->next, from, some * rows->words * sizeof(uint64_t));
		part->next += some * rows->words;
		from += some * rows->words * sizeof(uint64_t);
		n -= some;
	}
}

uint64_t
row_parts_load(RowParts *rows, char *bytes, bool lasting)
{
	const char *numbers = bytes;
	uint64_t	loaded = 0;

	bytes += ROW_PARTS * sizeof(uint64_t);
	for (int i = 0; i < ROW_PARTS; i++)
	{
		uint64_t	n = row_parts_word(numbers, i);

		rows->hooks->poll();
		if (n == 0)
			continue;
		if (lasting)
			link_chunk(&rows->parts[i], (RowChunk *) bytes, n, rows->words);
		else
			copy_rows(rows, &rows->parts[i], part_dump_rows(bytes), n);
		bytes += part_dump_size(n, rows->words);
		loaded += n;
	}
	return loaded;
}
