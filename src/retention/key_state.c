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
#include "miscadmin.h"
#include "retention/key_state.h"
#include "state/aggregate.h"
#include "state/handover.h"
#include "state/huge_memory.h"
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
	uint32		magic;
	const KeyAggregate *aggregate;
	KeyDumpHeader header;
	const char *bytes;
	Size		size;
} KeyDump;

static void *
allocate(void *context, uint64_t size)
{
	return huge_alloc(context, size);
}

static void
release(void *context pg_attribute_unused(), void *memory)
{
	huge_free(memory);
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

static const StateHooks hooks = {allocate, release, poll_interrupts};

void
key_state_wrong(const KeyAggregate *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("aggregate state is not one of %s", aggregate->name)));
}

static bool
is_state(const void *state, const KeyAggregate *aggregate)
{
	return ((const KeyState *) state)->magic == KEY_STATE_MAGIC &&
		((const KeyState *) state)->aggregate == aggregate;
}

static void
invalid_dump(const KeyAggregate *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized state of %s", aggregate->name)));
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

	state->magic = KEY_STATE_MAGIC;
	state->aggregate = aggregate;
	state->context = context;
	state->collation = collation;
	state->words = init_columns(aggregate, types, collation, state->columns);
	if (state->words == 0)
		state->values = value_table_create(context, aggregate->ncolumns, types,
										   collation);
	else if (aggregate->mode == KEY_TABLE_DUPLICATES && !in_window)
	{
		state->logged = true;
		key_log_init(&state->log, state->words, &hooks, context);
	}
	else
		key_table_init(&state->table, aggregate->mode, state->words, &hooks,
					   context);
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
	if (state->aggregate->ncolumns == 2)
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
dump_size(KeyState *state, StringInfo values)
{
	if (state->words != 0)
		return sizeof(KeyDumpHeader) +
			(state->logged ? key_log_dump_size(&state->log) :
			 key_table_dump_size(&state->table));
	initStringInfo(values);
	value_table_dump(state->values, values);
	return sizeof(KeyDumpHeader) + values->len;
}

static void
write_dump(KeyState *state, const StringInfo values, char *where)
{
	KeyDumpHeader header = {
		.version = KEY_DUMP_VERSION,
		.mode = state->aggregate->mode,
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

/* Check bytes that claim to be a state of the aggregate, and wrap them up */
static KeyDump *
read_dump(const KeyAggregate *aggregate, const char *bytes, Size size)
{
	KeyDump    *dump = palloc0(sizeof(KeyDump));
	KeyColumn	columns[2];

	dump->magic = KEY_DUMP_MAGIC;
	dump->aggregate = aggregate;
	dump->bytes = bytes;
	dump->size = size;
	if (dump->size < sizeof(KeyDumpHeader))
		invalid_dump(aggregate);
	memcpy(&dump->header, dump->bytes, sizeof(KeyDumpHeader));
	dump->bytes += sizeof(KeyDumpHeader);
	dump->size -= sizeof(KeyDumpHeader);

	if (dump->header.version != KEY_DUMP_VERSION ||
		dump->header.mode != aggregate->mode ||
		dump->header.zero != 0 ||
		dump->header.words != init_columns(aggregate, dump->header.types,
										   dump->header.collation, columns))
		invalid_dump(aggregate);

	/* the value table checks its bytes value by value, as it reads them */
	if (dump->header.words != 0 &&
		!(aggregate->mode == KEY_TABLE_DUPLICATES ?
		  key_log_check(dump->header.words, dump->bytes, dump->size) :
		  key_table_check(aggregate->mode, dump->header.words, dump->bytes,
						  dump->size)))
		invalid_dump(aggregate);
	return dump;
}

Datum
key_state_serialize(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	KeyState   *state;
	StringInfoData values;
	bytea	   *message;
	char	   *where;

	(void) greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	state = key_state_arg(fcinfo, aggregate);
	message = handover_state(fcinfo, state->context, state);
	if (message != NULL)
		state->handed_over = true;
	else
	{
		message = handover_bytes(fcinfo, aggregate->name,
								 dump_size(state, &values), &where);
		write_dump(state, &values, where);
	}
	PG_RETURN_BYTEA_P(message);
}

/*
 * A state that was handed over as it is, or a dump, which lives as long as the
 * argument: until combine has run
 */
Datum
key_state_deserialize(FunctionCallInfo fcinfo, const KeyAggregate *aggregate)
{
	Handover	handover;

	(void) greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	if (!handover_receive(fcinfo, PG_GETARG_BYTEA_PP(0), &handover))
		invalid_dump(aggregate);
	if (handover.state == NULL)
		PG_RETURN_POINTER(read_dump(aggregate, handover.bytes, handover.size));
	if (!is_state(handover.state, aggregate))
		invalid_dump(aggregate);
	PG_RETURN_POINTER(handover.state);
}

/* The contents of another state of this process as a dump */
static KeyDump *
dump_of(KeyState *state)
{
	StringInfoData values;
	uint64		size = dump_size(state, &values);
	char	   *bytes = MemoryContextAllocHuge(CurrentMemoryContext, (Size) size);

	write_dump(state, &values, bytes);
	return read_dump(state->aggregate, bytes, (Size) size);
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
	KeyDump    *dump;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(key_state_arg(fcinfo, aggregate));
	}

	dump = (KeyDump *) PG_GETARG_POINTER(1);
	if (is_state(dump, aggregate))
	{
		state = (KeyState *) dump;
		if (PG_ARGISNULL(0) && state->handed_over)
			PG_RETURN_POINTER(state);
		dump = dump_of(state);
	}
	if (dump->magic != KEY_DUMP_MAGIC || dump->aggregate != aggregate)
		key_state_wrong(aggregate);

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
