/*-------------------------------------------------------------------------
 *
 * email.c
 *	  is_email(), over the check in email_check.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "text/email_check.h"
#include "text/text_arg.h"

/* no encoding of a server needs more than twice the bytes that UTF-8 needs */
#define EMAIL_MAX_SERVER_BYTES	(2 * EMAIL_MAX_BYTES)

PG_FUNCTION_INFO_V1(is_email);

/*
 * is_email(text) returns boolean
 */
Datum
is_email(PG_FUNCTION_ARGS)
{
	const char *bytes;
	size_t		length;

	PG_RETURN_BOOL(greenery_text_arg_utf8(PG_GETARG_DATUM(0),
										  EMAIL_MAX_SERVER_BYTES,
										  &bytes, &length) == TEXT_ARG_OK &&
				   email_check(bytes, length));
}
