/*-------------------------------------------------------------------------
 *
 * key_set_fuzz.c
 *	  Drives sets of keys with arbitrary keys and compares them with a list.
 *
 * The input is a program: its first byte chooses the width of the keys, each
 * further pair of bytes is a key for one of two sets.  In the end one set is
 * added to the other.  Sets stand where a tuple would have them, at multiples of
 * four bytes and not of eight.  Then the input is taken for the slots of a set,
 * which may have no free one: a look-up ends all the same.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "keys/key_set.h"

#define MAX_KEYS 65536

const char *const fuzz_name = "key_set";
unsigned long fuzz_accepted = 0;

/* both widths; the key of all zeroes in no set, one, or both */
const char *const fuzz_seeds[] = {
	"0x1y2x1\x81y", "1x1x1\xf8" "1", "0\x01\x01\x81\x01\x81\x02\x02\x02",
	"1\x01\x01\x7f\x7f\x81\x01\xff\xff", "0aabbccddeeffgghhiijjkkllmmnnoopp", NULL
};

const char *const fuzz_pieces[] = {
	"x1", "\xf8" "1", "\x01\x01", "\x81\x01", "\xff\xff", "aabbccddeeffgghh", NULL
};

/* Key number i: neighbours have the same slot, the first words of some are zero */
static void
make_key(uint32_t i, uint64_t *key)
{
	key[0] = (uint64_t) (i >> 4) << 52;
	key[1] = i & 15;
}

/* The same in one word */
static void
make_word(uint32_t i, uint64_t *key)
{
	key[0] = (uint64_t) (i >> 4) << 52 | (i & 15);
	key[1] = 0;
}

static void
key_of(const KeySet *set, uint32_t i, uint64_t *key)
{
	if (set->words == 1)
		make_word(i, key);
	else
		make_key(i, key);
}

/* A new set, at a multiple of four and not of eight */
static KeySet *
make_set(int words, int bits)
{
	char	   *memory = fuzz_allocate(NULL, key_set_bytes(words, bits) + 4);
	KeySet	   *set = (KeySet *) (memory + 4);

	key_set_init(set, words, bits, 7);
	return set;
}

/* Make room for nkeys in all, as the aggregate does */
static KeySet *
reserve(KeySet *set, uint64_t nkeys)
{
	int			bits = key_set_bits_for(nkeys);
	KeySet	   *larger;

	if (bits <= set->bits)
		return set;
	larger = make_set(set->words, bits);
	FUZZ_CHECK(key_set_add_all(larger, set, fuzz_poll));
	fuzz_release(NULL, (char *) set - 4);
	return larger;
}

static void
compare(const KeySet *set, const unsigned char *model)
{
	uint32_t	nkeys = 0;

	FUZZ_CHECK(key_set_check(set, key_set_bytes(set->words, set->bits)));
	FUZZ_CHECK(!key_set_check(set, key_set_bytes(set->words, set->bits) - 1));
	for (uint32_t i = 0; i < MAX_KEYS; i++)
	{
		uint64_t	key[2];

		key_of(set, i, key);
		key_set_prefetch(set, key);
		FUZZ_CHECK(key_set_contains(set, key) == (model[i] != 0));
		nkeys += model[i] != 0 && i != 0;
	}
	FUZZ_CHECK(set->nkeys == nkeys);
	FUZZ_CHECK(set->has_zero == model[0]);
	FUZZ_CHECK(set->type == 7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char models[2][MAX_KEYS];
	KeySet	   *sets[2];
	KeySet	   *forged;

	if (size < 1)
		return 0;
	memset(models, 0, sizeof(models));
	for (int t = 0; t < 2; t++)
		sets[t] = make_set(data[0] & 1 ? 2 : 1, key_set_bits_for(0));
	for (size_t p = 1; p + 1 < size; p += 2)
	{
		int			t = data[p] >> 7;
		uint32_t	i = data[p + 1] | (uint32_t) (data[p] & 0x7f) << 8;
		uint64_t	key[2];

		/* that of all zeroes more often */
		if (data[p + 1] == 1)
			i = 0;
		if (!key_set_has_room(sets[t]))
			sets[t] = reserve(sets[t], 2 * (uint64_t) sets[t]->nkeys);
		key_of(sets[t], i, key);
		key_set_add(sets[t], key);
		models[t][i] = 1;
	}
	fuzz_accepted++;
	compare(sets[0], models[0]);
	compare(sets[1], models[1]);

	sets[0] = reserve(sets[0], (uint64_t) sets[0]->nkeys + sets[1]->nkeys);
	FUZZ_CHECK(key_set_add_all(sets[0], sets[1], fuzz_poll));
	for (int i = 0; i < MAX_KEYS; i++)
		models[0][i] |= models[1][i];
	compare(sets[0], models[0]);

	/* whatever the input says it is; and a set whose slots are the input */
	if (size >= sizeof(KeySet))
		(void) key_set_check(fuzz_copy(data, size), size);
	forged = make_set(sets[0]->words, 3);
	for (size_t i = 0; i < key_set_bytes(forged->words, 3) - sizeof(KeySet); i++)
		((uint8_t *) (forged + 1))[i] = data[i % size];
	for (uint32_t i = 0; i < 64; i++)
	{
		uint64_t	key[2];

		key_of(forged, i, key);
		(void) key_set_contains(forged, key);
	}

	fuzz_release_all();
	return 0;
}
