/*-------------------------------------------------------------------------
 *
 * moment.c
 *	  Moments in texts of exports, with or without a time zone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "text/iso_moment.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define DAY_LENGTH 10			/* 2026-01-30 */
#define MAX_LENGTH 64			/* of a text that can be a moment */

PG_FUNCTION_INFO_V1(greenery_moment);

static bool
ends_with(const char *text, int length, const char *end)
{
	int			n = strlen(end);

	return length > n && pg_strncasecmp(text +length - n, end, n) == 0;
}

/*
 * Write the text in the one form that iso_moment_parse() takes; false if it cannot be one.
 * A text without a zone is written as if in UTC.
 */
static bool
normalize(const char *text, int length, char *result, bool *has_zone)
{
	int			end;

	while (length > 0 && text[0] == ' ')
		text	  ++,
					length--;

	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length < DAY_LENGTH || length > MAX_LENGTH)
		return false;
	if (ends_with(text, length, "UTC") || ends_with(text, length, "GMT"))
	{
		*has_zone = true;
		length -= 3;
		while (length > 0 && text[length - 1] == ' ')
			length--;
		snprintf(result, MAX_LENGTH * 2, "%.*sZ", length, text);
		return true;
	}
	if (length == DAY_LENGTH)
	{
		*has_zone = false;
		snprintf(result, MAX_LENGTH * 2, "%.*sT00:00Z", length, text);
		return true;
	}
	/* a sign or Z behind the day begins the zone, perhaps after a blank */
	for (end = DAY_LENGTH; end < length && strchr("+-Zz", text[end]) == NULL; end++)
		;
	*has_zone = end < length;
	snprintf(result, MAX_LENGTH * 2, "%.*s%.*s%s",
			 text[end - 1] == ' ' ? end - 1 : end, text, length - end, text +end,
			 *has_zone ? "" : "Z");
	return true;
}

/* greenery.moment(text, zone) */
Datum
greenery_moment(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	char		normal[MAX_LENGTH * 2];
	bool		has_zone;
	TimestampTz moment;

	if (!normalize(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), normal, &has_zone) ||
		iso_moment_parse(normal, &moment) != NULL)
		PG_RETURN_NULL();
	if (has_zone)
		PG_RETURN_TIMESTAMPTZ(moment);
	/* what a clock in UTC showed is what one in the zone shows */
	return DirectFunctionCall2(timestamp_zone, PG_GETARG_DATUM(1), TimestampGetDatum(moment));
}
