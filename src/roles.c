/*-------------------------------------------------------------------------
 *
 * roles.c
 *	  Whose rights a statement has.
 *
 * No role but the owner has rights on the gate's tables: other roles change them through
 * functions that check and record.  Such a function greenery_NAME is a C
 * function, call_as_owner, that runs greenery.NAME with the owner's rights, and
 * remembers who called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/objectaddress.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#define PUBLIC_PREFIX "greenery_"

/* Who called the function that is at work; InvalidOid: none is */
static Oid	calling_role = InvalidOid;

PG_FUNCTION_INFO_V1(greenery_call_as_owner);
PG_FUNCTION_INFO_V1(greenery_read_as_owner);
PG_FUNCTION_INFO_V1(greenery_as_owner);
PG_FUNCTION_INFO_V1(greenery_caller_sql);
PG_FUNCTION_INFO_V1(greenery_caller_is_owner);
PG_FUNCTION_INFO_V1(greenery_owner_sql);
PG_FUNCTION_INFO_V1(greenery_builder_sql);
PG_FUNCTION_INFO_V1(greenery_about_to_write);

Oid
object_owner(Oid catalog, Oid object)
{
	int			cache = get_object_catcache_oid(catalog);
	HeapTuple	tuple = SearchSysCache1(cache, ObjectIdGetDatum(object));
	bool		isnull;
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = DatumGetObjectId(SysCacheGetAttr(cache, tuple, get_object_attnum_owner(catalog), &isnull));
	ReleaseSysCache(tuple);
	return owner;
}

bool
greenery_acts_as_owner(Oid role)
{
	return has_privs_of_role(role, greenery_owner());
}

/* The name that greenery_set_builder() has stored, or NULL */
static char *
builder_name(void)
{
	char	   *name = NULL;

	if (SPI_execute("SELECT s.value FROM greenery.settings s"
					" WHERE s.name OPERATOR(pg_catalog.=) 'builder'", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the builder");
	if (SPI_processed > 0)
		name = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return name;
}

Oid
greenery_builder(void)
{
	Oid			owner = greenery_owner();
	char	   *name = builder_name();
	Oid			builder;

	if (name == NULL)
		return owner;
	builder = get_role_oid(name, true);
	if (!OidIsValid(builder))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("builder \"%s\" does not exist", name),
				 errhint("greenery_set_builder() names another role; NULL names the owner of the extension.")));
	if (builder != owner && !superuser_arg(owner) &&
		(superuser_arg(builder) || !greenery_may_become(owner, builder)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" cannot be the builder", name),
				 errdetail("The owner of the extension, \"%s\", must be a member of the builder, which must not be a superuser.",
						   GetUserNameFromId(owner, false)),
				 errhint("greenery_set_builder() names another role; NULL names the owner of the extension.")));
	return builder;
}

void
role_enter(Oid role, RoleSwitch *before)
{
	GetUserIdAndSecContext(&before->user, &before->sec_context);
	SetUserIdAndSecContext(role, before->sec_context | SECURITY_RESTRICTED_OPERATION);
	before->guc_level = NewGUCNestLevel();
	greenery_pin_settings();
}

void
role_leave(const RoleSwitch *before)
{
	AtEOXact_GUC(false, before->guc_level);
	SetUserIdAndSecContext(before->user, before->sec_context);
}

Oid
greenery_caller(void)
{
	return OidIsValid(calling_role) ? calling_role : GetUserId();
}

char *
greenery_caller_name(void)
{
	return GetUserNameFromId(greenery_caller(), false);
}

/*
 * Returns what was set before.  The caller of this sees to it that it is set again,
 * after an error too.
 */
Oid
greenery_set_caller(Oid caller)
{
	Oid			before = calling_role;

	calling_role = caller;
	return before;
}

/* Whether two functions return values of one type, and as many */
static bool
return_the_same(Form_pg_proc a, Oid b)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(b));
	Form_pg_proc form;
	bool		same;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", b);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	same = form->prokind == a->prokind && form->prorettype == a->prorettype &&
		form->proretset == a->proretset;
	ReleaseSysCache(tuple);
	return same;
}

/*
 * greenery.NAME, with the arguments of public function greenery_NAME.  It belongs to the
 * owner, who may have put another in its place.
 */
