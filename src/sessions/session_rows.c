/*-------------------------------------------------------------------------
 *
 * session_rows.c
 *	  Aggregate session_rows: a row for each session, as GROUP BY gives it.
 *
 * The rules are those of session_summary.  That one collects rows and puts them
 * in order at the end; here the rows of a session meet in a table at once, as
 * there must be room for each session and its id anyway, and memory follows the
 * sessions.
 *
 * Keys are those of session_state.c.  A hash does not tell the string that it is
 * of, so the table keeps a copy of it.
 *
 * In which order the sessions come is not said: it is that of their first rows,
 * and with workers it depends on who has read them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/aggregate.h"
#include "aggregate/input_rows.h"
#include "aggregate/transfer.h"
#include "compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "sessions/session_elements.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define ROWS_STATE_MAGIC 0x53657352
#define ROWS_DUMP_MAGIC 0x53657345
#define ROWS_BYTES_MAGIC 0x53657342
#define ROWS_BYTES_VERSION 1

#define POLL_EVERY 16384

typedef struct RowsState
{
	StateHead	head;
	Oid			collation;
	KeyColumn	column;
	ValueIds   *values;			/* for types that need their own functions */
	SessionTable table;
} RowsState;

/* What a serialized state starts with; the sessions follow, then the ids */
typedef struct RowsDumpHeader
{
	uint32		magic;
	uint8		version;
	uint8		zero[3];		/* unused */
	Oid			type;
	Oid			collation;
	uint64		sessions;
	uint64		ids_size;		/* of what the table keeps, or of the values */
} RowsDumpHeader;

/* What deserialize returns: still the caller's bytes */
typedef struct RowsDump
{
	StateHead	head;
	RowsDumpHeader header;
	const char *sessions;
	const char *ids;
} RowsDump;

PG_FUNCTION_INFO_V1(session_rows_transition);
PG_FUNCTION_INFO_V1(session_rows_combine);
PG_FUNCTION_INFO_V1(session_rows_serialize);
PG_FUNCTION_INFO_V1(session_rows_deserialize);
PG_FUNCTION_INFO_V1(session_rows_final);

static uint64 dump_size(void *arg);
static void write_dump(void *arg, char *where);
static StateHead *read_dump(const void *aggregate, char *bytes, Size size);

static const StateFamily family = {
	ROWS_STATE_MAGIC, ROWS_DUMP_MAGIC, dump_size, write_dump, read_dump
};

/* The one aggregate of the family */
static const char name[] = "session_rows";

/* The state that a function was handed; NULL if none */
static inline RowsState *
state_arg(FunctionCallInfo fcinfo)
{
	RowsState  *state;

	if (PG_ARGISNULL(0))
		return NULL;
	state = (RowsState *) PG_GETARG_POINTER(0);
	if (unlikely(!is_state_of(&family, &state->head, name)))
		state_is_wrong(name);
	return state;
}

static bool
keeps_ids(const KeyColumn *column)
{
	return column->form == KEY_FORM_BYTES || column->form == KEY_FORM_PADDED;
}

static RowsState *
make_state(MemoryContext context, Oid type, Oid collation)
{
	RowsState  *state = MemoryContextAllocZero(context, sizeof(RowsState));

	state->head.magic = ROWS_STATE_MAGIC;
	state->head.aggregate = name;
	state->head.context = context;
	state->collation = collation;
	key_column_init(&state->column, type, collation, "session_id");
	if (state->column.form == KEY_FORM_OTHER)
		state->values = value_ids_create(context, type, collation);
	session_table_init(&state->table, context, keeps_ids(&state->column));
	return state;
}

static inline uint64
hash_of(const KeyColumn *column, const uint64 *key)
{
	Key128		words;

	switch (column->form)
	{
		case KEY_FORM_UUID:
			memcpy(words.words, key, sizeof(words.words));
			return key_scatter_words(words).words[0];
		case KEY_FORM_BYTES:
		case KEY_FORM_PADDED:
			/* a hash is scattered */
			return key[0];
		default:
			return key_scatter(key[1]);
	}
}

