/*-------------------------------------------------------------------------
 *
 * repeat_sketch.c
 *	  Type repeat_sketch, and what a sketch says.
 *
 * A value is checked whenever it is read, not only when it comes in.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "sketch/repeat_sketch.h"
#include "sketch/sketch_text.h"
#include "statistics/proportions.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(repeat_sketch_in);
PG_FUNCTION_INFO_V1(repeat_sketch_out);
PG_FUNCTION_INFO_V1(repeat_sketch_recv);
PG_FUNCTION_INFO_V1(repeat_sketch_send);
PG_FUNCTION_INFO_V1(repeat_sketch_eq);
PG_FUNCTION_INFO_V1(repeat_sketch_ne);
PG_FUNCTION_INFO_V1(repeat_sketch_hash);
PG_FUNCTION_INFO_V1(repeat_sketch_hash_extended);
PG_FUNCTION_INFO_V1(repeat_sketch_rate);
PG_FUNCTION_INFO_V1(repeat_sketch_purchasers);
PG_FUNCTION_INFO_V1(repeat_sketch_repeat_purchasers);
PG_FUNCTION_INFO_V1(repeat_sketch_rate_interval);

static void *
allocate(void *context, uint64_t size)
{
	return MemoryContextAlloc(context, size);
}

static void
release(void *context pg_attribute_unused(), void *memory)
{
	pfree(memory);
}

static void
poll_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

const StateHooks sketch_hooks = {allocate, release, poll_interrupts};

void
sketch_is_invalid(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid value of type %s", "repeat_sketch")));
}

/* An argument, and what it says */
static struct varlena *
checked_sketch(Datum datum, SketchCounts *counts)
{
	struct varlena *sketch = sketch_datum(datum);

	if (!sketch_check(VARDATA_ANY(sketch), VARSIZE_ANY_EXHDR(sketch), counts))
		sketch_is_invalid();
	return sketch;
}

static SketchCounts
counts_of(Datum datum)
{
	SketchCounts counts;

	(void) checked_sketch(datum, &counts);
	return counts;
}

Datum
repeat_sketch_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	bytea	   *sketch = palloc(VARHDRSZ + SKETCH_BYTES_ROOM(strlen(text)));
	size_t		size = sketch_from_text(text, (unsigned char *) VARDATA(sketch));

	if (size == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", "repeat_sketch"),
				 errhint("Sketches are made by repeat_sketch_agg().")));
	SET_VARSIZE(sketch, VARHDRSZ + size);
	PG_RETURN_BYTEA_P(sketch);
}

Datum
repeat_sketch_out(PG_FUNCTION_ARGS)
{
	SketchCounts counts;
	struct varlena *sketch = checked_sketch(PG_GETARG_DATUM(0), &counts);
	Size		size = VARSIZE_ANY_EXHDR(sketch);
	char	   *text = palloc(SKETCH_TEXT_ROOM(size));

	sketch_to_text(&counts, VARDATA_ANY(sketch), size, text);
	PG_RETURN_CSTRING(text);
}

Datum
repeat_sketch_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			size = message->len - message->cursor;
	bytea	   *sketch = palloc(VARHDRSZ + size);
	SketchCounts counts;

	pq_copymsgbytes(message, VARDATA(sketch), size);
	if (!sketch_check(VARDATA(sketch), size, &counts))
		sketch_is_invalid();
	SET_VARSIZE(sketch, VARHDRSZ + size);
	PG_RETURN_BYTEA_P(sketch);
}

Datum
repeat_sketch_send(PG_FUNCTION_ARGS)
{
	SketchCounts counts;
	struct varlena *sketch = checked_sketch(PG_GETARG_DATUM(0), &counts);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbytes(&message, VARDATA_ANY(sketch), VARSIZE_ANY_EXHDR(sketch));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* There is one way to write a sketch */
static bool
are_equal(Datum a, Datum b)
{
	struct varlena *x = sketch_datum(a);
	struct varlena *y = sketch_datum(b);
	Size		size = VARSIZE_ANY_EXHDR(x);

	return size == VARSIZE_ANY_EXHDR(y) &&
		memcmp(VARDATA_ANY(x), VARDATA_ANY(y), size) == 0;
}

Datum
repeat_sketch_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(are_equal(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

Datum
repeat_sketch_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!are_equal(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)));
}

Datum
repeat_sketch_hash(PG_FUNCTION_ARGS)
{
	struct varlena *sketch = sketch_datum(PG_GETARG_DATUM(0));

	return hash_any((unsigned char *) VARDATA_ANY(sketch),
					(int) VARSIZE_ANY_EXHDR(sketch));
}

Datum
repeat_sketch_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *sketch = sketch_datum(PG_GETARG_DATUM(0));

	return hash_any_extended((unsigned char *) VARDATA_ANY(sketch),
							 (int) VARSIZE_ANY_EXHDR(sketch), PG_GETARG_INT64(1));
}

/* The users with the smallest hashes are a random sample: their rate is unbiased */
Datum
repeat_sketch_rate(PG_FUNCTION_ARGS)
{
	SketchCounts counts = counts_of(PG_GETARG_DATUM(0));

	if (counts.users == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) counts.repeats / counts.users);
}

Datum
repeat_sketch_purchasers(PG_FUNCTION_ARGS)
{
	SketchCounts counts = counts_of(PG_GETARG_DATUM(0));

	PG_RETURN_FLOAT8(sketch_purchasers(&counts));
}

Datum
repeat_sketch_repeat_purchasers(PG_FUNCTION_ARGS)
{
	SketchCounts counts = counts_of(PG_GETARG_DATUM(0));

	PG_RETURN_FLOAT8(sketch_repeat_purchasers(&counts));
}

/*
 * repeat_rate_interval(sketch, confidence).  Wilson's interval is for samples that are
 * small beside what they are drawn from; where a good part of all users is in the
 * sample it is wider than it need be.
 */
Datum
repeat_sketch_rate_interval(PG_FUNCTION_ARGS)
{
	SketchCounts counts = counts_of(PG_GETARG_DATUM(0));
	double		critical = greenery_critical_value(PG_GETARG_FLOAT8(1));
	GreeneryInterval interval;

	if (counts.users == 0)
		PG_RETURN_NULL();
	if (counts.sampled)
		interval = greenery_wilson(counts.repeats, counts.users, critical);
	else
		interval.low = interval.high = (double) counts.repeats / counts.users;
	PG_RETURN_ARRAYTYPE_P(greenery_interval_array(interval));
}
