/*-------------------------------------------------------------------------
 *
 * value_ids.c
 *	  Numbers for the different values of a column of any hashable type.
 *
 * For session ids that are no integers, uuids or strings: numeric, composites,
 * text in a collation that takes different strings for equal.  Hash and
 * equality are the type's own; one copy of each value is kept.
 *
 * key_column_init has accepted the type before a table is made for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "keys/key_column.h"
#include "keys/value_bytes.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "sessions/value_ids.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#define FIRST_SLOTS 16
#define POLL_EVERY 1024

/* Working memory that is not given back yet */
#define SCRATCH_SIZE ((Size) 1024 * 1024)

typedef struct ValueSlot
{
	uint64		hash;
	uint64		number;			/* plus 1; 0: free */
} ValueSlot;

struct ValueIds
{
	MemoryContext context;
	int16		typlen;
	bool		typbyval;
	bool		extended;		/* is hash a 64-bit function with a seed? */
	FmgrInfo	hash_function;
	FmgrInfo	equal_function;
	Oid			collation;
	ValueSlot  *slots;			/* by the high bits of the hash */
	uint64		nslots;			/* a power of two */
	int			shift;			/* 64 - log2(nslots) */
	Datum	   *values;			/* by number */
	uint64		nvalues;
	uint64		capacity;		/* of values */
};

ValueIds *
value_ids_create(MemoryContext context, Oid type, Oid collation)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR_FINFO |
											  TYPECACHE_HASH_PROC_FINFO |
											  TYPECACHE_HASH_EXTENDED_PROC_FINFO);
	ValueIds   *ids = palloc0(sizeof(ValueIds));

	ids->context = context;
	ids->typlen = entry->typlen;
	ids->typbyval = entry->typbyval;
	ids->collation = collation;
	if (type == RECORDOID)
	{
		/* of an anonymous row type the type cache does not say */
		ids->extended = true;
		fmgr_info(F_HASH_RECORD_EXTENDED, &ids->hash_function);
		fmgr_info(F_RECORD_EQ, &ids->equal_function);
	}
	else
	{
		ids->extended = OidIsValid(entry->hash_extended_proc_finfo.fn_oid);
		fmgr_info_copy(&ids->hash_function,
					   ids->extended ? &entry->hash_extended_proc_finfo :
					   &entry->hash_proc_finfo, context);
		fmgr_info_copy(&ids->equal_function, &entry->eq_opr_finfo, context);
	}
	ids->nslots = FIRST_SLOTS;
	ids->shift = 64 - pg_ceil_log2_64(FIRST_SLOTS);
	ids->slots = palloc0(FIRST_SLOTS * sizeof(ValueSlot));
	MemoryContextSwitchTo(old);
	return ids;
}

static uint64
hash_value(ValueIds *ids, Datum value)
{
	/* scattered, because types such as integers may hash poorly */
	if (ids->extended)
		return key_scatter(DatumGetUInt64(FunctionCall2Coll(&ids->hash_function,
															ids->collation, value,
															Int64GetDatum((int64) key_secret.siphash[0]))));
	return key_scatter(DatumGetUInt32(FunctionCall1Coll(&ids->hash_function,
														ids->collation, value)));
}

static void
grow_slots(ValueIds *ids)
{
	ValueSlot  *old = ids->slots;
	uint64		old_slots = ids->nslots;

	ids->slots = MemoryContextAllocExtended(ids->context,
											old_slots * 2 * sizeof(ValueSlot),
											MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	ids->nslots = old_slots * 2;
	ids->shift--;
	for (uint64 i = 0; i < old_slots; i++)
	{
		uint64		to = old[i].hash >> ids->shift;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (old[i].number == 0)
			continue;
		while (ids->slots[to].number != 0)
			to = (to + 1) & (ids->nslots - 1);
		ids->slots[to] = old[i];
	}
	pfree(old);
}

static void
append_value(ValueIds *ids, Datum value)
{
	MemoryContext old = MemoryContextSwitchTo(ids->context);

	if (ids->nvalues == ids->capacity)
	{
		Size		size = Max(ids->capacity * 2, FIRST_SLOTS) * sizeof(Datum);

		if (ids->values == NULL)
			ids->values = palloc(size);
		else
			ids->values = repalloc_huge(ids->values, size);
		ids->capacity = size / sizeof(Datum);
	}
	ids->values[ids->nvalues++] = datumCopy(value, ids->typbyval, ids->typlen);
	MemoryContextSwitchTo(old);
}

uint64
value_ids_get(ValueIds *ids, Datum value)
{
	uint64		hash;
	uint64		i;

	/* not compressed, not elsewhere, not expanded */
	if (ids->typlen == -1)
		value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
	hash = hash_value(ids, value);
	if (ids->nvalues >= ids->nslots - ids->nslots / 4)
		grow_slots(ids);
	for (i = hash >> ids->shift; ids->slots[i].number != 0;
		 i = (i + 1) & (ids->nslots - 1))
		if (ids->slots[i].hash == hash &&
			DatumGetBool(FunctionCall2Coll(&ids->equal_function, ids->collation,
										   ids->values[ids->slots[i].number - 1],
										   value)))
			return ids->slots[i].number - 1;
	append_value(ids, value);
	ids->slots[i].hash = hash;
	ids->slots[i].number = ids->nvalues;
	return ids->nvalues - 1;
}

/* The dump: the number of values, and they */
static void
write_values(ValueWriter *writer, const ValueIds *ids)
{
	value_write_bytes(writer, &ids->nvalues, sizeof(ids->nvalues));
	for (uint64 i = 0; i < ids->nvalues; i++)
	{
		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		value_write(writer, ids->values[i], ids->typlen, ids->typbyval);
	}
}

uint64
value_ids_dump_size(const ValueIds *ids)
{
	ValueWriter writer = {NULL, 0};

	write_values(&writer, ids);
	return writer.size;
}

void
value_ids_dump(const ValueIds *ids, char *bytes)
{
	ValueWriter writer = {bytes, 0};

	write_values(&writer, ids);
}

uint64 *
value_ids_load(ValueIds *ids, const char *bytes, Size size, uint64 *n)
{
	ValueReader reader = {bytes, size};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "greenery merge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	uint64	   *numbers;

	value_read_bytes(&reader, n, sizeof(*n));

	/* a value takes at least its size and a byte */
	if (*n > reader.left / (sizeof(uint32) + 1))
		value_bytes_invalid();
	numbers = MemoryContextAllocHuge(CurrentMemoryContext,
									 Max(*n, 1) * sizeof(uint64));
	old = MemoryContextSwitchTo(scratch);
	for (uint64 i = 0; i < *n; i++)
	{
		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		/* values may be long */
		if (MemoryContextMemAllocated(scratch, false) > SCRATCH_SIZE)
			MemoryContextReset(scratch);
		numbers[i] = value_ids_get(ids, value_read(&reader, ids->typlen, ids->typbyval));
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	if (reader.left != 0)
		value_bytes_invalid();
	return numbers;
}
