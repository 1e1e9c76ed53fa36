/*-------------------------------------------------------------------------
 *
 * unicode_class.c
 *	  UTF-8 decoding and the few character classes that greenery needs.
 *
 * The classes are written out from the Unicode character database.  Those of
 * white space are closed in practice; digits of newly encoded scripts join the
 * end of their table with a new version of Unicode.
 *
 *-------------------------------------------------------------------------
 */
#include "text/unicode_class.h"

/*
 * Digit zero of every script that Unicode 16 gives a set of decimal digits;
 * the other nine follow it.  Ascending.
 */
static const uint32_t digit_zero[] = {
	0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66,
	0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040,
	0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
	0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
	0xFF10, 0x104A0, 0x10D30, 0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0,
	0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0, 0x116DA, 0x11730,
	0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130,
	0x16A60, 0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2,
	0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0
};

typedef struct CodeRange
{
	uint32_t	first;
	uint32_t	last;
} CodeRange;

/*
 * Format characters, variation selectors, and the letters that print as
 * nothing at all (Hangul fillers, the Braille blank).  Format characters that
 * are visible signs of their script, such as U+0600, are not among them.
 * Ascending.
 */
static const CodeRange invisible[] = {
	{0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160},
	{0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x200B, 0x200F}, {0x202A, 0x202E},
	{0x2060, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}
};

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

size_t
uni_decode(const unsigned char *p, const unsigned char *end, uint32_t *code)
{
	size_t		left = (size_t) (end - p);
	uint32_t	c = p[0];

	if (c < 0x80)
	{
		*code = c;
		return 1;
	}
	if (c >= 0xC2 && c <= 0xDF)
	{
		if (left < 2 || (p[1] & 0xC0) != 0x80)
			return 0;
		*code = ((c & 0x1F) << 6) | (p[1] & 0x3F);
		return 2;
	}
	if (c >= 0xE0 && c <= 0xEF)
	{
		if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
			return 0;
		c = ((c & 0x0F) << 12) | ((uint32_t) (p[1] & 0x3F) << 6) |
			(p[2] & 0x3F);
		if (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))
			return 0;
		*code = c;
		return 3;
	}
	if (c >= 0xF0 && c <= 0xF4)
	{
		if (left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 ||
			(p[3] & 0xC0) != 0x80)
			return 0;
		c = ((c & 0x07) << 18) | ((uint32_t) (p[1] & 0x3F) << 12) |
			((uint32_t) (p[2] & 0x3F) << 6) | (p[3] & 0x3F);
		if (c < 0x10000 || c > 0x10FFFF)
			return 0;
		*code = c;
		return 4;
	}
	return 0;
}

bool
uni_is_space(uint32_t code)
{
	if (code < 0x80)
		return code == ' ' || (code >= '\t' && code <= '\r');
	return code == 0x0085 || code == 0x00A0 || code == 0x1680 ||
		(code >= 0x2000 && code <= 0x200A) ||
		code == 0x2028 || code == 0x2029 || code == 0x202F ||
		code == 0x205F || code == 0x3000;
}

bool
uni_is_invisible(uint32_t code)
{
	for (size_t i = 0; i < LENGTH_OF(invisible); i++)
	{
		if (code < invisible[i].first)
			return false;
		if (code <= invisible[i].last)
			return true;
	}
	return false;
}

int
uni_digit(uint32_t code)
{
	size_t		low = 0;
	size_t		high = LENGTH_OF(digit_zero);

	/* the last zero at or before the character */
	while (low < high)
	{
		size_t		mid = low + (high - low) / 2;

		if (digit_zero[mid] <= code)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0 || code - digit_zero[low - 1] > 9)
		return -1;
	return (int) (code - digit_zero[low - 1]);
}
