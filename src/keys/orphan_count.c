/*-------------------------------------------------------------------------
 *
 * orphan_count.c
 *	  Aggregate greenery.orphan_count: how many rows have a value that no
 *	  parent has?
 *
 * A look-up mostly waits for memory.  So rows wait in a batch while the
 * memory of their slots comes in.
 *
 * The set is a bytea, which any caller of the aggregate can forge: a look-up
 * trusts nothing of it but its length.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "keys/key_set_agg.h"
#include "libpq/pqformat.h"
#include "nodes/primnodes.h"
#include "port/pg_bswap.h"

#define ORPHAN_COUNT_MAGIC 0x4f727068
#define ORPHAN_COUNT_VERSION 1

/* Rows that wait for one another */
#define BATCH 64

typedef struct OrphanState
{
	uint32		magic;			/* tells this from other aggregates' states */
	int			waiting;		/* keys in batch */
	int64		orphans;
	KeyColumn	column;
	const KeySet *set;			/* NULL if no row has come, or no parent is
								 * there */
	Key128		batch[BATCH];
} OrphanState;

PG_FUNCTION_INFO_V1(orphan_count_transition);
PG_FUNCTION_INFO_V1(orphan_count_combine);
PG_FUNCTION_INFO_V1(orphan_count_serialize);
PG_FUNCTION_INFO_V1(orphan_count_deserialize);
PG_FUNCTION_INFO_V1(orphan_count_final);

/* The state in argument n, or an error if it is another aggregate's */
static OrphanState *
state_arg(FunctionCallInfo fcinfo, int n)
{
	OrphanState *state = (OrphanState *) PG_GETARG_POINTER(n);

	if (unlikely(state->magic != ORPHAN_COUNT_MAGIC))
		state_is_wrong("orphan_count");
	return state;
}

/* Look up what waits */
static void
look_up(OrphanState *state)
{
	for (int i = 0; i < state->waiting; i++)
		if (!key_set_contains(state->set, state->batch[i].words))
			state->orphans++;
	state->waiting = 0;
}

static int64
orphans_of(OrphanState *state)
{
	look_up(state);
	return state->orphans;
}

/*
 * Does the set stay where it is for as long as there are rows?  A parameter of the
 * plan does, which is what data tests make of it; a column does not.
 */
static bool
set_stays(FunctionCallInfo fcinfo)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);
	Expr	   *set;

	if (aggref == NULL || aggref->args == NIL)
		return false;
	set = linitial_node(TargetEntry, aggref->args)->expr;
	return IsA(set, Param) && ((Param *) set)->paramkind == PARAM_EXEC;
}

/* A state for the set and the type of the first row */
static OrphanState *
start(FunctionCallInfo fcinfo)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, "orphan_count", NULL);
	OrphanState *state = MemoryContextAllocZero(context, sizeof(OrphanState));
	const KeySet *set;

	state->magic = ORPHAN_COUNT_MAGIC;
	key_set_column(&state->column, get_fn_expr_argtype(fcinfo->flinfo, 2),
				   PG_GET_COLLATION());
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a set of keys must not be null")));
	set = (const KeySet *) PG_GETARG_BYTEA_P(1);
	if (!key_set_check(set, VARSIZE(set)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid set of keys")));

	/* the set of a parent without rows is of no type */
	if (set->type == InvalidOid)
		return state;
	if (set->type != state->column.type ||
		set->words != key_set_words(&state->column))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("values of type %s are looked up in a set of keys of another type",
						format_type_be(state->column.type))));
	if ((const char *) set != DatumGetPointer(PG_GETARG_DATUM(1)) ||
		!set_stays(fcinfo))
	{
		KeySet	   *copy = key_set_alloc(context, VARSIZE(set));

		set = memcpy(copy, set, VARSIZE(set));
	}
	state->set = set;
	return state;
}

/*
 * Count a row; a value that is NULL refers to nothing.  The set is that of the
 * first row.
 */
Datum
orphan_count_transition(PG_FUNCTION_ARGS)
{
	OrphanState *state = PG_ARGISNULL(0) ? start(fcinfo) : state_arg(fcinfo, 0);
	Key128		key;

	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);
	if (unlikely(state->set == NULL))
	{
		state->orphans++;
		PG_RETURN_POINTER(state);
	}
	if (unlikely(state->waiting == BATCH))
		look_up(state);
	key = key_set_key(&state->column, PG_GETARG_DATUM(2));
	key_set_prefetch(state->set, key.words);
	state->batch[state->waiting++] = key;
	PG_RETURN_POINTER(state);
}

/* Add the count of the second state to the first */
Datum
orphan_count_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, "orphan_count", NULL);
	OrphanState *state;

	if (PG_ARGISNULL(0))
	{
		if (PG_ARGISNULL(1))
			PG_RETURN_NULL();
		state = MemoryContextAllocZero(context, sizeof(OrphanState));
		state->magic = ORPHAN_COUNT_MAGIC;
	}
	else
		state = state_arg(fcinfo, 0);
	if (!PG_ARGISNULL(1))
		state->orphans += orphans_of(state_arg(fcinfo, 1));
	PG_RETURN_POINTER(state);
}

Datum
orphan_count_serialize(PG_FUNCTION_ARGS)
{
	StringInfoData bytes;

	(void) greenery_aggregate_context(fcinfo, "orphan_count", NULL);
	pq_begintypsend(&bytes);
	pq_sendbyte(&bytes, ORPHAN_COUNT_VERSION);
	pq_sendint64(&bytes, orphans_of(state_arg(fcinfo, 0)));
	PG_RETURN_BYTEA_P(pq_endtypsend(&bytes));
}

Datum
orphan_count_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *serialized = PG_GETARG_BYTEA_PP(0);
	const char *bytes = VARDATA_ANY(serialized);
	OrphanState *state;
	uint64		orphans;

	(void) greenery_aggregate_context(fcinfo, "orphan_count", NULL);
	if (VARSIZE_ANY_EXHDR(serialized) != 1 + sizeof(uint64) ||
		bytes[0] != ORPHAN_COUNT_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid serialized state of %s", "orphan_count")));
	memcpy(&orphans, bytes + 1, sizeof(uint64));
	state = palloc0(sizeof(OrphanState));
	state->magic = ORPHAN_COUNT_MAGIC;
	state->orphans = (int64) pg_ntoh64(orphans);
	if (state->orphans < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid serialized state of %s", "orphan_count")));
	PG_RETURN_POINTER(state);
}

Datum
orphan_count_final(PG_FUNCTION_ARGS)
{
	(void) greenery_aggregate_context(fcinfo, "orphan_count", NULL);
	if (PG_ARGISNULL(0))
		PG_RETURN_INT64(0);
	PG_RETURN_INT64(orphans_of(state_arg(fcinfo, 0)));
}
