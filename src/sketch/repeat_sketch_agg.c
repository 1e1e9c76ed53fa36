/*-------------------------------------------------------------------------
 *
 * repeat_sketch_agg.c
 *	  Aggregates that make sketches: repeat_sketch_agg of orders, rollup of sketches.
 *
 * Their state is a repeat_sketch: a distributed engine cannot pass on a state of type
 * internal.  While rows come in it is an expanded object, in the aggregate's memory, that
 * is changed in place; outside it is the bytes.  Such engines also call the transition
 * functions in ways of their own: the types of the arguments are in the functions'
 * names, and nothing is asked of the call but its arguments and its context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/input_rows.h"
#include "keys/siphash.h"
#include "sketch/repeat_sketch.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/uuid.h"

typedef struct ExpandedSketch
{
	ExpandedObjectHeader header;
	RepeatSketch sketch;
	SketchCounts counts;		/* of entries */
	SketchEntry *entries;		/* to be written; NULL when a row has come
								 * since */
} ExpandedSketch;

PG_FUNCTION_INFO_V1(repeat_sketch_combine);
PG_FUNCTION_INFO_V1(repeat_sketch_final);

static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedSketch *state = (ExpandedSketch *) header;

	if (state->entries == NULL)
		state->entries = sketch_entries(&state->sketch, &state->counts);
	return VARHDRSZ + sketch_write(&state->counts, state->entries, NULL);
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size size)
{
	ExpandedSketch *state = (ExpandedSketch *) header;

	SET_VARSIZE(result, size);
	(void) sketch_write(&state->counts, state->entries, (unsigned char *) VARDATA(result));
}

static const ExpandedObjectMethods methods = {flat_size, flatten_into};

static ExpandedSketch *
make_state(MemoryContext aggregate_context, uint32 k)
{
	MemoryContext context = AllocSetContextCreate(aggregate_context, "repeat sketch",
												  ALLOCSET_SMALL_SIZES);
	ExpandedSketch *state = MemoryContextAllocZero(context, sizeof(ExpandedSketch));

	EOH_init_header(&state->header, &methods, context);
	sketch_init(&state->sketch, k, &sketch_hooks, context);
	return state;
}

/* The state, if a call before this one has made it, or NULL */
static inline ExpandedSketch *
expanded(Datum datum)
{
	ExpandedObjectHeader *header;

	if (!VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum)))
		return NULL;
	header = DatumGetEOHP(datum);
	return header->eoh_methods == &methods ? (ExpandedSketch *) header : NULL;
}

/* The entries are not to be written any more */
static inline void
begin_change(ExpandedSketch *state)
{
	if (unlikely(state->entries != NULL))
	{
		pfree(state->entries);
		state->entries = NULL;
	}
}

/* Add all orders of another sketch */
static void
merge(ExpandedSketch *state, Datum datum)
{
	struct varlena *other = sketch_datum(datum);

	begin_change(state);
	if (!sketch_merge(&state->sketch, VARDATA_ANY(other), VARSIZE_ANY_EXHDR(other)))
		sketch_is_invalid();
}

/* The state that argument 0 is, or a new one that starts from it */
static pg_noinline ExpandedSketch *
start(FunctionCallInfo fcinfo, uint32 k)
{
	ExpandedSketch *state = make_state(greenery_aggregate_context(fcinfo, "repeat_sketch_agg", NULL), k);

	if (!PG_ARGISNULL(0))
		merge(state, PG_GETARG_DATUM(0));
	return state;
}

/* k that a row asks for: the least one counts, whatever the order of rows */
static pg_noinline uint32
check_k(FunctionCallInfo fcinfo)
{
	int32		k;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"%s\" must not be null", "k")));
	k = PG_GETARG_INT32(3);
	if (k < SKETCH_MIN_K || k > SKETCH_MAX_K)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be between %d and %d", "k",
						SKETCH_MIN_K, SKETCH_MAX_K)));
	return (uint32) k;
}

