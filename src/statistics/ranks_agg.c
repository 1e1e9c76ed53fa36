/*-------------------------------------------------------------------------
 *
 * ranks_agg.c
 *	  The aggregates roc_auc, roc_auc_interval and mann_whitney.
 *
 * All three need the same state and differ in their final function only, so
 * that a query which asks for all of them over the same columns keeps one
 * state and reads each row once.  The statistics are in ranks.c.
 *
 * The state counts rows by score:
 *
 *		scores:  | sorted, each score once | as they came |   free   |
 *		         0                     compact          used     capacity
 *
 * A row is appended as a score with one count of 1.  When the array is full it
 * is compacted: the tail is sorted, and equal scores are merged.  So memory
 * grows with the different scores and not with the rows - counts and flags,
 * the usual indicators, have few - and no row costs an allocation.
 *
 * Ties are exact, and what is counted does not depend on the order in which
 * rows arrive or on the number of workers.
 *
 * Final and serialization functions compact the state.  That changes where
 * counts are kept and not what they say, which is why the aggregates may be
 * declared FINALFUNC_MODIFY = READ_ONLY (core's numeric aggregates carry their
 * digits in the same way).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "compat.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "normal.h"
#include "ranks.h"
#include "utils/array.h"
#include "utils/memutils.h"

/* Tells this state from any other "internal": "rnks" */
#define RANKED_SCORES_MAGIC		0x726e6b73

/* First byte of the serialized form */
#define RANKED_SCORES_VERSION	1

/* Length of the serialized form: version, number of scores; then the scores */
#define SERIAL_HEADER_SIZE		(1 + 4)
#define SERIAL_SCORE_SIZE		(8 + 4 + 4)

/* Small, for GROUP BY with many groups; SSPACE in ranks.sql goes with it */
#define INITIAL_CAPACITY		16

typedef struct RankedScores
{
	uint32		magic;			/* RANKED_SCORES_MAGIC; keep first */
	MemoryContext context;		/* where scores lives */
	uint64		rows;			/* rows counted; <= GREENERY_RANKS_MAX_ROWS */
	Size		compact;
	Size		used;
	Size		capacity;
	GreeneryScore *scores;
} RankedScores;

PG_FUNCTION_INFO_V1(greenery_ranked_scores_add);
PG_FUNCTION_INFO_V1(greenery_ranked_scores_combine);
PG_FUNCTION_INFO_V1(greenery_ranked_scores_serialize);
PG_FUNCTION_INFO_V1(greenery_ranked_scores_deserialize);
PG_FUNCTION_INFO_V1(greenery_roc_auc_final);
PG_FUNCTION_INFO_V1(greenery_roc_auc_interval_final);
PG_FUNCTION_INFO_V1(greenery_mann_whitney_final);

/*
 * The order of double precision in SQL: NaN is above everything and equals
 * itself, and the two zeros are one.
 */
static inline int
compare_scores(double a, double b)
{
	if (a < b)
		return -1;
	if (a > b)
		return 1;
	return (isnan(a) ? 1 : 0) - (isnan(b) ? 1 : 0);
}

#define ST_SORT sort_scores
#define ST_ELEMENT_TYPE GreeneryScore
#define ST_COMPARE(x, y) compare_scores((x)->score, (y)->score)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

static void
check_state(const RankedScores *state pg_attribute_unused())
{
	Assert(state->magic == RANKED_SCORES_MAGIC);
	Assert(state->compact <= state->used);
	Assert(state->used <= state->capacity);
	Assert(state->used <= state->rows);
	Assert(state->rows <= GREENERY_RANKS_MAX_ROWS);
}

/* The memory context of the running aggregate */
static MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("function of a rank aggregate called outside an aggregate"),
				 errhint("Use roc_auc, roc_auc_interval or mann_whitney.")));
	return context;
}

/* The state in an argument, or NULL; it must be one of ours */
static RankedScores *
state_argument(FunctionCallInfo fcinfo, int argno)
{
	RankedScores *state;

	if (PG_ARGISNULL(argno))
		return NULL;
	state = (RankedScores *) PG_GETARG_POINTER(argno);
	if (state->magic != RANKED_SCORES_MAGIC)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("aggregate state is not one of ranked scores"),
				 errdetail("The functions of one aggregate must belong together.")));
	check_state(state);
	return state;
}

