/*-------------------------------------------------------------------------
 *
 * phone_parse.c
 *	  Reading North American phone numbers out of what people type.
 *
 * A number has many dresses but must not be guessed: a wrong number in a mart
 * is worse than none, because no one looks at it again.  So this is a small
 * grammar and not "remove all but digits":
 *
 *	  number    = ["tel:"] ["+"] digits and separators [extension]
 *	  separator = white space, dashes, dots, slashes, one level of parentheses
 *	  extension = ("x" | "ext" | "extn" | "extension" | "#" | "," | ";") digits
 *
 * Digits may be those of any script, ASCII characters may come full-width, and
 * invisible characters count for nothing.  The text is read once from the
 * left; the first character that does not fit decides what is wrong.  Only a
 * text that fits has its digits counted and judged, see judge_digits().  Plain
 * texts take a short cut to there, see scan_plain().
 *
 * What is deliberately not enforced, unless strict: the plan's rules for area
 * and exchange codes.  Shops hold numbers that break them, test data and
 * typing errors included, and the number people gave is still the one to keep.
 *
 *-------------------------------------------------------------------------
 */
#include "text/phone_parse.h"

#include <string.h>

#include "text/phone_chars.h"

/* Digits worth keeping: 011, the country code, the number */
#define MAX_DIGITS			14

/* Longest text for scan_plain() */
#define MAX_PLAIN			24

/* Longest extensions: after a marker that can mean nothing else, and after one
 * that can also stand between two numbers, where seven digits are more likely
 * a second, local number */
#define MAX_EXTENSION		7
#define MAX_SOFT_EXTENSION	6

typedef struct PhoneScan
{
	const unsigned char *next;
	const unsigned char *end;
	int			ndigits;		/* all that were seen */
	char		digits[MAX_PLAIN];	/* the first MAX_DIGITS of them, or more */
	unsigned int cuts;			/* bit n: a separator after n digits */
	bool		plus;
	bool		prefix;			/* "tel:" was seen */
	bool		open;			/* inside parentheses */
	int			open_at;		/* digits before them */
} PhoneScan;

#define CUT(n)	((n) < 32 ? 1U << (n) : 0U)

/* What scan_plain() takes: 1 for a digit, 2 for a separator or a blank */
static const unsigned char plain_class[256] = {
	[' '] = 2,['-'] = 2,['.'] = 2,['/'] = 2,
	['0'] = 1,['1'] = 1,['2'] = 1,['3'] = 1,['4'] = 1,
	['5'] = 1,['6'] = 1,['7'] = 1,['8'] = 1,['9'] = 1
};

/*
 * Take the next character.  *value is the ASCII character it stands for, or 0.
 */
static inline CharClass
next_char(PhoneScan *scan, char *value)
{
	if (scan->next >= scan->end)
	{
		*value = 0;
		return CH_END;
	}
	if (*scan->next < 0x80)
	{
		*value = (char) *scan->next++;
		return (CharClass) phone_ascii_class[(unsigned char) *value];
	}
	return phone_wide_char(&scan->next, scan->end, value);
}

/*
 * Read the rest of a word whose first letter has been taken, into lower case.
 * Returns false if it is longer than any word we know.
 */
static bool
take_word(PhoneScan *scan, char first, char *word, size_t size)
{
	size_t		n = 0;
	char		value = first;

	for (;;)
	{
		const unsigned char *before;
		CharClass	ch;

		/* a letter that stands for no ASCII letter is in none of our words */
		if (value == 0 || n + 1 >= size)
			return false;
		word[n++] = (char) (value | 0x20);

		do
		{
			before = scan->next;
			ch = next_char(scan, &value);
		} while (ch == CH_IGNORED);
		if (ch != CH_LETTER)
		{
			scan->next = before;
			word[n] = '\0';
			return true;
		}
	}
}

/* Is the word, whose first letter has been taken, a marker of extensions? */
static bool
take_extension_word(PhoneScan *scan, char first)
{
	char		word[sizeof("extension")];

	return take_word(scan, first, word, sizeof(word)) &&
		(strcmp(word, "x") == 0 || strcmp(word, "ext") == 0 ||
		 strcmp(word, "extn") == 0 || strcmp(word, "extension") == 0);
}

/*
 * Read what follows the marker of an extension up to the end of the text.  The
 * extension itself is dropped: a dialled number reaches the shop's customer,
 * or the switchboard, without it.
 */
