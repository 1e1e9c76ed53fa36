/*-------------------------------------------------------------------------
 *
 * value_ids.c
 *	  Numbers for the different values of a column of any hashable type.
 *
 * For session ids that are not integers, uuids or strings: numeric, composites,
 * text in a collation that takes different strings for equal.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "sessions/value_ids.h"
#include "utils/memutils.h"

typedef struct NumberRecord
{
	ValueRecord value;
	uint64		number;
} NumberRecord;

/* The values of a dump, by the numbers that they have there */
typedef struct Renumbered
{
	ValueTable *ids;
	uint64	   *numbers;		/* here; NOT_SEEN until the value has come */
	uint64		n;
} Renumbered;

#define NOT_SEEN PG_UINT64_MAX

ValueTable *
value_ids_create(MemoryContext context, Oid type, Oid collation)
{
	return value_table_create(context, type, collation, sizeof(NumberRecord));
}

static inline uint64
number_of(const ValueTable *ids, ValueRecord *value, bool found)
{
	NumberRecord *record = (NumberRecord *) value;

	if (!found)
		record->number = value_table_count(ids) - 1;
	return record->number;
}

uint64
value_ids_get(ValueTable *ids, Datum value)
{
	bool		found;
	ValueRecord *record = value_table_enter(ids, value, &found);

	return number_of(ids, record, found);
}

static void
write_number(const void *arg pg_attribute_unused(), ValueWriter *writer,
			 const ValueRecord *value)
{
	const NumberRecord *record = (const NumberRecord *) value;

	value_write_bytes(writer, &record->number, sizeof(record->number));
}

static void
read_number(void *arg, ValueReader *reader, ValueRecord *value, bool found)
{
	Renumbered *renumbered = arg;
	uint64		number;

	value_read_bytes(reader, &number, sizeof(number));
	if (number >= renumbered->n || renumbered->numbers[number] != NOT_SEEN)
		value_bytes_invalid();
	renumbered->numbers[number] = number_of(renumbered->ids, value, found);
}

uint64
value_ids_dump_size(const ValueTable *ids)
{
	return value_table_dump(ids, NULL, write_number, NULL);
}

void
value_ids_dump(const ValueTable *ids, char *bytes)
{
	value_table_dump(ids, bytes, write_number, NULL);
}

uint64 *
value_ids_load(ValueTable *ids, const char *bytes, Size size, uint64 *n)
{
	Renumbered	renumbered = {ids, NULL, value_table_dumped(bytes, size)};

	*n = renumbered.n;
	renumbered.numbers = MemoryContextAllocHuge(CurrentMemoryContext,
												Max(*n, 1) * sizeof(uint64));
	memset(renumbered.numbers, 0xff, *n * sizeof(uint64));
	value_table_load(ids, bytes, size, read_number, &renumbered);
	return renumbered.numbers;
}
