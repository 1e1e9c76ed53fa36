/*-------------------------------------------------------------------------
 *
 * duplicate_count.c
 *	  Aggregate duplicate_count: how many values occur more than once?
 *
 * dbt's test "unique" in one pass and without a sort.
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
