/*-------------------------------------------------------------------------
 *
 * shopper_summary.c
 *	  Aggregate shopper_summary: what one shopper has done, in one pass.
 *
 * The same in SQL takes two GROUP BYs over the events, one by shopper and session
 * and one by shopper and product, and one by shopper over each.  Here a group is a
 * shopper, and holds a record of 40 bytes for each visit and a key of 16 bytes for
 * each product viewed; arrays have room for up to twice as many.
 *
 * Ids are compared by 128 bits of their keyed hash, see key_column.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "aggregate/aggregate.h"
#include "aggregate/transfer.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "sessions/fixed_interval.h"
#include "sessions/visits.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define SHOPPER_STATE_MAGIC 0x53686f70
#define SHOPPER_DUMP_MAGIC 0x53686f45
#define SHOPPER_BYTES_MAGIC 0x53686f42
#define SHOPPER_BYTES_VERSION 1

/* Most shoppers have no more visits than these */
#define FIRST_CAPACITY 8

#define BOUNCE_BELOW USECS_PER_MINUTE

#define RESULT_COLUMNS 8

#define NO_GAP (-1)

/* What a shopper has done */
typedef struct Shopper
{
	int64		gap;			/* or NO_GAP */
	uint64		views;			/* of products */
	uint64		nvisits;
	uint64		nproducts;
} Shopper;

typedef struct ShopperState
{
	StateHead	head;
	Shopper		shopper;
	uint64		visits_capacity;
	uint64		products_capacity;
	Visit	   *visits;			/* or parts of them */
	Key128	   *products;		/* viewed; some more than once */
} ShopperState;

/* What a serialized state starts with; the visits follow, then the products */
typedef struct ShopperDumpHeader
{
	uint32		magic;
	uint8		version;
	uint8		zero[3];		/* unused */
	Shopper		shopper;
} ShopperDumpHeader;

/* What deserialize returns: still the caller's bytes */
typedef struct ShopperDump
{
	StateHead	head;
	Shopper		shopper;
	const char *visits;
	const char *products;
} ShopperDump;

PG_FUNCTION_INFO_V1(shopper_summary_transition);
PG_FUNCTION_INFO_V1(shopper_summary_combine);
PG_FUNCTION_INFO_V1(shopper_summary_serialize);
PG_FUNCTION_INFO_V1(shopper_summary_deserialize);
PG_FUNCTION_INFO_V1(shopper_summary_final);

static uint64 dump_size(void *arg);
static void write_dump(void *arg, char *where);
static StateHead *read_dump(const void *aggregate, char *bytes, Size size);

static const char name[] = "shopper_summary";

static const StateFamily family = {
	SHOPPER_STATE_MAGIC, SHOPPER_DUMP_MAGIC, dump_size, write_dump, read_dump
};

static ShopperState *
make_state(MemoryContext context, int64 gap)
{
	ShopperState *state = MemoryContextAllocZero(context, sizeof(ShopperState));

	state->head.magic = SHOPPER_STATE_MAGIC;
	state->head.aggregate = name;
	state->head.context = context;
	state->shopper.gap = gap;
	return state;
}

/* The first argument: NULL, or a state of this aggregate */
static ShopperState *
state_arg(FunctionCallInfo fcinfo)
{
	ShopperState *state = PG_ARGISNULL(0) ? NULL : (ShopperState *) PG_GETARG_POINTER(0);

	if (state != NULL && !is_state_of(&family, &state->head, name))
		state_is_wrong(name);
	return state;
}

/*
 * Room in a full array of which n units have been left over: more memory, unless half of
 * it is free now.  So the work of leaving over is paid for by as many units that come in.
 */
static void *
make_room(const ShopperState *state, void *array, uint64 n, uint64 *capacity, Size unit)
{
	if (array != NULL && n <= *capacity / 2)
		return array;
	*capacity = array == NULL ? FIRST_CAPACITY : *capacity * 2;
	return array == NULL
		? MemoryContextAlloc(state->head.context, *capacity * unit)
		: repalloc_huge(array, *capacity * unit);
}

