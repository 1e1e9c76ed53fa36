/*-------------------------------------------------------------------------
 *
 * id_table.c
 *	  The first values of ids that are numbers.
 *
 * Where ids are numbers they come from a sequence as a rule, and those of all
 * users fill a range of which few numbers are missing.  Then an array with a place
 * for each number of the range does what a hash table does, with a fraction of the
 * memory: the id itself says where, no place stays free lest others collide, and
 * nothing is kept but the first value, four bytes of it, since values are numbers of
 * a sequence too.
 *
 * What ids are like is not known beforehand.  So all begins with a key table, and
 * as it grows its keys are looked at: if most of them lie in a range of at most
 * six numbers for each, what lies there moves to an array.  Other ids stay in the
 * key table, however far away they are, and when these have become many there is
 * another look, for a larger range.
 *
 * An entry of the array is the distance of the first value from first_base, or
 *
 *	NOTHING		the id was not there,
 *	SEVERAL		it had two different values,
 *	ELSEWHERE	its first value is not such a distance, and so it is in the key table.
 *
 * An id of the range is in the key table in the last case and in no other, so both
 * can be counted by themselves.
 *
 *-------------------------------------------------------------------------
 */
#include "keys/id_table.h"

#include <stdlib.h>

#include "keys/key_table_dump.h"
#include "keys/key_table_slots.h"

/* The first look for a range is at so many keys */
#ifndef LOOK_FROM				/* a fuzzer has it smaller */
#define LOOK_FROM 16384
#endif

/*
 * A range has at most so many numbers for each id: 24 bytes.  The key table that moves to
 * it has 20 to 40, so that both take no more than 64.
 */
#define NUMBERS_PER_ID 6

/* Keys that a look begins with */
#ifndef SAMPLE
#define SAMPLE 1024
#endif

#define NOTHING UINT32_C(0)
#define SEVERAL UINT32_MAX
#define ELSEWHERE (UINT32_MAX - 1)

/* first_base is a multiple of this: the last one but one before the values at hand */
#define FIRST_STEP (UINT64_C(1) << 30)

/* Signed numbers plus this are in order as unsigned ones */
#define SIGN UINT64_C(0x8000000000000000)

/* Some numbers from least to greatest, plus SIGN, and how many ids are among them */
typedef struct Range
{
	uint64_t	least;
	uint64_t	greatest;
	uint64_t	nids;
} Range;

void
id_table_init(IdTable *table, const StateHooks *hooks, void *arg)
{
	memset(table, 0, sizeof(IdTable));
	key_table_init(&table->rest, KEY_TABLE_REPEATS, 1, hooks, arg);
	table->look_at = LOOK_FROM;
	table->inverse = key_inverse(key_secret.factor);
}

static uint64_t
keys_of_both(const IdTable *table)
{
	return table->nkeys + table->rest.nkeys;
}

/* Can this value be an entry, given first_base? */
static inline bool
fits(uint64_t value, uint64_t first_base)
{
	return value - first_base - 1 < ELSEWHERE - 1;
}

/* Ids that were new, and those that had a second value for the first time */
typedef struct Counts
{
	uint64_t	keys;
	uint64_t	repeats;
} Counts;

static inline void
add_counts(IdTable *table, Counts counts)
{
	table->nkeys += counts.keys;
	table->nrepeats += counts.repeats;
}

/*
 * One more entry for an id of the range that is not elsewhere.  It cannot be foreseen who
 * comes back: no branch may ask.
 */
static inline void
put_first(uint32_t *entry, uint32_t first, Counts *counts)
{
	uint32_t	held = *entry;
	bool		fresh = held == NOTHING;
	bool		second = !fresh & (held != first) & (held != SEVERAL);

	*entry = held | (first & -(uint32_t) fresh) | -(uint32_t) second;
	counts->keys += fresh;
	counts->repeats += second;
}

/* One more row of an id of the range, if either its value or its entry is not a distance */
static NEVER_INLINE void
put_odd(IdTable *table, uint64_t id, uint64_t value)
{
	uint32_t   *held = table->firsts + (id - table->base);

	if (*held == SEVERAL)
		return;
	if (*held == NOTHING || *held == ELSEWHERE)
	{
		*held = ELSEWHERE;
		key_table_add_word(&table->rest, key_scatter(id), value);
		return;
	}
	*held = SEVERAL;
	table->nrepeats++;
}

