/*-------------------------------------------------------------------------
 *
 * key_log.c
 *	  Keys written down as they come, and counted in the end.
 *
 * Tests for unique values mostly read columns where they are.  In a table every
 * value then takes a slot that was not touched yet: it waits for memory
 * twice, when it comes and when the table grows, and the table has twice the slots
 * it needs.  Here a key is only appended to one of 256 parts, chosen by its first
 * byte; the answer takes the parts one after the other, spreads each over piles by
 * the following bits, and finds out what a pile holds with a table that says where in
 * it a key stands, all in the processor's inner caches.
 *
 * Keys that came often are no more than two to the answer.  Whenever there are four
 * times as many as were different the last time, or twice as many as were left then,
 * those beyond the second of their kind are dropped.  So the log takes at most 64
 * bytes for each different key of 128 bits, besides a few megabytes, and a key takes
 * part in no more than one such round on average, in a third of one where keys are
 * different.
 *
 * With some thousand keys there are no parts yet: a query may have many groups,
 * each with a log.
 *
 *-------------------------------------------------------------------------
 */
#include "keys/key_log.h"

#include <string.h>

#if defined(__GNUC__)
#define NEVER_INLINE __attribute__((noinline))
#else
#define NEVER_INLINE
#endif

#define LAST_PENDING 4096

/* keys that come in before they are spread over the parts, see key_table.c */
#define INCOMING 128

/* keys that are not worth dropping any of */
#define SHRINK_FROM (UINT64_C(1) << 16)

/* keys between two calls of hooks->poll */
#define POLL_EVERY 16384

/* A place of the table says which key it is, from 1, and whether it came again */
#define AGAIN UINT32_C(0x80000000)

/* keys that are counted at once: they and their table fit into the inner caches */
#ifndef KEYS_AT_ONCE			/* a fuzzer has it smaller */
#define KEYS_AT_ONCE 2048
#endif
#define MAX_PILE_BITS 8

/* Working memory, which grows as needed */
typedef struct Scratch
{
	const KeyLog *log;
	uint64_t   *keys;			/* those of a part, pile by pile */
	uint64_t	keys_capacity;	/* in words */
	int			pile_bits;		/* the bits after the first byte say which
								 * pile */
	uint64_t	ends[1 << MAX_PILE_BITS];	/* of the piles, in keys */
	uint32_t   *places;
	uint64_t	places_capacity;
} Scratch;

void
key_log_init(KeyLog *log, int words, const StateHooks *hooks, void *arg)
{
	memset(log, 0, sizeof(KeyLog));
	log->words = words;
	log->shrink_at = SHRINK_FROM;
	row_parts_init(&log->rows, words, hooks, arg);
	log->hooks = hooks;
	log->arg = arg;
}

PARTS_INLINE void
append(KeyLog *log, RowPart *part, const uint64_t *key, const int words)
{
	uint64_t   *row = part_next_row(&log->rows, part, words);

	row[0] = key[0];
	if (words == 2)
		row[1] = key[1];
}

/* Put the keys that have come in into their parts */
static void
spread(KeyLog *log)
{
	const uint64_t *key = log->pending;
	const uint64_t *end = key + log->npending * log->words;

	log->nkeys += log->npending;
	log->npending = 0;
	if (log->words == 1)
		for (; key < end; key++)
			append(log, part_of(&log->rows, key[0]), key, 1);
	else
		for (; key < end; key += 2)
			append(log, part_of(&log->rows, key[0]), key, 2);
}

/* From now on keys go to parts */
static void
make_parts(KeyLog *log)
{
	row_parts_make(&log->rows);
	spread(log);
	if (log->pending != NULL)
		log->hooks->release(log->arg, log->pending);
	log->pending = log->hooks->allocate(log->arg,
										INCOMING * log->words * sizeof(uint64_t));
	log->pending_capacity = INCOMING;
}