static void
merge_visits(ShopperState *state)
{
	state->shopper.nvisits = visits_merge(state->visits, state->shopper.nvisits,
										  state->shopper.gap);
}

static void
merge_products(ShopperState *state)
{
	state->shopper.nproducts = keys_unique(state->products, state->shopper.nproducts);
}

static void
add_visit(ShopperState *state, const Visit *part)
{
	Shopper    *shopper = &state->shopper;

	/* mostly it is the visit that the last row belonged to */
	if (shopper->nvisits > 0)
	{
		Visit	   *visit = &state->visits[shopper->nvisits - 1];

		if (part->first >= visit->first
			? visit_goes_on(visit, part, shopper->gap)
			: visit_goes_on(part, visit, shopper->gap))
		{
			visit->first = Min(visit->first, part->first);
			visit->last = Max(visit->last, part->last);
			visit->seen |= part->seen;
			return;
		}
	}
	if (shopper->nvisits == state->visits_capacity)
	{
		merge_visits(state);
		state->visits = make_room(state, state->visits, shopper->nvisits,
								  &state->visits_capacity, sizeof(Visit));
	}
	state->visits[shopper->nvisits++] = *part;
}

static void
add_product(ShopperState *state, Key128 product)
{
	Shopper    *shopper = &state->shopper;

	if (shopper->nproducts > 0 &&
		key_is_equal(state->products[shopper->nproducts - 1], product))
		return;
	if (shopper->nproducts == state->products_capacity)
	{
		merge_products(state);
		state->products = make_room(state, state->products, shopper->nproducts,
									&state->products_capacity, sizeof(Key128));
	}
	state->products[shopper->nproducts++] = product;
}

/* How ids become keys, looked up at the first call */
static const KeyColumn *
key_column(FunctionCallInfo fcinfo)
{
	KeyColumn  *column = fcinfo->flinfo->fn_extra;

	if (column == NULL)
	{
		column = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(KeyColumn));
		key_column_init(column, TEXTOID, PG_GET_COLLATION(), "session_id");
		if (column->form != KEY_FORM_BYTES)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("nondeterministic collations are not supported for %s", name)));
		fcinfo->flinfo->fn_extra = column;
	}
	return column;
}

/* A raised flag; NULL is none */
static uint64
flag(FunctionCallInfo fcinfo, int arg, uint64 bit)
{
	return !PG_ARGISNULL(arg) && PG_GETARG_BOOL(arg) ? bit : 0;
}

static void
check_gap(const Shopper *shopper, int64 gap)
{
	if (unlikely(shopper->gap != gap))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be the same in all rows of a group", "gap")));
}

/*
 * shopper_summary_transition(internal, session_id text, ts timestamptz, gap interval,
 *							  viewed_product text, added boolean, converted boolean)
 */
Datum
shopper_summary_transition(PG_FUNCTION_ARGS)
{
	ShopperState *state = state_arg(fcinfo);
	const KeyColumn *column = key_column(fcinfo);
	int64		gap = PG_ARGISNULL(3) ? NO_GAP :
		greenery_interval_microseconds(PG_GETARG_INTERVAL_P(3), "gap");
	Visit		visit = {0};

	if (state == NULL)
		state = make_state(greenery_aggregate_context(fcinfo, name, NULL), gap);
	check_gap(&state->shopper, gap);
	if (PG_ARGISNULL(2) || TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(2)))
		PG_RETURN_POINTER(state);

	if (!PG_ARGISNULL(4))
	{
		state->shopper.views++;
		add_product(state, key_column_words(column, PG_GETARG_DATUM(4)));
	}
	if (!PG_ARGISNULL(1))
	{
		visit.session = key_column_words(column, PG_GETARG_DATUM(1));
		/* that one is taken */
		if (!visit_has_id(&visit))
			visit.session.words[0] = 1;
	}
	else if (gap == NO_GAP)
		PG_RETURN_POINTER(state);
	visit.first = visit.last = PG_GETARG_TIMESTAMPTZ(2);
	visit.seen = flag(fcinfo, 5, VISIT_ADDED) | flag(fcinfo, 6, VISIT_CONVERTED);
	add_visit(state, &visit);
	PG_RETURN_POINTER(state);
}

