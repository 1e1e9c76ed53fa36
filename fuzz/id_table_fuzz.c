/*-------------------------------------------------------------------------
 *
 * id_table_fuzz.c
 *	  Drives id tables with arbitrary rows and compares them with a list.
 *
 * The input is a program: its first byte says where the ids begin, each further
 * pair of bytes is a row or a command.  Rows go to one of two tables, and in the
 * end one is loaded into the other.  Half of the ids are neighbours, at one end of
 * all numbers or about zero among other places, the others are far from each other;
 * the values are near and far, and those that the tables have a use for.  Then the
 * input itself is taken for a dump, which must be refused or loaded, no more.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "keys/id_table.h"
#include "repeats_model.h"

#define MANY_IDS 1024

const char *const fuzz_name = "id_table";
unsigned long fuzz_accepted = 0;

KeySecret	key_secret = {
	{1, 2}, UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707345)
};

/* neighbours on both sides, more of them later, far ones, odd values, merges */
const char *const fuzz_seeds[] = {
	"0\x01\x01\x81\x01\x10 ", "1\x01\x01\x02\x02\x83\x01\x90 \x03\x03",
	"2\x01\x01\x07\x01\x08 \x06\x01", "3\x02\x02\x84\x02\x10 \x90 ",
	"4\x01\x05\x01\x01\x85\x06\x10 \x08 ", "5\x03\x01\x01\x07\x82\x01\x90 ",
	"6\x01\x04\x02\x04\x10 \x81\x04\x90 ", "7\x06\x01\x01\x01\x87\x02\x10 ",
	NULL
};

const char *const fuzz_pieces[] = {
	"\x01\x01", "\x81\x01", "\x02\x02", "\x82\x03", "\x03\x03", "\x04\x02", "\x05\x01",
	"\x06\x01", "\x87\x02", "\x01\x05", "\x08 ", "\x88 ", "\x10 ", "\x90 ", "\x1a\x10",
	"\x9b\x11", NULL
};

static const uint64_t starts[8] = {
	0, (uint64_t) -2000, UINT64_C(0x8000000000000000),
	UINT64_C(0x7ffffffffffff000), 1, UINT64_C(1) << 40, (uint64_t) -(INT64_C(1) << 33),
	UINT64_MAX - 5000
};
static uint64_t start;

/* Id number i, an injection */
static uint64_t
id_of(uint32_t i)
{
	if (i < MODEL_KEYS / 2)
		return start + i;
	return UINT64_C(0x4000000000000000) + (start << 1) + i * UINT64_C(0x9e3779b97f4a7);
}

static void
add_row(IdTable *table, RepeatsModel *model, uint32_t i, uint64_t v)
{
	id_table_add(table, id_of(i), v);
	model_add(model, i, v, false);
}

static void
compare(IdTable *table, const RepeatsModel *model)
{
	uint64_t	ids;
	uint64_t	repeats;

	model_counts(model, &ids, &repeats);
	FUZZ_CHECK(id_table_keys(table) == ids);
	FUZZ_CHECK(id_table_repeats(table) == repeats);
}

static void
load_into(IdTable *into, IdTable *from)
{
	uint64_t	size = id_table_dump_size(from);
	char	   *bytes = malloc(size + 1);
	char	   *unaligned = bytes + 1;

	FUZZ_CHECK(bytes != NULL);
	id_table_dump(from, unaligned);
	FUZZ_CHECK(id_table_check(unaligned, size));
	FUZZ_CHECK(!id_table_check(unaligned, size - 1));
	id_table_load(into, unaligned);
	free(bytes);
}

/* A table that never finds a range would be right as well */
static void
check_range(uint64_t distance, uint64_t value, bool expected)
{
	IdTable		table;

	id_table_init(&table, &fuzz_hooks, NULL);
	for (uint64_t i = 0; i < MANY_IDS; i++)
		id_table_add(&table, start + i * distance, i * value);
	FUZZ_CHECK((table.nids > 0) == expected);
	FUZZ_CHECK(id_table_keys(&table) == MANY_IDS);
}

/* Is a dump with so many entries right, if there is room for two and nothing else? */
static bool
dump_is_valid(uint64_t base, uint64_t nids)
{
	uint64_t	dump[6] = {base, 0, nids, 0, 0, 0};

	return id_table_check((const char *) dump, sizeof(dump));
}

static void
check_dumps(void)
{
	uint64_t	greatest = KEY_TABLE_MARK - 1;

	FUZZ_CHECK(dump_is_valid(0, 2));
	FUZZ_CHECK(!dump_is_valid(0, 1));
	FUZZ_CHECK(!dump_is_valid(0, 0));
	FUZZ_CHECK(!dump_is_valid(0, 3));
	FUZZ_CHECK(!dump_is_valid(0, 7));
	FUZZ_CHECK(!dump_is_valid(0, UINT64_MAX));
	FUZZ_CHECK(dump_is_valid(UINT64_MAX, 2));
	FUZZ_CHECK(dump_is_valid(greatest - 1, 2));
	FUZZ_CHECK(!dump_is_valid(greatest, 2));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static RepeatsModel models[2];
	static const uint64_t values[8] = {
		5, UINT64_C(0x80000001), UINT64_C(1) << 40, KEY_TABLE_MARK, (uint64_t) -1,
		/* with most values near zero these are no distances, but by a hair */
		(uint64_t) -(INT64_C(1) << 30), UINT64_C(0xbfffffff), UINT64_C(0xbffffffe)
	};
	IdTable		tables[3];

	if (size < 1)
		return 0;
	start = starts[data[0] & 7];
	for (int t = 0; t < 2; t++)
		memset(models[t].there, 0, MODEL_KEYS);
	for (int t = 0; t < 3; t++)
		id_table_init(&tables[t], &fuzz_hooks, NULL);

	check_dumps();
	check_range(1, 1, true);
	check_range(5, 1000, true);
	check_range(9, 1, false);
	check_range(1, UINT64_C(1) << 33, false);

	for (size_t p = 1; p + 1 < size; p += 2)
	{
		int			t = data[p] >> 7;
		uint32_t	i = data[p + 1];

		switch (data[p] >> 3 & 0x0f)
		{
			case 0:				/* many ids, each with a value of its own now
								 * and then */
				for (uint32_t k = 0; k < MANY_IDS; k++)
					add_row(&tables[t], &models[t], (i & 7) * MANY_IDS + k,
							values[data[p] & 7] + (i & 8 ? k * k : 0));
				break;
			case 1:				/* a look in between changes nothing */
				compare(&tables[t], &models[t]);
				break;
			case 2:				/* one table into the other, in mid-course */
				load_into(&tables[t], &tables[1 - t]);
				model_merge(&models[t], &models[1 - t], false);
				break;
			default:
				add_row(&tables[t], &models[t], (i & 0x0f) * 512 + (i >> 4),
						values[data[p] & 7]);
		}
	}
	fuzz_accepted++;
	compare(&tables[0], &models[0]);
	compare(&tables[1], &models[1]);
	load_into(&tables[0], &tables[1]);
	model_merge(&models[0], &models[1], false);
	compare(&tables[0], &models[0]);

	/* into an empty table, and the contents unchanged by having been dumped */
	load_into(&tables[2], &tables[0]);
	compare(&tables[2], &models[0]);
	compare(&tables[0], &models[0]);

	if (id_table_check((const char *) data + 1, size - 1))
		id_table_load(&tables[2], (const char *) data + 1);

	fuzz_release_all();
	return 0;
}
