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

Datum
value_ids_value(const ValueIds *ids, uint64 number)
{
	Assert(number < ids->nvalues);
	return ids->values[number];
}

/* The dump: the number of values; for each its size and itself, or the datum by value */
uint64
value_ids_dump_size(const ValueIds *ids)
{
	uint64		size = sizeof(ids->nvalues);

	if (ids->typbyval)
		return size + ids->nvalues * sizeof(Datum);
	for (uint64 i = 0; i < ids->nvalues; i++)
	{
		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		size += sizeof(uint32) + datumGetSize(ids->values[i], false, ids->typlen);
	}
	return size;
}

void
value_ids_dump(const ValueIds *ids, char *bytes)
{
	memcpy(bytes, &ids->nvalues, sizeof(ids->nvalues));
	bytes += sizeof(ids->nvalues);
	if (ids->typbyval)
	{
		if (ids->nvalues > 0)
			memcpy(bytes, ids->values, ids->nvalues * sizeof(Datum));
		return;
	}
	for (uint64 i = 0; i < ids->nvalues; i++)
	{
		uint32		size;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		size = (uint32) datumGetSize(ids->values[i], false, ids->typlen);
		memcpy(bytes, &size, sizeof(size));
		bytes += sizeof(size);
		memcpy(bytes, DatumGetPointer(ids->values[i]), size);
		bytes += size;
	}
}

static void
invalid_dump(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized aggregate state")));
}

/* Is this a value of the size that it claims? */
static bool
datum_fits(const ValueIds *ids, const char *value, uint32 size)
{
	if (ids->typlen > 0)
		return size == (uint32) ids->typlen;
	if (ids->typlen == -2)
		return size > 0 && memchr(value, '\0', size) == value + size - 1;
	if (size < 1 || VARATT_IS_EXTERNAL(value))
		return false;
	if (VARATT_IS_SHORT(value))
		return VARSIZE_SHORT(value) == size;
	return size >= VARHDRSZ && !VARATT_IS_COMPRESSED(value) &&
		VARSIZE(value) == size;
}

static const char *
read_bytes(const char **p, const char *end, Size size)
{
	const char *bytes = *p;

	if (size > (Size) (end - bytes))
		invalid_dump();
	*p += size;
	return bytes;
}

uint64 *
value_ids_load(ValueIds *ids, const char *bytes, Size size, uint64 *n)
{
	const char *p = bytes;
	const char *end = bytes + size;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "greenery merge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old;
	uint64	   *numbers;

	memcpy(n, read_bytes(&p, end, sizeof(*n)), sizeof(*n));

	/* a value takes at least its size and a byte */
	if (*n > (Size) (end - p) / (sizeof(uint32) + 1))
		invalid_dump();
	numbers = MemoryContextAllocHuge(CurrentMemoryContext,
									 Max(*n, 1) * sizeof(uint64));
	old = MemoryContextSwitchTo(scratch);
	for (uint64 i = 0; i < *n; i++)
	{
		Datum		value;
		uint32		value_size;
		char	   *copy;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		/* values may be long */
		if (MemoryContextMemAllocated(scratch, false) > SCRATCH_SIZE)
			MemoryContextReset(scratch);
		if (ids->typbyval)
			memcpy(&value, read_bytes(&p, end, sizeof(value)), sizeof(value));
		else
		{
			memcpy(&value_size, read_bytes(&p, end, sizeof(value_size)),
				   sizeof(value_size));
			bytes = read_bytes(&p, end, value_size);
			copy = palloc(Max(value_size, 1));
			memcpy(copy, bytes, value_size);
			if (!datum_fits(ids, copy, value_size))
				invalid_dump();
			value = PointerGetDatum(copy);
		}
		numbers[i] = value_ids_get(ids, value);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	if (p != end)
		invalid_dump();
	return numbers;
}
