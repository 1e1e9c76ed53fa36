/*-------------------------------------------------------------------------
 *
 * row_versions.h
 *	  Whether a table still has the rows that a build has seen and written.
 *
 * An UPDATE does not change a row in place: it writes another version of it, and each
 * version bears the id of the transaction that wrote it.  A table that still has as many
 * rows, and no version that the build has neither seen nor written, has the same rows.
 *
 * A version bears the lower half of the id only, and keeps it when it is frozen and when
 * VACUUM FULL or CLUSTER rewrites the table.  A version from 2^32 transactions ago can look
 * as if it had been written since the build, but not the other way round: where versions
 * cannot tell, they say that the row is not known.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_VERSIONS_H
#define GREENERY_ROW_VERSIONS_H

#include "postgres.h"

#include "access/transam.h"

/*
 * The rows of a table at the end of a build: those of transactions that were over when it
 * took its snapshot, which it has seen, and those that it has written itself, in one
 * subtransaction.
 */
typedef struct KnownRows
{
	int64		rows;			/* how many there are */
	uint64		unfinished;		/* the oldest transaction that was not over */
	uint64		writer;			/* that subtransaction; 0: it has written
								 * nothing */
	uint64		next;			/* no transaction has this id, or a later one,
								 * yet */
	int			columns;		/* of the table, with those that were dropped */
} KnownRows;

/*
 * The oldest transaction that was not over when the current snapshot was taken.  What
 * earlier ones have written, the snapshot sees.
 */
extern uint64 oldest_unfinished(void);

/* Whether the lower halves of these ids, and of those between them, differ */
static inline bool
xids_are_distinct(uint64 since, uint64 before)
{
	return since <= before && before - since <= PG_UINT32_MAX;
}

/*
 * Whether an id that bears this lower half lies between them; the halves are distinct.
 * Ids below the first normal one belong to rows that every transaction sees.
 */
static inline bool
xid_is_between(TransactionId xid, uint64 since, uint64 before)
{
	return TransactionIdIsNormal(xid) && (uint32) (xid - (uint32) since) < before - since;
}

/* Whether a row version that the active snapshot sees is one of the known rows */
static inline bool
version_is_known(TransactionId xmin, const KnownRows *known)
{
	return !xid_is_between(xmin, known->unfinished, known->next) ||
		(known->writer != 0 && xmin == (uint32) known->writer);
}

#endif							/* GREENERY_ROW_VERSIONS_H */
