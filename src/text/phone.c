/*-------------------------------------------------------------------------
 *
 * phone.c
 *	  normalize_phone() and phone_problem(), over the parser in phone_parse.c.
 *
 * Both ask the same parser, so that a number is NULL exactly when there is a
 * problem.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "text/phone_parse.h"
#include "text/text_arg.h"
#include "utils/builtins.h"

/* ###-###-#### */
#define PHONE_TEXT_BYTES	(PHONE_DIGITS + 2)

/*
 * Judge the first argument; the second, if there is one, says how strictly.
 */
static PhoneProblem
judge_argument(FunctionCallInfo fcinfo, char digits[PHONE_DIGITS])
{
	bool		strict = PG_NARGS() > 1 && PG_GETARG_BOOL(1);
	const char *bytes;
	size_t		length;

	switch (greenery_text_arg_utf8(PG_GETARG_DATUM(0), PHONE_MAX_BYTES,
								   &bytes, &length))
	{
		case TEXT_ARG_OK:
			break;
		case TEXT_ARG_TOO_LONG:
			return PHONE_TOO_LONG;
		case TEXT_ARG_UNREADABLE:
			return PHONE_BAD_CHARACTER;
	}
	return phone_parse(bytes, length, strict, digits);
}

PG_FUNCTION_INFO_V1(normalize_phone);
PG_FUNCTION_INFO_V1(phone_problem);

/*
 * normalize_phone(text [, strict boolean]) returns text
 */
Datum
normalize_phone(PG_FUNCTION_ARGS)
{
	char		digits[PHONE_DIGITS];
	text	   *result;
	char	   *out;

	if (judge_argument(fcinfo, digits) != PHONE_OK)
		PG_RETURN_NULL();

	result = (text *) palloc(VARHDRSZ + PHONE_TEXT_BYTES);
	SET_VARSIZE(result, VARHDRSZ + PHONE_TEXT_BYTES);
	out = VARDATA(result);
	memcpy(out, digits, 3);
	out[3] = '-';
	memcpy(out + 4, digits + 3, 3);
	out[7] = '-';
	memcpy(out + 8, digits + 6, 4);
	PG_RETURN_TEXT_P(result);
}

/*
 * phone_problem(text [, strict boolean]) returns text
 */
Datum
phone_problem(PG_FUNCTION_ARGS)
{
	char		digits[PHONE_DIGITS];
	const char *name = phone_problem_name(judge_argument(fcinfo, digits));

	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}
