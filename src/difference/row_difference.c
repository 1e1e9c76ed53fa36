/*-------------------------------------------------------------------------
 *
 * row_difference.c
 *	  Which rows of two tables of the same columns have no equal in the other.
 *
 * A build compares the rows of a mart with those published, and nearly all are equal.  A join
 * would carry both whole through a hash table, to compare each pair column by column.  Here a
 * row is its digest.  Few rows have no equal on the other side, and SQL handles these.
 *
 * Rows are equal when their images are, value by value, which is what *<> asks:
 * it works for every type, and 1.0 is not 1.00.
 *
 * Where the digests of the old table's rows would take more than maintenance_work_mem,
 * the digests are partitioned, and the tables are read once for each partition.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "difference/digest_list.h"
#include "difference/row_difference.h"
#include "difference/row_digest.h"
#include "executor/tuptable.h"
#include "greenery.h"
#include "keys/key_set.h"
#include "keys/siphash.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

struct Comparison
{
	RowDigest	digest;			/* of rows of either table */
	RowDifference *difference;
	int64		max_listed;		/* of one table's rows */

	/* the digests of this pass: digest[1] & mask == partition */
	uint64		mask;
	uint64		partition;

	DigestList	old;			/* the old table's rows of this partition */
	bool		one_pass;		/* there is one pass, or none */
	bool		too_many;		/* more rows than there is memory for in that
								 * one pass */

	/*
	 * rows without an affected key are not compared: they are known to be
	 * equal
	 */
	AttrNumber	affected_column;
	KeySet	   *affected_keys;	/* digests of them; NULL: all rows are
								 * compared */
	bool		null_key;		/* some row has NULL in that column */
};

/* What a table's rows are given to */
typedef void (*RowAction) (Comparison *cmp, const uint64 digest[2], TupleTableSlot *slot);

static inline bool
in_partition(const Comparison *cmp, const uint64 digest[2])
{
	return (digest[1] & cmp->mask) == cmp->partition;
}

/*
 * Remember a row of the old table.  Where there are too many, fewer digests are for
 * this pass, and there are more passes.  Only the first pass partitions: the others get
 * about as many.
 */
static void
add_old_row(Comparison *cmp, const uint64 digest[2], TupleTableSlot *slot)
{
	while (cmp->partition == 0 && !digest_list_has_room(&cmp->old))
	{
		if (cmp->one_pass)
		{
			cmp->too_many = true;
			return;
		}
		cmp->mask = cmp->mask * 2 + 1;
		digest_list_keep(&cmp->old, cmp->mask, cmp->partition);
	}
	if (in_partition(cmp, digest))
		digest_list_add(&cmp->old, digest, &slot->tts_tid);
	if (cmp->partition == 0)
		cmp->difference->old_rows++;
}

/* One more row without an equal; the lists end where they get too long */
static void
list_row(Comparison *cmp, RowList *list, const ItemPointerData *tid)
{
	if (list->n >= cmp->max_listed)
		cmp->difference->listed = false;
	if (cmp->difference->listed)
		row_list_add(list, tid);
	else
		list->n++;
}

/* Find for a row of the new table one that equals it */
static void
match_new_row(Comparison *cmp, const uint64 digest[2], TupleTableSlot *slot)
{
	if (in_partition(cmp, digest) && !digest_list_take(&cmp->old, digest))
		list_row(cmp, &cmp->difference->only_new, &slot->tts_tid);
}

/* A value's digest, as a key of a set */
static inline void
digest_value(const Comparison *cmp, Datum value, uint64_t result[2])
{
	uint64_t	key[2] = {cmp->digest.key[0], cmp->digest.key[1]};
	struct varlena *detoasted = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(value));

	siphash128(key, VARDATA_ANY(detoasted), VARSIZE_ANY_EXHDR(detoasted), 1, 3, result);
	if ((Pointer) detoasted != DatumGetPointer(value))
		pfree(detoasted);
}

/* Only these rows are compared */
static void
set_affected(Comparison *cmp, const AffectedRows *affected)
{
	ArrayType  *array = DatumGetArrayTypeP(affected->keys);
	Datum	   *values;
	bool	   *nulls;
	int			n;
	int			bits;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &n);
	bits = key_set_bits_for(n);
	cmp->affected_column = affected->column;
	cmp->affected_keys = MemoryContextAllocHuge(CurrentMemoryContext, key_set_bytes(2, bits));
	key_set_init(cmp->affected_keys, 2, bits, TEXTOID);
	for (int i = 0; i < n; i++)
	{
		uint64_t	key[2];

		if (nulls[i])
			continue;
		digest_value(cmp, values[i], key);
		key_set_add(cmp->affected_keys, key);
	}
	pfree(values);
	pfree(nulls);
}

/* Whether a row of the old table is to be compared */
static bool
is_affected(Comparison *cmp, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value;
	uint64_t	key[2];

	value = slot_getattr(slot, cmp->affected_column, &isnull);
	if (isnull)
	{
		cmp->null_key = true;
		return true;
	}
	digest_value(cmp, value, key);
	return key_set_contains(cmp->affected_keys, key);
}

