/*-------------------------------------------------------------------------
 *
 * key_table_dump.c
 *	  How the contents of one key table come into another one.
 *
 * Bytes in between may come from another process, so key_table_check tells
 * first whether they have the form of a dump.  What they say of keys is taken
 * as it is: any bytes of that form are the contents of some table.
 *
 *-------------------------------------------------------------------------
 */
#include "keys/key_table_dump.h"
#include "keys/key_table_slots.h"

/*
 * The entries one after the other: that of the key of all zeroes, then the slots'.
 * place starts at 0; NULL after the last one.
 */
ALWAYS_INLINE const uint64_t *
next_entry(const KeyTable *table, uint64_t *place)
{
	if (*place == 0)
	{
		++*place;
		if (table->has_zero)
			return table->zero;
	}
	while (*place <= table->nslots)
	{
		const uint64_t *entry = table->slots + (*place - 1) * table->width;

		if ((*place)++ % POLL_EVERY == 0)
			table->hooks->poll();
		if (!is_zero(entry, table->words))
			return entry;
	}
	return NULL;
}

/*
 * The dump: the number of entries, the entries, the number of bare keys, the
 * keys.
 *
 * KEY_TABLE_REPEATS: an entry with the mark has had two values; the bare keys
 * are those that have had the value of the mark only, and have no entry.
 * KEY_TABLE_DUPLICATES: all keys are entries, and those that came more than
 * once are bare keys too.
 */
static uint64_t
bare_keys(KeyTable *table)
{
	if (table->special == NULL)
		return 0;
	return key_table_keys(table->special) -
		(table->mode == KEY_TABLE_REPEATS ?
		 key_table_repeats(table->special) : 0);
}

static uint64_t
dumped_entries(KeyTable *table)
{
	return key_table_keys(table) -
		(table->mode == KEY_TABLE_REPEATS ? bare_keys(table) : 0);
}

void
key_table_visit(KeyTable *table, KeyVisit visit, void *arg)
{
	const uint64_t *entry;
	uint64_t	place = 0;

	(void) key_table_keys(table);	/* empties the batch */
	while ((entry = next_entry(table, &place)) != NULL)
	{
		bool		two = is_mark(entry + 1, 1) &&
			!key_table_only_the_mark(table, entry);

		visit(arg, entry[0], two ? NULL : entry + 1);
	}
}

uint64_t
key_table_dump_size(KeyTable *table)
{
	return (2 + dumped_entries(table) * table->width +
			bare_keys(table) * table->words) * sizeof(uint64_t);
}

static char *
dump_number(char *bytes, uint64_t number)
{
	memcpy(bytes, &number, sizeof(number));
	return bytes + sizeof(number);
}

static char *
dump_entry(KeyTable *table, char *bytes, const uint64_t *entry)
{
	size_t		size = table->width * sizeof(uint64_t);

	if (table->mode == KEY_TABLE_REPEATS && table->special != NULL &&
		is_mark(entry + table->words, table->words) &&
		key_table_only_the_mark(table, entry))
		return bytes;
	memcpy(bytes, entry, size);
	return bytes + size;
}

/* A key of table->special, unless it has turned out a repeated one */
static char *
dump_bare(KeyTable *table, char *bytes, const uint64_t *key)
{
	size_t		size = table->words * sizeof(uint64_t);

	if (table->mode == KEY_TABLE_REPEATS && !key_table_only_the_mark(table, key))
		return bytes;
	memcpy(bytes, key, size);
	return bytes + size;
}

void
key_table_dump(KeyTable *table, char *bytes)
{
	const uint64_t *entry;
	uint64_t	place = 0;

	bytes = dump_number(bytes, dumped_entries(table));
	while ((entry = next_entry(table, &place)) != NULL)
		bytes = dump_entry(table, bytes, entry);

	bytes = dump_number(bytes, bare_keys(table));
	if (table->special == NULL)
		return;
	place = 0;
	while ((entry = next_entry(table->special, &place)) != NULL)
		bytes = dump_bare(table, bytes, entry);
}

static uint64_t
loaded_number(const char *bytes)
{
	uint64_t	number;

	memcpy(&number, bytes, sizeof(number));
	return number;
}

bool
key_table_check(KeyTableMode mode, int words, const char *bytes, uint64_t size)
{
	uint64_t	key_size = words * sizeof(uint64_t);
	uint64_t	entry_size = mode == KEY_TABLE_REPEATS ? 2 * key_size : key_size;
	uint64_t	n;

	/* both numbers are compared with what is there before they are used */
	if (size < 2 * sizeof(uint64_t))
		return false;
	size -= 2 * sizeof(uint64_t);
	n = loaded_number(bytes);
	if (n > size / entry_size)
		return false;
	size -= n * entry_size;
	n = loaded_number(bytes + sizeof(uint64_t) + n * entry_size);
	return size % key_size == 0 && n == size / key_size;
}

/*
 * Make room for those of n dumped entries that are not here yet.
 *
 * They come in the order of the slots, so the table must not grow on the way
 * (see home_slot).  To make room for the sum of both tables would be wasteful,
 * since most often they hold the same users; so count first.  The count runs
 * through both tables from front to back.
 */
ALWAYS_INLINE void
reserve_for(KeyTable *table, const char *bytes, uint64_t n, size_t size,
			const int words)
{
	uint64_t	missing = n;

	if (table->nkeys > 0 && table->limit - table->nkeys < n)
	{
		missing = 0;
		for (uint64_t i = 0; i < n; i++)
		{
			uint64_t	key[2] = {0, 0};

			if (i % POLL_EVERY == 0)
				table->hooks->poll();
			memcpy(key, bytes + i * size, words * sizeof(uint64_t));
			if (!is_zero(key, words) &&
				is_zero(find_slot(table, key, table->mode, words), words))
				missing++;
		}
	}
	key_table_reserve(table, table->nkeys + missing);
}

ALWAYS_INLINE void
load(KeyTable *table, const char *bytes, const int words)
{
	static const uint64_t mark[2] = {KEY_TABLE_MARK, 0};
	bool		repeats = table->mode == KEY_TABLE_REPEATS;
	size_t		size = table->width * sizeof(uint64_t);
	uint64_t	n = loaded_number(bytes);

	bytes += sizeof(uint64_t);
	reserve_for(table, bytes, n, size, words);
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t	entry[4];

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		memcpy(entry, bytes, size);
		bytes += size;
		key_table_put(table, entry,
					  repeats && is_mark(entry + words, words) ? NULL :
					  entry + words);
	}

	n = loaded_number(bytes);
	bytes += sizeof(uint64_t);
	size = words * sizeof(uint64_t);
	if (n > 0)
	{
		/* these come in the order of the special table */
		key_table_make_special(table);
		key_table_reserve(table->special, key_table_keys(table->special) + n);
	}
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t	key[2];

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		memcpy(key, bytes, size);
		bytes += size;
		key_table_put(table, key, repeats ? mark : NULL);
	}
}

/* Add what another table held.  key_table_check has passed the bytes. */
void
key_table_load(KeyTable *table, const char *bytes)
{
	(void) key_table_keys(table);	/* empties the batch */
	if (table->words == 1)
		load(table, bytes, 1);
	else
		load(table, bytes, 2);
}
