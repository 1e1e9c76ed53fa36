/*-------------------------------------------------------------------------
 *
 * roc_auc.c
 *	  The aggregate roc_auc.  auc.c has the algorithm.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "libpq/pqformat.h"
#include "sessions/auc.h"
#include "sessions/record_buffer.h"

/* one record for every score and label once compacted, else for every row */
typedef struct RocState
{
	RecordBuffer rows;
} RocState;

static size_t compact_rows(GreeneryRecord *rows, size_t n);
static bool is_valid_row(const GreeneryRecord *row, const void *state);

static const RecordKind roc_kind = {
	.magic = 0x524f4341,		/* ROCA */
	.name = "roc_auc",
	.compact = compact_rows,
	.valid = is_valid_row
};

PG_FUNCTION_INFO_V1(roc_auc_transition);
PG_FUNCTION_INFO_V1(roc_auc_combine);
PG_FUNCTION_INFO_V1(roc_auc_serialize);
PG_FUNCTION_INFO_V1(roc_auc_deserialize);
PG_FUNCTION_INFO_V1(roc_auc_final);

/*
 * Merge the counts of rows with the same score and label.  The label is the
 * highest bit of the value, so they lie side by side.
 */
static size_t
compact_rows(GreeneryRecord *rows, size_t n)
{
	size_t		kept = 0;

	for (size_t i = 0; i < n; i++)
	{
		if (kept > 0 && rows[kept - 1].key == rows[i].key &&
			((rows[kept - 1].value ^ rows[i].value) & AUC_LABEL) == 0)
			rows[kept - 1].value += AUC_COUNT(rows[i].value);
		else
			rows[kept++] = rows[i];
	}
	return kept;
}

/*
 * Counts that no table has rows for would overflow their sums.
 */
static bool
is_valid_row(const GreeneryRecord *row, const void *state pg_attribute_unused())
{
	uint64		count = AUC_COUNT(row->value);

	return count >= 1 && count <= (UINT64CONST(1) << 48);
}

/* roc_auc_transition(internal, score double precision, label boolean) */
Datum
roc_auc_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_record_context(fcinfo, &roc_kind);
	RocState   *state = greenery_record_state(fcinfo, 0, &roc_kind);

	if (state == NULL)
		state = greenery_record_state_create(&roc_kind, context, sizeof(RocState));
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		greenery_record_append(&state->rows, &roc_kind,
							   auc_key(PG_GETARG_FLOAT8(1)),
							   (PG_GETARG_BOOL(2) ? AUC_LABEL : 0) | 1);
	PG_RETURN_POINTER(state);
}

/* roc_auc_combine(internal, internal) */
Datum
roc_auc_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = greenery_record_context(fcinfo, &roc_kind);
	RocState   *left = greenery_record_state(fcinfo, 0, &roc_kind);
	RocState   *right = greenery_record_state(fcinfo, 1, &roc_kind);

	if (right == NULL)
	{
		if (left == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(left);
	}
	if (left == NULL)
		left = greenery_record_state_create(&roc_kind, context, sizeof(RocState));
	greenery_record_append_all(&left->rows, &right->rows, &roc_kind);
	PG_RETURN_POINTER(left);
}

/* roc_auc_serialize(internal) */
Datum
roc_auc_serialize(PG_FUNCTION_ARGS)
{
	RocState   *state;
	StringInfoData buf;

	greenery_record_context(fcinfo, &roc_kind);
	state = greenery_record_state(fcinfo, 0, &roc_kind);
	pq_begintypsend(&buf);
	greenery_record_send_header(&buf, &roc_kind);
	greenery_record_send(&buf, &state->rows);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* roc_auc_deserialize(bytea, internal) */
Datum
roc_auc_deserialize(PG_FUNCTION_ARGS)
{
	StringInfoData buf;
	RocState   *state;

	greenery_record_context(fcinfo, &roc_kind);
	greenery_record_recv_begin(&buf, PG_GETARG_BYTEA_PP(0));
	greenery_record_recv_header(&buf, &roc_kind, 0);
	state = greenery_record_state_create(&roc_kind, CurrentMemoryContext,
										 sizeof(RocState));
	greenery_record_recv(&buf, &state->rows, &roc_kind);
	PG_RETURN_POINTER(state);
}

/* roc_auc_final(internal) */
Datum
roc_auc_final(PG_FUNCTION_ARGS)
{
	RocState   *state;
	double		auc;

	greenery_record_context(fcinfo, &roc_kind);
	state = greenery_record_state(fcinfo, 0, &roc_kind);
	if (state == NULL)
		PG_RETURN_NULL();
	greenery_record_sort(&state->rows);
	if (!auc_of_records(state->rows.records, state->rows.n,
						greenery_record_check, &auc))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(auc);
}
