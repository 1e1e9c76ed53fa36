/*-------------------------------------------------------------------------
 *
 * repeat_sketch_core.h
 *	  A sample of users, and which of them have two or more different orders.
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REPEAT_SKETCH_CORE_H
#define GREENERY_REPEAT_SKETCH_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregate/callbacks.h"

#define SKETCH_MIN_K 16
#define SKETCH_MAX_K 65536
#define SKETCH_DEFAULT_K 4096

/* A user is so many high bits of the user's hash */
#define SKETCH_USER_BITS 42
#define SKETCH_MAX_USER ((UINT64_C(1) << SKETCH_USER_BITS) - 1)

/* An order is so many high bits of its hash, fewer for users with leading zeros */
#define SKETCH_ORDER_BITS 30
#define SKETCH_MIN_ORDER_BITS 16

/* In place of an order: the user has two or more */
#define SKETCH_REPEAT UINT64_MAX

typedef struct SketchEntry
{
	uint64_t	user;
	uint64_t	order;
} SketchEntry;

typedef struct RepeatSketch
{
	uint32_t	k;				/* users that are kept in the end */
	bool		sampled;		/* have users been left out? */
	uint64_t	last;			/* users beyond it are not wanted */
	uint32_t	nusers;			/* less than 2 * k between calls */
	uint64_t	nslots;			/* a power of 2; 0 before the first user */
	SketchEntry *slots;
	const StateHooks *hooks;
	void	   *arg;
} RepeatSketch;

/* What a sketch says */
typedef struct SketchCounts
{
	uint32_t	k;
	bool		sampled;
	uint32_t	users;			/* in the sketch */
	uint32_t	repeats;		/* of these, with two or more orders */
	uint64_t	last;			/* the greatest of them; 0 if there are none */
} SketchCounts;

extern void sketch_init(RepeatSketch *sketch, uint32_t k, const StateHooks *hooks, void *arg);

/* Keep no more than k users from here on: the smaller k counts */
extern void sketch_limit(RepeatSketch *sketch, uint32_t k);

/* Add an order, or SKETCH_REPEAT, of a user that is not beyond the last */
extern void sketch_put(RepeatSketch *sketch, uint64_t user, uint64_t order);

/*
 * The users that are kept, ascending, in memory of the hooks; counts says how many
 * they are.  The sketch stays as it is.
 */
extern SketchEntry *sketch_entries(const RepeatSketch *sketch, SketchCounts *counts);

/* Estimates, exact unless users were left out */
extern double sketch_purchasers(const SketchCounts *counts);
extern double sketch_repeat_purchasers(const SketchCounts *counts);

/* How many bits of its hash an order of this user is */
static inline int
sketch_order_bits(uint64_t user)
{
	int			bits = SKETCH_ORDER_BITS;

	for (uint64_t bit = UINT64_C(1) << (SKETCH_USER_BITS - 1);
		 bits > SKETCH_MIN_ORDER_BITS && (user & bit) == 0; bit >>= 1)
		bits--;
	return bits;
}

/* The user with this hash; beyond sketch->last is not wanted */
static inline uint64_t
sketch_user(uint64_t hash)
{
	return hash >> (64 - SKETCH_USER_BITS);
}

static inline void
sketch_add(RepeatSketch *sketch, uint64_t user, uint64_t order_hash)
{
	sketch_put(sketch, user, order_hash >> (64 - sketch_order_bits(user)));
}

#endif							/* GREENERY_REPEAT_SKETCH_CORE_H */
