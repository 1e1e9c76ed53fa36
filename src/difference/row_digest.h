/*-------------------------------------------------------------------------
 *
 * row_digest.h
 *	  A row's digest: 128 bits that stand for the images of its values.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROW_DIGEST_H
#define GREENERY_ROW_DIGEST_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "lib/stringinfo.h"

/* How to read a column, in the smallest space */
typedef struct DigestColumn
{
	int16		attnum;			/* from 0 */
	int16		attlen;
	bool		attbyval;
} DigestColumn;

typedef struct RowDigest
{
	MemoryContext context;
	uint64		key[2];			/* random, so that equal digests cannot be
								 * made on purpose */
	DigestColumn *columns;		/* of the rows that come next */
	int			ncolumns;
	StringInfoData image;
	MemoryContext scratch;		/* detoasted values */
} RowDigest;

/* With a random key; in the current memory context, to stay there */
extern void row_digest_init(RowDigest *digest);
extern void row_digest_describe(RowDigest *digest, TupleDesc desc);
extern void row_digest_compute(RowDigest *digest, TupleTableSlot *slot, uint64 result[2]);
extern void row_digest_free(RowDigest *digest);

#endif							/* GREENERY_ROW_DIGEST_H */
