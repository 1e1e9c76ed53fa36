/*-------------------------------------------------------------------------
 *
 * key_set_agg.h
 *	  What fills sets of keys and what looks up in them have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_SET_AGG_H
#define GREENERY_KEY_SET_AGG_H

#include "postgres.h"

#include "keys/key_column.h"
#include "keys/key_set.h"
#include "utils/builtins.h"

/* Look up a type whose values are keys by their bits, or raise an error */
static inline void
key_set_column(KeyColumn *column, Oid type, Oid collation)
{
	key_column_init(column, type, collation, "value");
	if (column->form == KEY_FORM_OTHER)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("values of type %s cannot be in a set of keys",
						format_type_be(type)),
				 errdetail("Their equality is not that of their bytes.")));
}

/* 64-bit words of a key */
static inline int
key_set_words(const KeyColumn *column)
{
	return column->form >= KEY_FORM_UUID ? 2 : 1;
}

/* The scattered key of a value */
static inline Key128
key_set_key(const KeyColumn *column, Datum value)
{
	Key128		key = {{0, 0}};

	if (column->form >= KEY_FORM_UUID)
		return key_scatter_words(key_column_words(column, value));
	key.words[0] = key_scatter(key_column_word(column, value));
	return key;
}

extern KeySet *key_set_alloc(MemoryContext context, Size size);

#endif							/* GREENERY_KEY_SET_AGG_H */
