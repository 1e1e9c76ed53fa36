/*-------------------------------------------------------------------------
 *
 * funnel.c
 *	  The deepest funnel step that a set of events reaches, exactly.
 *
 * A chain of depth k is k different rows with times t1 <= ... <= tk that
 * satisfy the steps 1 ... k in this order, with tk - t1 <= within.  The funnel
 * is the depth of the deepest chain.
 *
 * Rows of one time are a tie group: a chain may use them in any order, but
 * each only once.  Times never fall along a chain, so the steps that a chain
 * takes from one group are neighbours, j+1 ... m, and they can be taken if and
 * only if the group has different rows for them: a bipartite matching of steps
 * with rows.  Rows of different groups are different rows, so nothing else ties
 * the groups together, and reach[j], the largest such m (j if there is none),
 * is all that has to be known of a group.  A chain that can take j+1 ... m can take
 * j+1 ... m-1 and j+2 ... m as well, so every depth from j to reach[j] can be
 * had, and reach[] never falls.
 *
 * Depth.  Go through the groups in order of time and keep, for every depth,
 * the latest t1 of the chains of this depth that end in the groups seen so
 * far.  The future of a chain depends on its depth and its t1 only, and
 * whatever completes a chain that started earlier completes, within the time
 * allowed, one of the same depth that started later.  So one t1 for each depth
 * is enough.
 *
 * Times.  The deepest chain whose times come first is reported,
 * compared step by step.  Go backward and keep, for every j, the earliest end
 * of the chains of the steps j ... depth that start in the groups seen so far
 * (dual to the above); the last group that can start a whole chain in time
 * holds the earliest t1.  From there take as many steps of every group as
 * possible.  Since reach[] never falls, no other chain from that t1 is deeper
 * after any group, so every single time is the earliest possible.
 *
 * Cost: O(rows * steps) where times differ.  In a tie group every step needs
 * at most `steps` rows to choose from: with that many, one is always left that
 * the other steps do not need.  So a matching looks at no more than steps^2
 * pairs of step and row however large the group is, and a group costs
 * O(its rows * steps + steps^3).
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/funnel.h"

#include <stdbool.h>

/* units of work between two calls of check(); a unit is some nanoseconds */
#define CHECK_EVERY (1 << 16)

/* Steps on one side, the rows of a tie group that they may use on the other. */
typedef struct Matching
{
	int			candidates[FUNNEL_MAX_STEPS];	/* of each step */
	uint16_t	candidate[FUNNEL_MAX_STEPS][FUNNEL_MAX_STEPS];
	int			row_of[FUNNEL_MAX_STEPS];	/* row used by a step, or -1 */
	int8_t		step_of[FUNNEL_MAX_STEPS * FUNNEL_MAX_STEPS];	/* or -1 */
} Matching;

typedef struct Funnel
{
	const GreeneryRecord *rows;
	size_t		n;
	int			steps;
	uint64_t	mask;			/* the bits of these steps */
	funnel_check check;
	unsigned	work;			/* since the last check() */
	int			reach[FUNNEL_MAX_STEPS];	/* of the current group */
	Matching	matching;		/* scratch */
} Funnel;

static void
funnel_init(Funnel *funnel, const GreeneryRecord *rows, size_t n, int steps,
			funnel_check check)
{
	funnel->rows = rows;
	funnel->n = n;
	funnel->steps = steps;
	funnel->mask = steps == 64 ? UINT64_MAX : ((uint64_t) 1 << steps) - 1;
	funnel->check = check;
	funnel->work = 0;

	/*
	 * reach and matching are set before they are read; they are too large to
	 * be cleared for each of millions of small groups.
	 */
}

static inline void
worked(Funnel *funnel, unsigned work)
{
	funnel->work += work;
	if (funnel->work >= CHECK_EVERY)
	{
		funnel->work = 0;
		if (funnel->check != NULL)
			funnel->check();
	}
}

/*
 * Is the later of two times within the window of the earlier?  The difference
 * of two times can exceed a signed word, never an unsigned one.
 */
static inline bool
in_window(int64_t earlier, int64_t later, int64_t within)
{
	return (uint64_t) later - (uint64_t) earlier <= (uint64_t) within;
}

