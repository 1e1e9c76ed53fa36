/*-------------------------------------------------------------------------
 *
 * handover.h
 *	  How an aggregate's state gets from the process that has read the rows to
 *	  the one where the states meet.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_HANDOVER_H
#define GREENERY_HANDOVER_H

#include "postgres.h"

#include "fmgr.h"

/* What the receiver gets: the state itself, or bytes that it was written to */
typedef struct Handover
{
	void	   *state;			/* NULL: there are bytes */
	char	   *bytes;
	Size		size;

	/*
	 * The bytes are the receiver's own, on a word's edge, and there until the node
	 * that receives them has made its result; otherwise they live as long as the
	 * message, and must not be changed.
	 */
	bool		lasting;
} Handover;

/*
 * For serialize functions.
 *
 * handover_state: what to return in order to hand over the state as it is, in
 * its place; NULL if it must be written.  Nobody else will touch the state from
 * then on.  context is the one that it lives in.
 *
 * handover_bytes: what to return in order to hand over size bytes, which the
 * caller then writes to *where.  name is that of the aggregate.
 */
extern bytea *handover_state(FunctionCallInfo fcinfo, MemoryContext context,
							 void *state);
extern bytea *handover_bytes(FunctionCallInfo fcinfo, const char *name,
							 uint64 size, char **where);

/*
 * For deserialize functions: what the argument, made by one of these, says.
 * False if it is not like that.
 */
extern bool handover_receive(FunctionCallInfo fcinfo, bytea *message,
							 Handover *handover);

#endif							/* GREENERY_HANDOVER_H */
