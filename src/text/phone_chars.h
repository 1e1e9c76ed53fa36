/*-------------------------------------------------------------------------
 *
 * phone_chars.h
 *	  The characters that people write phone numbers with.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_PHONE_CHARS_H
#define GREENERY_PHONE_CHARS_H

typedef enum CharClass
{
	CH_OTHER,
	CH_DIGIT,
	CH_SPACE,
	CH_SEPARATOR,				/* dashes, dots, slashes */
	CH_OPEN,
	CH_CLOSE,
	CH_PLUS,
	CH_HASH,
	CH_SOFT,					/* comma, semicolon */
	CH_LETTER,
	CH_IGNORED,
	CH_END
} CharClass;

/* Classes of the ASCII characters */
extern const unsigned char phone_ascii_class[128];

/*
 * Take a character that is not ASCII from UTF-8 text.  *value is the ASCII character it
 * stands for, or 0.
 */
extern CharClass phone_wide_char(const unsigned char **next, const unsigned char *end,
								 char *value);

#endif							/* GREENERY_PHONE_CHARS_H */
