/*-------------------------------------------------------------------------
 *
 * repeat_rate_by_row.c
 *	  Aggregate repeat_rate_by_row: the repeat rate where every row is an order.
 *
 * Where no order can come twice there is nothing to remember but the users, and
 * the order ids need not even be read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/input_rows.h"
#include "compat.h"
#include "keys/key_state.h"

static const KeyAggregate repeat_rate_by_row = {
	"repeat_rate_by_row", KEY_TABLE_DUPLICATES, 1, {"user_id"}
};

PG_FUNCTION_INFO_V1(repeat_rate_by_row_transition);
PG_FUNCTION_INFO_V1(repeat_rate_by_row_combine);
PG_FUNCTION_INFO_V1(repeat_rate_by_row_serialize);
PG_FUNCTION_INFO_V1(repeat_rate_by_row_deserialize);
PG_FUNCTION_INFO_V1(repeat_rate_by_row_final);

/* Add an order, unless its user is not known */
static inline Datum
add_order(PG_FUNCTION_ARGS)
{
	KeyState   *state = key_state_arg(fcinfo, &repeat_rate_by_row);

	if (!PG_ARGISNULL(1))
		key_state_add_value(state, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

Datum
repeat_rate_by_row_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_order);
}

Datum
repeat_rate_by_row_combine(PG_FUNCTION_ARGS)
{
	return key_state_combine(fcinfo, &repeat_rate_by_row);
}

Datum
repeat_rate_by_row_serialize(PG_FUNCTION_ARGS)
{
	return key_state_serialize(fcinfo, &repeat_rate_by_row);
}

Datum
repeat_rate_by_row_deserialize(PG_FUNCTION_ARGS)
{
	return key_state_deserialize(fcinfo, &repeat_rate_by_row);
}

/* The share of users with more than one row; NULL without users */
Datum
repeat_rate_by_row_final(PG_FUNCTION_ARGS)
{
	uint64		users;
	uint64		repeaters;

	key_state_counts(fcinfo, &repeat_rate_by_row, &users, &repeaters);
	if (users == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) repeaters / (double) users);
}
