/*-------------------------------------------------------------------------
 *
 * duplicate_count.c
 *	  Aggregates duplicate_count and repeat_rate_by_row: which values come again?
 *
 * The first is dbt's test "unique" in one pass and without a sort.  The second is
 * the repeat rate where every row is an order: its values are the users.  Both
 * have one transition function, as repeat_rate and repeat_counts have.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/input_rows.h"
#include "compat.h"
#include "keys/key_state.h"

static const KeyAggregate duplicate_count = {
	"duplicate_count", KEY_TABLE_DUPLICATES, 1, {"value"}
};

PG_FUNCTION_INFO_V1(duplicate_count_transition);
PG_FUNCTION_INFO_V1(duplicate_count_combine);
PG_FUNCTION_INFO_V1(duplicate_count_serialize);
PG_FUNCTION_INFO_V1(duplicate_count_deserialize);
PG_FUNCTION_INFO_V1(duplicate_count_final);
PG_FUNCTION_INFO_V1(repeat_rate_by_row_final);

/* Add a value; a NULL equals no other */
static inline Datum
add_value(PG_FUNCTION_ARGS)
{
	KeyState   *state = key_state_arg(fcinfo, &duplicate_count);

	if (!PG_ARGISNULL(1))
		key_state_add_value(state, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

Datum
duplicate_count_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_value);
}

Datum
duplicate_count_combine(PG_FUNCTION_ARGS)
{
	return key_state_combine(fcinfo, &duplicate_count);
}

Datum
duplicate_count_serialize(PG_FUNCTION_ARGS)
{
	return key_state_serialize(fcinfo, &duplicate_count);
}

Datum
duplicate_count_deserialize(PG_FUNCTION_ARGS)
{
	return key_state_deserialize(fcinfo, &duplicate_count);
}

Datum
duplicate_count_final(PG_FUNCTION_ARGS)
{
	uint64		values;
	uint64		duplicates;

	key_state_counts(fcinfo, &duplicate_count, &values, &duplicates);
	PG_RETURN_INT64((int64) duplicates);
}

/* The share of users with more than one row; NULL without users */
Datum
repeat_rate_by_row_final(PG_FUNCTION_ARGS)
{
	uint64		users;
	uint64		repeaters;

	key_state_counts(fcinfo, &duplicate_count, &users, &repeaters);
	if (users == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) repeaters / (double) users);
}