static Oid
function_behind(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc form;
	const char *name;
	Oid			found = InvalidOid;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	form = (Form_pg_proc) GETSTRUCT(tuple);
	name = NameStr(form->proname);
	if (strncmp(name, PUBLIC_PREFIX, strlen(PUBLIC_PREFIX)) == 0)
		found = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
								CStringGetDatum(name + strlen(PUBLIC_PREFIX)),
								PointerGetDatum(&form->proargtypes),
								ObjectIdGetDatum(get_namespace_oid("greenery", false)));
	if (!OidIsValid(found))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s has nothing to call in schema \"greenery\"", name)));
	if (!return_the_same(form, found))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("function %s does not return what %s does",
						format_procedure_qualified(found), name)));
	ReleaseSysCache(tuple);
	return found;
}

/* A function that writes says by its name that it cannot, on a standby for example */
static void
refuse_to_write(const char *function)
{
	char	   *call = psprintf("%s()", function);

	PreventCommandDuringRecovery(call);
	PreventCommandIfReadOnly(call);
	PreventCommandIfParallelMode(call);
}

/* about_to_write(function text): the same, for functions in other languages */
Datum
greenery_about_to_write(PG_FUNCTION_ARGS)
{
	refuse_to_write(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}

/* greenery_NAME(...): call greenery.NAME(...) with the rights of the extension's owner */
static Datum
call_behind(FunctionCallInfo fcinfo)
{
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	FmgrInfo	flinfo;
	Oid			caller = GetUserId();
	Oid			outer;
	RoleSwitch	before;
	Datum		result;

	fmgr_info_cxt(function_behind(fcinfo->flinfo->fn_oid), &flinfo, CurrentMemoryContext);
	fmgr_info_set_expr(fcinfo->flinfo->fn_expr, &flinfo);
	/* all rows at once: what the function remembers lasts for this call only */
	if (fcinfo->resultinfo != NULL && IsA(fcinfo->resultinfo, ReturnSetInfo))
		((ReturnSetInfo *) fcinfo->resultinfo)->allowedModes |= SFRM_Materialize_Preferred;
	InitFunctionCallInfoData(*inner, &flinfo, fcinfo->nargs, fcinfo->fncollation,
							 fcinfo->context, fcinfo->resultinfo);
	memcpy(inner->args, fcinfo->args, fcinfo->nargs * sizeof(NullableDatum));

	role_enter(greenery_owner(), &before);
	outer = greenery_set_caller(caller);
	PG_TRY();
	{
		result = FunctionCallInvoke(inner);
	}
	PG_FINALLY();
	{
		(void) greenery_set_caller(outer);
	}
	PG_END_TRY();
	role_leave(&before);
	fcinfo->isnull = inner->isnull;
	return result;
}

/*
 * Who may call greenery_NAME is what GRANT says; greenery.NAME is the owner's alone.
 * The first of the two is for functions that write.
 */
Datum
greenery_call_as_owner(PG_FUNCTION_ARGS)
{
	refuse_to_write(get_func_name(fcinfo->flinfo->fn_oid));
	return call_behind(fcinfo);
}

Datum
greenery_read_as_owner(PG_FUNCTION_ARGS)
{
	return call_behind(fcinfo);
}

/*
 * greenery.as_owner(sql): what the extension's scripts do to the owner's objects, they do
 * as the owner.  Scripts run as the bootstrap superuser, and what is attached to these
 * objects, triggers and functions, need not be the extension's any more.
 */
Datum
greenery_as_owner(PG_FUNCTION_ARGS)
{
	char	   *sql = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			owner = greenery_owner();
	RoleSwitch	before;

	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of extension \"greenery\" may call greenery.as_owner")));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	role_enter(owner, &before);
	if (SPI_execute(sql, false, 0) < 0)
		elog(ERROR, "could not run: %s", sql);
	role_leave(&before);
	SPI_finish();
	PG_RETURN_VOID();
}

/* greenery.caller(): who called the function of greenery that is at work */
Datum
greenery_caller_sql(PG_FUNCTION_ARGS pg_attribute_unused())
{
	PG_RETURN_TEXT_P(cstring_to_text(greenery_caller_name()));
}

/* greenery.caller_is_owner(): whether that role may do whatever the owner may */
Datum
greenery_caller_is_owner(PG_FUNCTION_ARGS pg_attribute_unused())
{
	PG_RETURN_BOOL(greenery_acts_as_owner(greenery_caller()));
}

/* greenery.owner(): the role that owns the extension and its tables */
Datum
greenery_owner_sql(PG_FUNCTION_ARGS pg_attribute_unused())
{
	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(greenery_owner(), false)));
}

/* greenery.builder(): the role that runs what other people wrote */
Datum
greenery_builder_sql(PG_FUNCTION_ARGS pg_attribute_unused())
{
	Oid			builder;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	builder = greenery_builder();
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(builder, false)));
}
