/*-------------------------------------------------------------------------
 *
 * phone_chars.c
 *	  The characters that people write phone numbers with.
 *
 * Digits may be those of any script, ASCII characters may come full-width, and
 * typographers have dashes, dots and slashes of their own.
 *
 *-------------------------------------------------------------------------
 */
#include "text/phone_chars.h"

#include <stddef.h>
#include <stdint.h>

#include "text/unicode_class.h"

/* What is not named is CH_OTHER */
const unsigned char phone_ascii_class[128] = {
	['\t'] = CH_SPACE,['\n'] = CH_SPACE,['\v'] = CH_SPACE,
	['\f'] = CH_SPACE,['\r'] = CH_SPACE,[' '] = CH_SPACE,
	['#'] = CH_HASH,['('] = CH_OPEN,[')'] = CH_CLOSE,['+'] = CH_PLUS,
	[','] = CH_SOFT,[';'] = CH_SOFT,
	['-'] = CH_SEPARATOR,['.'] = CH_SEPARATOR,['/'] = CH_SEPARATOR,
	['0'] = CH_DIGIT,['1'] = CH_DIGIT,['2'] = CH_DIGIT,['3'] = CH_DIGIT,
	['4'] = CH_DIGIT,['5'] = CH_DIGIT,['6'] = CH_DIGIT,['7'] = CH_DIGIT,
	['8'] = CH_DIGIT,['9'] = CH_DIGIT,
	['A'] = CH_LETTER,['B'] = CH_LETTER,['C'] = CH_LETTER,
	['D'] = CH_LETTER,['E'] = CH_LETTER,['F'] = CH_LETTER,
	['G'] = CH_LETTER,['H'] = CH_LETTER,['I'] = CH_LETTER,
	['J'] = CH_LETTER,['K'] = CH_LETTER,['L'] = CH_LETTER,
	['M'] = CH_LETTER,['N'] = CH_LETTER,['O'] = CH_LETTER,
	['P'] = CH_LETTER,['Q'] = CH_LETTER,['R'] = CH_LETTER,
	['S'] = CH_LETTER,['T'] = CH_LETTER,['U'] = CH_LETTER,
	['V'] = CH_LETTER,['W'] = CH_LETTER,['X'] = CH_LETTER,
	['Y'] = CH_LETTER,['Z'] = CH_LETTER,
	['a'] = CH_LETTER,['b'] = CH_LETTER,['c'] = CH_LETTER,
	['d'] = CH_LETTER,['e'] = CH_LETTER,['f'] = CH_LETTER,
	['g'] = CH_LETTER,['h'] = CH_LETTER,['i'] = CH_LETTER,
	['j'] = CH_LETTER,['k'] = CH_LETTER,['l'] = CH_LETTER,
	['m'] = CH_LETTER,['n'] = CH_LETTER,['o'] = CH_LETTER,
	['p'] = CH_LETTER,['q'] = CH_LETTER,['r'] = CH_LETTER,
	['s'] = CH_LETTER,['t'] = CH_LETTER,['u'] = CH_LETTER,
	['v'] = CH_LETTER,['w'] = CH_LETTER,['x'] = CH_LETTER,
	['y'] = CH_LETTER,['z'] = CH_LETTER
};

/*
 * The ASCII character that stands for a character outside of ASCII: full-width
 * forms, and the typographer's dashes, dots and slashes.  0 if there is none.
 */
static char
ascii_for(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		return (char) (code - 0xFF01 + '!');
	switch (code)
	{
		case 0x058A:			/* Armenian hyphen */
		case 0x05BE:			/* Hebrew maqaf */
		case 0x2010:			/* hyphen, non-breaking hyphen, figure dash, */
		case 0x2011:			/* en dash, em dash, horizontal bar */
		case 0x2012:
		case 0x2013:
		case 0x2014:
		case 0x2015:
		case 0x2043:			/* hyphen bullet */
		case 0x2212:			/* minus */
		case 0x30FC:			/* long vowel mark, a dash on Japanese
								 * keyboards */
		case 0xFE58:			/* small em dash, small hyphen-minus */
		case 0xFE63:
		case 0xFF70:			/* half-width long vowel mark */
			return '-';
		case 0x00B7:			/* middle dot, bullet, one dot leader, */
		case 0x2022:			/* hyphenation point, bullet operator, */
		case 0x2024:			/* dot operator, katakana middle dots */
		case 0x2027:
		case 0x2219:
		case 0x22C5:
		case 0x30FB:
		case 0xFF65:
			return '.';
		case 0x2044:			/* fraction slash, division slash */
		case 0x2215:
			return '/';
		case 0x060C:			/* Arabic and ideographic commas */
		case 0x3001:
			return ',';
		case 0x061B:			/* Arabic semicolon */
			return ';';
		case 0xFE59:			/* small parentheses */
			return '(';
		case 0xFE5A:
			return ')';
		case 0xFE62:			/* small plus */
			return '+';
		default:
			return 0;
	}
}

/*
 * Is a character outside of ASCII, of which nothing else is known, a letter?
 * Only the answer that people get depends on it, not whether the text is a
 * number, so the blocks of symbols will do.
 */
static bool
is_letter(uint32_t code)
{
	if (code < 0x00C0)
		return code == 0x00AA || code == 0x00B5 || code == 0x00BA;
	return !(code == 0x00D7 || code == 0x00F7 ||
			 (code >= 0x2000 && code <= 0x2BFF) ||
			 (code >= 0x2E00 && code <= 0x2E7F) ||
			 (code >= 0x3000 && code <= 0x303F) ||
			 (code >= 0xE000 && code <= 0xF8FF) ||
			 (code >= 0xFE10 && code <= 0xFE6F) ||
			 (code >= 0xFF5F && code <= 0xFF64) ||
			 (code >= 0xFFE0 && code <= 0xFFFF) ||
			 (code >= 0x1D000 && code <= 0x1D3FF) ||
			 (code >= 0x1F000 && code <= 0x1FBEF) ||
			 code >= 0xE0000);
}

CharClass
phone_wide_char(const unsigned char **next, const unsigned char *end, char *value)
{
	uint32_t	code;
	size_t		length = uni_decode(*next, end, &code);
	int			digit;

	*value = 0;
	if (length == 0)
	{
		++*next;
		return CH_OTHER;
	}
	*next += length;
	if ((digit = uni_digit(code)) >= 0)
	{
		*value = (char) ('0' + digit);
		return CH_DIGIT;
	}
	if (uni_is_space(code))
		return CH_SPACE;
	if (uni_is_invisible(code))
		return CH_IGNORED;
	*value = ascii_for(code);
	if (*value != 0)
		return (CharClass) phone_ascii_class[(unsigned char) *value];
	return is_letter(code) ? CH_LETTER : CH_OTHER;
}
