/*-------------------------------------------------------------------------
 *
 * key_table.c
 *	  A table of 64- or 128-bit keys that counts repeated keys exactly.
 *
 * Open addressing with linear probing.  What costs time here is waiting for
 * memory, so everything is about touching less of it and asking for it early:
 *
 * - An entry is nothing but the key and, in KEY_TABLE_REPEATS, its first
 *   value: 16 bytes for 64-bit ids, four to a cache line.  No flags, no hash:
 *   the caller scatters the keys by a bijection, so the key is its own hash
 *   and comparing keys compares ids.
 * - The home slot is given by the high bits of the key.  So the order of the
 *   slots is that of the keys, and growing, dumping and loading run through
 *   old and new memory from front to back.
 * - Rows wait in a batch while the lines of their slots come in.
 *
 * Two bit patterns have a meaning of their own although they are legal ids,
 * and neither may cost exactness:
 *
 * - A key of all zeroes marks a free slot.  The one id that has this key lives
 *   outside the slots, in table->zero.
 * - The value KEY_TABLE_MARK (with zeroes in the second word, if any) marks a
 *   key that has had two different values.  Keys whose first value is the mark
 *   itself are also entered into table->special, a table of kind
 *   KEY_TABLE_DUPLICATES: there once, they have had that one value, there
 *   twice, they have had another one as well.  No one has such ids as a rule,
 *   and then the special table does not exist.
 *
 * In KEY_TABLE_DUPLICATES, special is the set of the keys that came more than
 * once; a column without duplicates, which is what people hope to find, never
 * has one.
 *
 * The table grows by doubling when 80 % full.  At the worst moment, that of
 * growing, old and new slots take 3 / 0.8 entries a key: 60 bytes at 16 bytes
 * an entry.
 *
 *-------------------------------------------------------------------------
 */
#include "key_table.h"

#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#define PREFETCH(p) __builtin_prefetch((p), 1)
#define UNLIKELY(x) __builtin_expect((x) != 0, 0)
#else
#define ALWAYS_INLINE static inline
#define NEVER_INLINE
#define PREFETCH(p) ((void) (p))
#define UNLIKELY(x) (x)
#endif

#define CACHE_LINE 64
#define FIRST_SLOTS 8

/* 2^64 divided by the golden ratio, which is odd: see home_slot() */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

/* from this many slots on the table exceeds the inner caches */
#define BATCH_FROM_SLOTS 4096

/* entries between two calls of hooks->poll */
#define POLL_EVERY 16384

/* Run f for the table's width of key, known to the compiler in each case */
#define BY_WORDS(table, f, ...) \
	((table)->words == 1 ? f(table, __VA_ARGS__, 1) : f(table, __VA_ARGS__, 2))

static void add_special(KeyTable *table, const uint64_t *key);

/* Words in an entry */
ALWAYS_INLINE int
width_of(const KeyTableMode mode, const int words)
{
	return mode == KEY_TABLE_REPEATS ? 2 * words : words;
}

ALWAYS_INLINE bool
is_zero(const uint64_t *key, const int words)
{
	return words == 1 ? key[0] == 0 : (key[0] | key[1]) == 0;
}

ALWAYS_INLINE bool
is_mark(const uint64_t *value, const int words)
{
	return value[0] == KEY_TABLE_MARK && (words == 1 || value[1] == 0);
}

ALWAYS_INLINE bool
same(const uint64_t *a, const uint64_t *b, const int words)
{
	return a[0] == b[0] && (words == 1 || a[1] == b[1]);
}

ALWAYS_INLINE void
copy_words(uint64_t *to, const uint64_t *from, const int words)
{
	to[0] = from[0];
	if (words == 2)
		to[1] = from[1];
}

/*
 * Where to look for key first.
 *
 * Keys that come in the order of the slots while the table grows are poison
 * for linear probing: its front is overfull while the rest is empty.  A special
 * table gets its keys in the order of the table above it, so every level
 * spreads them by a factor of its own; it is 1 at the top, which is the only
 * place for KEY_TABLE_REPEATS.
 */
