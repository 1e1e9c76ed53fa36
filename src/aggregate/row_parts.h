/*-------------------------------------------------------------------------
 *
 * row_parts.h
 *	  Rows of some 64-bit words, appended to one of 256 parts.
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_PARTS_H
#define GREENERY_ROW_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/callbacks.h"

#if defined(__GNUC__)
#define PARTS_INLINE static inline __attribute__((always_inline))
#else
#define PARTS_INLINE static inline
#endif

#define ROW_PARTS_BITS 8
#define ROW_PARTS (1 << ROW_PARTS_BITS)

typedef struct RowChunk RowChunk;

struct RowChunk
{
	RowChunk   *next;
	uint64_t	capacity;		/* in rows */
	uint64_t	words[];
};

/* All chunks up to the last one are full; those after it are to be used next */
typedef struct RowPart
{
	uint64_t   *next;			/* where the next row goes, in the last chunk */
	uint64_t   *end;			/* of that chunk */
	RowChunk   *first;
	RowChunk   *last;
	uint64_t	full;			/* rows in the chunks before the last */
} RowPart;

typedef struct RowParts
{
	int			words;			/* in a row */
	RowPart    *parts;			/* NULL until row_parts_make */
	char	   *slab;			/* where the next chunk goes */
	uint64_t	slab_left;
	uint64_t	slab_size;		/* of the next slab */
	const StateHooks *hooks;
	void	   *arg;
} RowParts;

extern void row_parts_init(RowParts *rows, int words, const StateHooks *hooks,
						   void *arg);
extern void row_parts_make(RowParts *rows);

/* Go on to the next chunk of a part whose last one is full */
extern void row_parts_next_chunk(RowParts *rows, RowPart *part);

/* The part of a key: its high bits say which */
PARTS_INLINE RowPart *
part_of(const RowParts *rows, uint64_t key)
{
	return &rows->parts[key >> (64 - ROW_PARTS_BITS)];
}

/* Rows in a chunk of a part */
PARTS_INLINE uint64_t
part_rows_in(const RowPart *part, const RowChunk *chunk, const int words)
{
	if (chunk == part->last)
		return (uint64_t) (part->next - chunk->words) / words;
	return chunk->capacity;
}

PARTS_INLINE uint64_t
part_rows(const RowPart *part, const int words)
{
	if (part->last == NULL)
		return 0;
	return part->full + part_rows_in(part, part->last, words);
}

/* From here on rows go to this chunk */
PARTS_INLINE void
part_use_chunk(RowPart *part, RowChunk *chunk, const int words)
{
	part->last = chunk;
	part->next = chunk->words;
	part->end = chunk->words + chunk->capacity * words;
}

/* Begin anew: a part that has had rows takes others in their memory */
PARTS_INLINE void
part_rewind(RowPart *part, const int words)
{
	part->full = 0;
	part_use_chunk(part, part->first, words);
}

/* Room for a row at the end of a part */
PARTS_INLINE uint64_t *
part_next_row(RowParts *rows, RowPart *part, const int words)
{
	uint64_t   *row = part->next;

	if (row == part->end)
	{
		row_parts_next_chunk(rows, part);
		row = part->next;
	}
	part->next = row + words;
	return row;
}

/* Rows in all parts */
extern uint64_t row_parts_count(const RowParts *rows);

/*
 * All rows as bytes: the number of rows of each part, and then of each that has any
 * the rows as they are in memory, with room for what a chunk begins with before them;
 * and back.  row_parts_check tells whether bytes can be loaded.
 */
extern uint64_t row_parts_dump_size(const RowParts *rows);
extern void row_parts_dump(const RowParts *rows, char *bytes);
extern bool row_parts_check(int words, const char *bytes, uint64_t size);

/*
 * Add all rows of a dump; returns how many there are.  lasting says that the bytes
 * belong to no one else, on a word's edge, and there as long as the parts: then they become
 * chunks of the parts where they are, which saves copying them.
 */
extern uint64_t row_parts_load(RowParts *rows, char *bytes, bool lasting);

/* Bytes that a part of n rows takes in a dump, and where its rows are among them */
PARTS_INLINE uint64_t
part_dump_size(uint64_t n, int words)
{
	return n == 0 ? 0 : sizeof(RowChunk) + n * words * sizeof(uint64_t);
}

PARTS_INLINE const char *
part_dump_rows(const char *part)
{
	return part + sizeof(RowChunk);
}

/* The i-th word of bytes, which need not be aligned */
extern uint64_t row_parts_word(const char *bytes, uint64_t i);

#endif							/* GREENERY_ROW_PARTS_H */