static RankedScores *
make_state(MemoryContext context, Size capacity)
{
	RankedScores *state = MemoryContextAllocZero(context, sizeof(RankedScores));

	state->magic = RANKED_SCORES_MAGIC;
	state->context = context;
	state->capacity = Max(capacity, INITIAL_CAPACITY);
	state->scores = MemoryContextAllocHuge(context,
										   state->capacity * sizeof(GreeneryScore));
	return state;
}

static void
count_rows(RankedScores *state, uint64 rows)
{
	if (rows > GREENERY_RANKS_MAX_ROWS - state->rows)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one group of a rank aggregate"),
				 errdetail("A group may have up to %u rows.",
						   GREENERY_RANKS_MAX_ROWS)));
	state->rows += rows;
}

/* Merge neighbours of equal score; returns how many scores are left */
static Size
merge_ties(GreeneryScore *sorted, Size n)
{
	Size		kept = 0;

	for (Size i = 1; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (compare_scores(sorted[kept].score, sorted[i].score) == 0)
		{
			sorted[kept].positive += sorted[i].positive;
			sorted[kept].negative += sorted[i].negative;
		}
		else
			sorted[++kept] = sorted[i];
	}
	return n == 0 ? 0 : kept + 1;
}

/*
 * Merge a sorted run into the compact part.  It may be the state's own tail;
 * a tail that is not the run is lost.  Leaves at least half the array free, so
 * that the next compaction is that many rows away.
 */
static void
merge_run(RankedScores *state, const GreeneryScore *run, Size n)
{
	Size		capacity = state->capacity;
	GreeneryScore *merged;
	Size		left = 0;
	Size		right = 0;
	Size		used = 0;

	while (state->compact + n > capacity / 2)
		capacity *= 2;
	merged = MemoryContextAllocHuge(state->context,
									capacity * sizeof(GreeneryScore));
	while (left < state->compact && right < n)
	{
		int			cmp = compare_scores(state->scores[left].score,
										 run[right].score);

		CHECK_FOR_INTERRUPTS();
		if (cmp <= 0)
			merged[used] = state->scores[left++];
		else
			merged[used] = run[right++];
		if (cmp == 0)
		{
			merged[used].positive += run[right].positive;
			merged[used].negative += run[right].negative;
			right++;
		}
		used++;
	}
	while (left < state->compact)
		merged[used++] = state->scores[left++];
	while (right < n)
		merged[used++] = run[right++];

	pfree(state->scores);
	state->scores = merged;
	state->capacity = capacity;
	state->compact = state->used = used;
}

/* Bring every score to the compact part */
static void
compact_scores(RankedScores *state)
{
	GreeneryScore *tail = state->scores + state->compact;
	Size		n = state->used - state->compact;

	if (n == 0)
		return;
	sort_scores(tail, n);
	merge_run(state, tail, merge_ties(tail, n));
	check_state(state);
}

/* transition: a row counts when neither its score nor its label is NULL */
Datum
greenery_ranked_scores_add(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	RankedScores *state = state_argument(fcinfo, 0);
	GreeneryScore *added;
	bool		label;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	if (state == NULL)
		state = make_state(context, INITIAL_CAPACITY);
	count_rows(state, 1);
	if (state->used == state->capacity)
		compact_scores(state);

	label = PG_GETARG_BOOL(2);
	added = &state->scores[state->used++];
	added->score = PG_GETARG_FLOAT8(1);
	added->positive = label ? 1 : 0;
	added->negative = label ? 0 : 1;
	PG_RETURN_POINTER(state);
}

/*
 * combine: counts of the right state are copied into the left one; the right
 * one may be freed afterwards.
 */
Datum
greenery_ranked_scores_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	RankedScores *left = state_argument(fcinfo, 0);
	RankedScores *right = state_argument(fcinfo, 1);

	if (right == NULL)
	{
		if (left == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(left);
	}
	if (left == NULL)
		left = make_state(context, INITIAL_CAPACITY);

	count_rows(left, right->rows);
	compact_scores(left);
	compact_scores(right);
	merge_run(left, right->scores, right->used);
	check_state(left);
	PG_RETURN_POINTER(left);
}

