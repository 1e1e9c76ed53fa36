/*-------------------------------------------------------------------------
 *
 * key_log.c
 *	  Keys written down as they come, and counted in the end.
 *
 * Whether values are unique is asked of columns where they are.  In a table every
 * one of them then takes a slot that nobody has touched yet: it waits for memory
 * twice, when it comes and when the table grows, and the table has twice the slots
 * it needs.  Here a key is only appended to one of 256 parts, chosen by its first
 * byte; the answer takes the parts one after the other, each of which fits into the
 * processor's cache together with a table that says where in it a key stands.
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
#include "retention/key_log.h"

#include <string.h>

#if defined(__GNUC__)
#define LOG_INLINE static inline __attribute__((always_inline))
#define LOG_NEVER_INLINE __attribute__((noinline))
#else
#define LOG_INLINE static inline
#define LOG_NEVER_INLINE
#endif

#define PART_SHIFT 56
#define PART_BITS 8

#define FIRST_PENDING 8
#define LAST_PENDING 4096
#define FIRST_CHUNK 32
#define LAST_CHUNK 1024
#define FIRST_SLAB (UINT64_C(256) << 10)
#define LAST_SLAB (UINT64_C(8) << 20)

/* keys that are not worth dropping any of */
#define SHRINK_FROM (UINT64_C(1) << 16)

/* keys between two calls of hooks->poll */
#define POLL_EVERY 16384

/* A place of the table says which key it is, from 1, and whether it came again */
#define AGAIN UINT32_C(0x80000000)

/* Working memory, which grows as needed */
typedef struct Scratch
{
	const KeyLog *log;
	uint64_t   *keys;			/* those of a part, side by side */
	uint64_t	keys_capacity;	/* in words */
	uint32_t   *places;
	uint64_t	places_capacity;
} Scratch;

void
key_log_init(KeyLog *log, int words, const KeyTableHooks *hooks, void *arg)
{
	memset(log, 0, sizeof(KeyLog));
	log->words = words;
	log->shrink_at = SHRINK_FROM;
	log->slab_size = FIRST_SLAB;
	log->hooks = hooks;
	log->arg = arg;
}

LOG_INLINE uint64_t
keys_in(const KeyLogPart *part, const KeyLogChunk *chunk, const int words)
{
	if (chunk == part->last)
		return (uint64_t) (part->next - chunk->keys) / words;
	return chunk->capacity;
}

static uint64_t
keys_of(const KeyLogPart *part, int words)
{
	return part->last == NULL ? 0 : part->full + keys_in(part, part->last, words);
}

/* From here on keys go to this chunk */
static void
use_chunk(KeyLogPart *part, KeyLogChunk *chunk, int words)
{
	part->last = chunk;
	part->next = chunk->keys;
	part->end = chunk->keys + chunk->capacity * words;
}

/* Go on to the next chunk of a part whose last one is full */
static LOG_NEVER_INLINE void
next_chunk(KeyLog *log, KeyLogPart *part)
{
	uint64_t	capacity = keys_of(part, log->words);
	uint64_t	size;
	KeyLogChunk *chunk;

	if (part->last != NULL)
		part->full += part->last->capacity;
	if (part->last != NULL && part->last->next != NULL)
	{
		use_chunk(part, part->last->next, log->words);
		return;
	}

	/* as many keys as there are already, within limits */
	if (capacity < FIRST_CHUNK)
		capacity = FIRST_CHUNK;
	if (capacity > LAST_CHUNK)
		capacity = LAST_CHUNK;
	size = sizeof(KeyLogChunk) + capacity * log->words * sizeof(uint64_t);
	if (size > log->slab_left)
	{
		log->slab = log->hooks->allocate(log->arg, log->slab_size);
		log->slab_left = log->slab_size;
		if (log->slab_size < LAST_SLAB)
			log->slab_size *= 2;
	}
	chunk = (KeyLogChunk *) log->slab;
	log->slab += size;
	log->slab_left -= size;
	chunk->next = NULL;
	chunk->capacity = capacity;
	if (part->last != NULL)
		part->last->next = chunk;
	else
		part->first = chunk;
	use_chunk(part, chunk, log->words);
}

LOG_INLINE void
append(KeyLog *log, KeyLogPart *part, const uint64_t *key, const int words)
{
	if (part->next == part->end)
		next_chunk(log, part);
	part->next[0] = key[0];
	if (words == 2)
		part->next[1] = key[1];
	part->next += words;
}

