/*-------------------------------------------------------------------------
 *
 * clean_text.c
 *	  Trim blanks at both ends; nothing left is NULL.
 *
 * Every text column of every staging view passes through here, and nearly all
 * values are clean already: those are returned as they came, without a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "text/unicode_class.h"
#include "utils/builtins.h"

/*
 * White space, and what has no width and is pasted along with it.  Joiners
 * inside of a word matter to some scripts; at the ends they join nothing.
 */
static inline bool
is_blank(uint32_t code)
{
	return uni_is_space(code) ||
		(code >= 0x200B && code <= 0x200D) ||	/* zero-width */
		code == 0x2060 ||		/* word joiner */
		code == 0xFEFF;			/* byte order mark */
}

/* First byte that is not part of a blank */
static const unsigned char *
skip_blanks(const unsigned char *p, const unsigned char *end, bool utf8)
{
	while (p < end)
	{
		uint32_t	code = *p;
		size_t		length = 1;

		if (code >= 0x80)
		{
			if (!utf8 || (length = uni_decode(p, end, &code)) == 0)
				break;
		}
		if (!is_blank(code))
			break;
		p += length;
		CHECK_FOR_INTERRUPTS();
	}
	return p;
}

/* One past the last byte that is not part of a blank; p is not one */
static const unsigned char *
skip_blanks_back(const unsigned char *p, const unsigned char *end, bool utf8)
{
	while (end > p)
	{
		const unsigned char *start = end - 1;
		uint32_t	code = *start;

		if (code >= 0x80)
		{
			if (!utf8)
				break;
			while (start > p && end - start < 4 && (*start & 0xC0) == 0x80)
				start--;
			if (uni_decode(start, end, &code) != (size_t) (end - start))
				break;
		}
		if (!is_blank(code))
			break;
		end = start;
		CHECK_FOR_INTERRUPTS();
	}
	return end;
}

/* A character that is itself, and no blank, in every encoding */
static inline bool
is_graph(unsigned char byte)
{
	return byte > 0x20 && byte < 0x7F;
}

/* The text without blanks at its ends, or NULL */
static pg_noinline Datum
trim(FunctionCallInfo fcinfo, text *value)
{
	const unsigned char *bytes = (const unsigned char *) VARDATA_ANY(value);
	size_t		length = VARSIZE_ANY_EXHDR(value);
	bool		utf8 = (GetDatabaseEncoding() == PG_UTF8);
	const unsigned char *first = skip_blanks(bytes, bytes + length, utf8);
	const unsigned char *end = skip_blanks_back(first, bytes + length, utf8);

	if (first == end)
		PG_RETURN_NULL();
	if ((size_t) (end - first) == length)
		PG_RETURN_TEXT_P(value);
	PG_RETURN_TEXT_P(cstring_to_text_with_len((const char *) first,
											  (int) (end - first)));
}

PG_FUNCTION_INFO_V1(clean_text);

/*
 * clean_text(text) returns text
 *
 * In encodings other than UTF-8 only ASCII blanks are known.  There a byte
 * below 0x80 is never part of a longer character, so bytes can be compared.
 */
Datum
clean_text(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	const char *bytes = VARDATA_ANY(value);
	size_t		length = VARSIZE_ANY_EXHDR(value);

	/* what ids and nearly all words are like */
	if (likely(length > 0 && is_graph(bytes[0]) && is_graph(bytes[length - 1])))
		PG_RETURN_TEXT_P(value);
	return trim(fcinfo, value);
}
