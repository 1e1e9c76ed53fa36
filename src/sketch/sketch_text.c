/*-------------------------------------------------------------------------
 *
 * sketch_text.c
 *	  A repeat sketch as text, and back.
 *
 *	  k=4096:users=3:repeat=1:exact:AQD/DwMAAP...
 *
 * k, how many users are in the sketch, how many of them have two or more orders, and
 * "exact", or "sampled" if users were left out; then the bytes in base64, without the
 * signs at its end that fill it up.  The head says nothing that the bytes do not say, and
 * must agree with them.  In arrays and rows the text needs no quotes.
 *
 *-------------------------------------------------------------------------
 */
#include "sketch/sketch_bytes.h"
#include "sketch/sketch_text.h"

#include <stdio.h>

static const char digits[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int
write_head(const SketchCounts *counts, char *head)
{
	return snprintf(head, SKETCH_HEAD_ROOM, "k=%u:users=%u:repeat=%u:%s:",
					(unsigned) counts->k, (unsigned) counts->users,
					(unsigned) counts->repeats, counts->sampled ? "sampled" : "exact");
}

void
sketch_to_text(const SketchCounts *counts, const void *bytes, size_t size, char *text)
{
	const unsigned char *p = bytes;
	unsigned	bits = 0;
	int			nbits = 0;

	text += write_head(counts, text);
	for (size_t i = 0; i < size; i++)
	{
		bits = (bits << 8 | p[i]) & 0xffff;
		for (nbits += 8; nbits >= 6; nbits -= 6)
			*text++ = digits[bits >> (nbits - 6) & 63];
	}
	if (nbits > 0)
		*text++ = digits[bits << (6 - nbits) & 63];
	*text = '\0';
}

/* What a character of base64 stands for, or -1 */
static int
digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	return -1;
}

size_t
sketch_from_text(const char *text, unsigned char *bytes)
{
	const char *encoded = strrchr(text, ':');
	char		head[SKETCH_HEAD_ROOM];
	SketchCounts counts;
	unsigned	bits = 0;
	int			nbits = 0;
	size_t		size = 0;
	int			length;

	if (encoded == NULL)
		return 0;
	encoded++;
	for (const char *p = encoded; *p != '\0'; p++)
	{
		int			value = digit_value(*p);

		if (value < 0)
			return 0;
		bits = (bits << 6 | (unsigned) value) & 0xffff;
		nbits += 6;
		if (nbits >= 8)
		{
			nbits -= 8;
			bytes[size++] = (unsigned char) (bits >> nbits);
		}
	}
	/* there is one way to write it */
	if (nbits >= 6 || (bits & ((1u << nbits) - 1)) != 0)
		return 0;
	if (!sketch_check(bytes, size, &counts))
		return 0;
	length = write_head(&counts, head);
	if (encoded - text != length || memcmp(head, text, (size_t) length) != 0)
		return 0;
	return size;
}