static PhoneProblem
scan_extension(PhoneScan *scan, bool soft)
{
	int			ndigits = 0;
	bool		ended = false;
	bool		broken = false;

	for (;;)
	{
		char		value;
		CharClass	ch = next_char(scan, &value);

		switch (ch)
		{
			case CH_DIGIT:
				/* one run of digits, and nothing after it */
				broken |= ended;
				ndigits++;
				break;
			case CH_SPACE:
				ended = (ndigits > 0);
				break;
			case CH_CLOSE:
				broken |= (!scan->open || ndigits == 0);
				scan->open = false;
				ended = true;
				break;
			case CH_LETTER:
				/* ", ext. 12" and ";ext=12": the word is the marker */
				if (!soft || ndigits > 0 ||
					!take_extension_word(scan, value))
					return PHONE_HAS_LETTERS;
				soft = false;
				break;
			case CH_HASH:
				/* "ext. #12" */
				broken |= (ndigits > 0);
				break;
			case CH_IGNORED:
				break;
			case CH_END:
				if (ndigits > 0 && !broken &&
					ndigits <= (soft ? MAX_SOFT_EXTENSION : MAX_EXTENSION))
					return scan->open ? PHONE_BAD_CHARACTER : PHONE_OK;
				if (soft && ndigits >= 7 && scan->ndigits >= PHONE_DIGITS)
					return PHONE_MULTIPLE;
				return PHONE_BAD_EXTENSION;
			default:
				/* "ext.", "ext:", "ext=", and a full stop at the end */
				if (value == '.')
					ended = (ndigits > 0);
				else
					broken |= (ndigits > 0 || (value != ':' && value != '='));
				break;
		}
	}
}

/*
 * Read the whole text: collect the digits and where they are separated, and
 * find out whether the characters make a number at all.
 */
static PhoneProblem
scan_number(PhoneScan *scan)
{
	for (;;)
	{
		char		value;
		CharClass	ch = next_char(scan, &value);

		switch (ch)
		{
			case CH_DIGIT:
				if (scan->ndigits < MAX_DIGITS)
					scan->digits[scan->ndigits] = value;
				scan->ndigits++;
				break;
			case CH_SPACE:
				scan->cuts |= CUT(scan->ndigits);
				break;
			case CH_SEPARATOR:
				/* "-831…" may be a number below zero, ".831…" a fraction */
				if (scan->ndigits == 0)
					return PHONE_BAD_CHARACTER;
				scan->cuts |= CUT(scan->ndigits);
				break;
			case CH_OPEN:
				if (scan->open)
					return PHONE_BAD_CHARACTER;
				scan->open = true;
				scan->open_at = scan->ndigits;
				scan->cuts |= CUT(scan->ndigits);
				break;
			case CH_CLOSE:
				if (!scan->open || scan->open_at == scan->ndigits)
					return PHONE_BAD_CHARACTER;
				scan->open = false;
				scan->cuts |= CUT(scan->ndigits);
				break;
			case CH_PLUS:
				if (scan->ndigits > 0 || scan->plus)
				{
					if (scan->ndigits >= PHONE_DIGITS &&
						next_char(scan, &value) == CH_DIGIT)
						return PHONE_MULTIPLE;
					return PHONE_BAD_CHARACTER;
				}
				scan->plus = true;
				break;
			case CH_HASH:
			case CH_SOFT:
				if (scan->ndigits == 0)
					return PHONE_BAD_CHARACTER;
				return scan_extension(scan, ch == CH_SOFT);
			case CH_LETTER:
				if (scan->ndigits > 0)
				{
					if (!take_extension_word(scan, value))
						return PHONE_HAS_LETTERS;
					return scan_extension(scan, false);
				}
				else
				{
					char		word[sizeof("tel")];

					if (scan->plus || scan->open || scan->prefix ||
						!take_word(scan, value, word, sizeof(word)) ||
						strcmp(word, "tel") != 0 ||
						next_char(scan, &value) == CH_END || value != ':')
						return PHONE_HAS_LETTERS;
					scan->prefix = true;
				}
				break;
			case CH_IGNORED:
				break;
			case CH_END:
				return scan->open ? PHONE_BAD_CHARACTER : PHONE_OK;
			case CH_OTHER:
				return PHONE_BAD_CHARACTER;
		}
	}
}

/*
 * scan_number() for what most people type: ASCII digits with single blanks,
 * dashes, dots and slashes, before them perhaps a plus or three digits in
 * parentheses.  Returns false if the text is anything else, which says nothing
 * about it, and leaves the scan as it was but for digits.
 *
 * The loop does the same for every character, whatever it is: branches would be
 * guessed wrong again and again, as no two people type alike.
 */
static bool
scan_plain(PhoneScan *scan)
{
	const unsigned char *p = scan->next;
	const size_t length = (size_t) (scan->end - p);
	size_t		i = 0;
	unsigned int ndigits = 0;
	unsigned int cuts = 0;
	bool		plain = true;

	/* room for a digit after what comes before the loop */
	if (length < PHONE_DIGITS || length > MAX_PLAIN)
		return false;
	if (p[0] == '(')
	{
		if (p[4] != ')')
			return false;
		for (i = 1; i < 4; i++)
		{
			plain &= plain_class[p[i]] == 1;
			scan->digits[ndigits++] = (char) p[i];
		}
		cuts = CUT(0) | CUT(3);
		i = 5;
	}
	else
	{
		/* a separator must not come first */
		i = (p[0] == '+');
		plain = plain_class[p[i]] == 1;
	}
	for (; i < length; i++)
	{
		unsigned int class = plain_class[p[i]];

		scan->digits[ndigits] = (char) p[i];
		cuts |= (class >> 1) << ndigits;
		ndigits += class & 1;
		plain &= class != 0;
	}
	if (!plain)
		return false;
	scan->plus = (p[0] == '+');
	scan->ndigits = (int) ndigits;
	scan->cuts = cuts;
	return true;
}

