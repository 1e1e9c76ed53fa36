/*-------------------------------------------------------------------------
 *
 * text_arg.c
 *	  Text arguments as UTF-8, whatever the database's encoding.
 *
 * For functions that judge text: they must have an answer for every value that
 * a column can hold and never raise an error.  pg_server_to_any() raises one
 * for a character without a counterpart, hence the interface below it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/namespace.h"
#include "compat.h"
#include "mb/pg_wchar.h"
#include "text/text_arg.h"

/* Does the text consist of ASCII characters only? */
static bool
is_ascii(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (IS_HIGHBIT_SET(bytes[i]))
			return false;
	return true;
}

/*
 * Give the bytes of a text argument in UTF-8, without a copy where possible.
 *
 * A text of more than max_bytes, measured in the database's encoding, is
 * TEXT_ARG_TOO_LONG, and is not even fetched from where it is stored out of
 * line.  TEXT_ARG_UNREADABLE means that it has characters that UTF-8 does not
 * know, or that no conversion is installed.  In an SQL_ASCII database no one
 * knows what the bytes mean; they are taken for UTF-8, and callers find out.
 */
TextArgStatus
greenery_text_arg_utf8(Datum arg, size_t max_bytes,
					   const char **bytes, size_t *length)
{
	struct varlena *value = (struct varlena *) DatumGetPointer(arg);
	int			encoding = GetDatabaseEncoding();
	char	   *converted;
	Oid			proc;

	if (VARATT_IS_COMPRESSED(value) || VARATT_IS_EXTERNAL(value))
	{
		if (toast_raw_datum_size(arg) - VARHDRSZ > max_bytes)
			return TEXT_ARG_TOO_LONG;
		value = pg_detoast_datum_packed(value);
	}
	*bytes = VARDATA_ANY(value);
	*length = VARSIZE_ANY_EXHDR(value);
	if (*length > max_bytes)
		return TEXT_ARG_TOO_LONG;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII ||
		is_ascii(*bytes, *length))
		return TEXT_ARG_OK;

	proc = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(proc))
		return TEXT_ARG_UNREADABLE;
	converted = palloc(*length * MAX_CONVERSION_GROWTH + 1);
	if (pg_do_encoding_conversion_buf(proc, encoding, PG_UTF8,
									  (unsigned char *) unconstify(char *, *bytes),
									  (int) *length,
									  (unsigned char *) converted,
									  (int) (*length * MAX_CONVERSION_GROWTH + 1),
									  true) != (int) *length)
		return TEXT_ARG_UNREADABLE;
	*bytes = converted;
	*length = strlen(converted);
	return TEXT_ARG_OK;
}
