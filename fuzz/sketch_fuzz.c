/*-------------------------------------------------------------------------
 *
 * sketch_fuzz.c
 *	  Drives repeat sketches with arbitrary orders and compares them with a list.
 *
 * The input is a program: its first byte says what k two sketches have, each further
 * pair of bytes is an order for one of them or a command.  At all times a sketch must be, bit
 * for bit, what the list of its orders says.  Then the input itself is taken for bytes and
 * for a text, which must be refused or be the only way to write what they say.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "sketch/sketch_bytes.h"
#include "sketch/sketch_text.h"

#define MODEL_USERS 256
#define MODEL_ORDERS 4

const char *const fuzz_name = "sketch";
unsigned long fuzz_accepted = 0;

/* few, many, merges both ways, several k; bytes and texts that are sketches */
const char *const fuzz_seeds[] = {
	"0\x01\x01\x81\x01\x02\x01 ", "1\x01\x01\x09\x02\x83\x01\x30 \x03\x03",
	"2\x08\x01\x88\x81\x30 \x20\x02\x28\x01", "7\x08\x03\x38\x20\x88\x85\xb0 \x30 ",
	"k=4096:users=2:repeat=1:exact:AQD/DwIAAHJ412BdAiORvUUhqsn4AyfD3qIQCQ",
	"k=4096:users=1:repeat=0:exact:AQD/DwEAAH6UvjeeA/lR+t54dhzasQA",
	"k=16:users=0:repeat=0:exact:AQAPAAAAAAAAAAAAAA",
	/* bits at its end that mean nothing */
	"k=16:users=0:repeat=0:exact:AQAPAAAAAAAAAAAAAB",
	"\x01\x01\x0f\xff", NULL
};

const char *const fuzz_pieces[] = {
	"\x01\x01", "\x81\x01", "\x02\x02", "\x82\x02", "\x08\x01", "\x88\x81", "\x08\x81",
	"\x30 ", "\xb0 ", "\x38\x01", "\xb8\x03", "\x20\x04", "k=", ":users=", ":exact:",
	":sampled:", "\x01\x01\x0f", "4096", "AA", NULL
};

/* The orders that a sketch has seen, as bits */
typedef struct Model
{
	uint32_t	k;
	unsigned char orders[MODEL_USERS];
} Model;

static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* User number i: both ends, neighbours, leading zeros, and any */
static uint64_t
user_of(unsigned i)
{
	if (i < 16)
		return i;
	if (i < 32)
		return SKETCH_MAX_USER - (i - 16);
	return sketch_user(mix(i)) >> (i < 128 ? i % 32 : 0);
}

/* The hash of order number i: two differ in the last bit that is kept of most */
static uint64_t
order_of(unsigned i)
{
	return i < 2 ? (uint64_t) i << (64 - SKETCH_ORDER_BITS) : mix(i);
}

static int
compare_users(const void *a, const void *b)
{
	uint64_t	x = ((const SketchEntry *) a)->user;
	uint64_t	y = ((const SketchEntry *) b)->user;

	return (x > y) - (x < y);
}

/* What the list says: users, ascending, each once */
static uint32_t
model_entries(const Model *model, SketchEntry *entries)
{
	uint32_t	n = 0;
	uint32_t	kept = 0;

	for (unsigned i = 0; i < MODEL_USERS; i++)
		for (unsigned o = 0; o < MODEL_ORDERS; o++)
			if (model->orders[i] & 1 << o)
			{
				entries[n].user = user_of(i);
				entries[n++].order = order_of(o) >> (64 - sketch_order_bits(user_of(i)));
			}
	qsort(entries, n, sizeof(SketchEntry), compare_users);
	for (uint32_t i = 0; i < n; i++)
	{
		if (kept > 0 && entries[kept - 1].user == entries[i].user)
		{
			if (entries[kept - 1].order != entries[i].order)
				entries[kept - 1].order = SKETCH_REPEAT;
		}
		else
			entries[kept++] = entries[i];
	}
	return kept;
}

/* A sketch as bytes */
static unsigned char *
bytes_of(const RepeatSketch *sketch, size_t *size)
{
	SketchCounts counts;
	SketchEntry *entries = sketch_entries(sketch, &counts);
	unsigned char *bytes;

	*size = sketch_write(&counts, entries, NULL);
	bytes = malloc(*size);
	FUZZ_CHECK(bytes != NULL);
	FUZZ_CHECK(sketch_write(&counts, entries, bytes) == *size);
	fuzz_release(NULL, entries);
	return bytes;
}

/* Bytes that are a sketch: as text and back, and written anew, they are the same */
static void
check_bytes(const unsigned char *bytes, size_t size, const SketchCounts *counts)
{
	char	   *text = malloc(SKETCH_TEXT_ROOM(size));
	unsigned char *back;
	RepeatSketch sketch;
	size_t		size_back;

	FUZZ_CHECK(text != NULL);
	sketch_to_text(counts, bytes, size, text);
	back = malloc(SKETCH_BYTES_ROOM(strlen(text)));
	FUZZ_CHECK(back != NULL);
	FUZZ_CHECK(sketch_from_text(text, back) == size);
	FUZZ_CHECK(memcmp(bytes, back, size) == 0);
	free(back);
	free(text);

	sketch_init(&sketch, SKETCH_MAX_K, &fuzz_hooks, NULL);
	FUZZ_CHECK(sketch_merge(&sketch, bytes, size));
	back = bytes_of(&sketch, &size_back);
	FUZZ_CHECK(size_back == size && memcmp(bytes, back, size) == 0);
	free(back);
}

