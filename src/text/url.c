/*-------------------------------------------------------------------------
 *
 * url.c
 *	  Segments of a URL's path, and the kind of page that it names.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "compat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "text/url_path.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(url_path_segment);
PG_FUNCTION_INFO_V1(url_page_segment);
PG_FUNCTION_INFO_V1(url_page_kind);

/* The n-th segment of a path, counted from 1 */
static UrlPart
nth_segment(UrlPart path, int32 n)
{
	UrlPart		segment;

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("path segment number must be positive, not %d", n),
				 errhint("The first segment has the number 1.")));
	do
	{
		CHECK_FOR_INTERRUPTS();
		segment = url_next_segment(&path);
	} while (segment.at != NULL && --n > 0);
	return segment;
}

/*
 * url_path_segment(url text, n integer) returns text
 */
Datum
url_path_segment(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	UrlPart		segment = nth_segment(url_path(VARDATA_ANY(url), VARSIZE_ANY_EXHDR(url)),
									  PG_GETARG_INT32(1));

	if (segment.at == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(segment.at, (int) segment.length));
}

/* The path of a page, without the language that many shops begin it with */
static UrlPart
page_path(text *url)
{
	UrlPart		path = url_path(VARDATA_ANY(url), VARSIZE_ANY_EXHDR(url));
	UrlPart		rest = path;

	return url_is_language(url_next_segment(&rest)) ? rest : path;
}

/*
 * A segment decoded, as text.  URLs are in UTF-8.  What is not, or has characters that the
 * database does not know, stays as it is.
 */
static text *
decoded_text(UrlPart segment)
{
	const int	encoding = GetDatabaseEncoding();
	char	   *decoded;
	size_t		n;
	char	   *converted;
	Oid			conversion;

	if (memchr(segment.at, '%', segment.length) == NULL)
		return cstring_to_text_with_len(segment.at, (int) segment.length);
	decoded = palloc(segment.length + 1);
	n = url_decode(segment, decoded);
	decoded[n] = '\0';
	if (memchr(decoded, '\0', n) != NULL ||
		!pg_verify_mbstr(encoding == PG_SQL_ASCII ? PG_SQL_ASCII : PG_UTF8, decoded, (int) n, true))
		return cstring_to_text_with_len(segment.at, (int) segment.length);
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return cstring_to_text_with_len(decoded, (int) n);

	/* what the segment itself has besides is in the database's own encoding */
	for (size_t i = 0; i < segment.length; i++)
		if (IS_HIGHBIT_SET(segment.at[i]))
			return cstring_to_text_with_len(segment.at, (int) segment.length);
	conversion = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(conversion))
		return cstring_to_text_with_len(segment.at, (int) segment.length);
	converted = palloc(n * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding,
									  (unsigned char *) decoded, (int) n,
									  (unsigned char *) converted,
									  (int) (n * MAX_CONVERSION_GROWTH + 1), true) < (int) n)
		return cstring_to_text_with_len(segment.at, (int) segment.length);
	return cstring_to_text(converted);
}

/*
 * url_page_segment(url text, n integer) returns text
 */
Datum
url_page_segment(PG_FUNCTION_ARGS)
{
	UrlPart		segment = nth_segment(page_path(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1));

	if (segment.at == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(decoded_text(segment));
}

/*
 * url_page_kind(url text) returns text
 */
Datum
url_page_kind(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {"product", "checkout", "shipping"};
	UrlPart		path = page_path(PG_GETARG_TEXT_PP(0));
	UrlPart		segment = url_next_segment(&path);

	/* each letter may be an escape of three bytes */
	char		decoded[3 * sizeof("shipping")];

	if (segment.at != NULL && segment.length <= sizeof(decoded))
	{
		size_t		n = url_decode(segment, decoded);

		for (int i = 0; i < (int) lengthof(kinds); i++)
			if (strlen(kinds[i]) == n && pg_strncasecmp(kinds[i], decoded, n) == 0)
				PG_RETURN_TEXT_P(cstring_to_text(kinds[i]));
	}
	PG_RETURN_TEXT_P(cstring_to_text("other"));
}
