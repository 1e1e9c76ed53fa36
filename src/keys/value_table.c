/*-------------------------------------------------------------------------
 *
 * value_table.c
 *	  The different values of a column of any hashable type, a record each.
 *
 * The general path beside key_table.c: numeric, jsonb, arrays, composites,
 * text in a collation that takes different strings for equal.  Hash and
 * equality are the type's own.  A record and one copy of each value are kept
 * beside each other in large chunks; a row whose value is there already leaves
 * nothing behind, so memory is bounded by the number of values.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "keys/value_table.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#define FIRST_SLOTS 8
#define FIRST_CHUNK 512
#define LAST_CHUNK (1024 * 1024)

/* values between two looks for interrupts */
#define POLL_EVERY 1024

/* Working memory that is not given back yet */
#define SCRATCH_SIZE ((Size) 1024 * 1024)

/* A value takes at least its hash, its size and a byte */
#define LEAST_DUMP (sizeof(uint64) + sizeof(uint32) + 1)

typedef struct ValueSlot
{
	uint64		hash;
	ValueRecord *record;		/* NULL: free */
} ValueSlot;

struct ValueTable
{
	MemoryContext context;
	ValueType	type;
	Size		record_size;
	ValueSlot  *slots;			/* by the high bits of the hash */
	uint64		nslots;			/* a power of two */
	int			shift;			/* 64 - log2(nslots) */
	uint64		nvalues;
	char	   *chunk;			/* where the next record or datum goes */
	Size		chunk_left;
	Size		chunk_size;		/* of the next chunk */
};

/* Room in the current chunk, aligned for anything */
static void *
take(ValueTable *table, Size size)
{
	void	   *result;

	size = MAXALIGN(size);
	if (size > table->chunk_left)
	{
		/* a large one gets its own, so that nothing is left unused */
		if (size > table->chunk_size / 4)
			return MemoryContextAllocHuge(table->context, size);
		table->chunk = MemoryContextAlloc(table->context, table->chunk_size);
		table->chunk_left = table->chunk_size;
		table->chunk_size = Min(table->chunk_size * 2, LAST_CHUNK);
	}
	result = table->chunk;
	table->chunk += size;
	table->chunk_left -= size;
	return result;
}

Datum
value_table_keep(ValueTable *table, const ValueType *type, Datum value)
{
	Size		size;
	void	   *copy;

	if (type->typbyval)
		return value;
	size = datumGetSize(value, false, type->typlen);
	copy = take(table, size);
	memcpy(copy, DatumGetPointer(value), size);
	return PointerGetDatum(copy);
}

/* The slot of an equal value, or the free one where it belongs */
static ValueSlot *
find_slot(ValueTable *table, uint64 hash, Datum value)
{
	uint64		mask = table->nslots - 1;
	uint64		i = hash >> table->shift;

	while (table->slots[i].record != NULL &&
		   (table->slots[i].hash != hash ||
			!value_type_equal(&table->type, table->slots[i].record->value, value)))
		i = (i + 1) & mask;
	return &table->slots[i];
}

/* Make room for nvalues in all, keeping a fifth of the slots free */
static void
reserve(ValueTable *table, uint64 nvalues)
{
	ValueSlot  *old = table->slots;
	uint64		old_slots = table->nslots;
	uint64		nslots = Max(old_slots, FIRST_SLOTS);

	while (nslots - nslots / 5 <= nvalues)
		nslots *= 2;
	if (nslots == old_slots)
		return;
	if (nslots > MaxAllocHugeSize / sizeof(ValueSlot))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different values")));
	table->slots = MemoryContextAllocExtended(table->context,
											  nslots * sizeof(ValueSlot),
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	table->nslots = nslots;
	for (table->shift = 64; nslots > 1; nslots /= 2)
		table->shift--;

	for (uint64 i = 0; i < old_slots; i++)
	{
		uint64		to = old[i].hash >> table->shift;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (old[i].record == NULL)
			continue;
		while (table->slots[to].record != NULL)
			to = (to + 1) & (table->nslots - 1);
		table->slots[to] = old[i];
	}
	if (old != NULL)
		pfree(old);
}

ValueTable *
value_table_create(MemoryContext context, Oid type, Oid collation,
				   Size record_size)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ValueTable *table = palloc0(sizeof(ValueTable));

	table->context = context;
	table->record_size = record_size;
	table->chunk_size = FIRST_CHUNK;
	value_type_init(&table->type, type, collation);
	reserve(table, 1);
	MemoryContextSwitchTo(old);
	return table;
}

/* The record of a flat value */
static ValueRecord *
enter(ValueTable *table, uint64 hash, Datum value, bool *found)
{
	ValueSlot  *slot = find_slot(table, hash, value);
	ValueRecord *record = slot->record;

	*found = record != NULL;
	if (*found)
		return record;
	if (table->nvalues + 1 >= table->nslots - table->nslots / 5)
	{
		reserve(table, table->nvalues + 1);
		slot = find_slot(table, hash, value);
	}
	record = take(table, table->record_size);
	memset(record, 0, table->record_size);
	record->value = value_table_keep(table, &table->type, value);
	slot->hash = hash;
	slot->record = record;
	table->nvalues++;
	return record;
}

ValueRecord *
value_table_enter(ValueTable *table, Datum value, bool *found)
{
	value = value_type_flatten(&table->type, value);
	return enter(table, value_type_hash(&table->type, value), value, found);
}

uint64
value_table_count(const ValueTable *table)
{
	return table->nvalues;
}

/* The dump: the number of values; for each its hash, itself, and its record */
uint64
value_table_dump(const ValueTable *table, char *bytes,
				 value_record_write write, const void *arg)
{
	ValueWriter writer = {bytes, 0};

	value_write_bytes(&writer, &table->nvalues, sizeof(table->nvalues));
	for (uint64 i = 0; i < table->nslots; i++)
	{
		const ValueSlot *slot = &table->slots[i];

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (slot->record == NULL)
			continue;
		value_write_bytes(&writer, &slot->hash, sizeof(slot->hash));
		value_write(&writer, slot->record->value, table->type.typlen,
					table->type.typbyval);
		write(arg, &writer, slot->record);
	}
	return writer.size;
}

static uint64
read_count(ValueReader *reader)
{
	uint64		n;

	value_read_bytes(reader, &n, sizeof(n));
	if (n > reader->left / LEAST_DUMP)
		value_bytes_invalid();
	return n;
}

uint64
value_table_dumped(const char *bytes, Size size)
{
	ValueReader reader = {bytes, size};

	return read_count(&reader);
}

void
value_table_load(ValueTable *table, const char *bytes, Size size,
				 value_record_read read, void *arg)
{
	ValueReader reader = {bytes, size};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "greenery merge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	uint64		n = read_count(&reader);

	/*
	 * They come in the order of the slots.  Were the table to grow on the
	 * way, its front would be overfull, and probing take quadratic time.
	 */
	reserve(table, table->nvalues + n);
	for (uint64 i = 0; i < n; i++)
	{
		uint64		hash;
		Datum		value;
		ValueRecord *record;
		bool		found;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		/* values may be long */
		if (MemoryContextMemAllocated(scratch, false) > SCRATCH_SIZE)
			MemoryContextReset(scratch);
		value_read_bytes(&reader, &hash, sizeof(hash));
		value = value_read(&reader, table->type.typlen, table->type.typbyval);
		record = enter(table, hash, value, &found);
		read(arg, &reader, record, found);
	}
	if (reader.left != 0)
		value_bytes_invalid();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}