ALWAYS_INLINE uint64_t *
home_slot(const KeyTable *table, const uint64_t *key, const KeyTableMode mode,
		  const int words)
{
	uint64_t	hash = key[0];

	if (mode != KEY_TABLE_REPEATS)
		hash *= table->spread;
	return table->slots + (hash >> table->shift) * width_of(mode, words);
}

/* The slot that holds key, or the free one where it belongs */
ALWAYS_INLINE uint64_t *
find_slot(const KeyTable *table, const uint64_t *key, const KeyTableMode mode,
		  const int words)
{
	const int	width = width_of(mode, words);
	uint64_t   *slot = home_slot(table, key, mode, words);
	uint64_t   *end = table->slots + table->nslots * width;

	while (!is_zero(slot, words) && !same(slot, key, words))
	{
		slot += width;
		if (UNLIKELY(slot == end))
			slot = table->slots;
	}
	return slot;
}

/* Keys that nslots may hold */
static uint64_t
limit_of(uint64_t nslots)
{
	return nslots - nslots / 5 - 1;
}

/* Enter all of n old slots into new ones, which are empty */
ALWAYS_INLINE void
move(KeyTable *table, const uint64_t *old, uint64_t n, const int words)
{
	for (uint64_t i = 0; i < n; i++)
	{
		const uint64_t *entry = old + i * table->width;

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		if (!is_zero(entry, words))
			memcpy(find_slot(table, entry, table->mode, words), entry,
				   table->width * sizeof(uint64_t));
	}
}

/* Move all keys to a new array of nslots */
static NEVER_INLINE void
resize(KeyTable *table, uint64_t nslots)
{
	uint64_t   *old = table->slots;
	uint64_t	old_slots = table->nslots;
	void	   *old_chunk = table->chunk;
	uint64_t	size = UINT64_MAX;
	int			shift = 64;

	/* a size that no one can have is for the allocator to refuse */
	if (nslots <= UINT64_MAX / 64)
		size = nslots * table->width * sizeof(uint64_t) + CACHE_LINE;
	table->chunk = table->hooks->allocate(table->arg, size);
	table->slots = (uint64_t *) (((uintptr_t) table->chunk + CACHE_LINE - 1) &
								 ~(uintptr_t) (CACHE_LINE - 1));
	table->nslots = nslots;
	table->limit = limit_of(nslots);
	while (nslots > 1)
	{
		nslots /= 2;
		shift--;
	}
	table->shift = shift;

	if (table->words == 1)
		move(table, old, old_slots, 1);
	else
		move(table, old, old_slots, 2);
	if (old_chunk != NULL)
		table->hooks->release(table->arg, old_chunk);

	if (table->batch == NULL && table->nslots >= BATCH_FROM_SLOTS)
		table->batch = table->hooks->allocate(table->arg, KEY_TABLE_BATCH *
											  table->width * sizeof(uint64_t));
}

/* Make room for nkeys in all */
static void
reserve(KeyTable *table, uint64_t nkeys)
{
	uint64_t	nslots = table->nslots > 0 ? table->nslots : FIRST_SLOTS;

	while (limit_of(nslots) < nkeys && nslots <= UINT64_MAX / 2)
		nslots *= 2;
	if (nslots > table->nslots)
		resize(table, nslots);
}

/*
 * Find or make the entry of key.  The value of a new entry is left for the
 * caller to set.
 */
ALWAYS_INLINE uint64_t *
enter(KeyTable *table, const uint64_t *key, bool *found,
	  const KeyTableMode mode, const int words)
{
	uint64_t   *slot;

	if (UNLIKELY(is_zero(key, words)))
	{
		*found = table->has_zero;
		table->has_zero = true;
		return table->zero;
	}
	slot = find_slot(table, key, mode, words);
	*found = !is_zero(slot, words);
	if (!*found)
	{
		if (UNLIKELY(table->nkeys >= table->limit))
		{
			resize(table, table->nslots * 2);
			slot = find_slot(table, key, mode, words);
		}
		copy_words(slot, key, words);
		table->nkeys++;
	}
	return slot;
}

/* Insert everything that waits */
static void flush(KeyTable *table);

