/*-------------------------------------------------------------------------
 *
 * email_check.c
 *	  Is a text an e-mail address that a mail server would take?
 *
 * The grammar is that of RFC 5321 (what SMTP transports), with non-ASCII
 * characters as RFC 6531 allows them, less what is legal on paper and always a
 * mistake in a shop's table: addresses without a dot in the domain, literal IP
 * addresses, and blanks, @ or nothing at all between quotation marks.
 * Comments and folding white space belong to message headers (RFC 5322), not to
 * addresses.
 *
 *-------------------------------------------------------------------------
 */
#include "text/email_check.h"

#include <string.h>

#include "text/unicode_class.h"

static bool
is_ascii_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* atext of RFC 5322, as far as it is ASCII */
static bool
is_atext(unsigned char c)
{
	return is_ascii_alnum(c) ||
		(c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/*
 * Length of the character outside of ASCII at p, or 0 if no address may hold
 * it: malformed UTF-8, control characters, white space, and what cannot be
 * seen, since two addresses that look alike must not differ.
 */
static size_t
wide_char_length(const unsigned char *p, const unsigned char *end,
				 uint32_t *code)
{
	size_t		length = uni_decode(p, end, code);

	if (length < 2 || *code < 0xA0 ||
		uni_is_space(*code) || uni_is_invisible(*code) ||
		(*code & 0xFFFE) == 0xFFFE || (*code >= 0xFDD0 && *code <= 0xFDEF) ||
		*code == 0xFFFD)
		return 0;
	return length;
}

/*
 * A dot-atom: atoms joined by single dots.
 */
static bool
check_dot_atom(const unsigned char *p, const unsigned char *end)
{
	bool		dot_allowed = false;

	while (p < end)
	{
		uint32_t	code;
		size_t		length = 1;

		if (*p == '.')
		{
			if (!dot_allowed)
				return false;
			dot_allowed = false;
		}
		else
		{
			if (*p >= 0x80)
				length = wide_char_length(p, end, &code);
			else if (!is_atext(*p))
				length = 0;
			if (length == 0)
				return false;
			dot_allowed = true;
		}
		p += length;
	}
	/* neither empty nor ending in a dot */
	return dot_allowed;
}

/*
 * A quoted string, with something in it; the caller has seen the first mark.
 */
static bool
check_quoted(const unsigned char *p, const unsigned char *end)
{
	if (end - p < 3 || end[-1] != '"')
		return false;
	p++;
	end--;
	while (p < end)
	{
		uint32_t	code;
		size_t		length = 1;

		if (*p >= 0x80)
			length = wide_char_length(p, end, &code);
		else if (*p == '\\')
		{
			/* a quoted pair; a lone backslash would quote the closing mark */
			p++;
			if (p == end || *p <= ' ' || *p >= 0x7F)
				return false;
		}
		else if (*p <= ' ' || *p == 0x7F || *p == '"')
			return false;
		if (length == 0)
			return false;
		p += length;
	}
	return true;
}

/*
 * May a character outside of ASCII stand in a domain?  Not a full table of
 * IDNA 2008, only the blocks that hold nothing it allows and that turn up in
 * pasted text: typographer's punctuation, ideographic stops, full-width forms.
 */
static bool
is_domain_char(uint32_t code)
{
	if (code >= 0x3005 && code <= 0x3007)
		return true;
	return !(code < 0x00B7 ||
			 (code >= 0x2000 && code <= 0x206F) ||
			 (code >= 0x3000 && code <= 0x303F) ||
			 (code >= 0xFE10 && code <= 0xFE6F) ||
			 (code >= 0xFF00 && code <= 0xFFEF));
}

/*
 * A domain name of two or more labels, of which the last is not a number.
 */
static bool
check_domain(const unsigned char *p, const unsigned char *end)
{
	int			labels = 0;

	for (;;)
	{
		const unsigned char *label = p;
		bool		digits_only = true;

		while (p < end && *p != '.')
		{
			uint32_t	code;
			size_t		length = 1;

			if (*p >= 0x80)
			{
				length = wide_char_length(p, end, &code);
				if (length == 0 || !is_domain_char(code))
					return false;
			}
			else if (!is_ascii_alnum(*p) && *p != '-')
				return false;
			if (*p < '0' || *p > '9')
				digits_only = false;
			p += length;
		}
		if (p == label || p - label > EMAIL_MAX_LABEL_BYTES ||
			label[0] == '-' || p[-1] == '-')
			return false;
		labels++;
		if (p == end)
			return labels >= 2 && !digits_only;
		p++;
	}
}

bool
email_check(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *) text;
	const unsigned char *end = p + length;
	const unsigned char *at;

	if (length > EMAIL_MAX_BYTES ||
		length == 0 || (at = memchr(p, '@', length)) == NULL ||
		memchr(at + 1, '@', (size_t) (end - at - 1)) != NULL ||
		at - p > EMAIL_MAX_LOCAL_BYTES)
		return false;
	return (*p == '"' ? check_quoted(p, at) : check_dot_atom(p, at)) &&
		check_domain(at + 1, end);
}
