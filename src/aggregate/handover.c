/*-------------------------------------------------------------------------
 *
 * handover.c
 *	  How an aggregate's state gets from the process that has read the rows to
 *	  the one where the states meet.
 *
 * In a parallel plan every process, the leader too, writes its state to a bytea
 * for the node that combines them.  A state of a hundred megabytes is copied four
 * times or more on the way: into the bytea, into a tuple, through a queue of 64 kB
 * piece by piece, out of it; each time to memory that the system first has to
 * find.  That takes longer than what the worker has saved.  So what travels is a
 * message about where the state is:
 *
 * - The leader hands its own state over as it is.  The message has a number, which
 *   is looked up in a list of the states that wait in this process: whatever else
 *   someone makes of such a message, it never becomes an address.
 *
 * - A worker writes its state to memory that the query shares, and the leader reads
 *   it there, or keeps it there as a part of its own.  That memory goes when the query
 *   ends, however it ends, and not when its workers are started again: where a subquery
 *   is run for each of many rows, states would add up.  So the leader frees what it has
 *   read, and what it keeps as soon as its own state goes.  The message names the query
 *   by the handle of its parallel context, as there may be several of them below one
 *   node.
 *
 * - Otherwise the bytes are in the message itself: small states; those of groups,
 *   whose memory may be used again before they are combined; whatever is not a
 *   plan of PostgreSQL's own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "aggregate/aggregate.h"
#include "aggregate/handover.h"
#include "compat.h"
#include "executor/execParallel.h"
#include "greenery.h"
#include "lib/ilist.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/dsm_impl.h"
#include "utils/dsa.h"
#include "utils/memutils.h"

#ifdef USE_DSM_POSIX
#include <sys/statvfs.h>
#endif

/* Bytes that are cheaper to send than to share: what fits into the queue */
#define SEND_UP_TO 32768

typedef enum HandoverKind
{
	HANDOVER_BYTES = 1,			/* they follow */
	HANDOVER_STATE,				/* in this process, a HandoverMessage follows */
	HANDOVER_SHARED				/* in the query's memory, likewise */
} HandoverKind;

typedef struct HandoverMessage
{
	uint32		kind;
	uint32		query;			/* HANDOVER_SHARED: handle of its segment */
	uint64		number;			/* of the state that waits, or of the shared
								 * bytes */
	uint64		place;			/* HANDOVER_SHARED: a dsa_pointer */
	uint64		size;
} HandoverMessage;

/* What shared bytes start with; room for anything that wants to be aligned */
typedef struct SharedHeader
{
	uint64		number;
	uint64		size;
} SharedHeader;

struct SharedBytes
{
	dsa_area   *area;			/* NULL: it has gone, and they with it */
	dsm_segment *segment;		/* of the query's parallel context: goes with
								 * the area */
	dsa_pointer place;
	MemoryContextCallback callback;
};

/* A state that waits for its message */
typedef struct WaitingState
{
	dlist_node	node;
	uint64		number;
	void	   *state;
	bool		received;
	MemoryContextCallback callback;
} WaitingState;

static dlist_head waiting = DLIST_STATIC_INIT(waiting);
static uint64 last_number = 0;

/*
 * The node that makes this state, if it makes one state in all of its run and
 * keeps it until the end: a plain aggregation that is part of a larger one.
 */
static AggState *
lasting_partial_aggregate(FunctionCallInfo fcinfo)
{
	AggState   *aggregate = greenery_plain_aggregate(fcinfo);

	if (aggregate == NULL || !DO_AGGSPLIT_SERIALIZE(aggregate->aggsplit))
		return NULL;
	return aggregate;
}

static bytea *
make_message(const HandoverMessage *message)
{
	bytea	   *result = palloc(VARHDRSZ + sizeof(HandoverMessage));

	SET_VARSIZE(result, VARHDRSZ + sizeof(HandoverMessage));
	memcpy(VARDATA(result), message, sizeof(HandoverMessage));
	return result;
}

