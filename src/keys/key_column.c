/*-------------------------------------------------------------------------
 *
 * key_column.c
 *	  How the values of a type become keys of 64 or 128 bits.
 *
 * Whether a type's values can be compared by their bits is read off its
 * equality function: so domains, enums, the reg* types and whatever else is
 * coerced without a function take the fast path too, and a type with an
 * equality of its own never does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "keys/key_column.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

KeySecret	key_secret;

/* Which form do values have that this function compares? */
static KeyForm
form_of_equality(Oid function)
{
	switch (function)
	{
		case F_BOOLEQ:
		case F_CHAREQ:
			return KEY_FORM_INT1;
		case F_INT2EQ:
			return KEY_FORM_INT2;
		case F_INT4EQ:
		case F_OIDEQ:
		case F_DATE_EQ:
		case F_ENUM_EQ:
		case F_XIDEQ:
		case F_CIDEQ:
			return KEY_FORM_INT4;
		case F_INT8EQ:
		case F_TIMESTAMP_EQ:
		case F_TIMESTAMPTZ_EQ:
		case F_TIME_EQ:
		case F_CASH_EQ:
		case F_XID8EQ:
		case F_PG_LSN_EQ:
			return KEY_FORM_INT8;
		case F_UUID_EQ:
			return KEY_FORM_UUID;
		case F_TEXTEQ:
		case F_BYTEAEQ:
			return KEY_FORM_BYTES;
		case F_BPCHAREQ:
			return KEY_FORM_PADDED;
		default:
			return KEY_FORM_OTHER;
	}
}

/*
 * Derive the secret from one that the server keeps for itself.  It is the same
 * in all processes of the cluster, so that workers' keys are the leader's.  It
 * goes through the hash with a label of ours because it has another purpose
 * already.
 */
static void
make_secret(void)
{
	static bool made = false;
	char	   *nonce;
	uint64_t	key[2];
	uint64_t	out[2];
	unsigned char label[] = "greenery key table 0";

	if (made)
		return;
	nonce = GetMockAuthenticationNonce();
	memcpy(key, nonce, sizeof(key));
	siphash128(key, label, sizeof(label), 2, 4, key_secret.siphash);
	label[sizeof(label) - 2] = '1';
	siphash128(key, label, sizeof(label), 2, 4, out);
	key_secret.offset = out[0];
	key_secret.factor = out[1] | 1;
	made = true;
}

/*
 * Look a type up.  Raises an error that names the argument if its values
 * cannot be told apart by hashing.
 */
void
key_column_init(KeyColumn *column, Oid type, Oid collation,
				const char *argument)
{
	TypeCacheEntry *entry;

	make_secret();
	if (!OidIsValid(type) || type == UNKNOWNOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("could not determine data type of argument \"%s\"",
						argument),
				 errhint("Cast the argument to the type that it has.")));

	/*
	 * Of an anonymous row type the type cache cannot say what its columns
	 * can; an error, if any, comes with the first row.
	 */
	if (type == RECORDOID)
	{
		column->type = type;
		column->form = KEY_FORM_OTHER;
		return;
	}

	entry = lookup_type_cache(type, TYPECACHE_EQ_OPR_FINFO |
							  TYPECACHE_HASH_PROC_FINFO);
	if (!OidIsValid(entry->eq_opr_finfo.fn_oid) ||
		!OidIsValid(entry->hash_proc_finfo.fn_oid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("could not identify a hash function for argument \"%s\" of type %s",
						argument, format_type_be(type)),
				 errhint("Cast the argument to a type that has a hash operator class, such as jsonb or text.")));

	column->type = type;
	column->form = form_of_equality(entry->eq_opr_finfo.fn_oid);

	/* bytea's equality knows no collation */
	if ((column->form == KEY_FORM_BYTES || column->form == KEY_FORM_PADDED) &&
		entry->eq_opr_finfo.fn_oid != F_BYTEAEQ)
	{
		if (!OidIsValid(collation))
			ereport(ERROR,
					(errcode(ERRCODE_INDETERMINATE_COLLATION),
					 errmsg("could not determine which collation to use for string hashing"),
					 errhint("Use the COLLATE clause to set the collation explicitly.")));
		if (!get_collation_isdeterministic(collation))
			column->form = KEY_FORM_OTHER;
	}
}

Key128
key_column_words(const KeyColumn *column, Datum value)
{
	Key128		key;
	struct varlena *string;
	size_t		len;

	switch (column->form)
	{
		case KEY_FORM_UUID:
			memcpy(key.words, DatumGetUUIDP(value)->data, UUID_LEN);
			break;
		case KEY_FORM_BYTES:
		case KEY_FORM_PADDED:
			string = PG_DETOAST_DATUM_PACKED(value);
			len = VARSIZE_ANY_EXHDR(string);
			if (column->form == KEY_FORM_PADDED)
				len = bpchartruelen(VARDATA_ANY(string), (int) len);
			siphash128(key_secret.siphash, VARDATA_ANY(string), len, 1, 3,
					   key.words);
			break;
		default:
			key.words[0] = 0;
			key.words[1] = key_column_word(column, value);
			break;
	}
	return key;
}