static NEVER_INLINE bool
contains(KeyTable *table, const uint64_t *key)
{
	const int	words = table->words;

	flush(table);
	if (is_zero(key, words))
		return table->has_zero;
	return !is_zero(find_slot(table, key, table->mode, words), words);
}

/* KEY_TABLE_REPEATS: has this marked key had the value of the mark only? */
static NEVER_INLINE bool
only_the_mark(KeyTable *table, const uint64_t *key)
{
	KeyTable   *special = table->special;

	if (special == NULL || !contains(special, key))
		return false;
	return special->special == NULL || !contains(special->special, key);
}

/*
 * Put one row into the slots.  value NULL: two different values at once, as
 * another process has already seen them.
 */
ALWAYS_INLINE void
put(KeyTable *table, const uint64_t *key, const uint64_t *value,
	const KeyTableMode mode, const int words)
{
	static const uint64_t mark[2] = {KEY_TABLE_MARK, 0};
	bool		found;
	uint64_t   *slot = enter(table, key, &found, mode, words);
	uint64_t   *held = slot + words;

	if (mode == KEY_TABLE_SET)
		return;
	if (mode == KEY_TABLE_DUPLICATES)
	{
		if (found || UNLIKELY(value == NULL))
			add_special(table, key);
		return;
	}

	if (!found)
	{
		copy_words(held, value != NULL ? value : mark, words);
		if (UNLIKELY(value == NULL))
			table->nrepeats++;
		else if (UNLIKELY(is_mark(value, words)))
			add_special(table, key);
	}
	else if (!is_mark(held, words))
	{
		if (value == NULL || !same(held, value, words))
		{
			copy_words(held, mark, words);
			table->nrepeats++;
		}
	}
	else if (UNLIKELY(table->special != NULL) &&
			 (value == NULL || !is_mark(value, words)) &&
			 only_the_mark(table, key))
	{
		add_special(table, key);
		table->nrepeats++;
	}
}

/* put() with the mode known to the compiler */
ALWAYS_INLINE void
put_row(KeyTable *table, const uint64_t *key, const uint64_t *value,
		const int words)
{
	switch (table->mode)
	{
		case KEY_TABLE_SET:
			put(table, key, value, KEY_TABLE_SET, words);
			break;
		case KEY_TABLE_DUPLICATES:
			put(table, key, value, KEY_TABLE_DUPLICATES, words);
			break;
		case KEY_TABLE_REPEATS:
			put(table, key, value, KEY_TABLE_REPEATS, words);
			break;
	}
}

ALWAYS_INLINE void
flush_mode(KeyTable *table, const KeyTableMode mode, const int words)
{
	const int	width = width_of(mode, words);
	int			n = table->waiting;

	/* first, so that an error on the way does not insert rows twice */
	table->waiting = 0;
	for (int i = 0; i < n; i++)
	{
		const uint64_t *row = table->batch + i * width;

		put(table, row, row + words, mode, words);
	}
}

static void
flush(KeyTable *table)
{
	bool		one = table->words == 1;

	switch (table->mode)
	{
		case KEY_TABLE_SET:
			if (one)
				flush_mode(table, KEY_TABLE_SET, 1);
			else
				flush_mode(table, KEY_TABLE_SET, 2);
			break;
		case KEY_TABLE_DUPLICATES:
			if (one)
				flush_mode(table, KEY_TABLE_DUPLICATES, 1);
			else
				flush_mode(table, KEY_TABLE_DUPLICATES, 2);
			break;
		case KEY_TABLE_REPEATS:
			if (one)
				flush_mode(table, KEY_TABLE_REPEATS, 1);
			else
				flush_mode(table, KEY_TABLE_REPEATS, 2);
			break;
	}
}

static NEVER_INLINE void
make_special(KeyTable *table)
{
	KeyTable   *special;

	if (table->special != NULL)
		return;
	special = table->hooks->allocate(table->arg, sizeof(KeyTable));
	key_table_init(special,
				   table->mode == KEY_TABLE_REPEATS ?
				   KEY_TABLE_DUPLICATES : KEY_TABLE_SET,
				   table->words, table->hooks, table->arg);
	special->spread = table->spread * SPREAD;
	table->special = special;
}

