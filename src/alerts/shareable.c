/*-------------------------------------------------------------------------
 *
 * shareable.c
 *	  What may be told of an error to someone who must not see the rows.
 *
 * An error may quote a value: 'invalid input syntax for type integer: "Jane Doe"'.  Alerts
 * leave the database, and who calls a build need not be allowed to read what it reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "alerts/shareable.h"
#include "compat.h"
#include "utils/builtins.h"

#define MARK "(SQLSTATE "
#define CODE_LENGTH 5

PG_FUNCTION_INFO_V1(greenery_shareable_message);

/* Where "(SQLSTATE xxxxx)" begins in a text, or NULL */
static const char *
find_mark(const char *text)
{
	for (const char *p = strstr(text, MARK); p != NULL; p = strstr(p + 1, MARK))
	{
		const char *code = p + strlen(MARK);

		if (strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == CODE_LENGTH &&
			code[CODE_LENGTH] == ')')
			return p;
	}
	return NULL;
}

const char *
shareable_message(const char *message)
{
	const char *mark = find_mark(message);
	const char *code;
	const char *line_end;

	if (mark == NULL)
		return message;
	code = mark + strlen(MARK);
	line_end = strchr(message, '\n');
	/* "syntax error in tsquery" quotes the value; with two, a text may pretend to be of these classes */
	if ((strncmp(code, "42", 2) == 0 || strncmp(code, "55", 2) == 0) &&
		strncmp(code, "42601", CODE_LENGTH) != 0 &&
		(line_end == NULL || line_end > mark) && find_mark(mark + 1) == NULL)
		return pnstrdup(message, code + CODE_LENGTH + 1 - message);
	return psprintf("Error SQLSTATE %.*s; its text may quote data and stays in the database.",
					CODE_LENGTH, code);
}

/* greenery.shareable_message(text) */
Datum
greenery_shareable_message(PG_FUNCTION_ARGS)
{
	char	   *message = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text(shareable_message(message)));
}
