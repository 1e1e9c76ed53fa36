/*-------------------------------------------------------------------------
 *
 * row_key.c
 *	  greenery.row_key(): several columns as one key of 128 bits.
 *
 * Data tests of kind unique_combination count its duplicates.  The plain SQL
 * counts rows of type record, which are built, hashed and compared column by
 * column with their types looked up each time; a uuid is what duplicate_count
 * is fastest at.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "keys/key_column.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"

typedef struct RowColumns
{
	bool		narrow;			/* two columns of up to 64 bits each */
	KeyColumn	columns[FUNC_MAX_ARGS];
} RowColumns;

PG_FUNCTION_INFO_V1(row_key);

/* Look up the types of the arguments, once a query */
static RowColumns *
find_columns(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	List	   *args = NIL;
	RowColumns *found;

	if (get_fn_expr_variadic(flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("row_key takes a list of values, not an array")));
	if (flinfo->fn_expr != NULL && IsA(flinfo->fn_expr, FuncExpr))
		args = ((FuncExpr *) flinfo->fn_expr)->args;

	found = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(RowColumns));
	found->narrow = PG_NARGS() == 2;
	for (int i = 0; i < PG_NARGS(); i++)
	{
		KeyColumn  *column = &found->columns[i];

		/* each by its own collation: those of several columns may differ */
		key_column_init(column, get_fn_expr_argtype(flinfo, i),
						i < list_length(args) ? exprCollation(list_nth(args, i))
						: PG_GET_COLLATION(),
						"columns");
		if (column->form == KEY_FORM_OTHER)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("values of type %s cannot be in a row key",
							format_type_be(column->type)),
					 errdetail("Their equality is not that of their bytes.")));
		if (column->form >= KEY_FORM_UUID)
			found->narrow = false;
	}
	flinfo->fn_extra = found;
	return found;
}

/* row_key(VARIADIC "any") returns uuid */
Datum
row_key(PG_FUNCTION_ARGS)
{
	RowColumns *row = fcinfo->flinfo->fn_extra;
	uint64		words[2 * FUNC_MAX_ARGS];
	int			nwords = 0;
	pg_uuid_t  *result;

	if (unlikely(row == NULL))
		row = find_columns(fcinfo);
	for (int i = 0; i < PG_NARGS(); i++)
	{
		const KeyColumn *column = &row->columns[i];

		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
		if (column->form >= KEY_FORM_UUID)
		{
			Key128		key = key_column_words(column, PG_GETARG_DATUM(i));

			words[nwords++] = key.words[0];
			words[nwords++] = key.words[1];
		}
		else
			words[nwords++] = key_column_word(column, PG_GETARG_DATUM(i));
	}

	result = palloc(sizeof(pg_uuid_t));
	if (row->narrow)
		memcpy(result->data, words, UUID_LEN);
	else
	{
		uint64_t	hash[2];

		siphash128(key_secret.siphash, words, nwords * sizeof(uint64), 1, 3,
				   hash);
		memcpy(result->data, hash, UUID_LEN);
	}
	PG_RETURN_UUID_P(result);
}
