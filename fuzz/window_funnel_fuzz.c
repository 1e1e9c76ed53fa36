/*-------------------------------------------------------------------------
 *
 * window_funnel_fuzz.c
 *	  Fuzz target: the funnel algorithm against trying every chain.
 *
 * The input is the number of steps, the window and a few rows of two bytes
 * each: the time since the row before, which is often zero so that tie groups
 * arise, and the steps that the row satisfies.
 *
 * The chains are tried by definition, row by row, knowing nothing of tie
 * groups or matchings.  A chain whose times are beaten by another one's is
 * tried all the same: that no better one is missed is what is being checked.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "sessions/funnel.h"

#define MAX_ROWS 9
#define MAX_TRIED_STEPS 6

const char *const fuzz_name = "window_funnel";
unsigned long fuzz_accepted = 0;

/*
 * The steps less one ("5" is 6 steps), the window ("p" is 0, "y" is 9, "\xff"
 * is none), then rows: "a" at the time of the row before, "d" a unit later, "x"
 * six; then its steps, one bit each.
 */
const char *const fuzz_seeds[] = {
	"2\xff" "d\x01" "d\x02" "d\x04",
	"2y" "d\x01" "x\x02" "x\x04" "d\x01" "d\x02",
	"3p" "d\x03" "a\x05" "a\x06" "a\x08",
	"5\xff" "d\x03" "a\x07" "a\x0c" "a\x30" "a\x3f" "a\x28",
	"4z" "d\x03" "a\x01" "d\x0c" "a\x04" "d\x1f" "a\x18" "x\x11" "a\x02",
	NULL
};

const char *const fuzz_pieces[] = {
	"d\x01", "d\x02", "d\x04", "d\x08", "a\x03", "a\x06", "a\x0c", "a\x18",
	"a\x30", "a\x3f", "x\x01", "x\x02", "x\x3f", NULL
};

typedef struct Search
{
	const GreeneryRecord *rows;
	size_t		n;
	int			steps;
	int64_t		within;
	int64_t		chain[MAX_TRIED_STEPS];
	int			best_depth;
	int64_t		best[MAX_TRIED_STEPS];
} Search;

/* Try every row for the step after depth; used is the set of rows taken. */
static void
try_chains(Search *search, int depth, unsigned used)
{
	for (int i = 0; i < depth && depth >= search->best_depth; i++)
	{
		if (depth > search->best_depth || search->chain[i] < search->best[i])
		{
			search->best_depth = depth;
			memcpy(search->best, search->chain, sizeof(search->best));
			break;
		}
		if (search->chain[i] > search->best[i])
			break;
	}
	if (depth == search->steps)
		return;
	for (size_t i = 0; i < search->n; i++)
	{
		int64_t		t = search->rows[i].key;

		if (used >> i & 1 || !(search->rows[i].value >> depth & 1))
			continue;
		if (depth > 0 && (t < search->chain[depth - 1] ||
						  t - search->chain[0] > search->within))
			continue;
		search->chain[depth] = t;
		try_chains(search, depth + 1, used | 1U << i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GreeneryRecord rows[MAX_ROWS];
	GreeneryRecord all[FUNNEL_MAX_STEPS + MAX_ROWS];
	Search		search = {0};
	int64_t		times[FUNNEL_MAX_STEPS];
	int64_t		time = 0;
	int			leading;
	int			depth;

	if (size < 2)
		return 0;
	search.rows = rows;
	search.steps = data[0] % MAX_TRIED_STEPS + 1;
	leading = FUNNEL_MAX_STEPS - search.steps;
	search.within = data[1] == UINT8_MAX ? INT64_MAX : data[1] % 16;
	for (size_t i = 2; i + 1 < size && search.n < MAX_ROWS; i += 2)
	{
		/* three of four rows are at the time of the row before */
		if (data[i] % 4 == 0)
			time += data[i] / 4 % 8;
		rows[search.n].key = time;
		rows[search.n].value = data[i + 1];
		search.n++;
	}

	try_chains(&search, 0, 0);

	depth = funnel_depth(rows, search.n, search.steps, search.within, NULL);
	FUZZ_CHECK(depth == search.best_depth);
	if (depth > 0)
	{
		funnel_times(rows, search.n, depth, search.within, NULL, times);
		FUZZ_CHECK(memcmp(times, search.best, depth * sizeof(int64_t)) == 0);
	}
	if (depth > 1)
		fuzz_accepted++;

	/*
	 * All 64 steps: put rows in front, one for each of the first steps, and
	 * what the rows reach without a window must come on top of those.
	 */
	for (int s = 0; s < leading; s++)
	{
		all[s].key = -1;
		all[s].value = (uint64_t) 1 << s;
	}
	for (size_t i = 0; i < search.n; i++)
	{
		all[leading + i].key = rows[i].key;
		all[leading + i].value = rows[i].value << leading;
	}
	depth = funnel_depth(rows, search.n, search.steps, INT64_MAX, NULL);
	FUZZ_CHECK(funnel_depth(all, leading + search.n, FUNNEL_MAX_STEPS,
							INT64_MAX, NULL) == leading + depth);
	return 0;
}
