/*-------------------------------------------------------------------------
 *
 * session_state.c
 *	  The state of the aggregates that group rows by session themselves.
 *
 * HashAggregate over millions of groups, or a sort of all events, is what a
 * question over all sessions costs.  These aggregates take the session's id as
 * an argument, collect all rows in a log, and group them there.
 *
 * Integers, uuids and strings are keys of 64 or 128 bits, as in repeat_rate.
 * A value that needs its type's functions is numbered first, and its number is
 * the key; numbers mean nothing to another process, so the values travel along
 * and are numbered again.
 *
 * A worker's state travels as bytes.  What deserialize returns is the bytes,
 * checked, and combine appends them to the leader's log, which is handed over as it
 * is: see handover.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "sessions/session_log_dump.h"
#include "sessions/session_state.h"
#include "sessions/steps.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define SESSION_DUMP_MAGIC 0x53657344
#define SESSION_DUMP_VERSION 4

/* Scatters numbers, and the other way round: their product is 1 */
#define NUMBER_FACTOR UINT64CONST(0x9e3779b97f4a7c15)
#define NUMBER_INVERSE UINT64CONST(0xf1de83e19937733d)

StaticAssertDecl(NUMBER_FACTOR * NUMBER_INVERSE == 1,
				 "scattering numbers must be reversible");

/* What a serialized state starts with */
typedef struct SessionDumpHeader
{
	uint8		version;
	uint8		kind;			/* of the aggregate */
	uint8		steps;
	uint8		zero;			/* unused */
	Oid			type;
	Oid			collation;
	uint32		zeroes;			/* unused */
	int64		length;
	uint64		rows;
	uint64		values_size;	/* bytes of values before the log */
} SessionDumpHeader;

/* What deserialize returns: checked, but still the caller's bytes */
typedef struct SessionDump
{
	StateHead	head;
	SessionDumpHeader header;
	const char *values;
	char	   *log;
	Size		log_size;
} SessionDump;

/* The numbers that another process's numbers become */
typedef struct Renumbering
{
	const uint64 *numbers;
	uint64		n;
	const SessionAggregate *aggregate;
} Renumbering;

static uint64 dump_size(void *arg);
static void write_dump(void *arg, char *where);
static StateHead *read_dump(const void *arg, char *bytes, Size size);

static const StateFamily family = {
	SESSION_STATE_MAGIC, SESSION_DUMP_MAGIC, dump_size, write_dump, read_dump
};

static inline const SessionAggregate *
aggregate_of(const SessionState *state)
{
	return state->head.aggregate;
}

static int
words_of(const KeyColumn *column)
{
	return column->form == KEY_FORM_UUID || column->form == KEY_FORM_BYTES ||
		column->form == KEY_FORM_PADDED ? 2 : 1;
}

static SessionLogShape
shape_of(const SessionAggregate *aggregate, const KeyColumn *column, int steps)
{
	SessionLogShape shape;

	shape.keys = words_of(column);
	shape.steps = steps;
	shape.spans = aggregate->compact == NULL;
	return shape;
}

static SessionState *
make_state(MemoryContext context, const SessionAggregate *aggregate,
		   Oid type, Oid collation, int steps, int64 length)
{
	SessionState *state = MemoryContextAllocZero(context, sizeof(SessionState));

	state->head.magic = SESSION_STATE_MAGIC;
	state->head.aggregate = aggregate;
	state->head.context = context;
	state->collation = collation;
	state->steps = steps;
	state->length = length;
	key_column_init(&state->column, type, collation, aggregate->key);
	if (state->column.form == KEY_FORM_OTHER)
		state->values = value_ids_create(context, type, collation);
	session_log_init(&state->log, shape_of(aggregate, &state->column, steps),
					 aggregate->compact,
					 aggregate->length != NULL ? (uint64) length : PG_UINT64_MAX,
					 &state_hooks, state);
	return state;
}

/*
 * A new state, for the type of the transition function's argument keyarg.
 * Only an aggregate has a state to hand over, so this is where the caller is
 * checked.
 */
SessionState *
session_state_start(FunctionCallInfo fcinfo, const SessionAggregate *aggregate,
					int keyarg, int steps, int64 length)
{
	return make_state(greenery_aggregate_context(fcinfo, aggregate->name, NULL),
					  aggregate, get_fn_expr_argtype(fcinfo->flinfo, keyarg),
					  PG_GET_COLLATION(), steps, length);
}

/* The state that a function was handed; NULL if none */
SessionState *
session_state_get(FunctionCallInfo fcinfo, const SessionAggregate *aggregate)
{
	SessionState *state;

	if (PG_ARGISNULL(0))
	{
		(void) greenery_aggregate_context(fcinfo, aggregate->name, NULL);
		return NULL;
	}
	state = (SessionState *) PG_GETARG_POINTER(0);
	if (unlikely(!is_state_of(&family, &state->head, aggregate)))
		state_is_wrong(aggregate->name);
	return state;
}

/* The interval must be the same in all rows */
void
session_state_length(const SessionState *state, int64 length)
{
	if (unlikely(state->length != length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be the same in all rows of a group",
						aggregate_of(state)->length)));
}

static inline Key128
scattered_key(SessionState *state, Datum key)
{
	Key128		words;

	switch (state->column.form)
	{
		case KEY_FORM_OTHER:
			words.words[0] = value_ids_get(state->values, key) * NUMBER_FACTOR;
			break;
		case KEY_FORM_UUID:
			words = key_scatter_words(key_column_words(&state->column, key));
			break;
		case KEY_FORM_BYTES:
		case KEY_FORM_PADDED:
			/* a hash is scattered */
			words = key_column_words(&state->column, key);
			break;
		default:
			words.words[0] = key_scatter(key_column_word(&state->column, key));
			break;
	}
	return words;
}

