/*-------------------------------------------------------------------------
 *
 * iso_moment.c
 *	  Moments in ISO 8601, which mean the same whatever the session's settings.
 *
 * timestamptz's input function reads DateStyle, TimeZone and
 * timezone_abbreviations, takes words such as "tomorrow", and finds a date in
 * almost anything.  Here one form is a moment:
 *
 *		YYYY-MM-DD T hh:mm [:ss [.fraction]] Z
 *
 * where T may be a blank, and Z a numeric offset from UTC: +hh, +hhmm, +hh:mm.
 * Fractions are rounded to microseconds.  It raises no errors and allocates
 * nothing, since a setting's check hook may do neither.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "text/iso_moment.h"
#include "utils/datetime.h"

#define HOURS_OF_OFFSET 15		/* at most, as PostgreSQL has it */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Take n digits; false if there are fewer */
static bool
take_digits(const char **p, int n, int *number)
{
	*number = 0;
	for (int i = 0; i < n; i++)
	{
		if (!is_digit(**p))
			return false;
		*number = *number * 10 + (*(*p)++ - '0');
	}
	return true;
}

/* Take one character, if it is one of these */
static bool
take_one_of(const char **p, const char *characters)
{
	if (**p == '\0' || strchr(characters, **p) == NULL)
		return false;
	++*p;
	return true;
}

/* Take a separator and two digits */
static bool
take_part(const char **p, const char *separators, int *number)
{
	return take_one_of(p, separators) && take_digits(p, 2, number);
}

/* Take all digits of a fraction, as microseconds */
static bool
take_fraction(const char **p, int *microseconds)
{
	int			unit = USECS_PER_SEC / 10;

	if (!is_digit(**p))
		return false;
	for (*microseconds = 0; is_digit(**p); ++*p)
	{
		/* the first digit that is less than a microsecond rounds */
		if (unit > 0)
			*microseconds += (**p - '0') * unit;
		else if (unit == 0)
			*microseconds += **p >= '5';
		unit = unit > 0 ? unit / 10 : -1;
	}
	return true;
}

/* Take seconds, if there are any, and their fraction, if there is one */
static bool
take_seconds(const char **p, int *second, int *fraction)
{
	*second = 0;
	*fraction = 0;
	if (**p != ':')
		return true;
	return take_part(p, ":", second) &&
		(!take_one_of(p, ".,") || take_fraction(p, fraction));
}

/* Take Z or an offset */
static bool
take_offset(const char **p, int *sign, int *hours, int *minutes)
{
	*sign = 1;
	*hours = 0;
	*minutes = 0;
	if (take_one_of(p, "Zz"))
		return true;
	if (**p == '-')
		*sign = -1;
	if (!take_one_of(p, "+-") || !take_digits(p, 2, hours))
		return false;
	if (take_one_of(p, ":") || is_digit(**p))
		return take_digits(p, 2, minutes);
	return true;
}

const char *
iso_moment_parse(const char *text, TimestampTz *result)
{
	const char *p = text;
	int			year,
				month,
				day,
				hour,
				minute,
				second,
				fraction;
	int			sign,
				offset_hours,
				offset_minutes;
	int64		minutes;

	if (!take_digits(&p, 4, &year) ||
		!take_part(&p, "-", &month) ||
		!take_part(&p, "-", &day) ||
		!take_part(&p, "Tt ", &hour) ||
		!take_part(&p, ":", &minute) ||
		!take_seconds(&p, &second, &fraction) ||
		!take_offset(&p, &sign, &offset_hours, &offset_minutes) ||
		*p != '\0')
		return "The value must be in ISO 8601, with \"Z\" or a numeric offset: \"2021-02-12T00:00:00Z\" or \"2021-02-12 01:00+01:00\".";

	if (year < 1)
		return "The year must be from 0001 to 9999.";
	if (month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return "The date does not exist.";

	/* the end of a day is 24:00 */
	if (hour > HOURS_PER_DAY || minute >= MINS_PER_HOUR ||
		second >= SECS_PER_MINUTE ||
		(hour == HOURS_PER_DAY && (minute > 0 || second > 0 || fraction > 0)))
		return "The time of day does not exist.";
	if (offset_hours > HOURS_OF_OFFSET || offset_minutes >= MINS_PER_HOUR)
		return "The offset from UTC is out of range.";

	minutes = (int64) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
		HOURS_PER_DAY * MINS_PER_HOUR;
	minutes += hour * MINS_PER_HOUR + minute;
	minutes -= sign * (offset_hours * MINS_PER_HOUR + offset_minutes);
	*result = (minutes * SECS_PER_MINUTE + second) * USECS_PER_SEC + fraction;
	return NULL;
}
