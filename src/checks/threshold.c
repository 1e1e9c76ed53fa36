/*-------------------------------------------------------------------------
 *
 * threshold.c
 *	  "More than how many failing rows": a count, or a share of the rows.
 *
 *-------------------------------------------------------------------------
 */
#include "checks/threshold.h"

#include <stddef.h>

/*
 * Digits with an optional fraction; strtod would follow the locale and take
 * "nan", "0x10" and "1e5".  Returns the first character after the number, or
 * NULL if there is none.
 */
static const char *
parse_decimal(const char *s, double *result)
{
	double		value = 0;
	double		scale = 1;
	int			digits = 0;

	for (; *s >= '0' && *s <= '9'; s++, digits++)
		value = value * 10 + (*s - '0');
	if (*s == '.')
	{
		for (s++; *s >= '0' && *s <= '9'; s++, digits++)
		{
			value = value * 10 + (*s - '0');
			scale *= 10;
		}
	}
	/* beyond 15 digits a double no longer counts exactly */
	if (digits == 0 || digits > 15)
		return NULL;
	*result = value / scale;
	return s;
}

bool
threshold_parse(const char *text, Threshold *threshold)
{
	threshold->is_set = false;
	threshold->is_share = false;
	threshold->limit = 0;
	if (text == NULL)
		return true;

	while (*text == ' ')
		text++;
	text = parse_decimal(text, &threshold->limit);
	if (text == NULL)
		return false;
	while (*text == ' ')
		text++;
	if (*text == '%')
	{
		threshold->is_share = true;
		if (threshold->limit > 100)
			return false;
		text++;
	}
	else if (threshold->limit != (double) (int64_t) threshold->limit)
		return false;
	while (*text == ' ')
		text++;
	threshold->is_set = *text == '\0';
	return threshold->is_set;
}

bool
threshold_exceeded(const Threshold *threshold, int64_t failures, int64_t total)
{
	if (!threshold->is_set)
		return false;
	if (threshold->is_share)
		return (double) failures * 100 > threshold->limit * (double) total;
	return (double) failures > threshold->limit;
}
