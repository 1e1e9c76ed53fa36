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

/* Bytes in the memory that the processes of a query share */
typedef struct SharedBytes SharedBytes;

/* What the receiver gets: the state itself, or bytes that it was written to */
typedef struct Handover
{
	void	   *state;			/* NULL: there are bytes */
	char	   *bytes;
	Size		size;

	/*
	 * Not NULL: the bytes are the receiver's own, on a word's edge, and he is
	 * to keep them or to free them.  Otherwise they live as long as the
	 * message, and must not be changed.
	 */
	SharedBytes *shared;
} Handover;

/*
 * For serialize functions.
 *
 * handover_state: what to return in order to hand over the state as it is, in
 * its place; NULL if it must be written.  No one else will touch the state from
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

/*
 * For combine functions, one of these once: the bytes are no longer needed; or they are
 * for as long as the context lives, or until the node that receives them has made its
 * result and the query's workers are gone.
 */
extern void handover_free(SharedBytes *shared);
extern void handover_keep(SharedBytes *shared, MemoryContext context);

/* An error if a message of so many bytes is too large; name is that of the aggregate */
extern void handover_check_size(const char *name, uint64 size);

#endif							/* GREENERY_HANDOVER_H */
