/*-------------------------------------------------------------------------
 *
 * key_state.c
 *	  The state of repeat_rate and duplicate_count: which table or log the values
 *	  go to, and how states travel and meet.
 *
 * Types are looked up when the state is made, and kept in it.  Ids of up to 64
 * bits are keys as they are, and pairs of them go to the id table; a pair with a uuid
 * or a text makes both of them 128 bits; one value that needs its type's functions
 * sends the pair to the value table.
 *
 * Only the first order of each user is kept: any other order makes the
 * user a repeat purchaser.  So memory grows with the users,
 * not with the rows, and the order of rows or of workers makes no difference.
 *
 * A worker's state travels as the bytes of its table in the order of their
 * places, and is never built up again in the leader: what deserialize returns
 * is the bytes, checked, and combine streams them into the leader's table, which
 * is handed over as it is: see handover.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "keys/key_state.h"
#include "keys/key_table_dump.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define KEY_DUMP_MAGIC 0x4b794470
#define KEY_DUMP_VERSION 4

/* What a serialized state starts with */
typedef struct KeyDumpHeader
{
	uint8		version;
	uint8		mode;			/* a KeyTableMode */
	uint8		words;			/* as in KeyState */
	uint8		zero;			/* unused */
	Oid			types[2];		/* the second one 0 if there is none */
	Oid			collation;
} KeyDumpHeader;

/* What deserialize returns: checked, but still the caller's bytes */
typedef struct KeyDump
{
	StateHead	head;
	KeyDumpHeader header;
	char	   *bytes;
	Size		size;
} KeyDump;

static inline const KeyAggregate *
aggregate_of(const KeyState *state)
{
	return state->head.aggregate;
}

/* Look up the types.  Returns the words in a key, 0 for the value table. */
static int
init_columns(const KeyAggregate *aggregate, const Oid *types, Oid collation,
			 KeyColumn *columns)
{
	int			words = 1;

	for (int i = 0; i < aggregate->ncolumns; i++)
	{
		key_column_init(&columns[i], types[i], collation,
						aggregate->arguments[i]);
		if (columns[i].form == KEY_FORM_OTHER)
			words = 0;
		else if (columns[i].form >= KEY_FORM_UUID && words != 0)
			words = 2;
	}
	return words;
}

/*
 * Whose keys come with a value has a table, for the sake of the memory that their
 * rows would take in a log.  A window asks for the counts at every row: a log would
 * be counted each time.
 */
static KeyStore
store_of(const KeyAggregate *aggregate, int words, bool in_window)
{
	if (words == 0)
		return KEY_STORE_VALUES;
	if (aggregate->mode == KEY_TABLE_REPEATS)
		return words == 1 ? KEY_STORE_IDS : KEY_STORE_TABLE;
	return in_window ? KEY_STORE_TABLE : KEY_STORE_LOG;
}

static KeyState *
make_state(MemoryContext context, const KeyAggregate *aggregate,
		   const Oid *types, Oid collation, bool in_window)
{
	KeyState   *state = MemoryContextAllocZero(context, sizeof(KeyState));

	state->head.magic = KEY_STATE_MAGIC;
	state->head.aggregate = aggregate;
	state->head.context = context;
	state->collation = collation;
	state->words = init_columns(aggregate, types, collation, state->columns);
	state->store = store_of(aggregate, state->words, in_window);
	switch (state->store)
	{
		case KEY_STORE_IDS:
			id_table_init(&state->in.ids, &state_hooks, state);
			break;
		case KEY_STORE_TABLE:
			key_table_init(&state->in.table, aggregate->mode, state->words,
						   &state_hooks, state);
			break;
		case KEY_STORE_LOG:
			key_log_init(&state->in.log, state->words, &state_hooks, state);
			break;
		case KEY_STORE_VALUES:
			state->in.values = value_repeats_create(context, aggregate->ncolumns,
													types, collation);
			break;
	}
	return state;
}

/* A new state, for the types that the transition function is called with */
KeyState *
key_state_start(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	bool		in_window;
	MemoryContext context = greenery_aggregate_context(fcinfo, aggregate->name, &in_window);
	Oid			types[2] = {InvalidOid, InvalidOid};

	for (int i = 0; i < aggregate->ncolumns; i++)
		types[i] = get_fn_expr_argtype(fcinfo->flinfo, i + 1);
	return make_state(context, aggregate, types, PG_GET_COLLATION(), in_window);
}

/* Add a row, of as many values as there are columns, for any table */
void
key_state_add_wide(KeyState *state, const Datum *row)
{
	Key128		key;
	Key128		value = {{0, 0}};

	if (state->store == KEY_STORE_VALUES)
	{
		value_repeats_add(state->in.values, row);
		return;
	}
	key = key_scatter_words(key_column_words(&state->columns[0], row[0]));
	if (state->store == KEY_STORE_LOG)
	{
		key_log_add(&state->in.log, key.words);
		return;
	}
	if (aggregate_of(state)->ncolumns == 2)
		value = key_column_words(&state->columns[1], row[1]);
	key_table_add(&state->in.table, key.words, value.words);
}

