/*-------------------------------------------------------------------------
 *
 * row_list.h
 *	  Where some rows of a table are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_LIST_H
#define GREENERY_ROW_LIST_H

#include "postgres.h"

#include "storage/itemptr.h"

typedef struct RowList
{
	int64		n;				/* how many there are */
	ItemPointerData *tids;		/* where, unless that is not known */
	int64		allocated;
} RowList;

extern void row_list_add(RowList *list, const ItemPointerData *tid);

/* Where the rows are is known no longer; how many, it is */
extern void row_list_forget(RowList *list);

/* Whether a row is among them; of a list that has been sorted */
extern void row_list_sort(RowList *list);
extern bool row_list_contains(const RowList *list, const ItemPointerData *tid);

/* The rows, which are some, as an array of tid */
extern Datum row_list_datum(const RowList *list);

#endif							/* GREENERY_ROW_LIST_H */
