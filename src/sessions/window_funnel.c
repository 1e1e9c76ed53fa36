/*-------------------------------------------------------------------------
 *
 * window_funnel.c
 *	  The aggregates window_funnel and window_funnel_times.
 *
 * Both have the same transition function and state, so a query that asks for
 * both collects the rows once.  funnel.c has the algorithm.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "libpq/pqformat.h"
#include "sessions/fixed_interval.h"
#include "sessions/funnel.h"
#include "sessions/record_buffer.h"
#include "sessions/steps.h"
#include "utils/array.h"
#include "utils/timestamp.h"

StaticAssertDecl(MAX_STEPS == FUNNEL_MAX_STEPS, "steps are bits of a word");

/*
 * The rows that satisfy some step: key is the time, value the steps.  Other
 * rows, and rows without a finite time, can be in no chain.
 */
typedef struct FunnelState
{
	RecordBuffer rows;
	int64		within;			/* microseconds */
	int			steps;			/* at least 1 */
} FunnelState;

static bool is_valid_row(const GreeneryRecord *row, const void *state);

static const RecordKind funnel_kind = {
	.magic = 0x46554e4c,		/* FUNL */
	.name = "window_funnel",
	.compact = funnel_keep_usable,
	.valid = is_valid_row
};

PG_FUNCTION_INFO_V1(window_funnel_transition);
PG_FUNCTION_INFO_V1(window_funnel_combine);
PG_FUNCTION_INFO_V1(window_funnel_serialize);
PG_FUNCTION_INFO_V1(window_funnel_deserialize);
PG_FUNCTION_INFO_V1(window_funnel_final);
PG_FUNCTION_INFO_V1(window_funnel_times_final);

static bool
is_valid_row(const GreeneryRecord *row, const void *state)
{
	int			steps = ((const FunnelState *) state)->steps;

	return !TIMESTAMP_NOT_FINITE(row->key) && row->value != 0 &&
		(steps == 64 || row->value >> steps == 0);
}

static FunnelState *
create_state(MemoryContext context, int64 within, int steps)
{
	FunnelState *state = greenery_record_state_create(&funnel_kind, context,
													  sizeof(FunnelState));

	state->within = within;
	state->steps = steps;
	return state;
}

/*
 * window_funnel_transition(internal, within interval, ts timestamptz,
 *							steps boolean[])
 *
 * Arguments are checked in every row, also in those that do not count.
 */
Datum
window_funnel_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	FunnelState *state = greenery_record_state(fcinfo, 0, &funnel_kind);
	int			steps = state == NULL ? 0 : state->steps;
	int64		within;
	uint64		satisfied;

	if (PG_ARGISNULL(1))
		greenery_null_argument("within");
	within = greenery_interval_microseconds(PG_GETARG_INTERVAL_P(1), "within");
	satisfied = greenery_steps(fcinfo, 3, "steps", &steps);

	if (state == NULL)
		state = create_state(context, within, steps);
	else if (state->within != within)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"within\" must be the same in all rows of a group")));

	if (satisfied != 0 && !PG_ARGISNULL(2))
	{
		TimestampTz time = PG_GETARG_TIMESTAMPTZ(2);

		if (!TIMESTAMP_NOT_FINITE(time))
			greenery_record_append(&state->rows, &funnel_kind, time, satisfied);
	}
	PG_RETURN_POINTER(state);
}

/* window_funnel_combine(internal, internal) */
Datum
window_funnel_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	FunnelState *left = greenery_record_state(fcinfo, 0, &funnel_kind);
	FunnelState *right = greenery_record_state(fcinfo, 1, &funnel_kind);

	if (right == NULL)
	{
		if (left == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(left);
	}
	if (left == NULL)
		left = create_state(context, right->within, right->steps);
	else if (left->within != right->within)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"within\" must be the same in all rows of a group")));
	else if (left->steps != right->steps)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"steps\" must have the same number of elements in all rows")));
	greenery_record_append_all(&left->rows, &right->rows, &funnel_kind);
	PG_RETURN_POINTER(left);
}

/* window_funnel_serialize(internal) */
Datum
window_funnel_serialize(PG_FUNCTION_ARGS)
{
	FunnelState *state;
	StringInfoData buf;

	greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	state = greenery_record_state(fcinfo, 0, &funnel_kind);
	pq_begintypsend(&buf);
	greenery_record_send_header(&buf, &funnel_kind);
	pq_sendint64(&buf, state->within);
	pq_sendint64(&buf, state->steps);
	greenery_record_send(&buf, &state->rows, &funnel_kind);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* window_funnel_deserialize(bytea, internal) */
Datum
window_funnel_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *serialized;
	StringInfoData buf;
	FunnelState *state;
	int64		within;
	int64		steps;

	greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	serialized = PG_GETARG_BYTEA_PP(0);
	greenery_record_recv_begin(&buf, serialized);
	greenery_record_recv_header(&buf, &funnel_kind, 2);
	within = pq_getmsgint64(&buf);
	steps = pq_getmsgint64(&buf);
	if (within < 0 || steps < 1 || steps > MAX_STEPS)
		greenery_record_recv_fail(&funnel_kind);
	state = create_state(CurrentMemoryContext, within, (int) steps);
	greenery_record_recv(&buf, &state->rows, &funnel_kind);
	PG_RETURN_POINTER(state);
}

static int
deepest_step(FunnelState *state)
{
	greenery_record_sort(&state->rows);
	return funnel_depth(state->rows.records, state->rows.n, state->steps,
						state->within, greenery_record_check);
}

/* window_funnel_final(internal) */
Datum
window_funnel_final(PG_FUNCTION_ARGS)
{
	FunnelState *state;

	greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	state = greenery_record_state(fcinfo, 0, &funnel_kind);
	PG_RETURN_INT32(state == NULL ? 0 : deepest_step(state));
}

/* window_funnel_times_final(internal) */
Datum
window_funnel_times_final(PG_FUNCTION_ARGS)
{
	FunnelState *state;
	int			depth;
	int64		times[MAX_STEPS];
	Datum		elements[MAX_STEPS];

	greenery_aggregate_context(fcinfo, funnel_kind.name, NULL);
	state = greenery_record_state(fcinfo, 0, &funnel_kind);
	depth = state == NULL ? 0 : deepest_step(state);
	if (depth == 0)
		PG_RETURN_NULL();
	funnel_times(state->rows.records, state->rows.n, depth, state->within,
				 greenery_record_check, times);
	for (int i = 0; i < depth; i++)
		elements[i] = TimestampTzGetDatum(times[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, depth, TIMESTAMPTZOID,
										  sizeof(TimestampTz), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}
