/*-------------------------------------------------------------------------
 *
 * key_column.h
 *	  How the values of a type become keys of 64 or 128 bits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_COLUMN_H
#define GREENERY_KEY_COLUMN_H

#include "postgres.h"

#include "retention/siphash.h"
#include "utils/uuid.h"

/* Both halves of a uuid, a hash, or a number with a zero before it */
typedef struct Key128
{
	uint64_t	words[2];
} Key128;

typedef enum KeyForm
{
	KEY_FORM_INT1,				/* up to 64 bits by value, equal when the */
	KEY_FORM_INT2,				/* bits are */
	KEY_FORM_INT4,
	KEY_FORM_INT8,
	KEY_FORM_UUID,				/* 128 bits, likewise */
	KEY_FORM_BYTES,				/* a varlena, likewise: 128 bits of hash */
	KEY_FORM_PADDED,			/* the same after trailing blanks */
	KEY_FORM_OTHER				/* needs the type's own functions */
} KeyForm;

typedef struct KeyColumn
{
	Oid			type;
	KeyForm		form;
} KeyColumn;

/* What scatters the keys; unknown to those who choose ids */
typedef struct KeySecret
{
	uint64_t	siphash[2];
	uint64_t	offset;
	uint64_t	factor;			/* odd */
} KeySecret;

/* set by the first key_column_init of the process */
extern KeySecret key_secret;

extern void key_column_init(KeyColumn *column, Oid type, Oid collation,
							const char *argument);

/* The value of a column of one of the forms KEY_FORM_INT* */
static inline uint64_t
key_column_word(const KeyColumn *column, Datum value)
{
	switch (column->form)
	{
		case KEY_FORM_INT1:
			return (uint64_t) (int64_t) DatumGetChar(value);
		case KEY_FORM_INT2:
			return (uint64_t) (int64_t) DatumGetInt16(value);
		case KEY_FORM_INT4:
			return (uint64_t) (int64_t) DatumGetInt32(value);
		default:
			return (uint64_t) DatumGetInt64(value);
	}
}

/* The value of a column of any form but KEY_FORM_OTHER */
extern Key128 key_column_words(const KeyColumn *column, Datum value);

/*
 * Scatter a key over all 64 bits, the high ones above all, by a bijection:
 * different ids stay different.  The last step of such mixers, which is to
 * improve the low bits, is left out.
 */
static inline uint64_t
key_scatter(uint64_t x)
{
	x ^= key_secret.offset;
	x ^= x >> 32;
	x *= key_secret.factor;
	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);	/* from splitmix64 */
	return x;
}

/* The same for 128 bits: the first word depends on both */
static inline Key128
key_scatter_words(Key128 key)
{
	key.words[0] = key_scatter(key.words[0] ^ key_scatter(key.words[1]));
	return key;
}

#endif							/* GREENERY_KEY_COLUMN_H */
