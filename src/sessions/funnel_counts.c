/*-------------------------------------------------------------------------
 *
 * funnel_counts.c
 *	  Aggregate funnel_counts: how many sessions get how far through a funnel.
 *
 * The depth of each is that of window_funnel; funnel.c has the algorithm.
 *
 * The steps are declared VARIADIC "any" and not boolean[]: so the executor
 * hands over the booleans as they are, and need not build an array for every
 * row to be taken apart here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/input_rows.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "sessions/fixed_interval.h"
#include "sessions/funnel.h"
#include "sessions/record_buffer.h"
#include "sessions/session_state.h"
#include "sessions/steps.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static size_t keep_usable(void *arg, GreeneryRecord *rows, size_t n);

static const SessionAggregate funnel_counts = {
	3, "funnel_counts", "session_id", "within", keep_usable
};

/* the first argument that is a step */
#define FIRST_STEP 4

/* A count under way */
typedef struct Count
{
	const SessionState *state;
	int64		sessions[FUNNEL_MAX_STEPS + 1]; /* by depth */
} Count;

PG_FUNCTION_INFO_V1(funnel_counts_transition);
PG_FUNCTION_INFO_V1(funnel_counts_combine);
PG_FUNCTION_INFO_V1(funnel_counts_serialize);
PG_FUNCTION_INFO_V1(funnel_counts_deserialize);
PG_FUNCTION_INFO_V1(funnel_counts_final);

/*
 * With VARIADIC "any" the types have not been checked yet.  A NULL that is
 * written out has none, and is a step that is not satisfied.
 */
static void
check_step_types(FunctionCallInfo fcinfo, bool array)
{
	for (int i = FIRST_STEP; i < PG_NARGS(); i++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i);

		if (type == (array ? BOOLARRAYOID : BOOLOID) ||
			(type == UNKNOWNOID && PG_ARGISNULL(i)))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 array ? errmsg("\"steps\" must be of type boolean[], not %s",
								format_type_be(type)) :
				 errmsg("step %d of \"steps\" must be of type boolean, not %s",
						i - FIRST_STEP + 1, format_type_be(type))));
	}
	if (!array && PG_NARGS() - FIRST_STEP > MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"steps\" must not have more than %d elements",
						MAX_STEPS),
				 errdetail("It has %d.", PG_NARGS() - FIRST_STEP)));
}

/* Rows of a session that the answer does not depend on are dropped */
static size_t
keep_usable(void *arg pg_attribute_unused(), GreeneryRecord *rows, size_t n)
{
	return funnel_keep_usable(rows, n);
}

/* Arguments are checked in every row, also in those that do not count */
static inline Datum
add_event(PG_FUNCTION_ARGS)
{
	SessionState *state = session_state_get(fcinfo, &funnel_counts);
	bool		array = get_fn_expr_variadic(fcinfo->flinfo);
	int			steps = state == NULL ? 0 : state->steps;
	int64		within;
	int64		time = 0;
	uint64		satisfied = 0;

	if (PG_ARGISNULL(1))
		greenery_null_argument("within");
	within = greenery_interval_microseconds(PG_GETARG_INTERVAL_P(1), "within");
	if (unlikely(state == NULL))
		check_step_types(fcinfo, array);
	if (array)
		satisfied = greenery_steps(fcinfo, FIRST_STEP, "steps", &steps);
	else
	{
		steps = PG_NARGS() - FIRST_STEP;
		for (int i = 0; i < steps; i++)
			if (!PG_ARGISNULL(FIRST_STEP + i) && PG_GETARG_BOOL(FIRST_STEP + i))
				satisfied |= UINT64CONST(1) << i;
	}

	if (unlikely(state == NULL))
		state = session_state_start(fcinfo, &funnel_counts, 2, steps, within);
	session_state_length(state, within);
	if (PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);

	/* a row that can be in no chain still says that there is a session */
	if (PG_ARGISNULL(3) || TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(3)))
		satisfied = 0;
	else
		time = PG_GETARG_TIMESTAMPTZ(3);
	session_state_add(state, PG_GETARG_DATUM(2), time, satisfied);
	PG_RETURN_POINTER(state);
}

/*
 * funnel_counts_transition(internal, within interval, session_id "any",
 *							ts timestamptz, VARIADIC steps "any")
 */
Datum
funnel_counts_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_event);
}

Datum
funnel_counts_combine(PG_FUNCTION_ARGS)
{
	return session_state_combine(fcinfo, &funnel_counts);
}

Datum
funnel_counts_serialize(PG_FUNCTION_ARGS)
{
	return session_state_serialize(fcinfo, &funnel_counts);
}

Datum
funnel_counts_deserialize(PG_FUNCTION_ARGS)
{
	return session_state_deserialize(fcinfo, &funnel_counts);
}

static void
add_session(void *arg, const GreeneryRecord *rows, size_t n)
{
	Count	   *count = arg;

	count->sessions[funnel_depth(rows, n, count->state->steps,
								 count->state->length, greenery_record_check)]++;
}

/* funnel_counts_final(internal): sessions of depth 0, 1, ... */
Datum
funnel_counts_final(PG_FUNCTION_ARGS)
{
	Count		count = {.state = session_state_get(fcinfo, &funnel_counts)};
	Datum		elements[FUNNEL_MAX_STEPS + 1];
	int			n;

	/* without a row the number of steps is unknown */
	if (count.state == NULL)
		PG_RETURN_NULL();
	session_state_sweep(count.state, add_session, &count);
	n = count.state->steps + 1;
	for (int i = 0; i < n; i++)
		elements[i] = Int64GetDatum(count.sessions[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