/* From now on keys go to parts */
static void
make_parts(KeyLog *log)
{
	const uint64_t size = KEY_LOG_PARTS * sizeof(KeyLogPart);
	const uint64_t *key = log->pending;

	log->parts = log->hooks->allocate(log->arg, size);
	memset(log->parts, 0, size);
	for (uint64_t i = 0; i < log->nkeys; i++, key += log->words)
		append(log, &log->parts[key[0] >> PART_SHIFT], key, log->words);
	if (log->pending != NULL)
		log->hooks->release(log->arg, log->pending);
	log->pending = NULL;
}

/* Room for one more pending key, or parts */
static void
grow_pending(KeyLog *log)
{
	const uint64_t size = log->words * sizeof(uint64_t);
	uint64_t	capacity = log->pending_capacity * 4;
	uint64_t   *pending;

	if (log->nkeys >= LAST_PENDING)
	{
		make_parts(log);
		return;
	}
	if (capacity == 0)
		capacity = FIRST_PENDING;
	pending = log->hooks->allocate(log->arg, capacity * size);
	if (log->pending != NULL)
	{
		memcpy(pending, log->pending, log->nkeys * size);
		log->hooks->release(log->arg, log->pending);
	}
	log->pending = pending;
	log->pending_capacity = capacity;
}

/* Memory for at least n units, contents lost */
static void *
make_room(const Scratch *scratch, void *memory, uint64_t *capacity, uint64_t n,
		  uint64_t unit)
{
	uint64_t	wanted = *capacity > 0 ? *capacity : 1024;

	if (n <= *capacity)
		return memory;
	while (wanted < n)
		wanted *= 2;
	if (memory != NULL)
		scratch->log->hooks->release(scratch->log->arg, memory);
	*capacity = wanted;
	return scratch->log->hooks->allocate(scratch->log->arg, wanted * unit);
}

static void
end_scratch(Scratch *scratch)
{
	if (scratch->keys != NULL)
		scratch->log->hooks->release(scratch->log->arg, scratch->keys);
	if (scratch->places != NULL)
		scratch->log->hooks->release(scratch->log->arg, scratch->places);
}

/* Put the keys of a part side by side */
static void
gather(Scratch *scratch, const KeyLogPart *part, uint64_t n)
{
	const int	words = scratch->log->words;
	const KeyLogChunk *const past = part->last->next;
	uint64_t   *to;

	scratch->keys = make_room(scratch, scratch->keys, &scratch->keys_capacity,
							  n * words, sizeof(uint64_t));
	to = scratch->keys;
	for (const KeyLogChunk *chunk = part->first; chunk != past;
		 chunk = chunk->next)
	{
		uint64_t	some = keys_in(part, chunk, words) * words;

		memcpy(to, chunk->keys, some * sizeof(uint64_t));
		to += some;
	}
}

/*
 * Count n keys, of which the first skip bits are the same.  If left is not NULL,
 * those that are no more than the second of their kind are moved to the front,
 * *left of them.
 */
LOG_INLINE void
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

/* Drop what is no more than the second of its kind */
static LOG_NEVER_INLINE void
shrink(KeyLog *log)
{
	Scratch		scratch = {.log = log};
	uint64_t	different = 0;
	uint64_t	repeats = 0;

	if (log->parts == NULL)
		return;
	for (int i = 0; i < KEY_LOG_PARTS; i++)
	{
		KeyLogPart *part = &log->parts[i];
		uint64_t	n = keys_of(part, log->words);
		uint64_t	left;

		if (n == 0)
			continue;
		gather(&scratch, part, n);
		count(&scratch, scratch.keys, n, PART_BITS, &different, &repeats, &left);
		if (left == n)
			continue;
		part->full = 0;
		use_chunk(part, part->first, log->words);
		for (uint64_t k = 0; k < left; k++)
		{
			const uint64_t *key = scratch.keys + k * log->words;

			if (log->words == 1)
				append(log, part, key, 1);
			else
				append(log, part, key, 2);
		}
		log->nkeys -= n - left;
	}
	end_scratch(&scratch);
	log->shrink_at = 4 * different;
	if (log->shrink_at < 2 * log->nkeys)
		log->shrink_at = 2 * log->nkeys;
	if (log->shrink_at < SHRINK_FROM)
		log->shrink_at = SHRINK_FROM;
}

