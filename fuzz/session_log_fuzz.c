/*-------------------------------------------------------------------------
 *
 * session_log_fuzz.c
 *	  Drives session logs with arbitrary rows and compares them with a list.
 *
 * The input is a program: its first byte chooses the kind of the logs and the
 * shape of the rows, each further pair of bytes is a row or a command.  Rows go to one of two logs,
 * which are rewritten and loaded into each other on the way.  What a sweep
 * hands out must be what a sorted list of the rows says.  Then the input itself
 * is taken for a dump, which must be refused or loaded, no more.
 *
 *-------------------------------------------------------------------------
 */
#include "memory.h"

#include "sessions/session_log_dump.h"

#define MAX_ROWS 20000

const char *const fuzz_name = "session_log";
unsigned long fuzz_accepted = 0;

/* every shape, many rows, rewriting, and both ways of loading */
const char *const fuzz_seeds[] = {
	"0a1b2a3\x81" "4", "1a1b2a3\x81" "4", "2a1b2a3\xf0\x80", "3a1b2\xf1" "5\xf2 \xf3 ",
	"4\xf0\x7f\xf2 \xf1\x11\xf4 ", "5\xf0\x7f\xf1\x7f\xf4 \xf2 \xf5 ",
	"6\xf0\xff\xf2 \xf3 \xf4 ", "7\xf1\xff\xf0\xff\xf5 \xf4 ",
	/* spans, under way and not, near and far */
	"\x08\xf1\x7f\xf0\x40\xf1\x40\xf4 ", "\x19\xf1\x7f\xf2 \xf1\x11\xf5 ",
	"\x28\xf0\xff\xf1\xff\xf4 \xf2 ", "\x39\xf1\xff\xf0\xff\xf5 \xf3 ",
	"\x1a" "a1b2\x81" "4\xf4 ", "\x28\xf6\x90\xf7\x60\xf4 ",
	"\x39\xf6\x90\xf0\x10", "\x08\xf7\x90", "\x19\xf7\xff\xf5 ", "\x1\xf6\x80",
	"\x28\xf6\x90\xf7\x60\xf4!\xf2 \xf6\x60", "2\xf0\x80\xf1\x80\xf4!\xf5!", NULL
};

const char *const fuzz_pieces[] = {
	"a1", "\x81" "1", "\xf0\x80", "\xf1\x80", "\xf2 ", "\xf3 ", "\xf4 ", "\xf4!", "\xf5!",
	"\xf5 ", "\xf6\x80", "\xf7\x80", NULL
};

typedef struct Row
{
	uint64_t	key[2];
	int64_t		time;
	int64_t		last;			/* of a span */
	uint64_t	mask;
} Row;

/* What a naive program would remember: all rows */
typedef struct Model
{
	Row			rows[MAX_ROWS];
	size_t		n;
} Model;

/* What sessions there are, in no order: their number, and a sum over them */
typedef struct Digest
{
	uint64_t	sessions;
	uint64_t	sum;
} Digest;

static Model models[2];
static size_t
keep_all(void *arg, GreeneryRecord *rows, size_t n)
{
	(void) arg;
	FUZZ_CHECK(n > 0 && rows[0].value != 0);
	return n;
}

/* A bijection, as the keys of several logs need no other property */
static uint64_t
other_key(void *arg, uint64_t key)
{
	(void) arg;
	return key;
}

static void
digest_session(void *arg, const GreeneryRecord *rows, size_t n)
{
	Digest	   *digest = arg;
	uint64_t	hash = 1;

	for (size_t i = 0; i < n; i++)
	{
		FUZZ_CHECK(rows[i].value != 0);
		FUZZ_CHECK(i == 0 || rows[i - 1].key <= rows[i].key);
		hash = (hash ^ (uint64_t) rows[i].key) * UINT64_C(0x9e3779b97f4a7c15);
		hash = (hash ^ hash >> 29 ^ rows[i].value) * UINT64_C(0xbf58476d1ce4e5b9);
	}
	digest->sessions++;
	digest->sum += hash ^ hash >> 31;
}