/* Add an event; mask 0 says no more than that the session is there */
void
session_state_add(SessionState *state, Datum key, int64 time, uint64 mask)
{
	Key128		words = scattered_key(state, key);

	session_log_add(&state->log, words.words, time, mask);
	state->rows++;
}

/* Add a span */
void
session_state_add_span(SessionState *state, Datum key, int64 first, int64 last,
					   uint64 mask)
{
	Key128		words = scattered_key(state, key);

	session_log_add_span(&state->log, words.words, first, last, mask);
	state->rows++;
}

void
session_state_sweep(const SessionState *state, session_log_visit visit,
					void *arg)
{
	session_log_sweep(&state->log, visit, arg);
}

void
session_state_sweep_spans(SessionState *state, session_log_visit_span visit,
						  void *arg)
{
	session_log_sweep_spans(&state->log, visit, arg);
}

static uint64
values_size(const SessionState *state)
{
	return state->values == NULL ? 0 : value_ids_dump_size(state->values);
}

/* How many bytes it takes to write a state */
static uint64
dump_size(void *arg)
{
	SessionState *state = arg;

	/* what need not be handed over costs the reader more, if there is much */
	session_log_shrink(&state->log);
	return sizeof(SessionDumpHeader) + values_size(state) +
		session_log_dump_size(&state->log);
}

static void
write_dump(void *arg, char *where)
{
	const SessionState *state = arg;
	SessionDumpHeader header = {
		.version = SESSION_DUMP_VERSION,
		.kind = aggregate_of(state)->kind,
		.steps = (uint8) state->steps,
		.type = state->column.type,
		.collation = state->collation,
		.length = state->length,
		.rows = state->rows,
		.values_size = values_size(state)
	};

	memcpy(where, &header, sizeof(header));
	where += sizeof(header);
	if (state->values != NULL)
		value_ids_dump(state->values, where);
	session_log_dump(&state->log, where + header.values_size);
}

static StateHead *
read_dump(const void *arg, char *bytes, Size size)
{
	const SessionAggregate *aggregate = arg;
	SessionDump *dump = palloc0(sizeof(SessionDump));
	SessionDumpHeader *header = &dump->header;
	KeyColumn	column;

	if (size < sizeof(SessionDumpHeader))
		state_is_invalid(aggregate->name);
	memcpy(header, bytes, sizeof(SessionDumpHeader));
	bytes += sizeof(SessionDumpHeader);
	size -= sizeof(SessionDumpHeader);
	if (header->version != SESSION_DUMP_VERSION ||
		header->kind != aggregate->kind ||
		header->steps < 1 || header->steps > MAX_STEPS ||
		header->zero != 0 || header->zeroes != 0 || header->length < 0 ||
		header->values_size > size)
		state_is_invalid(aggregate->name);

	key_column_init(&column, header->type, header->collation, aggregate->key);
	if ((column.form == KEY_FORM_OTHER) != (header->values_size > 0))
		state_is_invalid(aggregate->name);

	/* values are checked one by one, as they are read */
	dump->values = bytes;
	dump->log = bytes + header->values_size;
	dump->log_size = size - header->values_size;
	if (!session_log_check(shape_of(aggregate, &column, header->steps),
						   dump->log, dump->log_size))
		state_is_invalid(aggregate->name);
	return &dump->head;
}

Datum
session_state_serialize(FunctionCallInfo fcinfo,
						const SessionAggregate *aggregate)
{
	return state_serialize(fcinfo, &family, aggregate, aggregate->name);
}

Datum
session_state_deserialize(FunctionCallInfo fcinfo,
						  const SessionAggregate *aggregate)
{
	return state_deserialize(fcinfo, &family, aggregate, aggregate->name);
}

static uint64_t
renumber(void *arg, uint64_t key)
{
	const Renumbering *renumbering = arg;
	uint64		number = key * NUMBER_INVERSE;

	if (number >= renumbering->n)
		state_is_invalid(renumbering->aggregate->name);
	return renumbering->numbers[number] * NUMBER_FACTOR;
}

/*
 * Append the second state, which is a dump or a state, to the first.  One that was
 * handed over belongs to no one else and can be the first.
 */
Datum
session_state_combine(FunctionCallInfo fcinfo,
					  const SessionAggregate *aggregate)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, aggregate->name, NULL);
	SessionState *state = session_state_get(fcinfo, aggregate);
	StateHead  *other;
	const SessionDump *dump;
	Renumbering renumbering = {.aggregate = aggregate};
	bool		kept;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	other = state_to_add(fcinfo, &family, aggregate, aggregate->name);
	if (other->magic == SESSION_STATE_MAGIC)
		PG_RETURN_POINTER(other);
	dump = (SessionDump *) other;
	if (state == NULL)
		state = make_state(context, aggregate, dump->header.type,
						   dump->header.collation, dump->header.steps,
						   dump->header.length);
	session_state_length(state, dump->header.length);
	if (state->steps != dump->header.steps)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("\"steps\" must have the same number of elements in all rows")));
	if (state->column.type != dump->header.type ||
		state->collation != dump->header.collation)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("states of %s are over different types",
						aggregate->name)));

	if (state->values != NULL)
		renumbering.numbers = value_ids_load(state->values, dump->values,
											 dump->header.values_size,
											 &renumbering.n);
	kept = session_log_load(&state->log, dump->log, dump->log_size,
							dump->head.shared != NULL,
							state->values != NULL ? renumber : NULL, &renumbering);
	state->rows += dump->header.rows;
	state_added(&state->head, other, kept);
	PG_RETURN_POINTER(state);
}
