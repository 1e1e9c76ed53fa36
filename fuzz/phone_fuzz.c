/*-------------------------------------------------------------------------
 *
 * phone_fuzz.c
 *	  Invariants of the phone parser, for any bytes at all.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "text/phone_parse.h"

const char *const fuzz_name = "phone";
unsigned long fuzz_accepted = 0;

const char *const fuzz_seeds[] = {
	"831-155-1615", "(831) 155-1615", "+1 831.155.1615", "18311551615",
	"tel:+1-831-155-1615;ext=12", "831-155-1615 ext. 12", "0018311551615",
	"011 1 831 155 1615", "(831-155-1615 x12)", "212 555 0199",
	"\xEF\xBC\x98\xEF\xBC\x93\xEF\xBC\x91\xEF\xBC\x8D" "155\xE2\x80\x93" "1615",
	"831-155-1615, 831-155-1616", "", NULL
};

const char *const fuzz_pieces[] = {
	"0", "1", "9", "00", "011", "1615", " ", "-", ".", "/", "(", ")", "+",
	"+1", "x", "ext", "#", ",", ";", "tel:", "x12", "\n", "\xC2\xA0",
	"\xE2\x80\x8B", "\xEF\xBC\x8B", "\xEF\xBD\x98", "\xD9\xA8",
	"\xF0\x9D\x9F\x98", "\xC3\xA9", "\xE2\x98\x8E", "\xED\xA0\x80", "\xFF", NULL
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char		digits[PHONE_DIGITS];
	char		strict_digits[PHONE_DIGITS];
	char		again[PHONE_DIGITS];
	char		form[PHONE_DIGITS + 2];
	char	   *longer;
	PhoneProblem problem = phone_parse((const char *) data, size, false, digits);
	PhoneProblem strict = phone_parse((const char *) data, size, true,
									  strict_digits);

	/* a problem has a name, and a number has none */
	FUZZ_CHECK((phone_problem_name(problem) == NULL) == (problem == PHONE_OK));
	FUZZ_CHECK((phone_problem_name(strict) == NULL) == (strict == PHONE_OK));

	/* strictness only adds problems */
	FUZZ_CHECK(problem == PHONE_OK ?
			   strict == PHONE_OK || strict == PHONE_BAD_AREA ||
			   strict == PHONE_BAD_EXCHANGE : strict == problem);
	FUZZ_CHECK(problem != PHONE_BAD_EXCHANGE);

	/*
	 * blanks at the ends change nothing, as long as the text is not too long;
	 * a tab at the front is more than the short cut for plain texts takes
	 */
	longer = malloc(size + 4);
	FUZZ_CHECK(longer != NULL);
	memcpy(longer, " \t", 2);
	if (size > 0)
		memcpy(longer + 2, data, size);
	memcpy(longer + 2 + size, " \n", 2);
	FUZZ_CHECK(phone_parse(longer, size + 4, false, again) ==
			   (size + 4 > PHONE_MAX_BYTES ? PHONE_TOO_LONG : problem));
	FUZZ_CHECK(problem != PHONE_OK || size + 4 > PHONE_MAX_BYTES ||
			   memcmp(again, digits, PHONE_DIGITS) == 0);
	free(longer);

	/* full-width characters are those of ASCII */
	if (size <= PHONE_MAX_BYTES / 3)
	{
		char		wide[PHONE_MAX_BYTES];
		size_t		n = 0;

		for (size_t i = 0; i < size; i++)
		{
			if (data[i] > ' ' && data[i] < 0x7F)
			{
				uint32_t	code = 0xFF01 + (uint32_t) (data[i] - '!');

				wide[n++] = (char) 0xEF;
				wide[n++] = (char) (0x80 | ((code >> 6) & 0x3F));
				wide[n++] = (char) (0x80 | (code & 0x3F));
			}
			else
				wide[n++] = (char) data[i];
		}
		FUZZ_CHECK(phone_parse(wide, n, false, again) == problem);
		FUZZ_CHECK(problem != PHONE_OK ||
				   memcmp(again, digits, PHONE_DIGITS) == 0);
	}

	if (problem != PHONE_OK)
		return 0;
	fuzz_accepted++;

	for (int i = 0; i < PHONE_DIGITS; i++)
		FUZZ_CHECK(digits[i] >= '0' && digits[i] <= '9');
	FUZZ_CHECK(digits[0] != '0');
	if (strict == PHONE_OK)
		FUZZ_CHECK(memcmp(digits, strict_digits, PHONE_DIGITS) == 0);

	/* what comes out goes in again */
	memcpy(form, digits, 3);
	form[3] = '-';
	memcpy(form + 4, digits + 3, 3);
	form[7] = '-';
	memcpy(form + 8, digits + 6, 4);
	FUZZ_CHECK(phone_parse(form, sizeof(form), false, again) == PHONE_OK);
	FUZZ_CHECK(memcmp(again, digits, PHONE_DIGITS) == 0);

	/*
	 * where all is ASCII: ten digits of the text in a row, and before them
	 * only a country code and an international prefix
	 */
	{
		char		all[5 + PHONE_DIGITS];
		int			n = 0;

		for (size_t i = 0; i < size; i++)
		{
			if (data[i] >= 0x80)
				return 0;
			if (data[i] >= '0' && data[i] <= '9' && n < (int) sizeof(all))
				all[n++] = (char) data[i];
		}
		FUZZ_CHECK(n >= PHONE_DIGITS);
		for (int skip = 0; skip <= n - PHONE_DIGITS; skip++)
		{
			const char *front[] = {"", "1", "001", "0111"};

			for (int f = 0; f < 4; f++)
				if (strlen(front[f]) == (size_t) skip &&
					memcmp(all, front[f], (size_t) skip) == 0 &&
					memcmp(all + skip, digits, PHONE_DIGITS) == 0)
					return 0;
		}
		FUZZ_CHECK(!"the digits are those of the text");
	}
	return 0;
}
