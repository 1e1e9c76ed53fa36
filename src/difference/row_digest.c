/*-------------------------------------------------------------------------
 *
 * row_digest.c
 *	  A row's digest: 128 bits that stand for the images of its values.
 *
 * It is keyed with a random number, so that rows that differ cannot be made to share a digest
 * on purpose.  Rows have the same digest when the images of their values are the same, value
 * by value, wherever they are and however they are stored.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupmacs.h"
#include "compat.h"
#include "difference/row_digest.h"
#include "keys/siphash.h"
#include "utils/memutils.h"

/* A longer value has a digest of its own */
#define LONG_VALUE (1024 * 1024)

void
row_digest_init(RowDigest *digest)
{
	if (!pg_strong_random(digest->key, sizeof(digest->key)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random key")));
	digest->context = CurrentMemoryContext;
	digest->columns = NULL;
	initStringInfo(&digest->image);
	digest->scratch = AllocSetContextCreate(CurrentMemoryContext, "row digest",
											ALLOCSET_DEFAULT_SIZES);
}

void
row_digest_free(RowDigest *digest)
{
	MemoryContextDelete(digest->scratch);
	pfree(digest->image.data);
	if (digest->columns != NULL)
		pfree(digest->columns);
}

/* Rows of this description come next: its columns that are still there */
void
row_digest_describe(RowDigest *digest, TupleDesc desc)
{
	if (digest->columns != NULL)
		pfree(digest->columns);
	digest->columns = MemoryContextAlloc(digest->context,
										 Max(desc->natts, 1) * sizeof(DigestColumn));
	digest->ncolumns = 0;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		DigestColumn *column = &digest->columns[digest->ncolumns];

		if (att->attisdropped)
			continue;
		column->attnum = i;
		column->attlen = att->attlen;
		column->attbyval = att->attbyval;
		digest->ncolumns++;
	}
}

/* Append bytes; the image grows in few steps, and is not ended by a null byte */
static inline void
append(RowDigest *digest, const void *bytes, Size size)
{
	StringInfo	image = &digest->image;

	if (unlikely((Size) (image->maxlen - image->len) <= size))
		enlargeStringInfo(image, (int) size);
	memcpy(image->data + image->len, bytes, size);
	image->len += (int) size;
}

/*
 * A value that is passed by value: only the bytes that a table stores.  The other bytes of
 * the Datum may differ between a value that was computed and the same one read back.
 */
static inline void
append_by_value(RowDigest *digest, Datum value, int16 length)
{
	char		bytes[sizeof(Datum)];

	store_att_byval(bytes, value, length);
	append(digest, bytes, length);
}

/*
 * The bytes of a varlena, and how many; detoasted into the scratch context.  A long
 * value is represented by its own digest: the image of several would be too large.
 */
static inline void
append_varlena(RowDigest *digest, Datum value)
{
	struct varlena *datum = (struct varlena *) DatumGetPointer(value);
	uint32		length;

	/* not SHORT: that is also what a pointer to a value elsewhere looks like */
	if (VARATT_IS_EXTERNAL(datum) || VARATT_IS_COMPRESSED(datum))
	{
		MemoryContext context = MemoryContextSwitchTo(digest->scratch);

		datum = pg_detoast_datum_packed(datum);
		MemoryContextSwitchTo(context);
	}
	length = VARSIZE_ANY_EXHDR(datum);
	append(digest, &length, sizeof(length));
	if (length > LONG_VALUE)
	{
		uint64_t	key[2] = {digest->key[0], digest->key[1]};
		uint64_t	hash[2];

		siphash128(key, VARDATA_ANY(datum), length, 1, 3, hash);
		append(digest, hash, sizeof(hash));
	}
	else
		append(digest, VARDATA_ANY(datum), length);
}

/* The digest of the row in slot.  The caller resets the scratch context. */
void
row_digest_compute(RowDigest *digest, TupleTableSlot *slot, uint64 result[2])
{
	uint64_t	hash[2];
	uint64_t	key[2] = {digest->key[0], digest->key[1]};

	slot_getallattrs(slot);
	digest->image.len = 0;
	for (int i = 0; i < digest->ncolumns; i++)
	{
		const DigestColumn *column = &digest->columns[i];
		Datum		value = slot->tts_values[column->attnum];
		bool		isnull = slot->tts_isnull[column->attnum];

		append(digest, isnull ? "\1" : "\0", 1);
		if (isnull)
			continue;
		if (column->attbyval)
			append_by_value(digest, value, column->attlen);
		else if (column->attlen == -1)
			append_varlena(digest, value);
		else
			/* the null byte of a cstring says where it ends */
			append(digest, DatumGetPointer(value),
				   column->attlen > 0 ? (Size) column->attlen
				   : strlen(DatumGetCString(value)) + 1);
	}
	siphash128(key, digest->image.data, digest->image.len, 1, 3, hash);
	result[0] = hash[0];
	result[1] = hash[1];
}