static uint64
dump_size(void *arg)
{
	ShopperState *state = arg;

	merge_visits(state);
	merge_products(state);
	return sizeof(ShopperDumpHeader) + state->shopper.nvisits * sizeof(Visit) +
		state->shopper.nproducts * sizeof(Key128);
}

static void
write_dump(void *arg, char *where)
{
	const ShopperState *state = arg;
	const Size	visits_size = state->shopper.nvisits * sizeof(Visit);
	ShopperDumpHeader header = {
		.magic = SHOPPER_BYTES_MAGIC,
		.version = SHOPPER_BYTES_VERSION,
		.shopper = state->shopper
	};

	memcpy(where, &header, sizeof(header));
	where += sizeof(header);
	if (visits_size > 0)
		memcpy(where, state->visits, visits_size);
	if (state->shopper.nproducts > 0)
		memcpy(where + visits_size, state->products,
			   state->shopper.nproducts * sizeof(Key128));
}

/* Wrap up bytes that claim to be a state; what is in them is checked later */
static StateHead *
read_dump(const void *aggregate pg_attribute_unused(), char *bytes, Size size)
{
	ShopperDump *dump = palloc0(sizeof(ShopperDump));
	ShopperDumpHeader header;
	const Shopper *shopper = &header.shopper;

	if (size < sizeof(header))
		state_is_invalid(name);
	memcpy(&header, bytes, sizeof(header));
	size -= sizeof(header);
	if (header.magic != SHOPPER_BYTES_MAGIC ||
		header.version != SHOPPER_BYTES_VERSION ||
		header.zero[0] != 0 || header.zero[1] != 0 || header.zero[2] != 0 ||
		shopper->gap < NO_GAP ||
		shopper->nproducts > shopper->views ||
		(shopper->nproducts == 0) != (shopper->views == 0) ||
		shopper->nvisits > size / sizeof(Visit) ||
		shopper->nproducts > size / sizeof(Key128) ||
		size != shopper->nvisits * sizeof(Visit) + shopper->nproducts * sizeof(Key128))
		state_is_invalid(name);
	dump->shopper = *shopper;
	dump->visits = bytes + sizeof(header);
	dump->products = dump->visits + shopper->nvisits * sizeof(Visit);
	return &dump->head;
}

Datum
shopper_summary_serialize(PG_FUNCTION_ARGS)
{
	return state_serialize(fcinfo, &family, name, name);
}

Datum
shopper_summary_deserialize(PG_FUNCTION_ARGS)
{
	return state_deserialize(fcinfo, &family, name, name);
}

/* Can this be a visit? */
static bool
is_sound(const Visit *visit, int64 gap)
{
	return visit->first <= visit->last &&
		IS_VALID_TIMESTAMP(visit->first) && IS_VALID_TIMESTAMP(visit->last) &&
		(visit->seen & ~(uint64) (VISIT_ADDED | VISIT_CONVERTED)) == 0 &&
		(visit_has_id(visit) || gap != NO_GAP);
}

static void
add_dump(ShopperState *state, const ShopperDump *dump)
{
	if (pg_add_u64_overflow(state->shopper.views, dump->shopper.views, &state->shopper.views))
		state_is_invalid(name);
	for (uint64 i = 0; i < dump->shopper.nvisits; i++)
	{
		Visit		visit;

		CHECK_FOR_INTERRUPTS();
		memcpy(&visit, dump->visits + i * sizeof(Visit), sizeof(Visit));
		if (!is_sound(&visit, dump->shopper.gap))
			state_is_invalid(name);
		add_visit(state, &visit);
	}
	for (uint64 i = 0; i < dump->shopper.nproducts; i++)
	{
		Key128		product;

		CHECK_FOR_INTERRUPTS();
		memcpy(&product, dump->products + i * sizeof(Key128), sizeof(Key128));
		add_product(state, product);
	}
}