/* Put one row where it belongs */
static inline void
put_row(IdTable *table, uint64_t id, uint64_t value, Counts *counts)
{
	uint64_t	offset = id - table->base;

	if (offset >= table->nids)
		key_table_add_word(&table->rest, key_scatter(id), value);
	else if (UNLIKELY(!fits(value, table->first_base) ||
					  table->firsts[offset] == ELSEWHERE))
		put_odd(table, id, value);
	else
		put_first(table->firsts + offset, (uint32_t) (value - table->first_base),
				  counts);
}

/* Put the rows that wait where they belong */
static NEVER_INLINE void
flush(IdTable *table)
{
	const uint64_t *row = table->waiting;
	const uint64_t *end = row + 2 * table->nwaiting;
	Counts		counts = {0, 0};

	/* first, so that an error on the way does not insert rows twice */
	table->nwaiting = 0;
	for (const uint64_t *ahead = row; ahead < end; ahead += 2)
		if (ahead[0] - table->base < table->nids)
			PREFETCH(table->firsts + (ahead[0] - table->base));
	for (; row < end; row += 2)
		put_row(table, row[0], row[1], &counts);
	add_counts(table, counts);
}

/* The same, and there may be a larger range now */
void
id_table_flush(IdTable *table)
{
	flush(table);
	if (UNLIKELY(table->rest.nkeys >= table->look_at))
		id_table_look(table);
}

/* When to look again: the more ids, the later */
static void
look_later(IdTable *table)
{
	table->look_at = table->rest.nkeys + LOOK_FROM + keys_of_both(table) / 4;
}

/* A row, or two where an id has had two values: any two stand for them */
static void
add_entry(void *arg, uint64_t key, const uint64_t *value)
{
	IdTable    *table = arg;
	uint64_t	id = key_gather(key, table->inverse);

	id_table_add(table, id, value != NULL ? *value : table->first_base + 1);
	if (value == NULL)
		id_table_add(table, id, table->first_base + 2);
}

/* Into range: those ids of the key table that are in it and can move to an array */
static void
narrow(const IdTable *table, Range *range, uint64_t first_base)
{
	const KeyTable *rest = &table->rest;
	Range		found = {UINT64_MAX, 0, 0};

	for (uint64_t i = 0; i < rest->nslots; i++)
	{
		const uint64_t *entry = rest->slots + 2 * i;
		uint64_t	id = key_gather(entry[0], table->inverse) + SIGN;

		if (i % POLL_EVERY == 0)
			rest->hooks->poll();
		if (is_zero(entry, 1) || id < range->least || id > range->greatest ||
			(!is_mark(entry + 1, 1) && !fits(entry[1], first_base)))
			continue;
		found.least = id < found.least ? id : found.least;
		found.greatest = id > found.greatest ? id : found.greatest;
		found.nids++;
	}
	*range = found;
}

static int
compare_words(const void *a, const void *b)
{
	uint64_t	x = *(const uint64_t *) a;
	uint64_t	y = *(const uint64_t *) b;

	return (x > y) - (x < y);
}

/*
 * Where are most ids of the key table, and most values?  A few slots tell, since its
 * keys are scattered: an eighth of either at either end may be far away.
 */
static bool
sample(const IdTable *table, uint64_t limit, Range *range, uint64_t *first_base)
{
	const KeyTable *rest = &table->rest;
	uint64_t	step = rest->nslots > SAMPLE ? rest->nslots / SAMPLE : 1;
	uint64_t	ids[SAMPLE];
	uint64_t	values[SAMPLE];
	int			n = 0;
	int			nvalues = 0;
	uint64_t	margin;

	for (uint64_t i = 0; i < rest->nslots; i += step)
	{
		const uint64_t *entry = rest->slots + 2 * i;

		if (is_zero(entry, 1))
			continue;
		ids[n++] = key_gather(entry[0], table->inverse) + SIGN;
		if (!is_mark(entry + 1, 1))
			values[nvalues++] = entry[1] + SIGN;
	}
	if (n == 0)
		return false;
	qsort(ids, n, sizeof(uint64_t), compare_words);
	range->least = ids[n / 8];
	range->greatest = ids[n - 1 - n / 8];
	if (range->greatest - range->least >= limit)
		return false;
	margin = (range->greatest - range->least) / 2 + SAMPLE;
	range->least -= range->least < margin ? range->least : margin;
	range->greatest += UINT64_MAX - range->greatest < margin ?
		UINT64_MAX - range->greatest : margin;

	/* a multiple, so that other processes have the same one as a rule */
	qsort(values, nvalues, sizeof(uint64_t), compare_words);
	*first_base = nvalues == 0 ? 0 : values[nvalues / 2] - SIGN;
	*first_base -= *first_base % FIRST_STEP + FIRST_STEP;
	return nvalues == 0 ||
		(fits(values[nvalues / 8] - SIGN, *first_base) &&
		 fits(values[nvalues - 1 - nvalues / 8] - SIGN, *first_base));
}