static void
compare(const RepeatSketch *sketch, const Model *model)
{
	SketchEntry entries[MODEL_USERS * MODEL_ORDERS];
	uint32_t	users = model_entries(model, entries);
	SketchCounts counts = {.k = model->k,.sampled = users > model->k};
	SketchCounts read;
	size_t		size;
	unsigned char *bytes = bytes_of(sketch, &size);
	unsigned char *expected;

	counts.users = counts.sampled ? model->k : users;
	for (uint32_t i = 0; i < counts.users; i++)
		counts.repeats += entries[i].order == SKETCH_REPEAT;
	counts.last = counts.users > 0 ? entries[counts.users - 1].user : 0;
	FUZZ_CHECK(size == sketch_write(&counts, entries, NULL));
	expected = malloc(size);
	FUZZ_CHECK(expected != NULL);
	(void) sketch_write(&counts, entries, expected);
	FUZZ_CHECK(memcmp(bytes, expected, size) == 0);
	free(expected);

	FUZZ_CHECK(sketch_check(bytes, size, &read));
	FUZZ_CHECK(read.k == counts.k && read.sampled == counts.sampled &&
			   read.users == counts.users && read.repeats == counts.repeats &&
			   read.last == counts.last);
	FUZZ_CHECK(!sketch_check(bytes, size - 1, &read));
	check_bytes(bytes, size, &counts);
	free(bytes);
}

/* A k is the least of those that were asked for */
static void
limit(RepeatSketch *sketch, Model *model, uint32_t k)
{
	sketch_limit(sketch, k);
	if (k < model->k)
		model->k = k;
}

static void
add(RepeatSketch *sketch, Model *model, unsigned user, unsigned order)
{
	if (user_of(user) <= sketch->last)
		sketch_add(sketch, user_of(user), order_of(order));
	model->orders[user] |= 1 << order;
}

static void
merge(RepeatSketch *into, Model *into_model, const RepeatSketch *from, const Model *from_model)
{
	size_t		size;
	unsigned char *bytes = bytes_of(from, &size);

	FUZZ_CHECK(sketch_merge(into, bytes, size));
	for (int i = 0; i < MODEL_USERS; i++)
		into_model->orders[i] |= from_model->orders[i];
	if (from_model->k < into_model->k)
		into_model->k = from_model->k;
	free(bytes);
}

/* Any bytes */
static void
check_input(const uint8_t *data, size_t size)
{
	SketchCounts counts;
	char	   *text = malloc(size + 1);
	unsigned char *bytes = malloc(SKETCH_BYTES_ROOM(size));
	size_t		length;

	FUZZ_CHECK(text != NULL && bytes != NULL);
	if (sketch_check(data, size, &counts))
		check_bytes(data, size, &counts);
	memcpy(text, data, size);
	text[size] = '\0';
	length = sketch_from_text(text, bytes);
	if (length > 0)
	{
		char	   *again = malloc(SKETCH_TEXT_ROOM(length));

		FUZZ_CHECK(again != NULL);
		FUZZ_CHECK(sketch_check(bytes, length, &counts));
		sketch_to_text(&counts, bytes, length, again);
		FUZZ_CHECK(strcmp(text, again) == 0);
		check_bytes(bytes, length, &counts);
		free(again);
	}
	free(bytes);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Model models[2];
	RepeatSketch sketches[2];

	check_input(data, size);
	if (size < 1)
		return 0;
	for (int i = 0; i < 2; i++)
	{
		memset(&models[i], 0, sizeof(models[i]));
		models[i].k = SKETCH_MIN_K + (data[0] >> (4 * i) & 15) * 5;
		sketch_init(&sketches[i], models[i].k, &fuzz_hooks, NULL);
	}

	for (size_t p = 1; p + 1 < size; p += 2)
	{
		int			t = data[p] >> 7;
		unsigned	i = data[p + 1];

		switch (data[p] >> 3 & 0x0f)
		{
			case 1:				/* many users */
				for (unsigned k = i & 127; k < MODEL_USERS; k += 1 + (i >> 7))
					add(&sketches[t], &models[t], k, data[p] & 3);
				break;
			case 4:
				limit(&sketches[t], &models[t], SKETCH_MIN_K + i);
				break;
			case 5:				/* a look in between changes nothing */
				compare(&sketches[t], &models[t]);
				break;
			case 6:				/* one into the other, in mid-course */
				merge(&sketches[t], &models[t], &sketches[1 - t], &models[1 - t]);
				break;
			default:
				add(&sketches[t], &models[t], i, data[p] & 3);
		}
	}
	fuzz_accepted++;
	compare(&sketches[0], &models[0]);
	compare(&sketches[1], &models[1]);
	merge(&sketches[0], &models[0], &sketches[1], &models[1]);
	compare(&sketches[0], &models[0]);
	fuzz_release_all();
	return 0;
}