/* Working memory of at least n units, contents lost */
static void *
make_room(const Scratch *scratch, void *memory, uint64_t *capacity, uint64_t n,
		  uint64_t unit)
{
	return hooks_make_room(scratch->log->hooks, scratch->log->arg, memory, capacity,
						   n, unit);
}

static void
end_scratch(Scratch *scratch)
{
	if (scratch->keys != NULL)
		scratch->log->hooks->release(scratch->log->arg, scratch->keys);
	if (scratch->places != NULL)
		scratch->log->hooks->release(scratch->log->arg, scratch->places);
}

/*
 * Copy the keys of a part, in piles that are small enough to be counted at once
 */
PARTS_INLINE void
gather_keys(Scratch *scratch, const RowPart *part, uint64_t n, const int words)
{
	const RowChunk *const past = part->last->next;
	uint64_t   *ends = scratch->ends;
	uint64_t	first = 0;
	int			bits = 0;

	while (bits < MAX_PILE_BITS && n >> bits > KEYS_AT_ONCE)
		bits++;
	scratch->pile_bits = bits;
	scratch->keys = make_room(scratch, scratch->keys, &scratch->keys_capacity,
							  n * words, sizeof(uint64_t));

	/* two shifts: one by 64 has no meaning */
#define PILE_OF(key) ((key) << ROW_PARTS_BITS >> (63 - bits) >> 1)
	memset(ends, 0, sizeof(uint64_t) << bits);
	for (const RowChunk *chunk = part->first; chunk != past;
		 chunk = chunk->next)
	{
		uint64_t	some = part_rows_in(part, chunk, words);

		for (uint64_t i = 0; i < some; i++)
			ends[PILE_OF(chunk->words[i * words])]++;
	}
	for (uint64_t i = 0; i < UINT64_C(1) << bits; i++)
	{
		uint64_t	count = ends[i];

		ends[i] = first;
		first += count;
	}
	for (const RowChunk *chunk = part->first; chunk != past;
		 chunk = chunk->next)
	{
		const uint64_t *key = chunk->words;
		uint64_t	some = part_rows_in(part, chunk, words);

		for (uint64_t i = 0; i < some; i++, key += words)
		{
			uint64_t   *to = scratch->keys + ends[PILE_OF(key[0])]++ * words;

			to[0] = key[0];
			if (words == 2)
				to[1] = key[1];
		}
	}
#undef PILE_OF
}

/* gather_keys with the words known to the compiler */
static void
gather(Scratch *scratch, const RowPart *part, uint64_t n)
{
	if (scratch->log->words == 1)
		gather_keys(scratch, part, n, 1);
	else
		gather_keys(scratch, part, n, 2);
}

/*
 * Count n keys, of which the first skip bits are the same.  If left is not NULL,
 * those that are no more than the second of their kind are moved to the front,
 * *left of them.
 */
PARTS_INLINE void
count_keys(Scratch *scratch, uint64_t *keys, uint64_t n, int skip,
		   uint64_t *different, uint64_t *repeats, uint64_t *left,
		   const int words)
{
	int			bits = 4;
	uint64_t	mask;
	uint64_t	kept = 0;
	uint32_t   *places;

	while (bits < 31 && UINT64_C(1) << bits < 2 * n)
		bits++;
	mask = (UINT64_C(1) << bits) - 1;
	scratch->places = make_room(scratch, scratch->places,
								&scratch->places_capacity,
								UINT64_C(1) << bits, sizeof(uint32_t));
	places = scratch->places;
	memset(places, 0, sizeof(uint32_t) << bits);

	for (uint64_t i = 0; i < n; i++)
	{
		const uint64_t *key = keys + i * words;
		uint64_t	place = key[0] << skip >> (64 - bits);

		if (i % POLL_EVERY == 0)
			scratch->log->hooks->poll();
		for (;;)
		{
			uint32_t	found = places[place];
			const uint64_t *other;

			if (found == 0)
			{
				places[place] = (uint32_t) (left != NULL ? kept : i) + 1;
				++*different;
				break;
			}
			other = keys + ((found & ~AGAIN) - 1) * words;
			if (other[0] == key[0] && (words == 1 || other[1] == key[1]))
			{
				if (found & AGAIN)
					goto next;
				places[place] = found | AGAIN;
				++*repeats;
				break;
			}
			place = (place + 1) & mask;
		}
		if (left != NULL)
		{
			uint64_t   *to = keys + kept++ * words;

			to[0] = key[0];
			if (words == 2)
				to[1] = key[1];
		}
next:	;
	}
	if (left != NULL)
		*left = kept;
}

