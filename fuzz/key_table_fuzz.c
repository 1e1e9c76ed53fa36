/*-------------------------------------------------------------------------
 *
 * key_table_fuzz.c
 *	  Drives key tables with arbitrary rows and compares them with a list.
 *
 * The input is a program: its first byte chooses mode and width of the keys,
 * each further pair of bytes is a row or a command.  Rows go to one of two
 * tables, and in the end one is loaded into the other.  The keys are drawn
 * from few, chosen to be hard: all zeroes, neighbours that share a home slot,
 * the last slot before the end; the values include the mark.  Then the input
 * itself is taken for a dump, which must be refused or loaded, no more.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "keys/key_table_dump.h"
#include "repeats_model.h"

#define MANY_KEYS 2048

const char *const fuzz_name = "key_table";
unsigned long fuzz_accepted = 0;

/* the kinds of table, with rows for both sides, many keys, and merges */
const char *const fuzz_seeds[] = {
	"2x1y2x1\x80z\x81y", "1x1x1\xf8" "1", "0x1y1", "5\x01\x01\x82\x02\x90 \x10 ",
	"4\x01\x01\x01\x01\xf8" "a", "2\x02\x01\x83\x01\x10 \x92 \x03\x01",
	"5\x02\x01\x02\x02\x83\x01\x90 \x08 ", "1\x01\x01\x81\x01\x90 \x01\x02",
	NULL
};

const char *const fuzz_pieces[] = {
	"x1", "\xf8" "1", "\x7a\x10", "\x7b\x10", "\xfa\x10", "\xfb\x11", "\x08 ",
	"\x88 ", "\x10 ", "\x90 ", "\x02\x01", "\x82\x01", NULL
};

/* Key number i, an injection: 16 keys to each of 512 home slots */
static void
make_key(uint32_t i, uint64_t key[2])
{
	key[0] = (uint64_t) (i & 0x0f) << 60 | (uint64_t) (i >> 8) << 55;
	key[1] = i >> 4 & 0x0f;
}

static void
add_row(KeyTable *table, RepeatsModel *model, uint32_t i, uint64_t v)
{
	uint64_t	key[2];
	uint64_t	value[2] = {v, 0};

	make_key(i, key);
	if (table->words == 1)
	{
		key[0] |= key[1];		/* still an injection */
		key_table_add_word(table, key[0], v);
	}
	else
		key_table_add(table, key, value);
	model_add(model, i, v, table->mode == KEY_TABLE_DUPLICATES);
}

static void
compare(KeyTable *table, const RepeatsModel *model)
{
	uint64_t	keys;
	uint64_t	repeats;

	model_counts(model, &keys, &repeats);
	FUZZ_CHECK(key_table_keys(table) == keys);
	FUZZ_CHECK(table->mode == KEY_TABLE_SET ||
			   key_table_repeats(table) == repeats);
}

static void
load_into(KeyTable *into, KeyTable *from)
{
	uint64_t	size = key_table_dump_size(from);
	char	   *bytes = malloc(size + 1);
	char	   *unaligned = bytes + 1;

	FUZZ_CHECK(bytes != NULL);
	key_table_dump(from, unaligned);
	FUZZ_CHECK(key_table_check(from->mode, from->words, unaligned, size));
	FUZZ_CHECK(!key_table_check(from->mode, from->words, unaligned, size - 1));
	key_table_load(into, unaligned);
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static RepeatsModel models[2];
	static const uint64_t values[8] = {
		0, 1, KEY_TABLE_MARK, KEY_TABLE_MARK, UINT64_MAX, 2, KEY_TABLE_MARK - 1, 3
	};
	KeyTable	tables[3];
	KeyTableMode mode;
	int			words;

	if (size < 1)
		return 0;
	mode = (KeyTableMode) (data[0] % 3);
	words = data[0] & 4 ? 2 : 1;
	for (int t = 0; t < 2; t++)
		memset(models[t].there, 0, MODEL_KEYS);
	for (int t = 0; t < 3; t++)
		key_table_init(&tables[t], mode, words, &fuzz_hooks, NULL);

	for (size_t p = 1; p + 1 < size; p += 2)
	{
		int			t = data[p] >> 7;
		uint32_t	i = data[p + 1];

		switch (data[p] >> 3 & 0x0f)
		{
			case 0:				/* many keys, so that tables grow and batch */
				for (uint32_t k = 0; k < MANY_KEYS; k++)
					add_row(&tables[t], &models[t],
							(i & 3) * MANY_KEYS + k, values[data[p] & 7]);
				break;
			case 1:				/* a look in between changes nothing */
				compare(&tables[t], &models[t]);
				break;
			case 2:				/* one table into the other, in mid-course */
				load_into(&tables[t], &tables[1 - t]);
				model_merge(&models[t], &models[1 - t], mode == KEY_TABLE_DUPLICATES);
				break;
			default:
				add_row(&tables[t], &models[t], i | (i & 1) << 12,
						values[data[p] & 7]);
		}
	}
	fuzz_accepted++;
	compare(&tables[0], &models[0]);
	compare(&tables[1], &models[1]);
	load_into(&tables[0], &tables[1]);
	model_merge(&models[0], &models[1], mode == KEY_TABLE_DUPLICATES);
	compare(&tables[0], &models[0]);

	/* into an empty table, and the contents unchanged by having been dumped */
	load_into(&tables[2], &tables[0]);
	compare(&tables[2], &models[0]);
	compare(&tables[0], &models[0]);

	if (key_table_check(mode, words, (const char *) data + 1, size - 1))
		key_table_load(&tables[2], (const char *) data + 1);

	fuzz_release_all();
	return 0;
}
