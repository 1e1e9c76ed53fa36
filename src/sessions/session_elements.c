/*-------------------------------------------------------------------------
 *
 * session_elements.c
 *	  The sessions of a table as an array of rows.
 *
 * The rows are written to the array at once, not to memory of their own first.
 * What is in a row's header beside its length, and whether it has NULLs, differs
 * between minor releases of the server, so it is copied from a row that the
 * server has formed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "aggregate/huge_memory.h"
#include "compat.h"
#include "miscadmin.h"
#include "sessions/session_elements.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#define COLUMNS 6
#define POLL_EVERY 1024

/* What a row takes without its id, rounded up, and an id that is not kept */
#define USUAL_ROW 80
#define USUAL_ID 40

/* Where the text of an id comes from */
typedef enum IdSource
{
	ID_IS_KEPT,
	ID_IS_INTEGER,
	ID_IS_UUID,
	ID_HAS_OUTPUT				/* the type's output function */
} IdSource;

/* Room for the text of a uuid, or the shorter one of an integer */
typedef union ShortText
{
	int32		header;
	char		bytes[VARHDRSZ + 2 * UUID_LEN + 4];
} ShortText;

typedef struct Elements
{
	const SessionTable *table;
	const KeyColumn *column;
	const ValueIds *values;
	IdSource	source;
	FmgrInfo	output;
	const char *next_id;		/* of those that are kept */
	ShortText	text;
	Interval	duration;
	TupleDesc	tupdesc;
	HeapTuple	model;			/* a row of the type */
	char	   *bytes;			/* of the array */
	Size		used;
	Size		size;
	MemoryContext scratch;
} Elements;

static IdSource
source_of(const KeyColumn *column, Oid output)
{
	switch (output)
	{
		case F_TEXTOUT:
		case F_VARCHAROUT:
		case F_BPCHAROUT:
			return column->form == KEY_FORM_BYTES ||
				column->form == KEY_FORM_PADDED ? ID_IS_KEPT : ID_HAS_OUTPUT;
		case F_INT2OUT:
		case F_INT4OUT:
		case F_INT8OUT:
			return column->form <= KEY_FORM_INT8 ? ID_IS_INTEGER : ID_HAS_OUTPUT;
		case F_UUID_OUT:
			return column->form == KEY_FORM_UUID ? ID_IS_UUID : ID_HAS_OUTPUT;
		default:
			return ID_HAS_OUTPUT;
	}
}

/* An id as a value of its type */
static Datum
id_value(const Elements *elements, const SessionEntry *session)
{
	const uint64 word = session->key[1];

	switch (elements->column->form)
	{
		case KEY_FORM_INT1:
			return CharGetDatum((char) word);
		case KEY_FORM_INT2:
			return Int16GetDatum((int16) word);
		case KEY_FORM_INT4:
			return Int32GetDatum((int32) word);
		case KEY_FORM_INT8:
			return Int64GetDatum((int64) word);
		case KEY_FORM_UUID:
			return PointerGetDatum(session->key);
		case KEY_FORM_BYTES:
		case KEY_FORM_PADDED:
			return PointerGetDatum(elements->next_id);
		case KEY_FORM_OTHER:
			break;
	}
	return value_ids_value(elements->values, word);
}

/* As uuid_out, which takes several times as long */
static int
write_uuid(const uint64 *key, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = (const unsigned char *) key;
	char	   *p = text;

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[bytes[i] >> 4];
		*p++ = digits[bytes[i] & 15];
	}
	return (int) (p - text);
}

/* The text of an id; lives until the next one */
static Datum
id_text(Elements *elements, const SessionEntry *session)
{
	char	   *text = elements->text.bytes;
	int			len;

	switch (elements->source)
	{
		case ID_IS_KEPT:
			return PointerGetDatum(elements->next_id);
		case ID_IS_INTEGER:
			len = pg_lltoa((int64) session->key[1], VARDATA(text));
			break;
		case ID_IS_UUID:
			len = write_uuid(session->key, VARDATA(text));
			break;
		default:
			return PointerGetDatum(cstring_to_text(OutputFunctionCall(&elements->output,
																	  id_value(elements, session))));
	}
	SET_VARSIZE(text, VARHDRSZ + len);
	return PointerGetDatum(text);
}

/* Room for size more bytes at the end of the array */
static char *
reserve(Elements *elements, Size size)
{
	const Size	needed = elements->used + size;

	if (unlikely(needed > elements->size))
	{
		if (needed > MaxAllocSize)
			session_table_too_large(elements->table);
		elements->size = Min(Max(needed, 2 * elements->size), MaxAllocSize);
		elements->bytes = repalloc(elements->bytes, elements->size);
	}
	elements->used = needed;
	return elements->bytes + needed - size;
}