/* count_keys with the words known to the compiler */
static void
count(Scratch *scratch, uint64_t *keys, uint64_t n, int skip,
	  uint64_t *different, uint64_t *repeats, uint64_t *left)
{
	if (scratch->log->words == 1)
		count_keys(scratch, keys, n, skip, different, repeats, left, 1);
	else
		count_keys(scratch, keys, n, skip, different, repeats, left, 2);
}

/* Count the piles of a part; left, if not NULL, has as many elements */
static void
count_piles(Scratch *scratch, uint64_t *different, uint64_t *repeats,
			uint64_t *left)
{
	uint64_t	first = 0;

	for (int i = 0; i < 1 << scratch->pile_bits; i++)
	{
		uint64_t	n = scratch->ends[i] - first;

		if (left != NULL)
			left[i] = 0;
		if (n > 0)
			count(scratch, scratch->keys + first * scratch->log->words, n,
				  ROW_PARTS_BITS + scratch->pile_bits, different, repeats,
				  left == NULL ? NULL : &left[i]);
		first = scratch->ends[i];
	}
}

/* Write a part anew with what is left of its piles */
PARTS_INLINE void
rewrite(KeyLog *log, RowPart *part, const Scratch *scratch, const uint64_t *left,
		const int words)
{
	uint64_t	first = 0;

	part_rewind(part, words);
	for (int i = 0; i < 1 << scratch->pile_bits; i++)
	{
		for (uint64_t k = 0; k < left[i]; k++)
			append(log, part, scratch->keys + (first + k) * words, words);
		first = scratch->ends[i];
	}
}

/* Drop what is no more than the second of its kind */
static NEVER_INLINE void
shrink(KeyLog *log)
{
	Scratch		scratch = {.log = log};
	uint64_t	left[1 << MAX_PILE_BITS];
	uint64_t	different = 0;
	uint64_t	repeats = 0;
	uint64_t	before = log->nkeys;

	for (int i = 0; i < ROW_PARTS; i++)
	{
		RowPart    *part = &log->rows.parts[i];
		uint64_t	n = part_rows(part, log->words);
		uint64_t	all_left = 0;

		if (n == 0)
			continue;
		gather(&scratch, part, n);
		count_piles(&scratch, &different, &repeats, left);
		for (int k = 0; k < 1 << scratch.pile_bits; k++)
			all_left += left[k];
		if (all_left == n)
			continue;
		if (log->words == 1)
			rewrite(log, part, &scratch, left, 1);
		else
			rewrite(log, part, &scratch, left, 2);
		log->nkeys -= n - all_left;
	}
	end_scratch(&scratch);
	log->crowded = log->nkeys < before - before / 8;
	log->shrink_at = 4 * different;
	if (log->shrink_at < 2 * log->nkeys)
		log->shrink_at = 2 * log->nkeys;
	if (log->shrink_at < SHRINK_FROM)
		log->shrink_at = SHRINK_FROM;
}

/* Room for one more pending key */
static NEVER_INLINE void
make_pending_room(KeyLog *log)
{
	if (log->rows.parts != NULL)
	{
		if (log->nkeys >= log->shrink_at)
			shrink(log);
		spread(log);
	}
	else if (log->npending >= LAST_PENDING)
		make_parts(log);
	else
		log->pending = hooks_extend(log->hooks, log->arg, log->pending,
									&log->pending_capacity,
									log->words * sizeof(uint64_t));
}

