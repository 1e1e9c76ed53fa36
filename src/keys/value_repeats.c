/*-------------------------------------------------------------------------
 *
 * value_repeats.c
 *	  Counts repeated values of any hashable type, exactly.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keys/value_repeats.h"
#include "keys/value_table.h"

/* A key, and its first value if ncolumns is 2 */
typedef struct RepeatRecord
{
	ValueRecord key;
	Datum		value;
	uint64		value_hash;
	bool		repeats;
} RepeatRecord;

struct ValueRepeats
{
	ValueTable *keys;
	int			ncolumns;
	ValueType	second;			/* if there are two columns */
	uint64		nrepeats;
};

ValueRepeats *
value_repeats_create(MemoryContext context, int ncolumns, const Oid *types,
					 Oid collation)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ValueRepeats *repeats = palloc0(sizeof(ValueRepeats));

	repeats->keys = value_table_create(context, types[0], collation,
									   sizeof(RepeatRecord));
	repeats->ncolumns = ncolumns;
	if (ncolumns == 2)
		value_type_init(&repeats->second, types[1], collation);
	MemoryContextSwitchTo(old);
	return repeats;
}

/* A key has come; again means that it has been seen to repeat elsewhere */
static inline void
count(ValueRepeats *repeats, RepeatRecord *record, bool found, bool again,
	  uint64 value_hash, Datum value)
{
	if (!found && !again)
	{
		record->value_hash = value_hash;
		if (repeats->ncolumns == 2)
			record->value = value_table_keep(repeats->keys, &repeats->second, value);
	}
	else if (!record->repeats &&
			 (again || repeats->ncolumns == 1 ||
			  record->value_hash != value_hash ||
			  !value_type_equal(&repeats->second, record->value, value)))
	{
		record->repeats = true;
		repeats->nrepeats++;
	}
}

void
value_repeats_add(ValueRepeats *repeats, const Datum *row)
{
	Datum		value = 0;
	uint64		value_hash = 0;
	ValueRecord *record;
	bool		found;

	if (repeats->ncolumns == 2)
	{
		value = value_type_flatten(&repeats->second, row[1]);
		value_hash = value_type_hash(&repeats->second, value);
	}
	record = value_table_enter(repeats->keys, row[0], &found);
	count(repeats, (RepeatRecord *) record, found, false, value_hash, value);
}

void
value_repeats_counts(const ValueRepeats *repeats, uint64 *keys,
					 uint64 *repeating)
{
	*keys = value_table_count(repeats->keys);
	*repeating = repeats->nrepeats;
}

/* Whether the key repeats; if not, hash and value of the second column */
static void
write_record(const void *arg, ValueWriter *writer, const ValueRecord *key)
{
	const ValueRepeats *repeats = arg;
	const RepeatRecord *record = (const RepeatRecord *) key;
	char		again = record->repeats ? 1 : 0;

	value_write_bytes(writer, &again, 1);
	if (again || repeats->ncolumns == 1)
		return;
	value_write_bytes(writer, &record->value_hash, sizeof(record->value_hash));
	value_write(writer, record->value, repeats->second.typlen,
				repeats->second.typbyval);
}

static void
read_record(void *arg, ValueReader *reader, ValueRecord *record, bool found)
{
	ValueRepeats *repeats = arg;
	char		again;
	uint64		value_hash = 0;
	Datum		value = 0;

	value_read_bytes(reader, &again, 1);
	if (!again && repeats->ncolumns == 2)
	{
		value_read_bytes(reader, &value_hash, sizeof(value_hash));
		value = value_read(reader, repeats->second.typlen,
						   repeats->second.typbyval);
	}
	count(repeats, (RepeatRecord *) record, found, again != 0, value_hash, value);
}

uint64
value_repeats_dump_size(const ValueRepeats *repeats)
{
	return value_table_dump(repeats->keys, NULL, write_record, repeats);
}

void
value_repeats_dump(const ValueRepeats *repeats, char *bytes)
{
	value_table_dump(repeats->keys, bytes, write_record, repeats);
}

void
value_repeats_load(ValueRepeats *repeats, const char *bytes, Size size)
{
	value_table_load(repeats->keys, bytes, size, read_record, repeats);
}