/* Add a row, whose key is that of the value */
static inline void
add_row(RowsState *state, SessionEntry *row, Datum value)
{
	struct varlena *string;
	const char *id = NULL;
	Size		id_size = 0;
	Key128		words;

	switch (state->column.form)
	{
		case KEY_FORM_BYTES:
		case KEY_FORM_PADDED:
			string = PG_DETOAST_DATUM_PACKED(value);
			words = key_column_words(&state->column, PointerGetDatum(string));
			id = VARDATA_ANY(string);
			id_size = VARSIZE_ANY_EXHDR(string);
			if (state->column.form == KEY_FORM_PADDED)
				id_size = bpchartruelen(VARDATA_ANY(string), (int) id_size);
			break;
		case KEY_FORM_UUID:
			words = key_column_words(&state->column, value);
			break;
		case KEY_FORM_OTHER:
			words.words[0] = 0;
			words.words[1] = value_ids_get(state->values, value);
			break;
		default:
			words.words[0] = 0;
			words.words[1] = key_column_word(&state->column, value);
			break;
	}
	row->key[0] = words.words[0];
	row->key[1] = words.words[1];
	session_table_add(&state->table, hash_of(&state->column, row->key), row,
					  id, id_size);
}

static inline Datum
add_event(PG_FUNCTION_ARGS)
{
	RowsState  *state = state_arg(fcinfo);
	SessionEntry row = {
		.first = PG_INT64_MAX, .last = PG_INT64_MIN, .events = 1
	};

	/* only an aggregate has a state to hand over */
	if (unlikely(state == NULL))
		state = make_state(greenery_aggregate_context(fcinfo, name, NULL),
						   get_fn_expr_argtype(fcinfo->flinfo, 1),
						   PG_GET_COLLATION());
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	if (!PG_ARGISNULL(2) && !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMP(2)))
		row.first = row.last = PG_GETARG_TIMESTAMP(2);
	if (!PG_ARGISNULL(3) && PG_GETARG_BOOL(3))
		row.events |= SESSION_CONVERTED;
	add_row(state, &row, PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(state);
}

/*
 * session_rows_transition(internal, session_id "any", ts timestamp[tz],
 *						   converted boolean)
 */
Datum
session_rows_transition(PG_FUNCTION_ARGS)
{
	return input_rows_transition(fcinfo, add_event);
}

/* Bytes of the ids that the table keeps, or of the values; or there are neither */
static uint64
ids_size(const RowsState *state)
{
	return state->values == NULL ? state->table.ids_used :
		value_ids_dump_size(state->values);
}

/* How many bytes it takes to write a state */
static uint64
dump_size(void *arg)
{
	RowsState  *state = arg;

	session_table_settle(&state->table);
	return sizeof(RowsDumpHeader) +
		state->table.nsessions * sizeof(SessionEntry) + ids_size(state);
}

static void
write_dump(void *arg, char *where)
{
	const RowsState *state = arg;
	const SessionTable *table = &state->table;
	const Size	sessions_size = table->nsessions * sizeof(SessionEntry);
	RowsDumpHeader header = {
		.magic = ROWS_BYTES_MAGIC,
		.version = ROWS_BYTES_VERSION,
		.type = state->column.type,
		.collation = state->collation,
		.sessions = table->nsessions,
		.ids_size = ids_size(state)
	};

	memcpy(where, &header, sizeof(header));
	where += sizeof(header);
	memcpy(where, table->sessions, sessions_size);
	where += sessions_size;

	if (state->values != NULL)
		value_ids_dump(state->values, where);
	else if (table->ids_used > 0)
		memcpy(where, table->ids, table->ids_used);
}

/* Wrap up bytes that claim to be a state; what is in them is checked later */
static StateHead *
read_dump(const void *aggregate pg_attribute_unused(), char *bytes, Size size)
{
	RowsDump   *dump = palloc0(sizeof(RowsDump));
	RowsDumpHeader *header = &dump->header;

	if (size < sizeof(RowsDumpHeader))
		state_is_invalid(name);
	memcpy(header, bytes, sizeof(RowsDumpHeader));
	bytes += sizeof(RowsDumpHeader);
	size -= sizeof(RowsDumpHeader);
	if (header->magic != ROWS_BYTES_MAGIC ||
		header->version != ROWS_BYTES_VERSION ||
		header->zero[0] != 0 || header->zero[1] != 0 || header->zero[2] != 0 ||
		header->sessions > size / sizeof(SessionEntry) ||
		header->ids_size != size - header->sessions * sizeof(SessionEntry))
		state_is_invalid(name);
	dump->sessions = bytes;
	dump->ids = bytes + header->sessions * sizeof(SessionEntry);
	return &dump->head;
}