/* Widen a range by the table's.  Is it full enough? */
static bool
widen(const IdTable *table, Range *range, uint64_t limit)
{
	uint64_t	least = table->base + SIGN;

	if (table->nids > 0)
	{
		if (least < range->least)
			range->least = least;
		if (least + (table->nids - 1) > range->greatest)
			range->greatest = least + (table->nids - 1);
	}
	return range->greatest - range->least < limit;
}

/* Numbers to come: on both sides, but not below zero where no one is */
static void
leave_room(Range *range, uint64_t limit)
{
	uint64_t	n = range->greatest - range->least + 1;
	uint64_t	room = n < limit - n ? n : limit - n;
	uint64_t	before = room / 2;
	uint64_t	after;

	if (range->least >= SIGN && range->least - SIGN < before)
		before = range->least - SIGN;
	if (range->least < before)
		before = range->least;
	after = room - before;
	if (UINT64_MAX - range->greatest < after)
		after = UINT64_MAX - range->greatest;
	range->least -= before;
	range->greatest += after;
}

/*
 * Have an array for a range that has the present one in it.  stay keys of the key
 * table, or about so many, will not move to it.
 */
static void
set_range(IdTable *table, const Range *range, uint64_t stay)
{
	KeyTable	old = table->rest;
	uint64_t	base = range->least - SIGN;
	uint64_t	nids = range->greatest - range->least + 1;
	uint32_t   *firsts = old.hooks->allocate(old.arg, nids * sizeof(uint32_t));

	memset(firsts, 0, nids * sizeof(uint32_t));
	if (table->nids > 0)
	{
		memcpy(firsts + (table->base - base), table->firsts,
			   table->nids * sizeof(uint32_t));
		old.hooks->release(old.arg, table->firsts);
	}
	else
		table->waiting = old.hooks->allocate(old.arg, ID_TABLE_WAITING *
											 2 * sizeof(uint64_t));
	table->base = base;
	table->nids = nids;
	table->firsts = firsts;

	/* what stays comes in the order of the slots: there must be room for it */
	table->look_at = UINT64_MAX;
	key_table_init(&table->rest, KEY_TABLE_REPEATS, 1, old.hooks, old.arg);
	key_table_reserve(&table->rest, stay);
	key_table_visit(&old, add_entry, table);
	key_table_release(&old);
	look_later(table);
}

/* Is there a range now, or a larger one? */
void
id_table_look(IdTable *table)
{
	uint64_t	first_base;
	uint64_t	limit;
	Range		range;

	(void) key_table_keys(&table->rest);	/* empties the batch */
	limit = NUMBERS_PER_ID * keys_of_both(table);
	if (sample(table, limit, &range, &first_base))
	{
		if (table->nids > 0)
			first_base = table->first_base;
		narrow(table, &range, first_base);
		if (range.nids >= table->rest.nkeys / 2 && widen(table, &range, limit))
		{
			leave_room(&range, limit);
			table->first_base = first_base;
			set_range(table, &range, table->rest.nkeys - range.nids);
			return;
		}
	}
	look_later(table);
}

static void
settle(IdTable *table)
{
	if (table->nids > 0)
		flush(table);
}

uint64_t
id_table_keys(IdTable *table)
{
	settle(table);
	return table->nkeys + key_table_keys(&table->rest);
}

uint64_t
id_table_repeats(IdTable *table)
{
	settle(table);
	return table->nrepeats + key_table_repeats(&table->rest);
}

/*
 * The dump: a head, the entries from the first to the last that is something, and
 * the dump of the key table.
 */
typedef struct DumpHead
{
	uint64_t	base;			/* the first entry's id */
	uint64_t	first_base;
	uint64_t	nids;
} DumpHead;

static DumpHead
dump_head(IdTable *table)
{
	DumpHead	head = {0, 0, 0};
	uint64_t	first = 0;
	uint64_t	end = table->nids;

	settle(table);
	while (end > first && table->firsts[end - 1] == NOTHING)
		end--;
	while (first < end && table->firsts[first] == NOTHING)
		first++;
	if (first < end)
	{
		head.base = table->base + first;
		head.first_base = table->first_base;
		head.nids = end - first;
	}
	return head;
}

