/*-------------------------------------------------------------------------
 *
 * phone_parse.h
 *	  Reading North American phone numbers out of what people type.
 *
 * Plain C, no server needed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_PHONE_PARSE_H
#define GREENERY_PHONE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

/* Digits of a number without its country code */
#define PHONE_DIGITS		10

/* A longer text is refused unread: no field with a phone number comes near */
#define PHONE_MAX_BYTES		1024

/* Why a text is not a number.  Names in phone_problem_name() are stable. */
typedef enum PhoneProblem
{
	PHONE_OK,
	PHONE_EMPTY,
	PHONE_TOO_SHORT,
	PHONE_TOO_LONG,
	PHONE_MULTIPLE,
	PHONE_BAD_COUNTRY,
	PHONE_HAS_LETTERS,
	PHONE_BAD_CHARACTER,
	PHONE_BAD_EXTENSION,
	PHONE_BAD_GROUPING,
	PHONE_BAD_AREA,
	PHONE_BAD_EXCHANGE
} PhoneProblem;

/*
 * Read UTF-8 text.  Returns PHONE_OK and fills digits (ASCII, no terminator),
 * or says what is wrong and leaves digits undefined.  With strict the area and
 * exchange codes must be ones that the numbering plan allows.
 */
extern PhoneProblem phone_parse(const char *text, size_t length, bool strict,
								char digits[PHONE_DIGITS]);

/* The SQL name of a problem, NULL for PHONE_OK */
extern const char *phone_problem_name(PhoneProblem problem);

#endif							/* GREENERY_PHONE_PARSE_H */
