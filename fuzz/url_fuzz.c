/*-------------------------------------------------------------------------
 *
 * url_fuzz.c
 *	  Invariants of a URL's segments, for any bytes at all.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "text/url_path.h"

const char *const fuzz_name = "url";
unsigned long fuzz_accepted = 0;

const char *const fuzz_seeds[] = {
	"https://greenery.com/product/x?a=1#f", "www.x.com/en/product/caf%C3%A9", "/pt-br/CHECKOUT//1",
	"//host:80/zh_Hant-TW/shipping/%2F%", "a:1/b", "index.html", "", NULL
};

const char *const fuzz_pieces[] = {
	"/", "//", "://", ":", ".", "?", "#", "%", "%4", "%41", "%2F", "%2f", "%00", "%zz", "%25",
	"en", "-us", "_Hant", "-419", "product", "a", "1", "\xC3\xA9", "\xFF", NULL
};

/* Write each byte as an escape */
static size_t
escape(const char *bytes, size_t length, char *escaped)
{
	static const char digits[] = "0123456789aBcDeF";

	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = (unsigned char) bytes[i];

		escaped[3 * i] = '%';
		escaped[3 * i + 1] = digits[c >> 4];
		escaped[3 * i + 2] = digits[c & 15];
	}
	return 3 * length;
}

static void
check_segment(UrlPart segment)
{
	char	   *decoded = malloc(segment.length);
	char	   *escaped = malloc(3 * segment.length);
	char	   *again = malloc(3 * segment.length);
	size_t		n;
	UrlPart		part;

	FUZZ_CHECK(decoded != NULL && escaped != NULL && again != NULL);
	n = url_decode(segment, decoded);
	FUZZ_CHECK(n <= segment.length && n >= (segment.length + 2) / 3);
	/* what has no escape stays, and any bytes come back from theirs */
	if (memchr(segment.at, '%', segment.length) == NULL)
		FUZZ_CHECK(n == segment.length && memcmp(decoded, segment.at, n) == 0);
	part.at = escaped;
	part.length = escape(segment.at, segment.length, escaped);
	FUZZ_CHECK(url_decode(part, again) == segment.length);
	FUZZ_CHECK(memcmp(again, segment.at, segment.length) == 0);

	if (url_is_language(segment))
	{
		fuzz_accepted++;
		FUZZ_CHECK(segment.length == 2 || (segment.length >= 5 &&
										   (segment.at[2] == '-' || segment.at[2] == '_')));
		for (size_t i = 0; i < segment.length; i++)
			FUZZ_CHECK(segment.at[i] > 0 && strchr("/%.:? ", segment.at[i]) == NULL);
	}
	free(decoded);
	free(escaped);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *url = (const char *) data;
	UrlPart		path = url_path(url, size);
	UrlPart		segment;
	const char *last = path.at;

	if (path.at == NULL)
		return 0;

	/*
	 * the path is a part of the URL, and ends where that or what follows it
	 * ends
	 */
	FUZZ_CHECK(path.at >= url && path.at + path.length <= url + size);
	FUZZ_CHECK(path.at + path.length == url + size ||
			   path.at[path.length] == '?' || path.at[path.length] == '#');
	FUZZ_CHECK(memchr(path.at, '#', path.length) == NULL && memchr(path.at, '?', path.length) == NULL);

	/*
	 * segments come in order, are not empty, and only slashes are between
	 * them
	 */
	while ((segment = url_next_segment(&path)).at != NULL)
	{
		FUZZ_CHECK(segment.length > 0 && segment.at >= last);
		for (const char *p = last; p < segment.at; p++)
			FUZZ_CHECK(*p == '/');
		FUZZ_CHECK(memchr(segment.at, '/', segment.length) == NULL);
		last = segment.at + segment.length;
		FUZZ_CHECK(path.at == last);
		check_segment(segment);
	}
	for (size_t i = 0; i < path.length; i++)
		FUZZ_CHECK(path.at[i] == '/');
	return 0;
}