/* The state to add a row to */
static inline ExpandedSketch *
state_of_row(FunctionCallInfo fcinfo)
{
	ExpandedSketch *state = PG_ARGISNULL(0) ? NULL : expanded(PG_GETARG_DATUM(0));
	bool		has_k = PG_NARGS() > 3;

	if (unlikely(state == NULL))
		state = start(fcinfo, has_k ? check_k(fcinfo) : SKETCH_DEFAULT_K);
	else if (has_k && unlikely(PG_ARGISNULL(3) ||
							   PG_GETARG_INT32(3) != (int32) state->sketch.k))
	{
		begin_change(state);
		sketch_limit(&state->sketch, check_k(fcinfo));
	}
	return state;
}

/* splitmix64: every bit of the result depends on all of x */
static inline uint64
mix(uint64 x)
{
	x += UINT64CONST(0x9e3779b97f4a7c15);
	x ^= x >> 30;
	x *= UINT64CONST(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64CONST(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/*
 * The hashes are part of the format: sketches that are kept, and those of other
 * machines, are to be merged.  So they have no secret, and people who choose ids can
 * choose who is in the sample.
 */
static inline uint64
hash_bigint(Datum value)
{
	return mix((uint64) DatumGetInt64(value));
}

static inline uint64
hash_uuid(Datum value)
{
	const unsigned char *bytes = DatumGetUUIDP(value)->data;

	return mix(siphash_word(bytes) ^ mix(siphash_word(bytes + 8)));
}

static inline uint64
hash_text(Datum value)
{
	static const uint64_t key[2] = {UINT64_C(0x677265656e657279), UINT64_C(0x736b65746368)};
	struct varlena *string = PG_DETOAST_DATUM_PACKED(value);
	uint64_t	hash[2];

	siphash128(key, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string), 1, 3, hash);
	return hash[0];
}

/* The transition function of users and orders of two types */
#define SKETCH_OF(users, orders) \
static inline Datum \
add_##users##_##orders(FunctionCallInfo fcinfo) \
{ \
	ExpandedSketch *state = state_of_row(fcinfo); \
\
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2)) \
	{ \
		uint64		user = sketch_user(hash_##users(PG_GETARG_DATUM(1))); \
\
		if (user <= state->sketch.last) \
		{ \
			begin_change(state); \
			sketch_add(&state->sketch, user, hash_##orders(PG_GETARG_DATUM(2))); \
		} \
	} \
	return EOHPGetRWDatum(&state->header); \
} \
\
PG_FUNCTION_INFO_V1(repeat_sketch_##users##_##orders); \
Datum \
repeat_sketch_##users##_##orders(PG_FUNCTION_ARGS) \
{ \
	return input_rows_transition(fcinfo, add_##users##_##orders); \
} \
extern int	no_such_variable

SKETCH_OF(bigint, bigint);
SKETCH_OF(bigint, uuid);
SKETCH_OF(bigint, text);
SKETCH_OF(uuid, bigint);
SKETCH_OF(uuid, uuid);
SKETCH_OF(uuid, text);
SKETCH_OF(text, bigint);
SKETCH_OF(text, uuid);
SKETCH_OF(text, text);

/* Transition function of rollup, and combine function of all: NULL is no sketch */
Datum
repeat_sketch_combine(PG_FUNCTION_ARGS)
{
	ExpandedSketch *state = PG_ARGISNULL(0) ? NULL : expanded(PG_GETARG_DATUM(0));

	(void) greenery_aggregate_context(fcinfo, "repeat_sketch_agg", NULL);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (state == NULL)
		state = start(fcinfo, SKETCH_MAX_K);
	merge(state, PG_GETARG_DATUM(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

/* The bytes, in the caller's memory; the state may go on */
Datum
repeat_sketch_final(PG_FUNCTION_ARGS)
{
	(void) greenery_aggregate_context(fcinfo, "repeat_sketch_agg", NULL);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
}
