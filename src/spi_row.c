/*-------------------------------------------------------------------------
 *
 * spi_row.c
 *	  Values of a row that SPI has returned, of the types that the C code expects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "spi_row.h"
#include "utils/array.h"
#include "utils/builtins.h"

static void
refuse_null(TupleDesc desc, int column)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("column \"%s\" of what extension \"greenery\" reads is NULL", SPI_fname(desc, column)),
			 errhint("The extension's tables and views are not to be altered.")));
}

Datum
row_value_or_null(HeapTuple row, TupleDesc desc, int column, Oid type, bool *isnull)
{
	if (SPI_gettypeid(desc, column) != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of what extension \"greenery\" reads is of type %s, and not %s",
						SPI_fname(desc, column), format_type_be(SPI_gettypeid(desc, column)),
						format_type_be(type)),
				 errhint("The extension's tables and views are not to be altered.")));
	return SPI_getbinval(row, desc, column, isnull);
}

Datum
row_value(HeapTuple row, TupleDesc desc, int column, Oid type)
{
	bool		isnull;
	Datum		value = row_value_or_null(row, desc, column, type, &isnull);

	if (isnull)
		refuse_null(desc, column);
	return value;
}

char *
row_text(HeapTuple row, TupleDesc desc, int column)
{
	char	   *text = SPI_getvalue(row, desc, column);

	if (text == NULL)
		refuse_null(desc, column);
	return text;
}

List *
row_text_list(HeapTuple row, TupleDesc desc, int column)
{
	bool		isnull;
	Datum		array = row_value_or_null(row, desc, column, TEXTARRAYOID, &isnull);
	Datum	   *elements;
	bool	   *nulls;
	int			n;
	List	   *result = NIL;

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			result = lappend(result, TextDatumGetCString(elements[i]));
	return result;
}
