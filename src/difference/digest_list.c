/*-------------------------------------------------------------------------
 *
 * digest_list.c
 *	  The digests of a table's rows, in their order, each to be taken once.
 *
 * Millions of rows are looked up, and a look-up in a large table mostly waits for
 * memory.  But a mart is computed in much the same order each time, and its
 * published rows stay where they are: the row to be taken next is, as a rule, the one
 * after the last, or not far behind it.  It is looked for there first, and only then
 * with the index, from where the order goes on.
 *
 * Memory: 24 bytes a row, and up to 11 for the index.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/huge_memory.h"
#include "aggregate/prefetch.h"
#include "difference/digest_list.h"
#include "miscadmin.h"

#define FIRST_ROWS 1024
#define FIRST_PLACES 16

/* Rows that are looked at in order, while rows are found like that; one if not */
#define MAX_AHEAD 16

/* How many rows ahead the places of the index are asked for */
#define PREFETCH_AHEAD 16

/* rows between two checks for interrupts */
#define CHECK_EVERY 16384

/* Bytes for a row: its own, and those of the index, which has up to 8/3 places for it */
#define BYTES_PER_ROW (sizeof(ListedRow) + sizeof(uint32) * 8 / 3)

void
digest_list_init(DigestList *list, Size bytes)
{
	memset(list, 0, sizeof(*list));
	list->context = CurrentMemoryContext;
	/* the index has 32 bits for a row's number */
	list->max_rows = Min(bytes / BYTES_PER_ROW, PG_UINT32_MAX - 1);
	list->ahead = MAX_AHEAD;
}

bool
digest_list_has_room(const DigestList *list)
{
	return list->nrows < list->max_rows;
}

static void
grow(DigestList *list)
{
	ListedRow  *old = list->rows;

	if (list->nrows >= (int64) PG_UINT32_MAX - 1)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows to compare")));
	list->allocated = Max(FIRST_ROWS, list->allocated * 2);
	/* no more than is meant for it, unless it has more already */
	if (list->nrows < list->max_rows)
		list->allocated = Min(list->allocated, list->max_rows);
	list->rows = huge_alloc(list->context, list->allocated * sizeof(ListedRow));
	if (old != NULL)
	{
		memcpy(list->rows, old, list->nrows * sizeof(ListedRow));
		huge_free(old);
	}
}

void
digest_list_add(DigestList *list, const uint64 digest[2], const ItemPointerData *tid)
{
	ListedRow  *row;

	if (list->nrows == list->allocated)
		grow(list);
	row = &list->rows[list->nrows++];
	row->digest[0] = digest[0];
	row->digest[1] = digest[1];
	row->tid = *tid;
	row->taken = false;
}

void
digest_list_keep(DigestList *list, uint64 mask, uint64 partition)
{
	int64		kept = 0;

	for (int64 i = 0; i < list->nrows; i++)
		if ((list->rows[i].digest[1] & mask) == partition)
			list->rows[kept++] = list->rows[i];
	list->nrows = kept;
}

static inline uint64
place_of(const DigestList *list, const uint64 digest[2])
{
	return digest[0] >> list->index_shift;
}

void
digest_list_make_index(DigestList *list)
{
	uint64		places = FIRST_PLACES;
	int			shift = 60;
	Size		size;

	/* three quarters full at most */
	while (places / 4 * 3 < (uint64) list->nrows)
	{
		places *= 2;
		shift--;
	}
	size = places * sizeof(uint32);
	list->index = huge_alloc(list->context, size);
	memset(list->index, 0, size);
	list->index_mask = places - 1;
	list->index_shift = shift;
	for (int64 i = 0; i < list->nrows; i++)
	{
		uint64		place = place_of(list, list->rows[i].digest);

		if (i % CHECK_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (i + PREFETCH_AHEAD < list->nrows)
			PREFETCH(&list->index[place_of(list, list->rows[i + PREFETCH_AHEAD].digest)]);
		while (list->index[place] != 0)
			place = (place + 1) & list->index_mask;
		list->index[place] = (uint32) i + 1;
	}
}

/* Take row i if it has this digest and is not taken */
static inline bool
take_row(DigestList *list, int64 i, const uint64 digest[2])
{
	ListedRow  *row = &list->rows[i];

	if (row->digest[0] != digest[0] || row->digest[1] != digest[1] || row->taken)
		return false;
	row->taken = true;
	list->expected = i + 1;
	return true;
}

bool
digest_list_take(DigestList *list, const uint64 digest[2])
{
	int64		end = Min(list->expected + list->ahead, list->nrows);
	uint32		found;

	for (int64 i = list->expected; i < end; i++)
	{
		if (take_row(list, i, digest))
		{
			list->ahead = Min(list->ahead * 2, MAX_AHEAD);
			return true;
		}
	}
	for (uint64 place = place_of(list, digest); (found = list->index[place]) != 0;
		 place = (place + 1) & list->index_mask)
	{
		if (take_row(list, (int64) found - 1, digest))
		{
			list->ahead = Max(list->ahead / 2, 1);
			return true;
		}
	}
	return false;
}

void
digest_list_free(DigestList *list)
{
	if (list->rows != NULL)
		huge_free(list->rows);
	if (list->index != NULL)
		huge_free(list->index);
	list->rows = NULL;
	list->index = NULL;
}