/* What heap_form_tuple does, but in the array */
static void
append_row(Elements *elements, Datum *values, bool *nulls, bool has_nulls)
{
	const TupleDesc tupdesc = elements->tupdesc;
	const Size	header_size = MAXALIGN(SizeofHeapTupleHeader +
									   (has_nulls ? BITMAPLEN(COLUMNS) : 0));
	const Size	data_size = heap_compute_data_size(tupdesc, values, nulls);
	const Size	room = MAXALIGN(header_size + data_size);
	HeapTupleHeader row = (HeapTupleHeader) reserve(elements, room);

	memset(row, 0, room);
	memcpy(row, elements->model->t_data, SizeofHeapTupleHeader);
	HeapTupleHeaderSetDatumLength(row, header_size + data_size);
	row->t_hoff = (uint8) header_size;
	heap_fill_tuple(tupdesc, values, nulls, (char *) row + header_size, data_size,
					&row->t_infomask, has_nulls ? row->t_bits : NULL);
}

static void
append_session(Elements *elements, const SessionEntry *session)
{
	const bool	timed = session->first <= session->last;
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false, !timed, !timed, !timed, false, false};

	values[0] = id_text(elements, session);
	if (timed)
	{
		/* fits an unsigned word, not always a signed one */
		const uint64 duration = (uint64) session->last - (uint64) session->first;

		/* days and the rest, as the difference of two times has them */
		elements->duration.month = 0;
		elements->duration.day = (int32) (duration / USECS_PER_DAY);
		elements->duration.time = (int64) (duration % USECS_PER_DAY);
		values[1] = TimestampTzGetDatum(session->first);
		values[2] = TimestampTzGetDatum(session->last);
		values[3] = IntervalPGetDatum(&elements->duration);
	}
	values[4] = Int64GetDatum((int64) (session->events & ~SESSION_CONVERTED));
	values[5] = BoolGetDatum((session->events & SESSION_CONVERTED) != 0);
	append_row(elements, values, nulls, !timed);
}

/* Memory for the array, most often enough */
static void
allocate_array(Elements *elements)
{
	const SessionTable *table = elements->table;
	uint64		size = ARR_OVERHEAD_NONULLS(1) + table->ids_used +
		table->nsessions * (USUAL_ROW + (table->keeps_ids ? 0 : USUAL_ID));

	elements->size = (Size) Min(size, MaxAllocSize);
	elements->bytes = palloc(elements->size);
	huge_advise(elements->bytes, elements->size);
	memset(reserve(elements, ARR_OVERHEAD_NONULLS(1)), 0,
		   ARR_OVERHEAD_NONULLS(1));
}

static HeapTuple
form_model(TupleDesc tupdesc)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS];

	memset(nulls, true, sizeof(nulls));
	return heap_form_tuple(tupdesc, values, nulls);
}

static ArrayType *
finish_array(const Elements *elements, Oid type)
{
	ArrayType  *array = (ArrayType *) elements->bytes;

	SET_VARSIZE(array, elements->used);
	array->ndim = 1;
	array->dataoffset = 0;		/* no element is NULL */
	array->elemtype = type;
	/* far fewer than MaxArraySize, as each has more bytes than a Datum */
	ARR_DIMS(array)[0] = (int) elements->table->nsessions;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

ArrayType *
session_elements(const SessionTable *table, const KeyColumn *column,
				 const ValueIds *values, Oid type)
{
	Elements	elements = {.table = table, .column = column, .values = values};
	MemoryContext old;
	Oid			output;
	bool		is_varlena;

	if (table->nsessions == 0)
		return construct_empty_array(type);
	elements.tupdesc = lookup_rowtype_tupdesc(type, -1);
	if (elements.tupdesc->natts != COLUMNS)
		elog(ERROR, "session_rows must return session_row");
	elements.model = form_model(elements.tupdesc);
	getTypeOutputInfo(column->type, &output, &is_varlena);
	elements.source = source_of(column, output);
	fmgr_info(output, &elements.output);
	elements.next_id = table->ids;
	allocate_array(&elements);

	/* output functions leave garbage */
	elements.scratch = AllocSetContextCreate(CurrentMemoryContext,
											 "greenery session ids",
											 ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(elements.scratch);
	for (uint64 i = 0; i < table->nsessions; i++)
	{
		if (i % POLL_EVERY == 0)
			CHECK_FOR_INTERRUPTS();
		append_session(&elements, &table->sessions[i]);
		if (table->keeps_ids)
			elements.next_id += INTALIGN(VARSIZE(elements.next_id));
		MemoryContextReset(elements.scratch);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(elements.scratch);
	ReleaseTupleDesc(elements.tupdesc);
	return finish_array(&elements, type);
}
