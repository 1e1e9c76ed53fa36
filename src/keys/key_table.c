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
 * - In a table larger than the inner caches rows wait until there are many for
 *   the same part of it.  Then the part's lines are asked for and the rows put
 *   in, while the addresses of its few pages are at hand: a row alone would wait
 *   for its page's address before its line can even be asked for.
 * - Rows come in by a few lines that never leave the innermost cache.  PostgreSQL
 *   stores the address of each row that it reads in pieces of two bytes and loads it
 *   as four, and such a load waits until all stores before it have reached the
 *   cache.  Rows that were stored straight to their parts made it wait for the
 *   parts' lines: a sixth of the time that it all took.
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
 * an entry.  Rows that wait take less than three bytes more then.
 *
 *-------------------------------------------------------------------------
 */
#include "keys/key_table.h"
#include "keys/key_table_slots.h"

#define CACHE_LINE 64
#define FIRST_SLOTS 8

/* 2^64 divided by the golden ratio, which is odd: see home_slot() */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

/*
 * Rows wait for parts of at least so many slots, and so many slots must the part
 * have for each of them: the rows that wait make neither for much memory nor for
 * a part that is much fuller than the table.
 */
#ifndef MIN_PART_SLOTS
#define MIN_PART_SLOTS 128
#endif
#define SLOTS_PER_WAITING_ROW 8
#define MAX_ROOM 512

/* Rows that come in before they are told their parts */
#define INCOMING 64

/* How many lines ahead of their use are asked for */
#define AHEAD 16

/* Run f for the table's width of key, known to the compiler in each case */
#define BY_WORDS(table, f, ...) \
	((table)->words == 1 ? f(table, __VA_ARGS__, 1) : f(table, __VA_ARGS__, 2))

static void add_special(KeyTable *table, const uint64_t *key);

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
	memset(table->chunk, 0, size);
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
}

/* Make room for nkeys in all */
void
key_table_reserve(KeyTable *table, uint64_t nkeys)
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
static void distribute(KeyTable *table);

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
bool
key_table_only_the_mark(KeyTable *table, const uint64_t *key)
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
	else if (UNLIKELY(table->special != NULL) && is_mark(held, words))
	{
		if ((value == NULL || !is_mark(value, words)) &&
			key_table_only_the_mark(table, key))
		{
			add_special(table, key);
			table->nrepeats++;
		}
	}
	else
	{
		/* who comes back cannot be foreseen: no branch may ask */
		int			second = (int) !is_mark(held, words) &
			(int) (value == NULL || !same(held, value, words));

		held[0] = second ? KEY_TABLE_MARK : held[0];
		if (words == 2)
			held[1] = second ? 0 : held[1];
		table->nrepeats += second;
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

/* The rows that wait for a part; a line apart, lest all are in the same cache set */
ALWAYS_INLINE uint64_t *
rows_of(const KeyTable *table, unsigned part, const int width)
{
	return table->rows + part * (table->room * width + CACHE_LINE / sizeof(uint64_t));
}

ALWAYS_INLINE void
flush_rows(KeyTable *table, unsigned part, const KeyTableMode mode,
		   const int words)
{
	const int	width = width_of(mode, words);
	const uint64_t *row = rows_of(table, part, width);
	int			n = table->waiting[part];

	/* first, so that an error on the way does not insert rows twice */
	table->waiting[part] = 0;
	for (int i = 0; i < n && i < AHEAD; i++)
		PREFETCH(home_slot(table, row + i * width, mode, words));
	for (int i = 0; i < n; i++, row += width)
	{
		if (i + AHEAD < n)
			PREFETCH(home_slot(table, row + AHEAD * width, mode, words));
		put(table, row, row + words, mode, words);
	}
}

static NEVER_INLINE void
flush_part(KeyTable *table, unsigned part)
{
	bool		one = table->words == 1;

	switch (table->mode)
	{
		case KEY_TABLE_SET:
			if (one)
				flush_rows(table, part, KEY_TABLE_SET, 1);
			else
				flush_rows(table, part, KEY_TABLE_SET, 2);
			break;
		case KEY_TABLE_DUPLICATES:
			if (one)
				flush_rows(table, part, KEY_TABLE_DUPLICATES, 1);
			else
				flush_rows(table, part, KEY_TABLE_DUPLICATES, 2);
			break;
		case KEY_TABLE_REPEATS:
			if (one)
				flush_rows(table, part, KEY_TABLE_REPEATS, 1);
			else
				flush_rows(table, part, KEY_TABLE_REPEATS, 2);
			break;
	}
}

static void
flush(KeyTable *table)
{
	if (table->rows == NULL)
		return;
	distribute(table);
	for (unsigned part = 0; part < KEY_TABLE_PARTS; part++)
	{
		table->hooks->poll();
		flush_part(table, part);
	}
}

/* Make room for waiting rows as the size of the table asks for */
static void
make_room(KeyTable *table)
{
	uint64_t	room = table->nslots / KEY_TABLE_PARTS / SLOTS_PER_WAITING_ROW;
	uint64_t   *rows;

	if (table->nslots / KEY_TABLE_PARTS < MIN_PART_SLOTS)
		return;
	if (room > MAX_ROOM)
		room = MAX_ROOM;
	if (room <= (uint64_t) table->room)
		return;
	flush(table);
	rows = table->hooks->allocate(table->arg, KEY_TABLE_PARTS *
								  (room * table->width * sizeof(uint64_t) + CACHE_LINE));
	if (table->rows != NULL)
		table->hooks->release(table->arg, table->rows);
	else
		table->incoming = table->hooks->allocate(table->arg, INCOMING *
												 table->width * sizeof(uint64_t));
	table->rows = rows;
	table->room = (int) room;
}

void
key_table_make_special(KeyTable *table)
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
	key_table_make_special(table);
	key_table_add(table->special, key, key);
}

