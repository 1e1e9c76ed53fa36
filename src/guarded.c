/*-------------------------------------------------------------------------
 *
 * guarded.c
 *	  Run something that may fail without failing oneself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "compat.h"
#include "greenery.h"
#include "guarded.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/*
 * Errors that say nothing about the work: the session is to stop, or the whole
 * transaction cannot go on.
 */
static bool
is_fatal(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_QUERY_CANCELED ||
		ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION ||
		ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK ||
		ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES ||
		ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_SYSTEM_ERROR;
}

bool
run_or_undo(void (*work) (void *), void *arg, const bool *undo, char **message)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool succeeded = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(arg);
		if (*undo)
			RollbackAndReleaseCurrentSubTransaction();
		else
			ReleaseCurrentSubTransaction();
		succeeded = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		if (is_fatal(error->sqlerrcode))
		{
			/* the SQL in it may quote rows that the caller must not see */
			error->context = NULL;
			ReThrowError(error);
		}
		*message = error->detail
			? psprintf("%s (SQLSTATE %s): %s", error->message,
					   unpack_sql_state(error->sqlerrcode), error->detail)
			: psprintf("%s (SQLSTATE %s)", error->message,
					   unpack_sql_state(error->sqlerrcode));
		FreeErrorData(error);
	}
	PG_END_TRY();

	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return succeeded;
}

bool
run_guarded(void (*work) (void *), void *arg, char **message)
{
	static const bool undo = false;

	return run_or_undo(work, arg, &undo, message);
}

typedef struct Lookup
{
	const char *name;
	Oid			relid;
} Lookup;

static void
look_up(void *arg)
{
	Lookup	   *lookup = arg;

	lookup->relid = relation_by_name(lookup->name);
}

Oid
relation_or_message(const char *name, char **message)
{
	Lookup		lookup = {name, InvalidOid};

	(void) run_guarded(look_up, &lookup, message);
	return lookup.relid;
}