/*
 * Find the ten digits among those collected.  *start is where they begin.
 *
 * The country is stated by "+1" or by an international prefix, 011 or 00, and
 * any other country is refused.  Without one, a group "1" at the front or an
 * eleventh digit 1 is the country code.  Such a number must also be grouped as
 * North Americans write it, in threes from the front and a last four, or less:
 * "(55) 1234-5678" has ten digits and is Mexican, "138 1234 5678" eleven and
 * Chinese, "192.168.100.1" is not even a phone number.
 */
static PhoneProblem
judge_digits(const PhoneScan *scan, int *start)
{
	const char *d = scan->digits;
	int			n = scan->ndigits;
	bool		stated = false;

	if (n == 0)
		return (scan->plus || scan->prefix) ? PHONE_TOO_SHORT : PHONE_EMPTY;

	*start = 0;
	if (scan->plus)
	{
		if (d[0] != '1')
			return PHONE_BAD_COUNTRY;
		*start = 1;
		stated = true;
	}
	else if (n > PHONE_DIGITS &&
			 ((d[0] == '0' && d[1] == '0' && !(scan->cuts & CUT(1))) ||
			  (d[0] == '0' && d[1] == '1' && d[2] == '1' &&
			   !(scan->cuts & (CUT(1) | CUT(2))))))
	{
		int			prefix = (d[1] == '0') ? 2 : 3;

		if (d[prefix] != '1' || n != prefix + 1 + PHONE_DIGITS)
			return PHONE_BAD_COUNTRY;
		*start = prefix + 1;
		stated = true;
	}
	else if (d[0] == '1' && (n == PHONE_DIGITS + 1 || (scan->cuts & CUT(1))))
		*start = 1;

	n -= *start;
	if (n < PHONE_DIGITS)
		return PHONE_TOO_SHORT;
	if (n > PHONE_DIGITS)
	{
		/* a whole number, a separator, and enough for a second one */
		if (n >= PHONE_DIGITS + 7 &&
			(scan->cuts & (CUT(*start + PHONE_DIGITS) |
						   CUT(*start + PHONE_DIGITS + 1))))
			return PHONE_MULTIPLE;
		return PHONE_TOO_LONG;
	}

	/* 0 is the trunk prefix of most of the world and starts no area code */
	if (d[*start] == '0')
		return PHONE_BAD_AREA;

	/* 831 155 1615, the last four perhaps in pairs */
	if (!stated && (scan->cuts >> *start) &
		~(CUT(0) | CUT(3) | CUT(6) | CUT(8) | CUT(PHONE_DIGITS)))
		return PHONE_BAD_GROUPING;
	return PHONE_OK;
}

/*
 * The numbering plan's own rules (NANPA): an area code is [2-9][0-8]X and not
 * N11, 37X and 96X are set aside; an exchange code is [2-9]XX and not N11.
 */
static PhoneProblem
judge_codes(const char *d)
{
	if (d[0] < '2' || d[1] == '9' || (d[1] == '1' && d[2] == '1') ||
		(d[0] == '3' && d[1] == '7') || (d[0] == '9' && d[1] == '6'))
		return PHONE_BAD_AREA;
	if (d[3] < '2' || (d[4] == '1' && d[5] == '1'))
		return PHONE_BAD_EXCHANGE;
	return PHONE_OK;
}

PhoneProblem
phone_parse(const char *text, size_t length, bool strict,
			char digits[PHONE_DIGITS])
{
	PhoneScan	scan;
	PhoneProblem problem;
	int			start;

	if (length > PHONE_MAX_BYTES)
		return PHONE_TOO_LONG;

	scan.next = (const unsigned char *) text;
	scan.end = scan.next + length;
	scan.ndigits = 0;
	scan.cuts = 0;
	scan.plus = scan.prefix = scan.open = false;
	scan.open_at = 0;

	if ((!scan_plain(&scan) && (problem = scan_number(&scan)) != PHONE_OK) ||
		(problem = judge_digits(&scan, &start)) != PHONE_OK)
		return problem;
	memcpy(digits, scan.digits + start, PHONE_DIGITS);
	return strict ? judge_codes(digits) : PHONE_OK;
}

const char *
phone_problem_name(PhoneProblem problem)
{
	switch (problem)
	{
		case PHONE_OK:
			return NULL;
		case PHONE_EMPTY:
			return "empty";
		case PHONE_TOO_SHORT:
			return "too_short";
		case PHONE_TOO_LONG:
			return "too_long";
		case PHONE_MULTIPLE:
			return "multiple";
		case PHONE_BAD_COUNTRY:
			return "bad_country";
		case PHONE_HAS_LETTERS:
			return "has_letters";
		case PHONE_BAD_CHARACTER:
			return "bad_character";
		case PHONE_BAD_EXTENSION:
			return "bad_extension";
		case PHONE_BAD_GROUPING:
			return "bad_grouping";
		case PHONE_BAD_AREA:
			return "bad_area";
		case PHONE_BAD_EXCHANGE:
			return "bad_exchange";
	}
	return NULL;
}
