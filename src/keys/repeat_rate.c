/*-------------------------------------------------------------------------
 *
 * repeat_rate.c
 *	  Aggregates repeat_rate and repeat_counts: who bought again?
 *
 * Both have one transition function, so that a query that asks for both
 * reads its rows once.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/input_rows.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "keys/key_state.h"
#include "utils/array.h"

static const KeyAggregate repeat_rate = {
	"repeat_rate", KEY_TABLE_REPEATS, 2, {"user_id", "order_id"}
};

PG_FUNCTION_INFO_V1(repeat_rate_transition);
PG_FUNCTION_INFO_V1(repeat_rate_combine);
PG_FUNCTION_INFO_V1(repeat_rate_serialize);
PG_FUNCTION_INFO_V1(repeat_rate_deserialize);
PG_FUNCTION_INFO_V1(repeat_rate_final);
PG_FUNCTION_INFO_V1(repeat_counts_final);

/* Add an order, unless its id or its user is not known */
static inline Datum
add_order(PG_FUNCTION_ARGS)
{
	KeyState   *state = key_state_arg(fcinfo, &repeat_rate);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		key_state_add_pair(state, PG_GETARG_DATUM(1), PG_GETARG_DATUM(2));
	PG_RETURN_POINTER(state);
}

Datum
repeat_rate_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_order);
}

Datum
repeat_rate_combine(PG_FUNCTION_ARGS)
{
	return key_state_combine(fcinfo, &repeat_rate);
}

Datum
repeat_rate_serialize(PG_FUNCTION_ARGS)
{
	return key_state_serialize(fcinfo, &repeat_rate);
}

Datum
repeat_rate_deserialize(PG_FUNCTION_ARGS)
{
	return key_state_deserialize(fcinfo, &repeat_rate);
}

/* The share of repeat purchasers; NULL when no one purchased */
Datum
repeat_rate_final(PG_FUNCTION_ARGS)
{
	uint64		purchasers;
	uint64		repeaters;

	key_state_counts(fcinfo, &repeat_rate, &purchasers, &repeaters);
	if (purchasers == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) repeaters / (double) purchasers);
}

/* Purchasers and repeat purchasers */
Datum
repeat_counts_final(PG_FUNCTION_ARGS)
{
	uint64		purchasers;
	uint64		repeaters;
	Datum		counts[2];

	key_state_counts(fcinfo, &repeat_rate, &purchasers, &repeaters);
	counts[0] = Int64GetDatum((int64) purchasers);
	counts[1] = Int64GetDatum((int64) repeaters);
	PG_RETURN_ARRAYTYPE_P(construct_array(counts, 2, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