/* The state's memory is going: it waits no longer */
static void
forget(void *arg)
{
	dlist_delete(&((WaitingState *) arg)->node);
}

bytea *
handover_state(FunctionCallInfo fcinfo, MemoryContext context, void *state)
{
	HandoverMessage message = {.kind = HANDOVER_STATE};
	WaitingState *entry;

	/* a worker has its memory for itself */
	if (IsParallelWorker() || lasting_partial_aggregate(fcinfo) == NULL)
		return NULL;
	entry = MemoryContextAlloc(context, sizeof(WaitingState));
	entry->number = message.number = ++last_number;
	entry->state = state;
	entry->received = false;
	entry->callback.func = forget;
	entry->callback.arg = entry;
	dlist_push_tail(&waiting, &entry->node);
	MemoryContextRegisterResetCallback(context, &entry->callback);
	return make_message(&message);
}

void
handover_check_size(const char *name, uint64 size)
{
	const uint64 limit = (uint64) greenery_max_state_message * 1024;

	if (size > limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("state of %s is too large for a parallel worker", name),
				 errdetail("It takes " UINT64_FORMAT " bytes, and at most " UINT64_FORMAT " can be handed over.",
						   size, limit),
				 errhint("Set max_parallel_workers_per_gather to 0 for this query.")));
}

/*
 * Is there room for so much shared memory?  Where it is a file system there may be
 * little, in a container above all, and to run out of it is an error.
 */
static bool
has_shared_room(uint64 size)
{
#ifdef USE_DSM_POSIX
	struct statvfs status;

	if (dynamic_shared_memory_type == DSM_IMPL_POSIX &&
		statvfs("/dev/shm", &status) == 0 &&
		(uint64) status.f_bavail * status.f_frsize < 4 * size)
		return false;
#endif
	return true;
}

bytea *
handover_bytes(FunctionCallInfo fcinfo, const char *name, uint64 size,
			   char **where)
{
	AggState   *aggregate = lasting_partial_aggregate(fcinfo);
	const uint32 kind = HANDOVER_BYTES;
	bytea	   *result;

	if (IsParallelWorker() && MyBgworkerEntry != NULL && aggregate != NULL &&
		aggregate->ss.ps.state->es_query_dsa != NULL &&
		size > SEND_UP_TO && has_shared_room(size))
	{
		dsa_area   *area = aggregate->ss.ps.state->es_query_dsa;
		dsa_pointer place;

		place = dsa_allocate_extended(area, sizeof(SharedHeader) + size,
									  DSA_ALLOC_HUGE | DSA_ALLOC_NO_OOM);
		if (DsaPointerIsValid(place))
		{
			HandoverMessage message = {
				.kind = HANDOVER_SHARED,
				.query = DatumGetUInt32(MyBgworkerEntry->bgw_main_arg),
				.number = ++last_number,
				.place = place,
				.size = size
			};
			SharedHeader *header = dsa_get_address(area, place);

			header->number = message.number;
			header->size = size;
			*where = (char *) (header + 1);
			return make_message(&message);
		}
	}

	size += VARHDRSZ + sizeof(kind);
	handover_check_size(name, size);
	result = palloc((Size) size);
	SET_VARSIZE(result, (Size) size);
	memcpy(VARDATA(result), &kind, sizeof(kind));
	*where = VARDATA(result) + sizeof(kind);
	return result;
}

/* A query whose workers' states arrive at a node */
typedef struct QuerySearch
{
	uint32		handle;
	dsa_area   *area;
	dsm_segment *segment;
} QuerySearch;