/*
 * Give a step a row, moving the rows of other steps if need be.  Breadth-first
 * search for an augmenting path; it runs over steps, since every row but the
 * one it ends at belongs to one.
 */
static bool
augment(Matching *matching, int step)
{
	int			queue[FUNNEL_MAX_STEPS];
	int			parent[FUNNEL_MAX_STEPS];
	uint64_t	visited = (uint64_t) 1 << step;
	int			head = 0,
				tail = 0;

	queue[tail++] = step;
	while (head < tail)
	{
		int			s = queue[head++];

		for (int c = 0; c < matching->candidates[s]; c++)
		{
			int			row = matching->candidate[s][c];
			int			holder = matching->step_of[row];

			if (holder < 0)
			{
				/* a free row: pass each step's row on to its parent */
				for (;;)
				{
					int			passed = matching->row_of[s];

					matching->row_of[s] = row;
					matching->step_of[row] = (int8_t) s;
					if (s == step)
						return true;
					row = passed;
					s = parent[s];
				}
			}
			if (!(visited >> holder & 1))
			{
				visited |= (uint64_t) 1 << holder;
				parent[holder] = s;
				queue[tail++] = holder;
			}
		}
	}
	return false;
}

/*
 * Fill reach[] by matching, for a tie group with rows that satisfy several
 * steps.
 */
static void
reach_by_matching(Funnel *funnel, size_t first, size_t end)
{
	Matching   *matching = &funnel->matching;
	uint64_t	wanting = funnel->mask; /* steps with room for candidates */
	int			rows = 0;
	int			matched = 0;

	for (int s = 0; s < funnel->steps; s++)
	{
		matching->candidates[s] = 0;
		matching->row_of[s] = -1;
	}
	for (size_t i = first; i < end && wanting != 0; i++)
	{
		uint64_t	bits = funnel->rows[i].value & wanting;

		if (bits == 0)
			continue;
		matching->step_of[rows] = -1;
		for (; bits != 0; bits &= bits - 1)
		{
			int			s = __builtin_ctzll(bits);

			matching->candidate[s][matching->candidates[s]++] = (uint16_t) rows;
			if (matching->candidates[s] == funnel->steps)
				wanting &= ~((uint64_t) 1 << s);
		}
		rows++;
	}

	/*
	 * Steps j ... matched-1 hold rows.  Letting go of step j leaves a
	 * matching of the others, to which steps are added for as long as
	 * possible.
	 */
	for (int j = 0; j < funnel->steps; j++)
	{
		if (matched < j)
			matched = j;
		while (matched < funnel->steps && augment(matching, matched))
			matched++;
		funnel->reach[j] = matched;
		if (matched > j)
			matching->step_of[matching->row_of[j]] = -1;
	}
	worked(funnel, (unsigned) (funnel->steps * funnel->steps * 4));
}

/*
 * Fill reach[] for the group of rows first ... end-1.  Returns the steps that
 * some row of the group satisfies; reach[j] is set where j's bit is.
 */
static uint64_t
find_reach(Funnel *funnel, size_t first, size_t end)
{
	uint64_t	any = 0;
	bool		simple = true;	/* no row satisfies two steps */

	for (size_t i = first; i < end; i++)
	{
		uint64_t	bits = funnel->rows[i].value & funnel->mask;

		any |= bits;
		simple = simple && (bits & (bits - 1)) == 0;
	}
	worked(funnel, (unsigned) (end - first < CHECK_EVERY ? end - first : CHECK_EVERY));

	if (end - first == 1)
	{
		for (uint64_t bits = any; bits != 0; bits &= bits - 1)
		{
			int			j = __builtin_ctzll(bits);

			funnel->reach[j] = j + 1;
		}
	}
	else if (simple)
	{
		int			reached = 0;

		for (int j = funnel->steps - 1; j >= 0; j--)
			if (any >> j & 1)
			{
				if (j == funnel->steps - 1 || !(any >> (j + 1) & 1))
					reached = j + 1;
				funnel->reach[j] = reached;
			}
	}
	else
		reach_by_matching(funnel, first, end);
	return any;
}

