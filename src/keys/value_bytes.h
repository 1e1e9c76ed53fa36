/*-------------------------------------------------------------------------
 *
 * value_bytes.h
 *	  Values of any type as bytes, for a process of the same cluster.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALUE_BYTES_H
#define GREENERY_VALUE_BYTES_H

#include "postgres.h"

#include "compat.h"

/* Bytes under way; p NULL: only how many they are is wanted */
typedef struct ValueWriter
{
	char	   *p;				/* where the first one went */
	uint64		size;			/* of what has been written */
} ValueWriter;

/* A position in bytes */
typedef struct ValueReader
{
	const char *p;
	size_t		left;
} ValueReader;

/* A value is neither compressed, nor elsewhere, nor expanded */
extern void value_write(ValueWriter *writer, Datum value, int16 typlen, bool typbyval);
extern void value_write_bytes(ValueWriter *writer, const void *bytes, Size size);

/* A value is in the current context.  Errors, if the bytes are none. */
extern Datum value_read(ValueReader *reader, int16 typlen, bool typbyval);
extern void value_read_bytes(ValueReader *reader, void *to, Size size);
pg_noreturn extern void value_bytes_invalid(void);

#endif							/* GREENERY_VALUE_BYTES_H */
