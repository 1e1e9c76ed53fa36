/*-------------------------------------------------------------------------
 *
 * guarded.c
 *	  Run something that may fail, and go on when it does.
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

/*
 * Run work(arg) in a subtransaction.  Returns NULL if it succeeded; otherwise everything
 * it did is undone, and the error is returned, in the caller's memory context.  What it
 * did in the database is undone as well when it has succeeded, and left *undo true.
 */
static ErrorData *
run(void (*work) (void *), void *arg, const bool *undo)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		work(arg);
		if (*undo)
			RollbackAndReleaseCurrentSubTransaction();
		else
			ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
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
	}
	PG_END_TRY();

	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return error;
}

static char *
message_of(const ErrorData *error)
{
	return psprintf("%s (SQLSTATE %s)%s%s%s%s", error->message,
					unpack_sql_state(error->sqlerrcode),
					error->detail || error->hint ? ": " : "",
					error->detail ? error->detail : "",
					error->detail && error->hint ? " " : "",
					error->hint ? error->hint : "");
}

bool
run_or_undo(void (*work) (void *), void *arg, const bool *undo, char **message)
{
	ErrorData  *error = run(work, arg, undo);

	if (error == NULL)
		return true;
	*message = message_of(error);
	FreeErrorData(error);
	return false;
}

bool
run_expecting(void (*work) (void *), void *arg, bool (*is_expected) (int sqlerrcode),
			  char **message)
{
	static const bool undo = false;
	ErrorData  *error = run(work, arg, &undo);

	if (error == NULL)
		return true;
	if (!is_expected(error->sqlerrcode))
		ReThrowError(error);
	if (message != NULL)
		*message = message_of(error);
	FreeErrorData(error);
	return false;
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