/*
 * Add the second state, which is a dump or a state, to the first.  One that was
 * handed over belongs to no one else and can be the first.
 */
Datum
shopper_summary_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, name, NULL);
	ShopperState *state = state_arg(fcinfo);
	StateHead  *other;
	const ShopperDump *dump;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	other = state_to_add(fcinfo, &family, name, name);
	if (other->magic == SHOPPER_STATE_MAGIC)
		PG_RETURN_POINTER(other);
	dump = (ShopperDump *) other;
	if (state == NULL)
		state = make_state(context, dump->shopper.gap);
	check_gap(&state->shopper, dump->shopper.gap);
	add_dump(state, dump);
	state_added(&state->head, other, false);
	PG_RETURN_POINTER(state);
}

/* Durations of visits */
typedef struct Durations
{
	uint64		n;
	Interval	sum;
} Durations;

/* As sum(interval) over differences of times has it: days and hours apart */
static void
add_duration(Durations *durations, uint64 microseconds)
{
	durations->n++;
	if (pg_add_s32_overflow(durations->sum.day, (int32) (microseconds / USECS_PER_DAY),
							&durations->sum.day) ||
		pg_add_s64_overflow(durations->sum.time, (int64) (microseconds % USECS_PER_DAY),
							&durations->sum.time))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
}

/* Their mean, by the server's division; the caller has seen that there are some */
static Datum
mean_duration(const Durations *durations)
{
	Interval	sum = durations->sum;

	return DirectFunctionCall2(interval_div, IntervalPGetDatum(&sum),
							   Float8GetDatum((double) durations->n));
}

/* shopper_summary_final(internal): a row of type shopper_totals */
Datum
shopper_summary_final(PG_FUNCTION_ARGS)
{
	ShopperState *state = state_arg(fcinfo);
	TupleDesc	tupdesc;
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS] = {false};
	Durations	all = {0};
	Durations	unsold = {0};
	int64		carts = 0;
	int64		bounces = 0;

	(void) greenery_aggregate_context(fcinfo, name, NULL);
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext context = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE ||
			tupdesc->natts != RESULT_COLUMNS)
			elog(ERROR, "shopper_summary must return shopper_totals");
		fcinfo->flinfo->fn_extra = BlessTupleDesc(tupdesc);
		MemoryContextSwitchTo(context);
	}
	tupdesc = fcinfo->flinfo->fn_extra;
	if (state != NULL)
	{
		merge_visits(state);
		merge_products(state);
	}
	for (uint64 i = 0; state != NULL && i < state->shopper.nvisits; i++)
	{
		const Visit *visit = &state->visits[i];

		/* fits an unsigned word, not always a signed one */
		uint64		duration = (uint64) visit->last - (uint64) visit->first;

		add_duration(&all, duration);
		if (visit->seen & VISIT_CONVERTED)
			continue;
		add_duration(&unsold, duration);
		carts += (visit->seen & VISIT_ADDED) != 0;
		bounces += duration < BOUNCE_BELOW;
	}
	values[0] = Int64GetDatum((int64) all.n);
	values[1] = Int64GetDatum((int64) unsold.n);
	values[2] = Int64GetDatum(carts);
	values[3] = Int64GetDatum(bounces);
	nulls[4] = unsold.n == 0;
	if (!nulls[4])
		values[4] = mean_duration(&unsold);
	nulls[5] = all.n == 0;
	if (!nulls[5])
		values[5] = mean_duration(&all);
	values[6] = Int64GetDatum(state == NULL ? 0 : (int64) state->shopper.views);
	values[7] = Int64GetDatum(state == NULL ? 0 : (int64) state->shopper.nproducts);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls)));
}