static void
digest_span(void *arg, int64_t first, int64_t last, uint64_t mask)
{
	const GreeneryRecord ends[] = {{first, mask | 256}, {last, mask | 512}};

	digest_session(arg, ends, first <= last ? 2 : 0);
}

static int
compare_rows(const void *left, const void *right)
{
	const Row  *a = left;
	const Row  *b = right;

	for (int i = 0; i < 2; i++)
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->mask == b->mask ? 0 : a->mask < b->mask ? -1 : 1;
}

static bool
same_key(const Row *a, const Row *b)
{
	return memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

/* The spans that a naive program would make of the model's rows, in order */
static void
digest_spans(const Model *model, uint64_t reach, Digest *digest)
{
	size_t		end;

	for (size_t first = 0; first < model->n; first = end)
	{
		Row			span = model->rows[first];

		for (end = first + 1; end < model->n && same_key(&model->rows[end], &span); end++)
		{
			const Row  *row = &model->rows[end];

			if (row->time > span.last &&
				(uint64_t) row->time - (uint64_t) span.last > reach)
				break;
			span.last = row->last > span.last ? row->last : span.last;
			span.mask |= row->mask;
		}
		digest_span(digest, span.time, span.last, span.mask);
	}
}

static void
compare(SessionLog *log, Model *model)
{
	static GreeneryRecord session[MAX_ROWS];
	Digest		got = {0, 0};
	Digest		expected = {0, 0};
	size_t		end;

	qsort(model->rows, model->n, sizeof(Row), compare_rows);
	if (log->shape.spans)
	{
		session_log_sweep_spans(log, digest_span, &got);
		digest_spans(model, log->reach, &expected);
		FUZZ_CHECK(got.sessions == expected.sessions && got.sum == expected.sum);
		return;
	}
	session_log_sweep(log, digest_session, &got);
	for (size_t first = 0; first < model->n; first = end)
	{
		size_t		n = 0;

		for (end = first; end < model->n && same_key(&model->rows[end], &model->rows[first]);
			 end++)
		{
			session[n].key = model->rows[end].time;
			session[n].value = model->rows[end].mask;
			n += model->rows[end].mask != 0;
		}
		digest_session(&expected, session, n);
	}
	FUZZ_CHECK(got.sessions == expected.sessions && got.sum == expected.sum);
}

static void
add_to_both(SessionLog *log, Model *model, const Row *row)
{
	if (model->n == MAX_ROWS)
		return;
	model->rows[model->n++] = *row;
	if (log->shape.spans)
		session_log_add_span(log, row->key, row->time, row->last, row->mask);
	else
		session_log_add(log, row->key, row->time, row->mask);

	/* memory is bounded, but for spans that were under way */
	FUZZ_CHECK(log->nrows <= log->compact_at + 128);
}

static void
add_row(SessionLog *log, Model *model, unsigned key, unsigned what)
{
	/* neighbours, the same first word, the same part */
	const uint64_t starts[] = {0, UINT64_MAX - 300, UINT64_C(1) << 56, UINT64_C(0x1234) << 48};
	Row			row;

	memset(&row, 0, sizeof(row));
	row.key[0] = starts[key & 3] + ((uint64_t) key >> 4 << (key & 4 ? 40 : 0));
	if (log->shape.keys == 2)
		row.key[1] = key >> 3 & 1 ? UINT64_MAX : key >> 6;
	row.time = (what & 7) == 7 ? INT64_MIN + (int64_t) what : (int64_t) (what % 128 / 8) - 5;
	row.mask = what / 4 % 8 == 0 ? 0 : UINT64_C(0x8040201008040201) * (what % 16);
	row.mask &= log->shape.steps == 64 ? UINT64_MAX : (UINT64_C(1) << log->shape.steps) - 1;
	row.last = row.time;
	if (log->shape.spans && (what & 24) == 24)
		row.last += what >> 7 & 3;
	else if (log->shape.spans && (what & 31) == 16)
	{
		/* no time */
		row.time = INT64_MAX;
		row.last = INT64_MIN;
	}
	add_to_both(log, model, &row);
}

/*
 * As a shop writes them: a few sessions at a time, nearly in the order of time,
 * not much to be seen in any.  Two that differ in nothing but the second word
 * go on side by side.
 */
static void
add_shop_rows(SessionLog *log, Model *model, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
	{
		unsigned	session = i / 24 * 3 + i % 3;
		unsigned	chance = i * 2654435761u >> 16;
		Row			row;

		memset(&row, 0, sizeof(row));
		row.key[0] = (uint64_t) session * UINT64_C(0x9e3779b97f4a7c15);
		if (log->shape.keys == 2)
			row.key[1] = i / 3 & 1;
		row.time = row.last = (int64_t) (i ^ (chance & 8)) * 3;
		row.mask = chance % 5 == 0 ? 1 + (chance >> 8 & 1) : 0;
		add_to_both(log, model, &row);
	}
}

static void
load_into(SessionLog *to, Model *to_model, SessionLog *from,
		  const Model *from_model, session_log_rekey rekey, bool lasting)
{
	uint64_t	size = session_log_dump_size(from);
	char	   *bytes;

	if (to_model->n + from_model->n > MAX_ROWS)
		return;
	bytes = fuzz_allocate(NULL, size + 8);
	session_log_dump(from, bytes);
	FUZZ_CHECK(session_log_check(from->shape, bytes, size));
	FUZZ_CHECK(!session_log_check(from->shape, bytes, size - 8));
	FUZZ_CHECK(!session_log_check(from->shape, bytes, size + 8));
	session_log_load(to, bytes, size, lasting, rekey, NULL);
	if (!lasting)
		fuzz_release(NULL, bytes);
	memcpy(to_model->rows + to_model->n, from_model->rows,
		   from_model->n * sizeof(Row));
	to_model->n += from_model->n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int	steps[] = {2, 8, 9, 64};
	const uint64_t reaches[] = {0, 1, 100, UINT64_MAX};
	SessionLogShape shape;
	SessionLog	logs[2];
	SessionLog	third;

	if (size < 1)
		return 0;
	shape.keys = 1 + (data[0] & 1);
	shape.steps = steps[data[0] >> 1 & 3];
	shape.spans = data[0] >> 3 & 1;
	if (shape.spans && shape.steps > 8)
		shape.steps = 8;
	for (int i = 0; i < 2; i++)
	{
		session_log_init(&logs[i], shape, keep_all, reaches[data[0] >> 4 & 3],
						 &fuzz_hooks, NULL);
		models[i].n = 0;
	}
	for (size_t i = 1; i + 1 < size; i += 2)
	{
		unsigned	a = data[i];
		unsigned	b = data[i + 1];

		switch (a)
		{
			case 0xf0:
			case 0xf1:			/* many rows, of many sessions or of one */
				for (unsigned n = 0; n < 16 * b; n++)
					add_row(&logs[a & 1], &models[a & 1],
							a & 1 ? 5 : n * 2654435761u >> 8, n * 40503u >> 3);
				break;
			case 0xf6:
			case 0xf7:
				add_shop_rows(&logs[a & 1], &models[a & 1], 16 * b);
				break;
			case 0xf2:
			case 0xf3:
				session_log_shrink(&logs[a & 1]);
				break;
			case 0xf4:
				load_into(&logs[0], &models[0], &logs[1], &models[1], NULL, b & 1);
				break;
			case 0xf5:
				load_into(&logs[1], &models[1], &logs[0], &models[0],
						  shape.keys == 1 ? other_key : NULL, b & 1);
				break;
			default:
				add_row(&logs[a >> 7], &models[a >> 7], a, b);
		}
	}
	fuzz_accepted++;
	for (int i = 0; i < 2; i++)
	{
		compare(&logs[i], &models[i]);
		/* a sweep has changed nothing */
		compare(&logs[i], &models[i]);
	}

	if (session_log_check(shape, (const char *) data + 1, size - 1))
	{
		Digest		digest = {0, 0};

		session_log_init(&third, shape, keep_all, 1, &fuzz_hooks, NULL);
		session_log_load(&third, fuzz_copy(data + 1, size - 1), size - 1, data[0] >> 7,
						 NULL, NULL);
		if (shape.spans)
			session_log_sweep_spans(&third, digest_span, &digest);
		else
			session_log_sweep(&third, digest_session, &digest);
	}
	fuzz_release_all();
	return 0;
}
