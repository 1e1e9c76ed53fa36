/*-------------------------------------------------------------------------
 *
 * row_list.c
 *	  Where some rows of a table are.
 *
 * Six bytes a row, so that even most rows of a large table can be listed where their
 * digests had room.  As a constant in a statement a list is to be shorter than that:
 * an array has to be smaller than MaxAllocSize.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "difference/row_list.h"
#include "utils/array.h"
#include "utils/memutils.h"

#define FIRST_ROWS 64

void
row_list_add(RowList *list, const ItemPointerData *tid)
{
	if (list->n >= list->allocated)
	{
		list->allocated = Max(list->allocated * 2, FIRST_ROWS);
		if (list->tids == NULL)
			list->tids = palloc(list->allocated * sizeof(ItemPointerData));
		else
			list->tids = repalloc_huge(list->tids, list->allocated * sizeof(ItemPointerData));
	}
	list->tids[list->n++] = *tid;
}

void
row_list_forget(RowList *list)
{
	if (list->tids != NULL)
		pfree(list->tids);
	list->tids = NULL;
	list->allocated = 0;
}

static int
compare_places(const void *a, const void *b)
{
	return ItemPointerCompare(unconstify(ItemPointerData *, (const ItemPointerData *) a),
							  unconstify(ItemPointerData *, (const ItemPointerData *) b));
}

void
row_list_sort(RowList *list)
{
	Assert(list->n == 0 || list->tids != NULL);
	qsort(list->tids, list->n, sizeof(ItemPointerData), compare_places);
}

bool
row_list_contains(const RowList *list, const ItemPointerData *tid)
{
	return list->n > 0 &&
		bsearch(tid, list->tids, list->n, sizeof(ItemPointerData), compare_places) != NULL;
}

Datum
row_list_datum(const RowList *list)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + list->n * sizeof(ItemPointerData);
	ArrayType  *array = palloc0(size);

	Assert(list->n > 0 && list->tids != NULL);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = TIDOID;
	ARR_DIMS(array)[0] = (int) list->n;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), list->tids, list->n * sizeof(ItemPointerData));
	return PointerGetDatum(array);
}