/* The end of the group of rows of one time that starts at first. */
static inline size_t
group_end(const Funnel *funnel, size_t first)
{
	size_t		end = first + 1;

	while (end < funnel->n && funnel->rows[end].key == funnel->rows[first].key)
		end++;
	return end;
}

/*
 * The depth of the deepest chain, 0 if no row satisfies step 1.
 */
int
funnel_depth(const GreeneryRecord *rows, size_t n, int steps, int64_t within,
			 funnel_check check)
{
	Funnel		funnel;
	int64_t		start[FUNNEL_MAX_STEPS + 1];	/* latest t1 of each depth */
	int			deepest = 0;
	size_t		end;

	funnel_init(&funnel, rows, n, steps, check);
	for (size_t first = 0; first < n && deepest < steps; first = end)
	{
		int64_t		t = rows[first].key;
		int			depths = deepest;
		uint64_t	any;

		end = group_end(&funnel, first);
		any = find_reach(&funnel, first, end);

		/*
		 * From the deepest down, so that every chain met ends before this
		 * group, and so that shallower chains, which start no earlier,
		 * overwrite what deeper ones left.
		 */
		for (int j = depths; j >= 0; j--)
		{
			int64_t		t1 = j == 0 ? t : start[j];

			if (j == steps || !(any >> j & 1) || !in_window(t1, t, within))
				continue;
			for (int k = j + 1; k <= funnel.reach[j]; k++)
				start[k] = t1;
			if (deepest < funnel.reach[j])
				deepest = funnel.reach[j];
		}
	}
	return deepest;
}

/*
 * The times of the steps 1 ... depth of the deepest chain whose times come
 * first.  depth is what funnel_depth returned for the same rows, at least 1.
 */
void
funnel_times(const GreeneryRecord *rows, size_t n, int depth, int64_t within,
			 funnel_check check, int64_t *times)
{
	Funnel		funnel;
	int64_t		finish[FUNNEL_MAX_STEPS];	/* earliest end from each step on */
	int			shallowest = depth; /* finish[] is set from here on */
	size_t		start = 0;
	size_t		first,
				end;
	int			taken = 0;

	funnel_init(&funnel, rows, n, depth, check);

	/* backward, to the earliest group that starts a whole chain */
	for (end = n; end > 0; end = first)
	{
		uint64_t	any;
		int			known = shallowest;

		first = end - 1;
		while (first > 0 && rows[first - 1].key == rows[first].key)
			first--;
		any = find_reach(&funnel, first, end);

		/* upward, so that every rest of a chain met lies after this group */
		for (int j = 0; j < depth; j++)
		{
			int			m;
			int64_t		last;

			if (!(any >> j & 1))
				continue;
			m = funnel.reach[j];
			if (m < known)
				continue;
			last = m == depth ? rows[first].key : finish[m];
			finish[j] = last;
			if (shallowest > j)
				shallowest = j;
			if (j == 0 && in_window(rows[first].key, last, within))
				start = first;
		}
	}

	/* forward from there, as deep as every group allows */
	for (first = start; taken < depth && first < n; first = end)
	{
		uint64_t	any;

		end = group_end(&funnel, first);
		any = find_reach(&funnel, first, end);
		if (any >> taken & 1)
		{
			int			reached = funnel.reach[taken];

			while (taken < reached)
				times[taken++] = rows[first].key;
		}
	}
}

static int
count_bits(uint64_t word)
{
#if defined(__GNUC__)
	return __builtin_popcountll(word);
#else
	int			n = 0;

	for (; word != 0; word &= word - 1)
		n++;
	return n;
#endif
}

/*
 * A chain takes at most one row for a step, so of rows that are alike it can
 * use only as many as they satisfy steps.
 */
size_t
funnel_keep_usable(GreeneryRecord *rows, size_t n)
{
	size_t		kept = 0;
	int			alike = 0;

	for (size_t i = 0; i < n; i++)
	{
		if (kept > 0 && rows[kept - 1].key == rows[i].key &&
			rows[kept - 1].value == rows[i].value)
			alike++;
		else
			alike = 1;
		if (alike <= count_bits(rows[i].value))
			rows[kept++] = rows[i];
	}
	return kept;
}
