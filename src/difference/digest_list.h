/*-------------------------------------------------------------------------
 *
 * digest_list.h
 *	  The digests of a table's rows, in their order, each to be taken once.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DIGEST_LIST_H
#define GREENERY_DIGEST_LIST_H

#include "postgres.h"

#include "storage/itemptr.h"

typedef struct ListedRow
{
	uint64		digest[2];
	ItemPointerData tid;
	uint16		taken;
} ListedRow;

typedef struct DigestList
{
	MemoryContext context;
	ListedRow  *rows;			/* in the order of their coming */
	int64		nrows;
	int64		allocated;
	int64		max_rows;		/* that memory is meant for */
	uint32	   *index;			/* 1 + the number of a row, or 0 */
	uint64		index_mask;
	int			index_shift;	/* the first place to look at is digest[0] >>
								 * this */
	int64		expected;		/* the row that is expected to be taken next */
	int64		ahead;			/* rows from there on to look at first */
} DigestList;

/* An empty list in the current memory context, that is to take so many bytes at most */
extern void digest_list_init(DigestList *list, Size bytes);

/* Whether one more row goes into the memory that is meant for the list; it can be added anyhow */
extern bool digest_list_has_room(const DigestList *list);
extern void digest_list_add(DigestList *list, const uint64 digest[2], const ItemPointerData *tid);

/* Drop the rows whose digest[1] & mask is not partition; before the index is made */
extern void digest_list_keep(DigestList *list, uint64 mask, uint64 partition);

/* All rows are there: from now on they can be taken, and none can be added */
extern void digest_list_make_index(DigestList *list);

/* Take a row with this digest that has not been taken, if there is one */
extern bool digest_list_take(DigestList *list, const uint64 digest[2]);

extern void digest_list_free(DigestList *list);

#endif							/* GREENERY_DIGEST_LIST_H */