void
key_table_init(KeyTable *table, KeyTableMode mode, int words,
			   const StateHooks *hooks, void *arg)
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

void
key_table_release(KeyTable *table)
{
	void	   *memory[] = {table->chunk, table->rows, table->incoming, table->special};

	if (table->special != NULL)
		key_table_release(table->special);
	for (int i = 0; i < 4; i++)
		if (memory[i] != NULL)
			table->hooks->release(table->arg, memory[i]);
}

/* Let the rows that have come in wait for their parts */
ALWAYS_INLINE void
distribute_rows(KeyTable *table, const int words)
{
	const int	width = width_of(table->mode, words);
	const uint64_t *row = table->incoming;
	const uint64_t *end = row + table->nincoming * width;

	table->nincoming = 0;
	for (; row < end; row += width)
	{
		unsigned	part = (unsigned) (place_of(table, row, table->mode) >>
									   (64 - KEY_TABLE_PARTS_BITS));

		memcpy(rows_of(table, part, width) + table->waiting[part] * width, row,
			   width * sizeof(uint64_t));
		if (UNLIKELY(++table->waiting[part] == table->room))
		{
			flush_part(table, part);
			make_room(table);
		}
	}
}

static NEVER_INLINE void
distribute(KeyTable *table)
{
	if (table->words == 1)
		distribute_rows(table, 1);
	else
		distribute_rows(table, 2);
}

ALWAYS_INLINE void
add(KeyTable *table, const uint64_t *key, const uint64_t *value,
	const int words)
{
	const int	width = width_of(table->mode, words);
	uint64_t   *row;

	if (UNLIKELY(table->rows == NULL))
	{
		put_row(table, key, value, words);
		if (UNLIKELY(table->nslots >= KEY_TABLE_PARTS * MIN_PART_SLOTS))
			make_room(table);
		return;
	}
	row = table->incoming + table->nincoming * width;
	copy_words(row, key, words);
	if (table->mode == KEY_TABLE_REPEATS)
		copy_words(row + words, value, words);
	if (UNLIKELY(++table->nincoming == INCOMING))
		distribute(table);
}

/* The same at once; value NULL as in put() */
void
key_table_put(KeyTable *table, const uint64_t *key, const uint64_t *value)
{
	BY_WORDS(table, put_row, key, value);
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
