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

#include "keys/key_scatter.h"
#include "keys/siphash.h"
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

/* key_scatter for 128 bits: the first word depends on both */
static inline Key128
key_scatter_words(Key128 key)
{
	key.words[0] = key_scatter(key.words[0] ^ key_scatter(key.words[1]));
	return key;
}

#endif							/* GREENERY_KEY_COLUMN_H */
