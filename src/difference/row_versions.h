/*-------------------------------------------------------------------------
 *
 * row_versions.h
 *	  What the version of a row tells of the transaction that has written it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_VERSIONS_H
#define GREENERY_ROW_VERSIONS_H

#include "postgres.h"

#include "access/transam.h"

/*
 * What tells whether a table still has the rows that a build has left: those of
 * transactions that were over when it took its snapshot, which it has seen, and those
 * that it has written itself, in one subtransaction.
 */
typedef struct RowVersions
{
	uint64		unfinished;		/* the oldest transaction that was not over */
	uint64		writer;			/* that subtransaction; 0: it has written nothing */
	uint64		next;			/* no transaction has this id, or a later one, yet */
	int			columns;		/* of the table, with those that were dropped */
} RowVersions;

/* Whether the lower halves of these ids, and of those between them, differ */
static inline bool
xids_are_distinct(uint64 since, uint64 before)
{
	return since <= before && before - since <= PG_UINT32_MAX;
}

/*
 * Whether an id that bears this lower half lies between them; the halves are distinct.
 * Ids that are no transaction's belong to rows that everybody sees.
 */
static inline bool
xid_is_between(TransactionId xid, uint64 since, uint64 before)
{
	return TransactionIdIsNormal(xid) && (uint32) (xid - (uint32) since) < before - since;
}

/*
 * Whether a row version that the active snapshot sees is one that was left.  One that was
 * written 2^32 transactions ago may look as if it had been written since.
 */
static inline bool
version_was_left(TransactionId xmin, const RowVersions *left)
{
	return !xid_is_between(xmin, left->unfinished, left->next) ||
		(left->writer != 0 && xmin == (uint32) left->writer);
}

#endif							/* GREENERY_ROW_VERSIONS_H */