/* serialize: version, number of scores, and the scores, ascending */
Datum
greenery_ranked_scores_serialize(PG_FUNCTION_ARGS)
{
	RankedScores *state;
	StringInfoData buf;

	aggregate_context(fcinfo);
	state = state_argument(fcinfo, 0);
	compact_scores(state);

	if (state->used > (MaxAllocSize - VARHDRSZ - SERIAL_HEADER_SIZE - 1) /
		SERIAL_SCORE_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different scores to send from a parallel worker"),
				 errhint("Set max_parallel_workers_per_gather to 0.")));

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, SERIAL_HEADER_SIZE +
					  (int) state->used * SERIAL_SCORE_SIZE);
	pq_sendbyte(&buf, RANKED_SCORES_VERSION);
	pq_sendint32(&buf, (uint32) state->used);
	for (Size i = 0; i < state->used; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendfloat8(&buf, state->scores[i].score);
		pq_sendint32(&buf, state->scores[i].positive);
		pq_sendint32(&buf, state->scores[i].negative);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static void
bad_serial_form(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid serialized state of ranked scores"),
			 errdetail("%s", detail)));
}

/*
 * deserialize: whatever may stand in the bytes, the state that comes out is
 * one that the other functions can trust.
 */
Datum
greenery_ranked_scores_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	StringInfoData buf;
	RankedScores *state;
	uint32		n;

	aggregate_context(fcinfo);
	bytes = PG_GETARG_BYTEA_PP(0);
	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));

	if (buf.len < SERIAL_HEADER_SIZE)
		bad_serial_form("It is shorter than its header.");
	if (pq_getmsgbyte(&buf) != RANKED_SCORES_VERSION)
		bad_serial_form("Its version is not known.");
	n = pq_getmsgint(&buf, 4);
	if ((Size) (buf.len - SERIAL_HEADER_SIZE) != (Size) n * SERIAL_SCORE_SIZE)
		bad_serial_form("Its length does not match its number of scores.");

	/* the length vouches for n */
	state = make_state(CurrentMemoryContext, n);
	for (uint32 i = 0; i < n; i++)
	{
		GreeneryScore *score = &state->scores[i];

		CHECK_FOR_INTERRUPTS();
		score->score = pq_getmsgfloat8(&buf);
		score->positive = pq_getmsgint(&buf, 4);
		score->negative = pq_getmsgint(&buf, 4);
		if (score->positive == 0 && score->negative == 0)
			bad_serial_form("A score has no rows.");
		if (i > 0 && compare_scores(score[-1].score, score->score) >= 0)
			bad_serial_form("Its scores are not in order.");
		count_rows(state, (uint64) score->positive + score->negative);
	}
	pq_getmsgend(&buf);
	state->compact = state->used = n;
	pfree(buf.data);
	check_state(state);
	PG_RETURN_POINTER(state);
}

/*
 * What the final functions start from.  Returns false when a class is empty:
 * then none of the statistics is defined, and they answer NULL.
 */
static bool
final_ranks(FunctionCallInfo fcinfo, GreeneryRanks *ranks)
{
	RankedScores *state;

	aggregate_context(fcinfo);
	state = state_argument(fcinfo, 0);
	if (state == NULL)
		return false;
	compact_scores(state);
	greenery_rank(state->scores, state->used, ranks);
	return ranks->positive > 0 && ranks->negative > 0;
}

/* final of roc_auc */
Datum
greenery_roc_auc_final(PG_FUNCTION_ARGS)
{
	GreeneryRanks ranks;

	if (!final_ranks(fcinfo, &ranks))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(greenery_rank_auc(&ranks));
}

/* final of roc_auc_interval: {area, low, high} at 95 % */
Datum
greenery_roc_auc_interval_final(PG_FUNCTION_ARGS)
{
	GreeneryRanks ranks;
	double		auc;
	Datum		elements[3] = {0};
	bool		nulls[3] = {false, true, true};
	int			dims[1] = {3};
	int			lbs[1] = {1};

	if (!final_ranks(fcinfo, &ranks))
		PG_RETURN_NULL();

	auc = greenery_rank_auc(&ranks);
	elements[0] = Float8GetDatum(auc);
	if (!isnan(ranks.variance))
	{
		double		half = greenery_normal_critical(0.95) *
			sqrt(ranks.variance);

		elements[1] = Float8GetDatum(Max(auc - half, 0.0));
		elements[2] = Float8GetDatum(Min(auc + half, 1.0));
		nulls[1] = nulls[2] = false;
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, 1, dims, lbs,
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* final of mann_whitney */
Datum
greenery_mann_whitney_final(PG_FUNCTION_ARGS)
{
	GreeneryRanks ranks;

	if (!final_ranks(fcinfo, &ranks))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(greenery_rank_p_value(&ranks));
}
