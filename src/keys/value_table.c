/*-------------------------------------------------------------------------
 *
 * value_table.c
 *	  Counts repeated values of any hashable type, exactly.
 *
 * The general path beside key_table.c: numeric, jsonb, arrays, composites,
 * text in a collation that takes different strings for equal.  Hash and
 * equality are the type's own.  Per key one copy of it and of its first value
 * is kept, in large chunks; a row whose key is there already leaves nothing
 * behind, so memory is bounded by the number of keys.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "keys/key_column.h"
#include "keys/value_bytes.h"
#include "keys/value_table.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#define FIRST_SLOTS 8
#define FIRST_CHUNK 512
#define LAST_CHUNK (1024 * 1024)

/* rows between two looks for interrupts */
#define POLL_EVERY 1024

/* Working memory that is not given back yet */
#define SCRATCH_SIZE ((Size) 1024 * 1024)

/* A key, and its first value if ncolumns is 2 */
typedef struct ValueRecord
{
	Datum		key;
	Datum		value;
	uint64		value_hash;
	bool		repeats;
} ValueRecord;

typedef struct ValueSlot
{
	uint64		hash;			/* of the key */
	ValueRecord *record;		/* NULL: free */
} ValueSlot;

typedef struct ValueColumn
{
	int16		typlen;
	bool		typbyval;
	bool		extended;		/* is hash a 64-bit function with a seed? */
	FmgrInfo	hash_function;
	FmgrInfo	equal_function;
	FunctionCallInfo hash;
	FunctionCallInfo equal;
} ValueColumn;

struct ValueTable
{
	MemoryContext context;
	int			ncolumns;
	ValueColumn columns[2];
	ValueSlot  *slots;			/* by the high bits of the hash */
	uint64		nslots;			/* a power of two */
	int			shift;			/* 64 - log2(nslots) */
	uint64		nkeys;
	uint64		nrepeats;
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

static Datum
keep(ValueTable *table, const ValueColumn *column, Datum value)
{
	Size		size;
	void	   *copy;

	if (column->typbyval)
		return value;
	size = datumGetSize(value, false, column->typlen);
	copy = take(table, size);
	memcpy(copy, DatumGetPointer(value), size);
	return PointerGetDatum(copy);
}

/* A value as it is kept: not compressed, not elsewhere, not expanded */
static Datum
flatten(const ValueColumn *column, Datum value)
{
	if (column->typlen == -1)
		return PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
	return value;
}

static uint64
hash_value(ValueColumn *column, Datum value)
{
	Datum		hash;

	column->hash->args[0].value = value;
	column->hash->isnull = false;
	hash = FunctionCallInvoke(column->hash);

	/* scattered, because types such as integers may hash poorly */
	return key_scatter(column->extended ? DatumGetUInt64(hash) :
					   DatumGetUInt32(hash));
}

static bool
values_equal(ValueColumn *column, Datum a, Datum b)
{
	column->equal->args[0].value = a;
	column->equal->args[1].value = b;
	column->equal->isnull = false;
	return DatumGetBool(FunctionCallInvoke(column->equal)) &&
		!column->equal->isnull;
}

static FunctionCallInfo
prepare_call(FmgrInfo *function, int nargs, Oid collation)
{
	FunctionCallInfo call = palloc0(SizeForFunctionCallInfo(nargs));

	InitFunctionCallInfoData(*call, function, nargs, collation, NULL, NULL);
	return call;
}

/* Look up the functions of a type that key_column_init has accepted */
static void
init_column(ValueColumn *column, Oid type, Oid collation)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR_FINFO |
											  TYPECACHE_HASH_PROC_FINFO |
											  TYPECACHE_HASH_EXTENDED_PROC_FINFO);

	column->typlen = entry->typlen;
	column->typbyval = entry->typbyval;
	if (type == RECORDOID)
	{
		/* the type cache does not say, see key_column_init */
		column->extended = true;
		fmgr_info(F_HASH_RECORD_EXTENDED, &column->hash_function);
		fmgr_info(F_RECORD_EQ, &column->equal_function);
	}
	else
	{
		column->extended = OidIsValid(entry->hash_extended_proc_finfo.fn_oid);
		fmgr_info_copy(&column->hash_function,
					   column->extended ? &entry->hash_extended_proc_finfo :
					   &entry->hash_proc_finfo,
					   CurrentMemoryContext);
		fmgr_info_copy(&column->equal_function, &entry->eq_opr_finfo,
					   CurrentMemoryContext);
	}
	column->hash = prepare_call(&column->hash_function,
								column->extended ? 2 : 1, collation);
	if (column->extended)
		column->hash->args[1].value = Int64GetDatum((int64) key_secret.siphash[0]);
	column->equal = prepare_call(&column->equal_function, 2, collation);
}

/* The slot of an equal key, or the free one where it belongs */
static ValueSlot *
find_slot(ValueTable *table, uint64 hash, Datum key)
{
	uint64		mask = table->nslots - 1;
	uint64		i = hash >> table->shift;

	while (table->slots[i].record != NULL &&
		   (table->slots[i].hash != hash ||
			!values_equal(&table->columns[0], table->slots[i].record->key, key)))
		i = (i + 1) & mask;
	return &table->slots[i];
}

