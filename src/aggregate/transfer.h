/*-------------------------------------------------------------------------
 *
 * transfer.h
 *	  The support functions by which states of aggregates travel: what is the same
 *	  in all families of them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_TRANSFER_H
#define GREENERY_TRANSFER_H

#include "postgres.h"

#include "aggregate/callbacks.h"
#include "aggregate/handover.h"
#include "compat.h"
#include "fmgr.h"

/* What a state begins with, and a dump, which is all that deserialize makes of bytes */
typedef struct StateHead
{
	uint32		magic;			/* tells this from other families' states, and
								 * dumps */
	bool		handed_over;	/* by the node that has made it: no one else
								 * has it */
	SharedBytes *shared;		/* a dump: see Handover */
	const void *aggregate;		/* which of the family's aggregates it is for */
	MemoryContext context;		/* that a state lives in */
} StateHead;

/* States that are written and read in the same way */
typedef struct StateFamily
{
	uint32		state_magic;
	uint32		dump_magic;

	/* bytes that it takes to write a state, and to write so many */
	uint64		(*dump_size) (void *state);
	void		(*write_dump) (void *state, char *where);

	/*
	 * Check bytes that claim to be a state of the aggregate, and wrap them
	 * up: a struct of zeroes but for what follows the head.  They stay where
	 * they are.
	 */
	StateHead  *(*read_dump) (const void *aggregate, char *bytes, Size size);
} StateFamily;

/* Hooks whose argument is a state: memory comes from its context */
extern const StateHooks state_hooks;

/* Errors: an argument, or bytes, that are not of the aggregate called name */
pg_noreturn extern void state_is_wrong(const char *name);
pg_noreturn extern void state_is_invalid(const char *name);

static inline bool
is_state_of(const StateFamily *family, const StateHead *state, const void *aggregate)
{
	return state->magic == family->state_magic && state->aggregate == aggregate;
}

/* The serialize and deserialize functions of an aggregate called name */
extern Datum state_serialize(FunctionCallInfo fcinfo, const StateFamily *family,
							 const void *aggregate, const char *name);
extern Datum state_deserialize(FunctionCallInfo fcinfo, const StateFamily *family,
							   const void *aggregate, const char *name);

/*
 * For combine functions: their second argument, which is not NULL, as a dump.  Where the
 * first is NULL, it may be a state that was handed over, to be the result as it is.
 */
extern StateHead *state_to_add(FunctionCallInfo fcinfo, const StateFamily *family,
							   const void *aggregate, const char *name);

/*
 * And when they have added the dump: its bytes go, unless the state has kept them where
 * they are, which is for dumps with shared bytes only.
 */
extern void state_added(const StateHead *state, const StateHead *dump, bool kept);

#endif							/* GREENERY_TRANSFER_H */
