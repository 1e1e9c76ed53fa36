/*-------------------------------------------------------------------------
 *
 * build_lock.c
 *	  The lock that builds take, and what must not run beside one.
 *
 * It is a lock on the extension's row in pg_extension, with a sub-object that no command of
 * the server names.  So no role can take it, or queue for it, but by the functions of the
 * extension: a lock on a table could be held by each role that may use the table's schema.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build_lock.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "compat.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"

/* Commands lock the extension as a whole, which is sub-object 0 */
#define BUILD_SUBOBJECT 1

static LOCKTAG
build_tag(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId,
					   get_extension_oid("greenery", false), BUILD_SUBOBJECT);
	return tag;
}

bool
lock_builds(void)
{
	LOCKTAG		tag = build_tag();

	return LockAcquire(&tag, ExclusiveLock, true, true) != LOCKACQUIRE_NOT_AVAIL;
}

void
unlock_builds(void)
{
	LOCKTAG		tag = build_tag();

	LockRelease(&tag, ExclusiveLock, true);
}

PG_FUNCTION_INFO_V1(greenery_keep_builds_out);

/*
 * greenery.keep_builds_out(wait, shared): until the end of the transaction; false if another session
 * has it
 */
Datum
greenery_keep_builds_out(PG_FUNCTION_ARGS)
{
	LOCKTAG		tag = build_tag();

	PG_RETURN_BOOL(LockAcquire(&tag, PG_GETARG_BOOL(1) ? ShareLock : ExclusiveLock,
							   false, !PG_GETARG_BOOL(0)) != LOCKACQUIRE_NOT_AVAIL);
}
