/*-------------------------------------------------------------------------
 *
 * key_set_agg.c
 *	  greenery.key_set() and greenery.in_key_set(): is a value among those of
 *	  a parent?
 *
 * What data tests of kind relationships ask for each row.  The plain SQL is a
 * join with the parent's distinct values, which hashes the parent twice, keeps
 * its values as tuples, and does so in each process.  Here the parent becomes a
 * set of keys of 8 or 16 bytes, made once and looked up in by all processes.
 * As everywhere, an id of more than 64 bits is known by 128 bits of keyed hash.
 *
 * The set is a bytea, which whoever may call the functions can forge: a look-up
 * trusts nothing of it but its length.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/mman.h>

#include "compat.h"
#include "miscadmin.h"
#include "quality/key_set.h"
#include "retention/key_column.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define KEY_SET_STATE_MAGIC 0x6b536574

#define HUGE_PAGE ((Size) 2 * 1024 * 1024)

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
PG_FUNCTION_INFO_V1(in_key_set);

static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("support function of %s called outside an aggregate",
						"key_set")));
	return context;
}

/* The state in argument n, or an error if it is another aggregate's */
static KeySetState *
state_arg(FunctionCallInfo fcinfo, int n)
{
	KeySetState *state = (KeySetState *) PG_GETARG_POINTER(n);

	if (state->magic != KEY_SET_STATE_MAGIC)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("aggregate state is not one of %s", "key_set")));
	return state;
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* Look up a type whose values are keys by their bits */
static void
init_column(KeyColumn *column, Oid type, Oid collation)
{
	key_column_init(column, type, collation, "value");
	if (column->form == KEY_FORM_OTHER)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("values of type %s cannot be in a set of keys",
						format_type_be(type)),
				 errdetail("Their equality is not that of their bytes.")));
}

static int
words_of(const KeyColumn *column)
{
	return column->form >= KEY_FORM_UUID ? 2 : 1;
}

/* The scattered key of a value */
static inline Key128
key_of(const KeyColumn *column, Datum value)
{
	Key128		key = {{0, 0}};

	if (column->form >= KEY_FORM_UUID)
		return key_scatter_words(key_column_words(column, value));
	key.words[0] = key_scatter(key_column_word(column, value));
	return key;
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
	set = MemoryContextAllocHuge(context, (Size) size);
#ifdef MADV_HUGEPAGE
	/* keys hit the set all over: the fewer pages the better */
	if (size >= 2 * HUGE_PAGE)
		(void) madvise((void *) TYPEALIGN(HUGE_PAGE, set),
					   TYPEALIGN_DOWN(HUGE_PAGE, size - HUGE_PAGE),
					   MADV_HUGEPAGE);
#endif
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

/* Add a value; NULL is no one's parent */
Datum
key_set_transition(PG_FUNCTION_ARGS)
{
	KeySetState *state;
	Key128		key;

	if (PG_ARGISNULL(0))
	{
		MemoryContext context = aggregate_context(fcinfo);
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 1);

		state = MemoryContextAllocZero(context, sizeof(KeySetState));
		state->magic = KEY_SET_STATE_MAGIC;
		state->context = context;
		init_column(&state->column, type, PG_GET_COLLATION());
		state->set = make_set(context, words_of(&state->column),
							  key_set_bits_for(0), type);
	}
	else
		state = state_arg(fcinfo, 0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);

	if (unlikely(!key_set_has_room(state->set)))
		reserve(state, 2 * state->set->nkeys);
	key = key_of(&state->column, PG_GETARG_DATUM(1));
	key_set_add(state->set, key.words);
	PG_RETURN_POINTER(state);
}

/* Add the keys of the second state to the first */
Datum
key_set_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
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

	reserve(state, state->set->nkeys + other->set->nkeys);
	if (!key_set_add_all(state->set, other->set, poll_interrupts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid serialized state of %s", "key_set")));
	PG_RETURN_POINTER(state);
}

Datum
key_set_serialize(PG_FUNCTION_ARGS)
{
	(void) aggregate_context(fcinfo);
	PG_RETURN_BYTEA_P((bytea *) state_arg(fcinfo, 0)->set);
}

/* The result lives as long as the argument: until combine has run */
Datum
key_set_deserialize(PG_FUNCTION_ARGS)
{
	KeySet	   *set = (KeySet *) PG_GETARG_BYTEA_P(0);
	KeySetState *state;

	(void) aggregate_context(fcinfo);
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
	MemoryContext context = aggregate_context(fcinfo);

	if (PG_ARGISNULL(0))
		PG_RETURN_BYTEA_P((bytea *) make_set(context, 1, key_set_bits_for(0),
											 InvalidOid));
	PG_RETURN_BYTEA_P((bytea *) state_arg(fcinfo, 0)->set);
}

/* in_key_set(set bytea, value "any") returns boolean */
Datum
in_key_set(PG_FUNCTION_ARGS)
{
	const KeySet *set = (const KeySet *) PG_GETARG_BYTEA_P(0);
	const KeyColumn *column = fcinfo->flinfo->fn_extra;
	Key128		key;

	if (unlikely(column == NULL))
	{
		KeyColumn	found;

		init_column(&found, get_fn_expr_argtype(fcinfo->flinfo, 1),
					PG_GET_COLLATION());
		fcinfo->flinfo->fn_extra = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt,
													  sizeof(KeyColumn));
		column = memcpy(fcinfo->flinfo->fn_extra, &found, sizeof(found));
	}
	if (unlikely(!key_set_check(set, VARSIZE(set))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid set of keys")));
	if (set->type == InvalidOid)
		PG_RETURN_BOOL(false);
	if (unlikely(set->type != column->type || set->words != words_of(column)))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a value of type %s is looked up in a set of keys of another type",
						format_type_be(column->type))));
	key = key_of(column, PG_GETARG_DATUM(1));
	PG_RETURN_BOOL(key_set_contains(set, key.words));
}
