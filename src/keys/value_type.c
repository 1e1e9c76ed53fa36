/*-------------------------------------------------------------------------
 *
 * value_type.c
 *	  Hash and equality of a type, by its own functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "keys/key_scatter.h"
#include "keys/value_type.h"
#include "utils/fmgroids.h"
#include "utils/typcache.h"

static FunctionCallInfo
prepare_call(FmgrInfo *function, int nargs, Oid collation)
{
	FunctionCallInfo call = palloc0(SizeForFunctionCallInfo(nargs));

	InitFunctionCallInfoData(*call, function, nargs, collation, NULL, NULL);
	return call;
}

void
value_type_init(ValueType *type, Oid oid, Oid collation)
{
	TypeCacheEntry *entry = lookup_type_cache(oid, TYPECACHE_EQ_OPR_FINFO |
											  TYPECACHE_HASH_PROC_FINFO |
											  TYPECACHE_HASH_EXTENDED_PROC_FINFO);

	type->typlen = entry->typlen;
	type->typbyval = entry->typbyval;
	if (oid == RECORDOID)
	{
		/* the type cache does not say, see key_column_init */
		type->extended = true;
		fmgr_info(F_HASH_RECORD_EXTENDED, &type->hash_function);
		fmgr_info(F_RECORD_EQ, &type->equal_function);
	}
	else
	{
		type->extended = OidIsValid(entry->hash_extended_proc_finfo.fn_oid);
		fmgr_info_copy(&type->hash_function,
					   type->extended ? &entry->hash_extended_proc_finfo :
					   &entry->hash_proc_finfo,
					   CurrentMemoryContext);
		fmgr_info_copy(&type->equal_function, &entry->eq_opr_finfo,
					   CurrentMemoryContext);
	}
	type->hash = prepare_call(&type->hash_function, type->extended ? 2 : 1,
							  collation);
	if (type->extended)
		type->hash->args[1].value = Int64GetDatum((int64) key_secret.siphash[0]);
	type->equal = prepare_call(&type->equal_function, 2, collation);
}
