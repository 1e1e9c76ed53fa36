/*-------------------------------------------------------------------------
 *
 * value_type.h
 *	  Hash and equality of a type, by its own functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_TYPE_H
#define GREENERY_VALUE_TYPE_H

#include "postgres.h"

#include "fmgr.h"
#include "keys/key_scatter.h"

typedef struct ValueType
{
	int16		typlen;
	bool		typbyval;
	bool		extended;		/* is hash a 64-bit function with a seed? */
	FmgrInfo	hash_function;
	FmgrInfo	equal_function;
	FunctionCallInfo hash;
	FunctionCallInfo equal;
} ValueType;

/*
 * Look up the functions of a type that key_column_init has accepted.  The calls
 * are made in the current context, and point at *type.
 */
extern void value_type_init(ValueType *type, Oid oid, Oid collation);

/* The value, neither compressed, nor elsewhere, nor expanded */
static inline Datum
value_type_flatten(const ValueType *type, Datum value)
{
	if (type->typlen == -1)
		return PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
	return value;
}

/* Both take flat values, and may leave garbage in the current context */
static inline uint64
value_type_hash(ValueType *type, Datum value)
{
	Datum		hash;

	type->hash->args[0].value = value;
	type->hash->isnull = false;
	hash = FunctionCallInvoke(type->hash);

	/* scattered, because types such as integers may hash poorly */
	return key_scatter(type->extended ? DatumGetUInt64(hash) :
					   DatumGetUInt32(hash));
}

static inline bool
value_type_equal(ValueType *type, Datum a, Datum b)
{
	type->equal->args[0].value = a;
	type->equal->args[1].value = b;
	type->equal->isnull = false;
	return DatumGetBool(FunctionCallInvoke(type->equal)) &&
		!type->equal->isnull;
}

#endif							/* GREENERY_VALUE_TYPE_H */