Datum
session_rows_serialize(PG_FUNCTION_ARGS)
{
	return state_serialize(fcinfo, &family, name, name);
}

Datum
session_rows_deserialize(PG_FUNCTION_ARGS)
{
	return state_deserialize(fcinfo, &family, name, name);
}

/* Can this be rows of a session? */
static bool
is_sound(const SessionEntry *row)
{
	if ((row->events & ~SESSION_CONVERTED) == 0)
		return false;
	if (row->first > row->last)
		return row->first == PG_INT64_MAX && row->last == PG_INT64_MIN;
	return !TIMESTAMP_NOT_FINITE(row->first) && !TIMESTAMP_NOT_FINITE(row->last);
}

/* The next id of a dump, and its size; *ids moves on */
static const char *
next_id(const char **ids, const char *end, Size *id_size)
{
	const char *id = *ids;
	union
	{
		uint32		word;
		varattrib_4b varlena;
	}			header;

	if (end - id < VARHDRSZ)
		state_is_invalid(name);
	memcpy(&header.word, id, sizeof(header.word));
	if (!VARATT_IS_4B_U(&header.varlena) ||
		VARSIZE_4B(&header.varlena) < VARHDRSZ)
		state_is_invalid(name);
	*id_size = VARSIZE_4B(&header.varlena) - VARHDRSZ;
	if (session_table_id_room(*id_size) > (Size) (end - id))
		state_is_invalid(name);
	*ids += session_table_id_room(*id_size);
	return id + VARHDRSZ;
}

/* Add the sessions of a dump to those of the state */
static void
add_dump(RowsState *state, const RowsDump *dump)
{
	const char *sessions = dump->sessions;
	const char *ids = dump->ids;
	const char *end = ids + dump->header.ids_size;
	uint64	   *numbers = NULL;
	uint64		nnumbers = 0;

	/* values have a number of their own in each process */
	if (state->values != NULL)
	{
		numbers = value_ids_load(state->values, ids,
								 (Size) dump->header.ids_size, &nnumbers);
		ids = end;
	}
	for (uint64 i = 0; i < dump->header.sessions; i++)
	{
		SessionEntry row;
		const char *id = NULL;
		Size		id_size = 0;

		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		memcpy(&row, sessions + i * sizeof(SessionEntry), sizeof(SessionEntry));
		if (!is_sound(&row))
			state_is_invalid(name);
		if (state->values != NULL)
		{
			if (row.key[1] >= nnumbers)
				state_is_invalid(name);
			row.key[1] = numbers[row.key[1]];
		}
		if (state->table.keeps_ids)
			id = next_id(&ids, end, &id_size);
		session_table_add(&state->table, hash_of(&state->column, row.key), &row,
						  id, id_size);
	}
	if (ids != end)
		state_is_invalid(name);
}

/*
 * Add the second state, which is a dump or a state, to the first.  One that was
 * handed over is nobody else's and can be the first.
 */
Datum
session_rows_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_aggregate_context(fcinfo, name, NULL);
	RowsState  *state = state_arg(fcinfo);
	StateHead  *other;
	const RowsDump *dump;

	if (PG_ARGISNULL(1))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	other = state_to_add(fcinfo, &family, name, name);
	if (other->magic == ROWS_STATE_MAGIC)
		PG_RETURN_POINTER(other);
	dump = (RowsDump *) other;
	if (state == NULL)
		state = make_state(context, dump->header.type, dump->header.collation);
	if (state->column.type != dump->header.type ||
		state->collation != dump->header.collation)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("states of %s are over different types", name)));
	add_dump(state, dump);
	state_added(&state->head, other, false);
	PG_RETURN_POINTER(state);
}

/* session_rows_final(internal): an array of session_row */
Datum
session_rows_final(PG_FUNCTION_ARGS)
{
	RowsState  *state = state_arg(fcinfo);
	Oid			type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));

	(void) greenery_aggregate_context(fcinfo, name, NULL);
	if (!OidIsValid(type))
		elog(ERROR, "session_rows must return an array");
	if (state == NULL)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(type));
	session_table_settle(&state->table);
	PG_RETURN_ARRAYTYPE_P(session_elements(&state->table, &state->column,
										   state->values, type));
}