PARTS_INLINE void
add(KeyLog *log, const uint64_t *key, const int words)
{
	uint64_t   *row;

	if (log->npending == log->pending_capacity)
		make_pending_room(log);
	row = log->pending + log->npending++ * words;
	row[0] = key[0];
	if (words == 2)
		row[1] = key[1];
}

void
key_log_add(KeyLog *log, const uint64_t *key)
{
	if (log->words == 1)
		add(log, key, 1);
	else
		add(log, key, 2);
}

void
key_log_add_word(KeyLog *log, uint64_t key)
{
	add(log, &key, 1);
}

void
key_log_counts(KeyLog *log, uint64_t *keys, uint64_t *repeats)
{
	Scratch		scratch = {.log = log};

	*keys = 0;
	*repeats = 0;
	if (log->rows.parts == NULL)
	{
		if (log->npending > 0)
			count(&scratch, log->pending, log->npending, 0, keys, repeats, NULL);
	}
	else
	{
		spread(log);
		for (int i = 0; i < ROW_PARTS; i++)
		{
			uint64_t	n = part_rows(&log->rows.parts[i], log->words);

			if (n == 0)
				continue;
			gather(&scratch, &log->rows.parts[i], n);
			count_piles(&scratch, keys, repeats, NULL);
		}
	}
	end_scratch(&scratch);
}

/* The dump: that of the parts; of a log without parts the number of its keys, and they */
uint64_t
key_log_dump_size(KeyLog *log)
{
	if (log->rows.parts == NULL)
		return (1 + log->npending * log->words) * sizeof(uint64_t);

	/* what need not be handed over costs the reader more, if there is any */
	spread(log);
	if (log->crowded)
		shrink(log);
	return row_parts_dump_size(&log->rows);
}

void
key_log_dump(const KeyLog *log, char *bytes)
{
	if (log->rows.parts != NULL)
	{
		row_parts_dump(&log->rows, bytes);
		return;
	}
	memcpy(bytes, &log->npending, sizeof(log->npending));
	if (log->npending > 0)
		memcpy(bytes + sizeof(log->npending), log->pending,
			   log->npending * log->words * sizeof(uint64_t));
}

/*
 * Are these bytes a number, and so many keys?  A dump of parts is not: its first number
 * is smaller than what all that follows it would make.
 */
static bool
is_pending_dump(int words, const char *bytes, uint64_t size)
{
	const uint64_t head = sizeof(uint64_t);
	const uint64_t key_size = words * sizeof(uint64_t);

	return size >= head && (size - head) % key_size == 0 &&
		row_parts_word(bytes, 0) == (size - head) / key_size;
}

/*
 * The keys themselves need no check: whatever bits they have, they are keys.  One
 * that stands in another's part is one more key to the answer, no more.
 */
bool
key_log_check(int words, const char *bytes, uint64_t size)
{
	return is_pending_dump(words, bytes, size) ||
		row_parts_check(words, bytes, size);
}

/* Add the keys of another log.  key_log_check has passed the bytes. */
bool
key_log_load(KeyLog *log, char *bytes, uint64_t size, bool lasting)
{
	const uint64_t key_size = log->words * sizeof(uint64_t);

	if (is_pending_dump(log->words, bytes, size))
	{
		uint64_t	n = row_parts_word(bytes, 0);

		bytes += sizeof(uint64_t);
		for (uint64_t i = 0; i < n; i++, bytes += key_size)
		{
			uint64_t	key[2];

			memcpy(key, bytes, key_size);
			key_log_add(log, key);
		}
		return false;
	}

	if (log->rows.parts == NULL)
		make_parts(log);
	log->nkeys += row_parts_load(&log->rows, bytes, lasting);

	/* what lasts takes no memory but its own */
	if (!lasting && log->nkeys >= log->shrink_at)
		shrink(log);
	return lasting;
}
