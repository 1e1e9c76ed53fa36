/*-------------------------------------------------------------------------
 *
 * url_path.c
 *	  The path of a URL, cut into segments.
 *
 * Tracking code writes the same page in many ways, with and without scheme and
 * host, so this reads what is there and never refuses a URL.  The characters
 * that structure a URL are ASCII, which in every server encoding stand for
 * themselves only.
 *
 *-------------------------------------------------------------------------
 */
#include "text/url_path.h"

#include <string.h>

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first such byte, or NULL */
static const char *
find(const char *p, const char *end, char c)
{
	return p < end ? memchr(p, c, (size_t) (end - p)) : NULL;
}

/* Length of "scheme:" at the front when "//" follows it, else 0 */
static size_t
scheme_length(const char *p, const char *end)
{
	const char *start = p;

	while (p < end &&
		   (is_letter(*p) ||
			(p > start && (is_digit(*p) || *p == '+' || *p == '-' || *p == '.'))))
		p++;
	if (p > start && end - p >= 3 && p[0] == ':' && p[1] == '/' && p[2] == '/')
		return (size_t) (p + 1 - start);
	return 0;
}

/*
 * Does a URL without scheme and leading slash begin with a host?  So it does
 * when what stands before the first slash has a dot in it, or a port at its
 * end; "." and ".." and hidden files are none.  Without a slash it is a page.
 */
static bool
begins_with_host(const char *p, const char *end)
{
	const char *slash = find(p, end, '/');
	const char *digit = slash;

	if (slash == NULL || *p == '.')
		return false;
	if (find(p, slash, '.') != NULL)
		return true;
	while (digit > p && is_digit(digit[-1]))
		digit--;
	return digit < slash && digit - p >= 2 && digit[-1] == ':';
}

UrlPart
url_path(const char *url, size_t length)
{
	const char *p = url;
	const char *end = url + length;
	const char *stop;
	UrlPart		path = {NULL, 0};

	/* the path ends where the query or the fragment begins */
	if ((stop = find(p, end, '#')) != NULL)
		end = stop;
	if ((stop = find(p, end, '?')) != NULL)
		end = stop;

	p += scheme_length(p, end);
	if (end - p >= 2 && p[0] == '/' && p[1] == '/')
		p = find(p + 2, end, '/');
	else if (p < end && *p != '/' && begins_with_host(p, end))
		p = find(p, end, '/');

	/* a URL that ends with its host has no path */
	if (p != NULL)
	{
		path.at = p;
		path.length = (size_t) (end - p);
	}
	return path;
}

/* Repeated slashes are one: they name no page */
UrlPart
url_next_segment(UrlPart *path)
{
	UrlPart		segment = {NULL, 0};
	const char *p = path->at;
	const char *end;
	const char *stop;

	if (p == NULL)
		return segment;
	end = p + path->length;
	while (p < end && *p == '/')
		p++;
	stop = find(p, end, '/');
	if (stop == NULL)
		stop = end;
	if (stop > p)
	{
		segment.at = p;
		segment.length = (size_t) (stop - p);
	}
	path->at = stop;
	path->length = (size_t) (end - stop);
	return segment;
}

/* How many of a kind stand at the front */
static size_t
run_length(const char *p, size_t n, bool (*is_of) (char c))
{
	size_t		length = 0;

	while (length < n && is_of(p[length]))
		length++;
	return length;
}

/* Two letters; then a script of four letters, a region of two letters or three digits, or both */
bool
url_is_language(UrlPart segment)
{
	const char *p = segment.at;
	size_t		n = segment.length;

	if (p == NULL || n < 2 || run_length(p, n, is_letter) != 2)
		return false;
	p += 2;
	n -= 2;
	while (n > 0)
	{
		size_t		letters = run_length(p + 1, n - 1, is_letter);
		size_t		digits = run_length(p + 1, n - 1, is_digit);

		if ((*p != '-' && *p != '_') || !(letters == 2 || letters == 4 || digits == 3))
			return false;
		p += 1 + letters + digits;
		n -= 1 + letters + digits;
	}
	return true;
}

/* What a hexadecimal digit stands for; -1 for none */
static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (c | 0x20) - 'a' + 10;
	return -1;
}

size_t
url_decode(UrlPart segment, char *decoded)
{
	size_t		n = 0;

	for (size_t i = 0; i < segment.length; i++)
	{
		char		c = segment.at[i];

		if (c == '%' && segment.length - i > 2 &&
			hex_value(segment.at[i + 1]) >= 0 && hex_value(segment.at[i + 2]) >= 0)
		{
			c = (char) (hex_value(segment.at[i + 1]) * 16 + hex_value(segment.at[i + 2]));
			i += 2;
		}
		decoded[n++] = c;
	}
	return n;
}
