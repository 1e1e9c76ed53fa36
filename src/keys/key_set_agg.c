/*-------------------------------------------------------------------------
 *
 * key_set_agg.c
 *	  Aggregate greenery.key_set: the set of a parent's values.
 *
 * Data tests of kind relationships look values up in it.  The plain SQL is a join
 * with the parent's distinct values, which hashes the parent twice, keeps its
 * values as tuples, and does so in each process.  Here the parent becomes a set
 * of keys of 8 or 16 bytes, made once and looked up in by all processes: see
 * orphan_count.c.  As everywhere, an id of more than 64 bits is known by 128
 * bits of keyed hash.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/huge_memory.h"
#include "aggregate/input_rows.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "keys/key_set_agg.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define KEY_SET_STATE_MAGIC 0x6b536574

typedef struct KeySetState
{
	uint32		magic;			/* tells this from other aggregates' states */
	MemoryContext context;
	KeyColumn	column;
	KeySet	   *set;
} KeySetState;

PG_FUNCTION_INFO_V1(key_set_transition);
PG_FUNCTION_INFO_V1(key_set_combine);
PG_FUNCTION_INFO_V1(key_set_serialize);
PG_FUNCTION_INFO_V1(key_set_deserialize);
PG_FUNCTION_INFO_V1(key_set_final);

/* The state in argument n, or an error if it is another aggregate's */
static KeySetState *
state_arg(FunctionCallInfo fcinfo, int n)
{
	KeySetState *state = (KeySetState *) PG_GETARG_POINTER(n);

	if (state->magic != KEY_SET_STATE_MAGIC)
		state_is_wrong("key_set");
	return state;
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* Memory for a set, which keys hit all over */
KeySet *
key_set_alloc(MemoryContext context, Size size)
{
	KeySet	   *set = MemoryContextAllocHuge(context, size);

	huge_advise(set, size);
	return set;
}

static KeySet *
make_set(MemoryContext context, int words, int bits, Oid type)
{
	uint64		size = key_set_bytes(words, bits);
	KeySet	   *set;

	if (size > sizeof(KeySet) + KEY_SET_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different values for a set of keys")));
	set = key_set_alloc(context, (Size) size);
	key_set_init(set, words, bits, type);
	SET_VARSIZE(set, (Size) size);
	return set;
}

/* Make room for nkeys in all */
static void
reserve(KeySetState *state, uint64 nkeys)
{
	KeySet	   *old = state->set;
	int			bits = key_set_bits_for(nkeys);

	if (bits <= old->bits)
		return;
	state->set = make_set(state->context, old->words, bits, old->type);
	(void) key_set_add_all(state->set, old, poll_interrupts);
	pfree(old);
}

/* Add a value; NULL is not a parent */
static inline Datum
add_value(PG_FUNCTION_ARGS)
{
	KeySetState *state;
	Key128		key;

	if (PG_ARGISNULL(0))
	{
		MemoryContext context = greenery_aggregate_context(fcinfo, "key_set", NULL);
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 1);

		state = MemoryContextAllocZero(context, sizeof(KeySetState));
		state->magic = KEY_SET_STATE_MAGIC;
		state->context = context;
		key_set_column(&state->column, type, PG_GET_COLLATION());
		state->set = make_set(context, key_set_words(&state->column),
							  key_set_bits_for(0), type);
	}
	else
		state = state_arg(fcinfo, 0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);

	if (unlikely(!key_set_has_room(state->set)))
		reserve(state, 2 * (uint64) state->set->nkeys);
	key = key_set_key(&state->column, PG_GETARG_DATUM(1));
	key_set_add(state->set, key.words);
	PG_RETURN_POINTER(state);
}

Datum
key_set_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_value);
}

/* Add the keys of the second state to the first */
Datum
key_set_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, "key_set", NULL);
	KeySetState *state;
	KeySetState *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state_arg(fcinfo, 0));
	}
	other = state_arg(fcinfo, 1);
	if (PG_ARGISNULL(0))
	{
		state = MemoryContextAlloc(context, sizeof(KeySetState));
		*state = *other;
		state->context = context;
		state->set = make_set(context, other->set->words, other->set->bits,
							  other->set->type);
	}
	else
		state = state_arg(fcinfo, 0);
	if (state->set->type != other->set->type ||
		state->set->words != other->set->words)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("states of %s are over different types", "key_set")));

	reserve(state, (uint64) state->set->nkeys + other->set->nkeys);
	if (!key_set_add_all(state->set, other->set, poll_interrupts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid serialized state of %s", "key_set")));
	PG_RETURN_POINTER(state);
}

Datum
key_set_serialize(PG_FUNCTION_ARGS)
{
	(void) greenery_aggregate_context(fcinfo, "key_set", NULL);
	PG_RETURN_BYTEA_P((bytea *) state_arg(fcinfo, 0)->set);
}

/* The result lives as long as the argument: until combine has run */
Datum
key_set_deserialize(PG_FUNCTION_ARGS)
{
	KeySet	   *set = (KeySet *) PG_GETARG_BYTEA_P(0);
	KeySetState *state;

	(void) greenery_aggregate_context(fcinfo, "key_set", NULL);
	if (!key_set_check(set, VARSIZE(set)) ||
		set->nkeys > UINT64CONST(1) << set->bits)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid serialized state of %s", "key_set")));
	state = palloc0(sizeof(KeySetState));
	state->magic = KEY_SET_STATE_MAGIC;
	state->context = CurrentMemoryContext;
	state->column.type = set->type;
	state->column.form = KEY_FORM_OTHER;
	state->set = set;
	PG_RETURN_POINTER(state);
}

/* No rows make a set without keys, of no type in particular */
Datum
key_set_final(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, "key_set", NULL);

	if (PG_ARGISNULL(0))
		PG_RETURN_BYTEA_P((bytea *) make_set(context, 1, key_set_bits_for(0),
											 InvalidOid));
	PG_RETURN_BYTEA_P((bytea *) state_arg(fcinfo, 0)->set);
}