uint64_t
id_table_dump_size(IdTable *table)
{
	DumpHead	head = dump_head(table);

	return sizeof(DumpHead) + head.nids * sizeof(uint32_t) +
		key_table_dump_size(&table->rest);
}

void
id_table_dump(IdTable *table, char *bytes)
{
	DumpHead	head = dump_head(table);

	memcpy(bytes, &head, sizeof(DumpHead));
	bytes += sizeof(DumpHead);
	if (head.nids > 0)
		memcpy(bytes, table->firsts + (head.base - table->base),
			   head.nids * sizeof(uint32_t));
	key_table_dump(&table->rest, bytes + head.nids * sizeof(uint32_t));
}

bool
id_table_check(const char *bytes, uint64_t size)
{
	DumpHead	head;

	if (size < sizeof(DumpHead))
		return false;
	memcpy(&head, bytes, sizeof(DumpHead));
	bytes += sizeof(DumpHead);
	size -= sizeof(DumpHead);
	if (head.nids > size / sizeof(uint32_t) ||
		(head.nids > 0 && head.nids - 1 > UINT64_MAX - (head.base + SIGN)))
		return false;
	return key_table_check(KEY_TABLE_REPEATS, 1, bytes + head.nids * sizeof(uint32_t),
						   size - head.nids * sizeof(uint32_t));
}

static uint32_t
dumped_entry(const char *entries, uint64_t i)
{
	uint32_t	entry;

	memcpy(&entry, entries + i * sizeof(entry), sizeof(entry));
	return entry;
}

/* Have a range, and one that has the dumped one in it if that is full enough */
static void
make_way(IdTable *table, const DumpHead *head, const char *entries)
{
	Range		range = {head->base + SIGN, head->base + SIGN + (head->nids - 1), 0};
	Range		inside;
	uint64_t	nkeys = 0;

	if (table->nids == 0)
		table->first_base = head->first_base;
	else
	{
		for (uint64_t i = 0; i < head->nids; i++)
			nkeys += dumped_entry(entries, i) != NOTHING;
		if (nkeys < keys_of_both(table))
			nkeys = keys_of_both(table);
		if (!widen(table, &range, NUMBERS_PER_ID * nkeys) ||
			range.greatest - range.least == table->nids - 1)
			return;
	}
	inside = range;
	narrow(table, &inside, table->first_base);
	set_range(table, &range, table->rest.nkeys - inside.nids);
}

/* Add an entry of a dump for this id */
static inline void
load_entry(IdTable *table, uint64_t id, uint32_t first, uint64_t first_base,
		   Counts *counts)
{
	uint64_t	offset = id - table->base;
	uint64_t	value = first_base + first;

	/* those elsewhere come with the other key table */
	if (first == NOTHING || first == ELSEWHERE)
		return;
	if (UNLIKELY(offset >= table->nids || first_base != table->first_base ||
				 table->firsts[offset] == ELSEWHERE))
		add_entry(table, key_scatter(id), first == SEVERAL ? NULL : &value);
	else
	{
		counts->repeats += (table->firsts[offset] == NOTHING) & (first == SEVERAL);
		put_first(table->firsts + offset, first, counts);
	}
}

/* Add what another table held.  id_table_check has passed the bytes. */
void
id_table_load(IdTable *table, const char *bytes)
{
	const char *entries = bytes + sizeof(DumpHead);
	DumpHead	head;
	Counts		counts = {0, 0};
	KeyTable	rest;

	(void) id_table_keys(table);	/* empties both batches */
	memcpy(&head, bytes, sizeof(DumpHead));
	if (head.nids > 0)
		make_way(table, &head, entries);
	for (uint64_t i = 0; i < head.nids; i++)
	{
		if (i % POLL_EVERY == 0)
			table->rest.hooks->poll();
		load_entry(table, head.base + i, dumped_entry(entries, i), head.first_base,
				   &counts);
	}
	add_counts(table, counts);

	bytes = entries + head.nids * sizeof(uint32_t);
	if (table->nids == 0)
	{
		key_table_load(&table->rest, bytes);
		return;
	}

	/* one by one: any of them may have its place in the array */
	key_table_init(&rest, KEY_TABLE_REPEATS, 1, table->rest.hooks, table->rest.arg);
	key_table_load(&rest, bytes);
	key_table_visit(&rest, add_entry, table);
	key_table_release(&rest);
}
