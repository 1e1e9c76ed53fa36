/*-------------------------------------------------------------------------
 *
 * byte_count.c
 *	  A function of the next version, for the test of updates.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(byte_count);

Datum
byte_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)));
}
