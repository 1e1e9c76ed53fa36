/*-------------------------------------------------------------------------
 *
 * value_bytes.c
 *	  Values of any type as bytes, for a process of the same cluster.
 *
 * A value by reference is its size and itself, one by value the datum.  They are
 * written where they are to go, of which there may be more than fits into a
 * datum: so a dump is written twice, at first only to learn how much room it takes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keys/value_bytes.h"
#include "utils/datum.h"

void
value_write_bytes(ValueWriter *writer, const void *bytes, Size size)
{
	if (writer->p != NULL)
		memcpy(writer->p + writer->size, bytes, size);
	writer->size += size;
}

void
value_write(ValueWriter *writer, Datum value, int16 typlen, bool typbyval)
{
	uint32		size;

	if (typbyval)
	{
		value_write_bytes(writer, &value, sizeof(value));
		return;
	}
	size = (uint32) datumGetSize(value, false, typlen);
	value_write_bytes(writer, &size, sizeof(size));
	value_write_bytes(writer, DatumGetPointer(value), size);
}

void
value_bytes_invalid(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized aggregate state")));
}

void
value_read_bytes(ValueReader *reader, void *to, Size size)
{
	if (size > reader->left)
		value_bytes_invalid();
	memcpy(to, reader->p, size);
	reader->p += size;
	reader->left -= size;
}

/* Is this a value of the size that it claims? */
static bool
fits(const char *value, uint32 size, int16 typlen)
{
	if (typlen > 0)
		return size == (uint32) typlen;
	if (typlen == -2)
		return size > 0 && memchr(value, '\0', size) == value + size - 1;
	if (size < 1 || VARATT_IS_EXTERNAL(value))
		return false;
	if (VARATT_IS_SHORT(value))
		return VARSIZE_SHORT(value) == size;
	return size >= VARHDRSZ && !VARATT_IS_COMPRESSED(value) &&
		VARSIZE(value) == size;
}

Datum
value_read(ValueReader *reader, int16 typlen, bool typbyval)
{
	Datum		value;
	uint32		size;
	char	   *copy;

	if (typbyval)
	{
		value_read_bytes(reader, &value, sizeof(value));
		return value;
	}
	value_read_bytes(reader, &size, sizeof(size));
	if (size > reader->left)
		value_bytes_invalid();
	copy = palloc(Max(size, 1));
	value_read_bytes(reader, copy, size);
	if (!fits(copy, size, typlen))
		value_bytes_invalid();
	return PointerGetDatum(copy);
}