/* Both counts, for a final function; no state means no rows */
void
key_state_counts(FunctionCallInfo fcinfo, const KeyAggregate *aggregate,
				 uint64 *keys, uint64 *repeats)
{
	KeyState   *state;

	(void) greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	*keys = 0;
	*repeats = 0;
	if (PG_ARGISNULL(0))
		return;
	state = key_state_arg(fcinfo, aggregate);
	switch (state->store)
	{
		case KEY_STORE_IDS:
			*keys = id_table_keys(&state->in.ids);
			*repeats = id_table_repeats(&state->in.ids);
			break;
		case KEY_STORE_TABLE:
			*keys = key_table_keys(&state->in.table);
			*repeats = key_table_repeats(&state->in.table);
			break;
		case KEY_STORE_LOG:
			key_log_counts(&state->in.log, keys, repeats);
			break;
		case KEY_STORE_VALUES:
			value_repeats_counts(state->in.values, keys, repeats);
			break;
	}
}

/* How many bytes it takes to write a state */
static uint64
dump_size(void *arg)
{
	KeyState   *state = arg;
	uint64		size = sizeof(KeyDumpHeader);

	switch (state->store)
	{
		case KEY_STORE_IDS:
			size += id_table_dump_size(&state->in.ids);
			break;
		case KEY_STORE_TABLE:
			size += key_table_dump_size(&state->in.table);
			break;
		case KEY_STORE_LOG:
			size += key_log_dump_size(&state->in.log);
			break;
		case KEY_STORE_VALUES:
			size += value_repeats_dump_size(state->in.values);
			break;
	}
	return size;
}

static void
write_dump(void *arg, char *where)
{
	KeyState   *state = arg;
	KeyDumpHeader header = {
		.version = KEY_DUMP_VERSION,
		.mode = aggregate_of(state)->mode,
		.words = state->words,
		.types = {state->columns[0].type, state->columns[1].type},
		.collation = state->collation
	};

	memcpy(where, &header, sizeof(header));
	where += sizeof(header);
	switch (state->store)
	{
		case KEY_STORE_IDS:
			id_table_dump(&state->in.ids, where);
			break;
		case KEY_STORE_TABLE:
			key_table_dump(&state->in.table, where);
			break;
		case KEY_STORE_LOG:
			key_log_dump(&state->in.log, where);
			break;
		case KEY_STORE_VALUES:
			value_repeats_dump(state->in.values, where);
			break;
	}
}

static bool
bytes_are_valid(const KeyDump *dump, KeyStore store)
{
	switch (store)
	{
		case KEY_STORE_IDS:
			return id_table_check(dump->bytes, dump->size);
		case KEY_STORE_TABLE:
			return key_table_check(dump->header.mode, dump->header.words,
								   dump->bytes, dump->size);
		case KEY_STORE_LOG:
			return key_log_check(dump->header.words, dump->bytes, dump->size);
		case KEY_STORE_VALUES:
			break;				/* checked value by value as they are read */
	}
	return true;
}

static StateHead *
read_dump(const void *arg, char *bytes, Size size)
{
	const KeyAggregate *aggregate = arg;
	KeyDump    *dump = palloc0(sizeof(KeyDump));
	KeyColumn	columns[2];

	dump->bytes = bytes;
	dump->size = size;
	if (dump->size < sizeof(KeyDumpHeader))
		state_is_invalid(aggregate->name);
	memcpy(&dump->header, dump->bytes, sizeof(KeyDumpHeader));
	dump->bytes += sizeof(KeyDumpHeader);
	dump->size -= sizeof(KeyDumpHeader);

	if (dump->header.version != KEY_DUMP_VERSION ||
		dump->header.mode != aggregate->mode ||
		dump->header.zero != 0 ||
		dump->header.words != init_columns(aggregate, dump->header.types,
										   dump->header.collation, columns))
		state_is_invalid(aggregate->name);

	if (!bytes_are_valid(dump, store_of(aggregate, dump->header.words, false)))
		state_is_invalid(aggregate->name);
	return &dump->head;
}

static const StateFamily family = {
	KEY_STATE_MAGIC, KEY_DUMP_MAGIC, dump_size, write_dump, read_dump
};

Datum
key_state_serialize(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	return state_serialize(fcinfo, &family, aggregate, aggregate->name);
}

Datum
key_state_deserialize(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	return state_deserialize(fcinfo, &family, aggregate, aggregate->name);
}

/*
 * Pour the second state, which is a dump or a state, into the first.  One that was
 * handed over belongs to no one else and can be the first.
 */
Datum
key_state_combine(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	KeyState   *state;
	StateHead  *other;
	const KeyDump *dump;
	bool		kept = false;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(key_state_arg(fcinfo, aggregate));
	}

	other = state_to_add(fcinfo, &family, aggregate, aggregate->name);
	if (other->magic == KEY_STATE_MAGIC)
		PG_RETURN_POINTER(other);
	dump = (KeyDump *) other;
	if (PG_ARGISNULL(0))
		state = make_state(context, aggregate, dump->header.types,
						   dump->header.collation, false);
	else
		state = key_state_arg(fcinfo, aggregate);
	if (state->columns[0].type != dump->header.types[0] ||
		state->columns[1].type != dump->header.types[1] ||
		state->collation != dump->header.collation)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("states of %s are over different types",
						aggregate->name)));

	switch (state->store)
	{
		case KEY_STORE_IDS:
			id_table_load(&state->in.ids, dump->bytes);
			break;
		case KEY_STORE_TABLE:
			key_table_load(&state->in.table, dump->bytes);
			break;
		case KEY_STORE_LOG:
			kept = key_log_load(&state->in.log, dump->bytes, dump->size,
								dump->head.shared != NULL);
			break;
		case KEY_STORE_VALUES:
			value_repeats_load(state->in.values, dump->bytes, dump->size);
			break;
	}
	state_added(&state->head, other, kept);
	PG_RETURN_POINTER(state);
}