/* Enter a key into table->special, which is made for the first one */
static NEVER_INLINE void
add_special(KeyTable *table, const uint64_t *key)
{
	make_special(table);
	key_table_add(table->special, key, key);
}

void
key_table_init(KeyTable *table, KeyTableMode mode, int words,
			   const KeyTableHooks *hooks, void *arg)
{
	memset(table, 0, sizeof(KeyTable));
	table->mode = mode;
	table->words = words;
	table->width = width_of(mode, words);
	table->spread = 1;
	table->hooks = hooks;
	table->arg = arg;
	resize(table, FIRST_SLOTS);
}

ALWAYS_INLINE void
add(KeyTable *table, const uint64_t *key, const uint64_t *value,
	const int words)
{
	uint64_t   *row;

	if (UNLIKELY(table->batch == NULL))
	{
		put_row(table, key, value, words);
		return;
	}
	PREFETCH(home_slot(table, key, table->mode, words));
	row = table->batch + table->waiting * table->width;
	copy_words(row, key, words);
	if (table->mode == KEY_TABLE_REPEATS)
		copy_words(row + words, value, words);
	if (++table->waiting == KEY_TABLE_BATCH)
		flush(table);
}

void
key_table_add(KeyTable *table, const uint64_t *key, const uint64_t *value)
{
	BY_WORDS(table, add, key, value);
}

void
key_table_add_word(KeyTable *table, uint64_t key, uint64_t value)
{
	add(table, &key, &value, 1);
}

uint64_t
key_table_keys(KeyTable *table)
{
	flush(table);
	return table->nkeys + (table->has_zero ? 1 : 0);
}

uint64_t
key_table_repeats(KeyTable *table)
{
	flush(table);
	if (table->mode == KEY_TABLE_DUPLICATES)
		return table->special == NULL ? 0 : key_table_keys(table->special);
	return table->nrepeats;
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
		only_the_mark(table, entry))
		return bytes;
	memcpy(bytes, entry, size);
	return bytes + size;
}

/* A key of table->special, unless it has turned out a repeated one */
static char *
dump_bare(KeyTable *table, char *bytes, const uint64_t *key)
{
	size_t		size = table->words * sizeof(uint64_t);

	if (table->mode == KEY_TABLE_REPEATS && !only_the_mark(table, key))
		return bytes;
	memcpy(bytes, key, size);
	return bytes + size;
}

void
key_table_dump(KeyTable *table, char *bytes)
{
	KeyTable   *special = table->special;

	bytes = dump_number(bytes, dumped_entries(table));
	if (table->has_zero)
		bytes = dump_entry(table, bytes, table->zero);
	for (uint64_t i = 0; i < table->nslots; i++)
	{
		const uint64_t *entry = table->slots + i * table->width;

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		if (!is_zero(entry, table->words))
			bytes = dump_entry(table, bytes, entry);
	}

	bytes = dump_number(bytes, bare_keys(table));
	if (special == NULL)
		return;
	if (special->has_zero)
		bytes = dump_bare(table, bytes, special->zero);
	for (uint64_t i = 0; i < special->nslots; i++)
	{
		const uint64_t *key = special->slots + i * special->width;

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		if (!is_zero(key, table->words))
			bytes = dump_bare(table, bytes, key);
	}
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
	reserve(table, table->nkeys + missing);
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
		put_row(table, entry,
				repeats && is_mark(entry + words, words) ? NULL : entry + words,
				words);
	}

	n = loaded_number(bytes);
	bytes += sizeof(uint64_t);
	size = words * sizeof(uint64_t);
	if (n > 0)
	{
		/* these come in the order of the special table */
		make_special(table);
		reserve(table->special, key_table_keys(table->special) + n);
	}
	for (uint64_t i = 0; i < n; i++)
	{
		uint64_t	key[2];

		if (i % POLL_EVERY == 0)
			table->hooks->poll();
		memcpy(key, bytes, size);
		bytes += size;
		put_row(table, key, repeats ? mark : NULL, words);
	}
}

/* Add what another table held.  key_table_check has passed the bytes. */
void
key_table_load(KeyTable *table, const char *bytes)
{
	flush(table);
	BY_WORDS(table, load, bytes);
}