LOG_INLINE void
add(KeyLog *log, const uint64_t *key, const int words)
{
	if (log->parts == NULL)
	{
		if (log->nkeys == log->pending_capacity)
			grow_pending(log);
		if (log->parts == NULL)
		{
			memcpy(log->pending + log->nkeys++ * words, key,
				   words * sizeof(uint64_t));
			return;
		}
	}
	if (log->nkeys >= log->shrink_at)
		shrink(log);
	append(log, &log->parts[key[0] >> PART_SHIFT], key, words);
	log->nkeys++;
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
key_log_counts(const KeyLog *log, uint64_t *keys, uint64_t *repeats)
{
	Scratch		scratch = {.log = log};

	*keys = 0;
	*repeats = 0;
	if (log->parts == NULL)
	{
		if (log->nkeys > 0)
			count(&scratch, log->pending, log->nkeys, 0, keys, repeats, NULL);
	}
	else
	{
		for (int i = 0; i < KEY_LOG_PARTS; i++)
		{
			uint64_t	n = keys_of(&log->parts[i], log->words);

			if (n == 0)
				continue;
			gather(&scratch, &log->parts[i], n);
			count(&scratch, scratch.keys, n, PART_BITS, keys, repeats, NULL);
		}
	}
	end_scratch(&scratch);
}

/*
 * The dump: the number of keys of each part, and the keys as they are in memory;
 * of a log without parts one number and its keys.
 */
uint64_t
key_log_dump_size(KeyLog *log)
{
	shrink(log);
	return ((log->parts == NULL ? 1 : KEY_LOG_PARTS) + log->nkeys * log->words) *
		sizeof(uint64_t);
}

static char *
put(char *bytes, const void *from, uint64_t size)
{
	if (size > 0)
		memcpy(bytes, from, size);
	return bytes + size;
}

void
key_log_dump(const KeyLog *log, char *bytes)
{
	if (log->parts == NULL)
	{
		bytes = put(bytes, &log->nkeys, sizeof(log->nkeys));
		put(bytes, log->pending, log->nkeys * log->words * sizeof(uint64_t));
		return;
	}
	for (int i = 0; i < KEY_LOG_PARTS; i++)
	{
		uint64_t	n = keys_of(&log->parts[i], log->words);

		bytes = put(bytes, &n, sizeof(n));
	}
	for (int i = 0; i < KEY_LOG_PARTS; i++)
	{
		const KeyLogPart *part = &log->parts[i];

		log->hooks->poll();
		for (const KeyLogChunk *chunk = part->first; chunk != NULL;
			 chunk = chunk == part->last ? NULL : chunk->next)
			bytes = put(bytes, chunk->keys, keys_in(part, chunk, log->words) *
						log->words * sizeof(uint64_t));
	}
}

static uint64_t
word_at(const char *bytes, uint64_t i)
{
	uint64_t	word;

	memcpy(&word, bytes + i * sizeof(word), sizeof(word));
	return word;
}

/* Is there one number, or one for each part, that adds up to what follows? */
static bool
adds_up(uint64_t numbers, int words, const char *bytes, uint64_t size)
{
	uint64_t	left;

	if (size < numbers * sizeof(uint64_t))
		return false;
	left = size / sizeof(uint64_t) - numbers;
	if (left % words != 0)
		return false;
	left /= words;
	for (uint64_t i = 0; i < numbers; i++)
	{
		if (word_at(bytes, i) > left)
			return false;
		left -= word_at(bytes, i);
	}
	return left == 0;
}

/*
 * The keys themselves need no check: whatever bits they have, they are keys.  One
 * that stands in another's part is one more key to the answer, no more.
 */
bool
key_log_check(int words, const char *bytes, uint64_t size)
{
	return size % sizeof(uint64_t) == 0 &&
		(adds_up(1, words, bytes, size) ||
		 adds_up(KEY_LOG_PARTS, words, bytes, size));
}

/* Add the keys of another log.  key_log_check has passed the bytes. */
void
key_log_load(KeyLog *log, const char *bytes, uint64_t size)
{
	const int	words = log->words;
	const uint64_t key_size = words * sizeof(uint64_t);
	const char *numbers = bytes;

	if (adds_up(1, words, bytes, size))
	{
		uint64_t	n = word_at(bytes, 0);

		bytes += sizeof(uint64_t);
		for (uint64_t i = 0; i < n; i++, bytes += key_size)
		{
			uint64_t	key[2];

			memcpy(key, bytes, key_size);
			key_log_add(log, key);
		}
		return;
	}

	if (log->parts == NULL)
		make_parts(log);
	bytes += KEY_LOG_PARTS * sizeof(uint64_t);
	for (int i = 0; i < KEY_LOG_PARTS; i++)
	{
		KeyLogPart *part = &log->parts[i];
		uint64_t	n = word_at(numbers, i);

		log->hooks->poll();
		log->nkeys += n;
		while (n > 0)
		{
			uint64_t	some;

			if (part->next == part->end)
				next_chunk(log, part);
			some = (uint64_t) (part->end - part->next) / words;
			if (some > n)
				some = n;
			memcpy(part->next, bytes, some * key_size);
			part->next += some * words;
			bytes += some * key_size;
			n -= some;
		}
	}
	if (log->nkeys >= log->shrink_at)
		shrink(log);
}
