/*-------------------------------------------------------------------------
 *
 * key_state.c
 *	  The state of repeat_rate and duplicate_count: which table or log the values
 *	  go to, and how states travel and meet.
 *
 * Types are looked up when the state is made, and kept in it.  Ids of up to 64
 * bits are keys as they are; a pair with a uuid or a text makes both of them
 * 128 bits; one value that needs its type's functions sends the pair to the
 * value table.
 *
 * Of each user only the first order is kept: another one than that makes the
 * user a repeat purchaser, whichever it is.  So memory grows with the users,
 * not with the rows, and the order of rows or of workers makes no difference.
 *
 * A worker's state travels as the bytes of its table in the order of its
 * slots, and is never built up again in the leader: what deserialize returns
 * is the bytes, checked, and combine streams them into the leader's table, which
 * is handed over as it is: see handover.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "lib/stringinfo.h"
#include "retention/key_state.h"
#include "state/aggregate.h"
#include "state/transfer.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define KEY_DUMP_MAGIC 0x4b794470
#define KEY_DUMP_VERSION 1

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
	const char *bytes;
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
	if (state->words == 0)
		state->values = value_table_create(context, aggregate->ncolumns, types,
										   collation);
	else if (aggregate->mode == KEY_TABLE_DUPLICATES && !in_window)
	{
		state->logged = true;
		key_log_init(&state->log, state->words, &state_hooks, state);
	}
	else
		key_table_init(&state->table, aggregate->mode, state->words, &state_hooks,
					   state);
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

	if (state->words == 0)
	{
		value_table_add(state->values, row);
		return;
	}
	key = key_scatter_words(key_column_words(&state->columns[0], row[0]));
	if (state->logged)
	{
		key_log_add(&state->log, key.words);
		return;
	}
	if (aggregate_of(state)->ncolumns == 2)
		value = key_column_words(&state->columns[1], row[1]);
	key_table_add(&state->table, key.words, value.words);
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
	if (state->words == 0)
	{
		*keys = value_table_keys(state->values);
		*repeats = value_table_repeats(state->values);
	}
	else if (state->logged)
		key_log_counts(&state->log, keys, repeats);
	else
	{
		*keys = key_table_keys(&state->table);
		*repeats = key_table_repeats(&state->table);
	}
}

/* How many bytes it takes to write a state; values gets those of a value table */
static uint64
dump_size(void *arg, StringInfo values)
{
	KeyState   *state = arg;

	if (state->words != 0)
		return sizeof(KeyDumpHeader) +
			(state->logged ? key_log_dump_size(&state->log) :
			 key_table_dump_size(&state->table));
	initStringInfo(values);
	value_table_dump(state->values, values);
	return sizeof(KeyDumpHeader) + values->len;
}

static void
write_dump(void *arg, const StringInfo values, char *where)
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
	if (state->words == 0)
		memcpy(where, values->data, values->len);
	else if (state->logged)
		key_log_dump(&state->log, where);
	else
		key_table_dump(&state->table, where);
}

static StateHead *
read_dump(const void *arg, const char *bytes, Size size)
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

	/* the value table checks its bytes value by value, as it reads them */
	if (dump->header.words != 0 &&
		!(aggregate->mode == KEY_TABLE_DUPLICATES ?
		  key_log_check(dump->header.words, dump->bytes, dump->size) :
		  key_table_check(aggregate->mode, dump->header.words, dump->bytes,
						  dump->size)))
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
 * handed over is nobody else's and can be the first.
 */
Datum
key_state_combine(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	KeyState   *state;
	StateHead  *other;
	const KeyDump *dump;

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

	if (state->words == 0)
		value_table_load(state->values, dump->bytes, dump->size);
	else if (state->logged)
		key_log_load(&state->log, dump->bytes, dump->size);
	else
		key_table_load(&state->table, dump->bytes);
	PG_RETURN_POINTER(state);
}
