/*-------------------------------------------------------------------------
 *
 * key_log_fuzz.c
 *	  Drives key logs with arbitrary keys and compares them with a list.
 *
 * The input is a program: its first byte chooses the width of the keys, each
 * further pair of bytes is a key or a command.  Keys go to one of two logs, and in
 * the end one is loaded into the other.  Some commands add thousands of keys, new
 * ones or the same over and over, so that logs get parts and shrink.  Then the
 * input itself is taken for a dump, which must be refused or loaded, no more.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "keys/key_log.h"

#define MAX_KEYS 65536
#define MANY_KEYS 9000

const char *const fuzz_name = "key_log";
unsigned long fuzz_accepted = 0;

/* both widths; keys for both logs, many keys, and merges */
const char *const fuzz_seeds[] = {
	"0x1y2x1\x80z\x81y", "1x1x1\xf8" "1", "0\x01\x01\x01\x02\x09\x01\x11 \x91 ",
	"1\x01\x01\x81\x02\x11 \x09\x01\x09\x01\x09\x01\x09\x01\x09\x01\x08 ",
	"0\x09\x01\x09\x01\x09\x01\x09\x01\x09\x01\x09\x01\x09\x01\x09\x01\x91 ",
	NULL
};

const char *const fuzz_pieces[] = {
	"x1", "\xf8" "1", "\x01\x01", "\x81\x01", "\x09\x02", "\x89\x02", "\x11 ",
	"\x11!", "\x91 ", "\x91!", "\x08 ", "\x88 ", NULL
};

/* What a naive program would remember: per key how often it came, 2 for more */
typedef unsigned char Model[MAX_KEYS];

/* Key number i: neighbours share a part, some all of their first word */
static void
add_key(KeyLog *log, Model model, uint32_t i)
{
	uint64_t	key[2] = {
		(uint64_t) (i & 0xff) << 56 | (uint64_t) (i >> 9) << 40, i >> 8 & 1
	};

	if (log->words == 1)
		key_log_add_word(log, key[0] | key[1]);
	else
		key_log_add(log, key);
	if (model[i] < 2)
		model[i]++;
}

static void
compare(KeyLog *log, const Model model)
{
	uint64_t	keys = 0;
	uint64_t	repeats = 0;
	uint64_t	found[2];

	for (int i = 0; i < MAX_KEYS; i++)
	{
		keys += model[i] > 0;
		repeats += model[i] > 1;
	}
	key_log_counts(log, &found[0], &found[1]);
	FUZZ_CHECK(found[0] == keys);
	FUZZ_CHECK(found[1] == repeats);
}

static void
load_into(KeyLog *into, Model model, KeyLog *from, const Model other, bool lasting)
{
	uint64_t	size = key_log_dump_size(from);
	char	   *chunk = fuzz_allocate(NULL, size + 9);
	char	   *bytes = lasting ? chunk : chunk + 1;	/* unaligned */

	key_log_dump(from, bytes);
	FUZZ_CHECK(key_log_check(from->words, bytes, size));
	FUZZ_CHECK(!key_log_check(from->words, bytes, size - 1));
	FUZZ_CHECK(!key_log_check(from->words, bytes, size + 8));
	key_log_load(into, bytes, size, lasting);
	if (!lasting)
		fuzz_release(NULL, chunk);
	for (int i = 0; i < MAX_KEYS; i++)
		model[i] = model[i] + other[i] > 2 ? 2 : model[i] + other[i];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Model models[3];
	KeyLog		logs[3];
	int			words;
	int			loads = 0;

	if (size < 1)
		return 0;
	words = data[0] & 1 ? 2 : 1;
	memset(models, 0, sizeof(models));
	for (int i = 0; i < 3; i++)
		key_log_init(&logs[i], words, &fuzz_hooks, NULL);

	for (size_t p = 1; p + 1 < size; p += 2)
	{
		int			t = data[p] >> 7;
		uint32_t	i = data[p + 1];

		switch (data[p] & 0x7f)
		{
			case 1:				/* many keys, new ones if none like them came */
				for (uint32_t k = 0; k < MANY_KEYS; k++)
					add_key(&logs[t], models[t], (i & 7) * 8192 + k % 8192);
				break;
			case 9:				/* few keys, very often */
				for (uint32_t k = 0; k < MANY_KEYS; k++)
					add_key(&logs[t], models[t], (i * 256 + k % (1 + i)) % MAX_KEYS);
				break;
			case 8:				/* a look in between changes nothing */
				compare(&logs[t], models[t]);
				break;
			case 17:			/* one log into the other, in mid-course */
				if (loads++ < 8)
					load_into(&logs[t], models[t], &logs[1 - t], models[1 - t], i & 1);
				break;
			default:
				add_key(&logs[t], models[t], i | (uint32_t) (data[p] & 0x7f) << 8);
		}
	}
	fuzz_accepted++;
	compare(&logs[0], models[0]);
	compare(&logs[1], models[1]);
	load_into(&logs[0], models[0], &logs[1], models[1], data[0] & 2);
	compare(&logs[0], models[0]);

	/* into an empty log, and the contents unchanged by having been dumped */
	load_into(&logs[2], models[2], &logs[0], models[0], data[0] & 4);
	compare(&logs[2], models[0]);
	compare(&logs[0], models[0]);

	if (key_log_check(words, (const char *) data + 1, size - 1))
		key_log_load(&logs[2], fuzz_copy(data + 1, size - 1), size - 1, data[0] & 8);

	fuzz_release_all();
	return 0;
}