/* Make room for nkeys in all, keeping a fifth of the slots free */
static void
reserve(ValueTable *table, uint64 nkeys)
{
	ValueSlot  *old = table->slots;
	uint64		old_slots = table->nslots;
	uint64		nslots = Max(old_slots, FIRST_SLOTS);

	while (nslots - nslots / 5 <= nkeys)
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

/*
 * Enter one row, its values flat.  values NULL means that the key has been
 * seen to repeat elsewhere.
 */
static void
enter(ValueTable *table, uint64 hash, Datum key, bool repeats,
	  uint64 value_hash, Datum value)
{
	ValueSlot  *slot = find_slot(table, hash, key);
	ValueRecord *record = slot->record;

	if (record == NULL)
	{
		if (table->nkeys + 1 >= table->nslots - table->nslots / 5)
		{
			reserve(table, table->nkeys + 1);
			slot = find_slot(table, hash, key);
		}
		record = take(table, sizeof(ValueRecord));
		record->key = keep(table, &table->columns[0], key);
		record->value = 0;
		record->value_hash = value_hash;
		record->repeats = repeats;
		if (!repeats && table->ncolumns == 2)
			record->value = keep(table, &table->columns[1], value);
		if (repeats)
			table->nrepeats++;
		slot->hash = hash;
		slot->record = record;
		table->nkeys++;
	}
	else if (!record->repeats &&
			 (repeats || table->ncolumns == 1 ||
			  record->value_hash != value_hash ||
			  !values_equal(&table->columns[1], record->value, value)))
	{
		record->repeats = true;
		table->nrepeats++;
	}
}

ValueTable *
value_table_create(MemoryContext context, int ncolumns, const Oid *types,
				   Oid collation)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ValueTable *table = palloc0(sizeof(ValueTable));

	table->context = context;
	table->ncolumns = ncolumns;
	table->chunk_size = FIRST_CHUNK;
	for (int i = 0; i < ncolumns; i++)
		init_column(&table->columns[i], types[i], collation);
	reserve(table, 1);
	MemoryContextSwitchTo(old);
	return table;
}

/* Add a row of ncolumns values.  Leaves garbage in the current context. */
void
value_table_add(ValueTable *table, const Datum *row)
{
	Datum		key = flatten(&table->columns[0], row[0]);
	Datum		value = 0;
	uint64		value_hash = 0;

	if (table->ncolumns == 2)
	{
		value = flatten(&table->columns[1], row[1]);
		value_hash = hash_value(&table->columns[1], value);
	}
	enter(table, hash_value(&table->columns[0], key), key, false,
		  value_hash, value);
}

uint64
value_table_keys(const ValueTable *table)
{
	return table->nkeys;
}

uint64
value_table_repeats(const ValueTable *table)
{
	return table->nrepeats;
}

static void
write_hashed(ValueWriter *writer, const ValueColumn *column, uint64 hash, Datum value)
{
	value_write_bytes(writer, &hash, sizeof(hash));
	value_write(writer, value, column->typlen, column->typbyval);
}

/*
 * The dump: the number of keys; for each, whether it repeats, its hash and
 * itself, and, if it does not repeat and there are two columns, hash and value
 * of the second one.
 */
static void
write_table(ValueWriter *writer, const ValueTable *table)
{
	value_write_bytes(writer, &table->nkeys, sizeof(table->nkeys));
	for (uint64 i = 0; i < table->nslots; i++)
	{
		const ValueRecord *record = table->slots[i].record;
		char		repeats;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		if (record == NULL)
			continue;
		repeats = record->repeats ? 1 : 0;
		value_write_bytes(writer, &repeats, 1);
		write_hashed(writer, &table->columns[0], table->slots[i].hash, record->key);
		if (!record->repeats && table->ncolumns == 2)
			write_hashed(writer, &table->columns[1], record->value_hash, record->value);
	}
}

uint64
value_table_dump_size(const ValueTable *table)
{
	ValueWriter writer = {NULL, 0};

	write_table(&writer, table);
	return writer.size;
}

void
value_table_dump(const ValueTable *table, char *bytes)
{
	ValueWriter writer = {bytes, 0};

	write_table(&writer, table);
}

static Datum
read_hashed(ValueReader *reader, const ValueColumn *column, uint64 *hash)
{
	value_read_bytes(reader, hash, sizeof(*hash));
	return value_read(reader, column->typlen, column->typbyval);
}

/* Add what another table held.  An error if the bytes are no such dump. */
void
value_table_load(ValueTable *table, const char *bytes, size_t size)
{
	ValueReader reader = {bytes, size};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext,
												  "greenery merge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	uint64		n;

	value_read_bytes(&reader, &n, sizeof(n));

	/* a key takes at least its flag and its hash */
	if (n > reader.left / (1 + sizeof(uint64)))
		value_bytes_invalid();

	/*
	 * They come in the order of the slots.  Were the table to grow on the way,
	 * its front would be overfull, and probing take quadratic time.
	 */
	reserve(table, table->nkeys + n);
	for (uint64 i = 0; i < n; i++)
	{
		char		repeats;
		uint64		hash;
		uint64		value_hash = 0;
		Datum		key;
		Datum		value = 0;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		/* values may be long */
		if (MemoryContextMemAllocated(scratch, false) > SCRATCH_SIZE)
			MemoryContextReset(scratch);
		value_read_bytes(&reader, &repeats, 1);
		key = read_hashed(&reader, &table->columns[0], &hash);
		if (!repeats && table->ncolumns == 2)
			value = read_hashed(&reader, &table->columns[1], &value_hash);
		enter(table, hash, key, repeats != 0, value_hash, value);
	}
	if (reader.left != 0)
		value_bytes_invalid();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}