/* Stop at the node that has started the workers of the query */
static bool
find_query(PlanState *node, void *arg)
{
	QuerySearch *search = arg;
	ParallelExecutorInfo *info = NULL;

	if (node == NULL)
		return false;
	if (IsA(node, GatherState))
		info = ((GatherState *) node)->pei;
	else if (IsA(node, GatherMergeState))
		info = ((GatherMergeState *) node)->pei;
	if (info != NULL && info->pcxt != NULL && info->pcxt->seg != NULL &&
		(uint32) dsm_segment_handle(info->pcxt->seg) == search->handle)
	{
		search->area = info->area;
		search->segment = info->pcxt->seg;
		return true;
	}
	return planstate_tree_walker(node, find_query, arg);
}

static bool
receive_shared(FunctionCallInfo fcinfo, const HandoverMessage *message,
			   Handover *handover)
{
	QuerySearch search = {.handle = message->query};
	SharedHeader *header;

	if (fcinfo->context == NULL || !IsA(fcinfo->context, AggState))
		return false;
	(void) find_query((PlanState *) fcinfo->context, &search);
	if (search.area == NULL || !DsaPointerIsValid(message->place))
		return false;
	header = dsa_get_address(search.area, message->place);
	if (message->number == 0 || header->number != message->number ||
		header->size != message->size)
		return false;

	/* once: the receiver makes them his own */
	header->number = 0;
	handover->bytes = (char *) (header + 1);
	handover->size = (Size) header->size;
	handover->shared = palloc0(sizeof(SharedBytes));
	handover->shared->area = search.area;
	handover->shared->segment = search.segment;
	handover->shared->place = message->place;
	return true;
}

void
handover_free(SharedBytes *shared)
{
	dsa_free(shared->area, shared->place);
}

/* The query's parallel context is going: so is its memory */
static void
forget_kept(dsm_segment *segment pg_attribute_unused(), Datum kept)
{
	((SharedBytes *) DatumGetPointer(kept))->area = NULL;
}

/* The state that they are a part of is going */
static void
free_kept(void *arg)
{
	SharedBytes *kept = arg;

	if (kept->area == NULL)
		return;
	cancel_on_dsm_detach(kept->segment, forget_kept, PointerGetDatum(kept));
	handover_free(kept);
}

void
handover_keep(SharedBytes *shared, MemoryContext context)
{
	SharedBytes *kept = MemoryContextAlloc(context, sizeof(SharedBytes));

	*kept = *shared;
	kept->callback.func = free_kept;
	kept->callback.arg = kept;
	on_dsm_detach(kept->segment, forget_kept, PointerGetDatum(kept));
	MemoryContextRegisterResetCallback(context, &kept->callback);
}

static bool
receive_state(const HandoverMessage *message, Handover *handover)
{
	dlist_iter	iter;

	dlist_foreach(iter, &waiting)
	{
		WaitingState *entry = dlist_container(WaitingState, node, iter.cur);

		/* once: the receiver makes it his own */
		if (entry->number == message->number && !entry->received)
		{
			entry->received = true;
			handover->state = entry->state;
			return true;
		}
	}
	return false;
}

bool
handover_receive(FunctionCallInfo fcinfo, bytea *bytes, Handover *handover)
{
	HandoverMessage message;
	uint32		kind;

	memset(handover, 0, sizeof(Handover));
	if (VARSIZE_ANY_EXHDR(bytes) < sizeof(kind))
		return false;
	memcpy(&kind, VARDATA_ANY(bytes), sizeof(kind));
	if (kind == HANDOVER_BYTES)
	{
		handover->bytes = VARDATA_ANY(bytes) + sizeof(kind);
		handover->size = VARSIZE_ANY_EXHDR(bytes) - sizeof(kind);
		return true;
	}
	if (VARSIZE_ANY_EXHDR(bytes) != sizeof(message))
		return false;
	memcpy(&message, VARDATA_ANY(bytes), sizeof(message));
	if (kind == HANDOVER_STATE)
		return receive_state(&message, handover);
	return kind == HANDOVER_SHARED && receive_shared(fcinfo, &message, handover);
}
