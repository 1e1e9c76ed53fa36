/*-------------------------------------------------------------------------
 *
 * repeat_sketch_core.c
 *	  A sample of users, and which of them have two or more different orders.
 *
 * The k users with the smallest hashes are a random sample of all users, however
 * many rows each of them has: distinct sampling.  P. B. Gibbons: Distinct sampling for
 * highly-accurate answers to distinct values queries and event reports, VLDB 2001;
 * bottom-k: E. Cohen, H. Kaplan: Summarizing data using bottom-k sketches, PODC 2007.
 *
 * A user among the k smallest of all users has been among the k smallest of those seen
 * so far at every moment, and so has never been left out: all orders of the user
 * have been looked at.  The same holds for each part of the rows.  So sketches of
 * parts, merged, are the sketch of the whole, bit for bit, in any order.  A user with one
 * order keeps it, so that a merge can tell one order seen twice from two.
 *
 * How much of the hashes is kept depends on nothing but the user, or merging would
 * depend on what came first.  It is 42 bits of a user's hash: the chance that any two of
 * 4096 users are taken for one is 2e-6.  Of an order's it is 30 bits, and one less for
 * each zero that the user's begins with, down to 16: of 4096 users with two orders each,
 * the chance that any is taken for a user with one is 3e-5.  In samples of many users
 * all of them begin with zeros.  There the orders take fewer bits, and one user in
 * 65536 is wrong at most, far less than what sampling costs.
 *
 * The table takes up to twice as many users, and is then cut down to the k smallest: that
 * is one sort for as many new users as are kept.
 *
 *-------------------------------------------------------------------------
 */
#include "sketch/repeat_sketch_core.h"

#include <stdlib.h>

#define NO_USER UINT64_MAX
#define FIRST_SLOTS 64
/* odd, from splitmix64: scatters users who were chosen to meet */
#define SLOT_FACTOR UINT64_C(0xbf58476d1ce4e5b9)

static SketchEntry *
find_slot(const RepeatSketch *sketch, uint64_t user)
{
	uint64_t	mask = sketch->nslots - 1;
	uint64_t	i = (user * SLOT_FACTOR) >> 32 & mask;

	while (sketch->slots[i].user != NO_USER && sketch->slots[i].user != user)
		i = (i + 1) & mask;
	return &sketch->slots[i];
}

/* An empty table of that size */
static void
make_slots(RepeatSketch *sketch, uint64_t nslots)
{
	sketch->slots = sketch->hooks->allocate(sketch->arg, nslots * sizeof(SketchEntry));
	sketch->nslots = nslots;
	for (uint64_t i = 0; i < nslots; i++)
		sketch->slots[i].user = NO_USER;
}

static void
grow(RepeatSketch *sketch)
{
	SketchEntry *old = sketch->slots;
	uint64_t	nold = sketch->nslots;

	make_slots(sketch, nold > 0 ? nold * 4 : FIRST_SLOTS);
	for (uint64_t i = 0; i < nold; i++)
		if (old[i].user != NO_USER)
			*find_slot(sketch, old[i].user) = old[i];
	if (old != NULL)
		sketch->hooks->release(sketch->arg, old);
}

static int
compare_users(const void *a, const void *b)
{
	uint64_t	x = ((const SketchEntry *) a)->user;
	uint64_t	y = ((const SketchEntry *) b)->user;

	return (x > y) - (x < y);
}

/* All users of the table, ascending, in memory of the hooks */
static SketchEntry *
sorted_entries(const RepeatSketch *sketch)
{
	SketchEntry *entries = sketch->hooks->allocate(sketch->arg,
												   (sketch->nusers + 1) * sizeof(SketchEntry));
	uint32_t	n = 0;

	for (uint64_t i = 0; i < sketch->nslots; i++)
		if (sketch->slots[i].user != NO_USER)
			entries[n++] = sketch->slots[i];
	qsort(entries, n, sizeof(SketchEntry), compare_users);
	return entries;
}

/* Keep the k smallest users only, if there are more */
static void
cut(RepeatSketch *sketch)
{
	SketchEntry *entries;

	if (sketch->nusers <= sketch->k)
		return;
	sketch->hooks->poll();
	entries = sorted_entries(sketch);
	sketch->sampled = true;
	sketch->nusers = sketch->k;
	sketch->last = entries[sketch->k - 1].user;
	for (uint64_t i = 0; i < sketch->nslots; i++)
		sketch->slots[i].user = NO_USER;
	for (uint32_t i = 0; i < sketch->k; i++)
		*find_slot(sketch, entries[i].user) = entries[i];
	sketch->hooks->release(sketch->arg, entries);
}

void
sketch_init(RepeatSketch *sketch, uint32_t k, const StateHooks *hooks, void *arg)
{
	memset(sketch, 0, sizeof(*sketch));
	sketch->k = k;
	sketch->last = SKETCH_MAX_USER;
	sketch->hooks = hooks;
	sketch->arg = arg;
}

void
sketch_limit(RepeatSketch *sketch, uint32_t k)
{
	if (k >= sketch->k)
		return;
	sketch->k = k;
	cut(sketch);
}

void
sketch_put(RepeatSketch *sketch, uint64_t user, uint64_t order)
{
	SketchEntry *slot;

	if (sketch->nslots == 0)
		grow(sketch);
	slot = find_slot(sketch, user);
	if (slot->user == user)
	{
		if (slot->order != order)
			slot->order = SKETCH_REPEAT;
		return;
	}
	slot->user = user;
	slot->order = order;
	sketch->nusers++;
	if (sketch->nusers == 2 * sketch->k)
		cut(sketch);
	else if (2 * (uint64_t) sketch->nusers > sketch->nslots)
		grow(sketch);
}

SketchEntry *
sketch_entries(const RepeatSketch *sketch, SketchCounts *counts)
{
	SketchEntry *entries = sorted_entries(sketch);

	counts->k = sketch->k;
	counts->sampled = sketch->sampled || sketch->nusers > sketch->k;
	counts->users = sketch->nusers < sketch->k ? sketch->nusers : sketch->k;
	counts->last = counts->users > 0 ? entries[counts->users - 1].user : 0;
	counts->repeats = 0;
	for (uint32_t i = 0; i < counts->users; i++)
		counts->repeats += entries[i].order == SKETCH_REPEAT;
	return entries;
}

/*
 * The hashes are evenly spread over (0, 1].  If u is the k-th smallest, k / u would be
 * too large by 1 / (k - 1) on average, and (k - 1) / u is right: K. Beyer, P. J.
 * Haas, B. Reinwald, Y. Sismanis, R. Gemulla: On synopses for distinct-value estimation
 * under multiset operations, SIGMOD 2007.
 */
double
sketch_purchasers(const SketchCounts *counts)
{
	double		u;

	if (!counts->sampled)
		return counts->users;
	u = ((double) counts->last + 1) / ((double) SKETCH_MAX_USER + 1);
	return (counts->k - 1) / u;
}

/*
 * Who is in the sample depends on the order of the hashes, and u on their values:
 * the two are independent, and the product of unbiased estimates is one.
 */
double
sketch_repeat_purchasers(const SketchCounts *counts)
{
	if (!counts->sampled)
		return counts->repeats;
	return sketch_purchasers(counts) * counts->repeats / counts->users;
}
