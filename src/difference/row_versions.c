/*-------------------------------------------------------------------------
 *
 * row_versions.c
 *	  Whether a table still has the rows that a build has seen and written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "difference/row_versions.h"
#include "fmgr.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"

PG_FUNCTION_INFO_V1(written_between);

/*
 * written_between(xid, xid8, xid8): can the transaction that wrote a row version have received
 * its id at or after the one, and before the other?
 */
Datum
written_between(PG_FUNCTION_ARGS)
{
	TransactionId xid = PG_GETARG_TRANSACTIONID(0);
	uint64		since = U64FromFullTransactionId(PG_GETARG_FULLTRANSACTIONID(1));
	uint64		before = U64FromFullTransactionId(PG_GETARG_FULLTRANSACTIONID(2));

	PG_RETURN_BOOL(since < before && xid_is_between(xid, since, before));
}

uint64
oldest_unfinished(void)
{
	uint64		next = U64FromFullTransactionId(ReadNextFullTransactionId());

	/* its upper half is that of the next one, less what lies between */
	return next - (uint32) ((uint32) next - GetTransactionSnapshot()->xmin);
}
