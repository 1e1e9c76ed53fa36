/*-------------------------------------------------------------------------
 *
 * check_writable.c
 *	  Function greenery.check_writable: may this transaction write?
 *
 * Without it a function that writes fails all the same, but with the name of
 * whatever statement in it is the first to do so.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(check_writable);

/* check_writable(call): an error that names the call, if it may not */
Datum
check_writable(PG_FUNCTION_ARGS)
{
	const char *call = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PreventCommandDuringRecovery(call);
	PreventCommandIfReadOnly(call);
	PG_RETURN_VOID();
}
