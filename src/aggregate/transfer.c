/*-------------------------------------------------------------------------
 *
 * transfer.c
 *	  The support functions by which states of aggregates travel.
 *
 * A state either goes as it is, to a receiver that takes it over, or as bytes, and is never
 * built up again from these: deserialize checks them, and combine pours them into
 * another state.  See handover.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/handover.h"
#include "aggregate/huge_memory.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

static void *
allocate(void *state, uint64_t size)
{
	return huge_alloc(((StateHead *) state)->context, size);
}

static void
release(void *state pg_attribute_unused(), void *memory)
{
	huge_free(memory);
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

const StateHooks state_hooks = {allocate, release, poll_interrupts};

void
state_is_wrong(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("aggregate state is not one of %s", name)));
}

void
state_is_invalid(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized state of %s", name)));
}

Datum
state_serialize(FunctionCallInfo fcinfo, const StateFamily *family,
				const void *aggregate, const char *name)
{
	StateHead  *state = (StateHead *) PG_GETARG_POINTER(0);
	bytea	   *message;
	char	   *where;

	(void) greenery_aggregate_context(fcinfo, name, NULL);
	if (!is_state_of(family, state, aggregate))
		state_is_wrong(name);
	message = handover_state(fcinfo, state->context, state);
	if (message != NULL)
		state->handed_over = true;
	else
	{
		message = handover_bytes(fcinfo, name, family->dump_size(state), &where);
		family->write_dump(state, where);
	}
	PG_RETURN_BYTEA_P(message);
}

static StateHead *
read_dump(const StateFamily *family, const void *aggregate, char *bytes, Size size)
{
	StateHead  *dump = family->read_dump(aggregate, bytes, size);

	dump->magic = family->dump_magic;
	dump->aggregate = aggregate;
	return dump;
}

/*
 * A state that was handed over as it is, or a dump, which lives as long as the
 * argument, until combine has run; its bytes live longer if they are shared
 */
Datum
state_deserialize(FunctionCallInfo fcinfo, const StateFamily *family,
				  const void *aggregate, const char *name)
{
	Handover	handover;

	(void) greenery_aggregate_context(fcinfo, name, NULL);
	if (!handover_receive(fcinfo, PG_GETARG_BYTEA_PP(0), &handover))
		state_is_invalid(name);
	if (handover.state == NULL)
	{
		StateHead  *dump = read_dump(family, aggregate, handover.bytes, handover.size);

		dump->shared = handover.shared;
		PG_RETURN_POINTER(dump);
	}
	if (!is_state_of(family, handover.state, aggregate))
		state_is_invalid(name);
	PG_RETURN_POINTER(handover.state);
}

StateHead *
state_to_add(FunctionCallInfo fcinfo, const StateFamily *family,
			 const void *aggregate, const char *name)
{
	StateHead  *other = (StateHead *) PG_GETARG_POINTER(1);

	if (is_state_of(family, other, aggregate))
	{
		uint64		size;
		char	   *bytes;

		if (PG_ARGISNULL(0) && other->handed_over)
			return other;
		size = family->dump_size(other);
		bytes = MemoryContextAllocHuge(CurrentMemoryContext, (Size) size);
		family->write_dump(other, bytes);
		return read_dump(family, aggregate, bytes, (Size) size);
	}
	if (other->magic != family->dump_magic || other->aggregate != aggregate)
		state_is_wrong(name);
	return other;
}

void
state_added(const StateHead *state, const StateHead *dump, bool kept)
{
	if (dump->shared == NULL)
		return;
	if (kept)
		handover_keep(dump->shared, state->context);
	else
		handover_free(dump->shared);
}
