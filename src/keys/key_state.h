/*-------------------------------------------------------------------------
 *
 * key_state.h
 *	  The state of repeat_rate and duplicate_count.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_STATE_H
#define GREENERY_KEY_STATE_H

#include "postgres.h"

#include "aggregate/transfer.h"
#include "fmgr.h"
#include "keys/id_table.h"
#include "keys/key_column.h"
#include "keys/key_log.h"
#include "keys/key_table.h"
#include "keys/value_repeats.h"

/* What an aggregate over keys counts, and how its errors call things */
typedef struct KeyAggregate
{
	const char *name;
	KeyTableMode mode;
	int			ncolumns;		/* 2 for KEY_TABLE_REPEATS, else 1 */
	const char *arguments[2];
} KeyAggregate;

/* Where a state keeps its rows */
typedef enum KeyStore
{
	KEY_STORE_IDS,				/* numbers with a value */
	KEY_STORE_TABLE,			/* other keys with a value, and keys in a
								 * window */
	KEY_STORE_LOG,				/* keys */
	KEY_STORE_VALUES			/* values that cannot be keys */
} KeyStore;

typedef struct KeyState
{
	StateHead	head;
	Oid			collation;
	KeyColumn	columns[2];
	int			words;			/* in a key: 1 or 2; 0 if they are none */
	KeyStore	store;
	union
	{
		IdTable		ids;
		KeyTable	table;
		KeyLog		log;
		ValueRepeats *values;
	}			in;
} KeyState;

extern KeyState *key_state_start(FunctionCallInfo fcinfo,
								 const KeyAggregate *aggregate);
extern void key_state_add_wide(KeyState *state, const Datum *row);
extern void key_state_counts(FunctionCallInfo fcinfo,
							 const KeyAggregate *aggregate,
							 uint64 *keys, uint64 *repeats);
extern Datum key_state_combine(FunctionCallInfo fcinfo,
							   const KeyAggregate *aggregate);
extern Datum key_state_serialize(FunctionCallInfo fcinfo,
								 const KeyAggregate *aggregate);
extern Datum key_state_deserialize(FunctionCallInfo fcinfo,
								   const KeyAggregate *aggregate);

#define KEY_STATE_MAGIC 0x4b795374

/*
 * The state that a transition function is to work on.  Only an aggregate has
 * a state to hand over, so it is when there is none that the caller is checked.
 */
static inline KeyState *
key_state_arg(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	KeyState   *state;

	if (unlikely(PG_ARGISNULL(0)))
		return key_state_start(fcinfo, aggregate);
	state = (KeyState *) PG_GETARG_POINTER(0);
	if (unlikely(state->head.magic != KEY_STATE_MAGIC ||
				 state->head.aggregate != aggregate))
		state_is_wrong(aggregate->name);
	return state;
}

/* Add a row without NULLs, for aggregates of two columns */
static inline void
key_state_add_pair(KeyState *state, Datum key, Datum value)
{
	if (likely(state->store == KEY_STORE_IDS))
		id_table_add(&state->in.ids, key_column_word(&state->columns[0], key),
					 key_column_word(&state->columns[1], value));
	else
	{
		Datum		row[2] = {key, value};

		key_state_add_wide(state, row);
	}
}

/* The same for aggregates of one column */
static inline void
key_state_add_value(KeyState *state, Datum key)
{
	if (likely(state->words == 1 && state->store == KEY_STORE_LOG))
		key_log_add_word(&state->in.log,
						 key_scatter(key_column_word(&state->columns[0], key)));
	else
		key_state_add_wide(state, &key);
}

#endif							/* GREENERY_KEY_STATE_H */