/* Give all rows of a table that the active snapshot sees to action */
static void
scan_table(Comparison *cmp, Oid table, RowAction action)
{
	Relation	rel = table_open(table, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;

	scan = greenery_beginscan(rel, GetActiveSnapshot());
	row_digest_describe(&cmp->digest, RelationGetDescr(rel));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		uint64		digest[2];

		CHECK_FOR_INTERRUPTS();
		row_digest_compute(&cmp->digest, slot, digest);
		MemoryContextReset(cmp->digest.scratch);
		action(cmp, digest, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

static TransactionId
xmin_of(TupleTableSlot *slot)
{
	bool		isnull;

	return DatumGetTransactionId(slot_getsysattr(slot, MinTransactionIdAttributeNumber, &isnull));
}

/*
 * Remember the rows of the old table, or the affected ones, and find out whether they are
 * the known ones.  A scan that can no longer be of use ends early.
 */
static void
scan_old_table(Comparison *cmp, Oid table, const KnownRows *known)
{
	Relation	rel = table_open(table, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;
	bool		only_affected = cmp->affected_keys != NULL;
	bool		is_known = known != NULL && rel->rd_rel->relam == HEAP_TABLE_AM_OID &&
		RelationGetNumberOfAttributes(rel) == known->columns &&
		(!only_affected ||
		 TupleDescAttr(RelationGetDescr(rel), cmp->affected_column - 1)->atttypid == TEXTOID);

	scan = greenery_beginscan(rel, GetActiveSnapshot());
	row_digest_describe(&cmp->digest, RelationGetDescr(rel));
	while (!cmp->too_many && !cmp->null_key && (is_known || !only_affected) &&
		   table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		uint64		digest[2];

		CHECK_FOR_INTERRUPTS();
		if (is_known && !version_is_known(xmin_of(slot), known))
			is_known = false;
		if (only_affected && !is_affected(cmp, slot))
		{
			cmp->difference->old_rows++;
			continue;
		}
		row_digest_compute(&cmp->digest, slot, digest);
		MemoryContextReset(cmp->digest.scratch);
		add_old_row(cmp, digest, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	cmp->difference->old_is_known = is_known && cmp->difference->old_rows == known->rows;
}

/*
 * The rights that a query of the table would need; row_security is off in a
 * build, so that a policy raises an error here too.
 */
static void
check_readable(Oid table)
{
	AclResult	result = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_TABLE, get_rel_name(table));
	(void) check_enable_rls(table, InvalidOid, false);
}

static Size
comparison_memory(void)
{
	return (Size) maintenance_work_mem * 1024;
}

/* Prepare for a comparison; in the current memory context */
static void
start(Comparison *cmp)
{
	memset(cmp, 0, sizeof(*cmp));
	row_digest_init(&cmp->digest);
	cmp->difference = palloc0(sizeof(RowDifference));
	cmp->difference->listed = true;
	/* an array of them is a constant of some statements */
	cmp->max_listed = Min(comparison_memory() / sizeof(ListedRow), (Size) greenery_debug_max_listed);
}

/* The old table's rows of this pass that were not matched */
static void
list_old_rows(Comparison *cmp)
{
	for (int64 i = 0; i < cmp->old.nrows; i++)
	{
		const ListedRow *row = &cmp->old.rows[i];

		if (!row->taken)
			list_row(cmp, &cmp->difference->only_old, &row->tid);
	}
}

/* Free all but the result */
static RowDifference *
finish(Comparison *cmp)
{
	RowDifference *difference = cmp->difference;

	if (!difference->listed)
	{
		row_list_forget(&difference->only_old);
		row_list_forget(&difference->only_new);
	}
	row_digest_free(&cmp->digest);
	return difference;
}

RowDifference *
row_difference(Oid old_table, Oid new_table)
{
	Comparison	cmp;

	check_readable(old_table);
	check_readable(new_table);
	start(&cmp);
	/* what this transaction has written is to be seen */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	for (; cmp.partition <= cmp.mask; cmp.partition++)
	{
		digest_list_init(&cmp.old, comparison_memory());
		scan_table(&cmp, old_table, add_old_row);
		if (cmp.difference->old_rows == 0)
		{
			cmp.difference->listed = false;
			break;
		}
		digest_list_make_index(&cmp.old);
		scan_table(&cmp, new_table, match_new_row);
		list_old_rows(&cmp);
		digest_list_free(&cmp.old);
	}
	PopActiveSnapshot();
	return finish(&cmp);
}

static void
abandon(Comparison *cmp)
{
	digest_list_free(&cmp->old);
	if (cmp->affected_keys != NULL)
		pfree(cmp->affected_keys);
	pfree(finish(cmp));
	pfree(cmp);
}

Comparison *
row_difference_begin(Oid old_table, const KnownRows *known, const AffectedRows *affected)
{
	Comparison *cmp;

	check_readable(old_table);
	cmp = palloc(sizeof(Comparison));
	start(cmp);
	cmp->one_pass = true;
	digest_list_init(&cmp->old, comparison_memory());
	if (affected != NULL)
		set_affected(cmp, affected);
	scan_old_table(cmp, old_table, known);
	if (cmp->too_many || cmp->difference->old_rows == 0 ||
		(affected != NULL && (cmp->null_key || !cmp->difference->old_is_known)))
	{
		abandon(cmp);
		return NULL;
	}
	digest_list_make_index(&cmp->old);
	return cmp;
}

void
row_difference_describe(Comparison *cmp, TupleDesc desc)
{
	row_digest_describe(&cmp->digest, desc);
}

bool
row_difference_match(Comparison *cmp, TupleTableSlot *slot)
{
	uint64		digest[2];
	bool		matched;

	row_digest_compute(&cmp->digest, slot, digest);
	MemoryContextReset(cmp->digest.scratch);
	matched = digest_list_take(&cmp->old, digest);
	if (!matched)
		cmp->difference->only_new.n++;
	return matched;
}

RowDifference *
row_difference_end(Comparison *cmp)
{
	RowDifference *difference;
	int64		max_listed = cmp->max_listed;

	cmp->max_listed = PG_INT64_MAX;
	list_old_rows(cmp);
	digest_list_free(&cmp->old);
	if (cmp->affected_keys != NULL)
		pfree(cmp->affected_keys);
	difference = finish(cmp);
	difference->listed = difference->only_old.n <= max_listed;
	pfree(cmp);
	return difference;
}
