/*-------------------------------------------------------------------------
 *
 * url.c
 *	  Segments of a URL's path.
 *
 * Tracking code writes the same page in many ways, with and without scheme and
 * host, so this reads what is there and never refuses a URL.  The characters
 * that structure a URL are ASCII, which in every server encoding stand for
 * themselves only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Length of "scheme:" at the front when "//" follows it, else 0 */
static size_t
scheme_length(const char *p, const char *end)
{
	const char *start = p;

	while (p < end &&
		   ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			(p > start && ((*p >= '0' && *p <= '9') ||
						   *p == '+' || *p == '-' || *p == '.'))))
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
	const char *slash = memchr(p, '/', end - p);
	const char *digit = slash;

	if (slash == NULL || *p == '.')
		return false;
	if (memchr(p, '.', slash - p) != NULL)
		return true;
	while (digit > p && digit[-1] >= '0' && digit[-1] <= '9')
		digit--;
	return digit < slash && digit - p >= 2 && digit[-1] == ':';
}

PG_FUNCTION_INFO_V1(url_path_segment);

/*
 * url_path_segment(url text, n integer) returns text
 */
Datum
url_path_segment(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	int32		n = PG_GETARG_INT32(1);
	const char *p = VARDATA_ANY(url);
	const char *end = p + VARSIZE_ANY_EXHDR(url);
	const char *stop;

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("path segment number must be positive, not %d", n),
				 errhint("The first segment has the number 1.")));

	/* the path ends where the query or the fragment begins */
	if ((stop = memchr(p, '#', end - p)) != NULL)
		end = stop;
	if ((stop = memchr(p, '?', end - p)) != NULL)
		end = stop;

	p += scheme_length(p, end);
	if (end - p >= 2 && p[0] == '/' && p[1] == '/')
	{
		p += 2;
		p = memchr(p, '/', end - p);
	}
	else if (p < end && *p != '/' && begins_with_host(p, end))
		p = memchr(p, '/', end - p);

	/* a URL that ends with its host has no path */
	while (p != NULL && p < end)
	{
		CHECK_FOR_INTERRUPTS();

		/* repeated slashes are one: they name no page */
		while (p < end && *p == '/')
			p++;
		stop = memchr(p, '/', end - p);
		if (stop == NULL)
			stop = end;
		if (stop > p && --n == 0)
			PG_RETURN_TEXT_P(cstring_to_text_with_len(p, (int) (stop - p)));
		p = stop;
	}
	PG_RETURN_NULL();
}
