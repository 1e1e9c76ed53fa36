/*-------------------------------------------------------------------------
 *
 * email_fuzz.c
 *	  Invariants of the e-mail check, for any bytes at all.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "text/email_check.h"

const char *const fuzz_name = "email";
unsigned long fuzz_accepted = 0;

const char *const fuzz_seeds[] = {
	"gkernan1@51.la", "first.last+tag@sub.domain.example", "\"a..b\"@x.org",
	"\"a\\\"b\"@x.org", "a@xn--bcher-kva.example", "a@b.co", "\"a\\\"@x.org",
	"m\xC3\xBCller@b\xC3\xBC" "cher.example", "a@1.2.3.4", "a@[127.0.0.1]",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x.org",
	"a@bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.org",
	"", NULL
};

const char *const fuzz_pieces[] = {
	"@", ".", "..", "-", "\"", "\\", "\\\"", " ", "\t", "a", "b.c", "x.org",
	"1", "+", "_", "(", "[", "\xC2\xA0", "\xE2\x80\x8B", "\xC3\xA9",
	"\xE3\x80\x82", "\xEF\xBC\xA0", "\xED\xA0\x80", "\xF0\x9F\x98\x80", "\xFF",
	"\x7F", NULL
};

/* Is the address with one character put in, or without one, taken? */
static bool
taken_with(const uint8_t *data, size_t size, size_t at, const char *bytes)
{
	char		changed[EMAIL_MAX_BYTES + 8];
	size_t		length = strlen(bytes);

	memcpy(changed, data, at);
	memcpy(changed + at, bytes, length);
	memcpy(changed + at + length, data + at, size - at);
	return email_check(changed, size + length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at;
	char		other_case[EMAIL_MAX_BYTES];
	size_t		local;

	if (!email_check((const char *) data, size))
		return 0;
	fuzz_accepted++;

	/* one @, something before it, a dot inside of what follows */
	FUZZ_CHECK(size <= EMAIL_MAX_BYTES);
	at = memchr(data, '@', size);
	FUZZ_CHECK(at != NULL);
	local = (size_t) (at - data);
	FUZZ_CHECK(local >= 1 && local <= EMAIL_MAX_LOCAL_BYTES);
	FUZZ_CHECK(memchr(at + 1, '@', size - local - 1) == NULL);
	FUZZ_CHECK(memchr(at + 1, '.', size - local - 1) != NULL);
	FUZZ_CHECK(at[1] != '.' && at[1] != '-');
	FUZZ_CHECK(data[size - 1] != '.' && data[size - 1] != '-');
	FUZZ_CHECK(data[0] != '.' && at[-1] != '.');
	for (size_t i = 0; i < size; i++)
	{
		FUZZ_CHECK(data[i] > ' ' && data[i] != 0x7F);
		if (i > local + 1)
			FUZZ_CHECK(data[i] != '.' || data[i - 1] != '.');
	}

	/* nothing can be put in that may not be there */
	for (size_t i = 0; i <= size; i++)
	{
		FUZZ_CHECK(!taken_with(data, size, i, " "));
		FUZZ_CHECK(!taken_with(data, size, i, "@"));
		FUZZ_CHECK(!taken_with(data, size, i, "\n"));
		FUZZ_CHECK(!taken_with(data, size, i, "\xC2\xA0"));
		FUZZ_CHECK(!taken_with(data, size, i, "\xE2\x80\x8B"));
		FUZZ_CHECK(!taken_with(data, size, i, "\xFF"));
	}

	/* the two parts mean nothing by themselves */
	FUZZ_CHECK(!email_check((const char *) data, local));
	FUZZ_CHECK(!email_check((const char *) data, local + 1));
	FUZZ_CHECK(!email_check((const char *) at, size - local));

	/* nor does the case of letters mean anything here */
	for (size_t i = 0; i < size; i++)
	{
		uint8_t		c = data[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
			c ^= 0x20;
		other_case[i] = (char) c;
	}
	FUZZ_CHECK(email_check(other_case, size));
	return 0;
}
