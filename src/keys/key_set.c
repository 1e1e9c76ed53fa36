/*-------------------------------------------------------------------------
 *
 * key_set.c
 *	  Filling a set of keys; see key_set.h.
 *
 *-------------------------------------------------------------------------
 */
#include "keys/key_set.h"

/* Slots between two calls of poll() */
#define POLL_EVERY 4096

/* Make an empty set of 2^bits slots in memory of key_set_bytes() */
void
key_set_init(KeySet *set, int words, int bits, uint32_t type)
{
	memset(set, 0, (size_t) key_set_bytes(words, bits));
	set->version = KEY_SET_VERSION;
	set->words = (uint8_t) words;
	set->bits = (uint8_t) bits;
	set->type = type;
}

/* Keys that fit, at most four fifths of the slots */
static uint64_t
limit_of(int bits)
{
	return (UINT64_C(4) << bits) / 5;
}

/* May one more key be added? */
bool
key_set_has_room(const KeySet *set)
{
	return set->nkeys < limit_of(set->bits);
}

/* log2 of the slots that nkeys need */
int
key_set_bits_for(uint64_t nkeys)
{
	int			bits = 3;

	while (bits < 32 && limit_of(bits) < nkeys)
		bits++;
	return bits;
}

/* Add a key to a set that has room for it */
void
key_set_add(KeySet *set, const uint64_t *key)
{
	const bool	one = set->words == 1;
	char	   *slot;

	if ((key[0] | (one ? 0 : key[1])) == 0)
	{
		set->has_zero = 1;
		return;
	}
	slot = one ? key_set_slot(set, key, 1) : key_set_slot(set, key, 2);
	if ((key_set_word(slot) | (one ? 0 : key_set_word(slot + sizeof(uint64_t)))) == 0)
	{
		memcpy(slot, key, set->words * sizeof(uint64_t));
		set->nkeys++;
	}
}

/*
 * Add all keys of another set.  Returns false, and has added some of them, if
 * the other one has more keys than it says, and no room for them.
 *
 * Keys come in the order of their slots, from both sets' beginnings to their
 * ends: a set without room for all of them would fill up in front.
 */
bool
key_set_add_all(KeySet *set, const KeySet *other, void (*poll) (void))
{
	const char *slot = (const char *) other + sizeof(KeySet);
	const size_t width = other->words * sizeof(uint64_t);
	uint64_t	nslots = UINT64_C(1) << other->bits;

	for (uint64_t i = 0; i < nslots; i++, slot += width)
	{
		uint64_t	key[2] = {0, 0};

		if (i % POLL_EVERY == 0)
			poll();
		memcpy(key, slot, width);
		if ((key[0] | key[1]) == 0)
			continue;
		if (!key_set_has_room(set))
			return false;
		key_set_add(set, key);
	}
	set->has_zero |= other->has_zero;
	return true;
}
