/*-------------------------------------------------------------------------
 *
 * parallel.c
 *	  Compute marts that do not need each other at the same time.
 *
 * Most of a build's time goes into computing, and most marts are computed by one process: a
 * GROUP BY with millions of groups gains nothing from a parallel plan.  So marts
 * whose models have all been tested are computed ahead of their turn, some here and
 * some in parallel workers.  Each that is free takes the one that took longest at the last
 * build.  Workers run in the transaction of the build: they see what it has
 * written, and can write nothing themselves.  They compare the rows with those
 * published, and pass on those without an equal in temporary files.  What follows,
 * writing and auditing, is done here, one mart after the other.
 *
 * Nothing depends on it.  Marts that it is not for are computed when it is their turn:
 * those of the first build, those that are not parallel safe.  If a mart fails, all
 * that were computed with it are dropped and computed again one by one, so that
 * the error is raised where it belongs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "build/compute.h"
#include "build/model_tree.h"
#include "build/parallel.h"
#include "build/query_facts.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "guarded.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "roles.h"
#include "storage/lwlock.h"
#include "storage/sharedfileset.h"
#include "utils/dsa.h"
#include "utils/sharedtuplestore.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Keys of the shared memory's table of contents */
#define KEY_WAVE UINT64CONST(1)
#define KEY_TEXTS UINT64CONST(2)
#define KEY_AREA UINT64CONST(3)
#define KEY_ROWS(i) (UINT64CONST(1000) + (i))

/* Shared memory for lists of rows, to begin with */
#define AREA_SIZE (256 * 1024)

/* A mart that is to be computed, and what a worker has found */
typedef struct SharedMart
{
	MartQuery	query;			/* without what it points to */
	Size		definition;		/* where these begin in the shared texts */
	Size		affected;		/* 0: there is none */
	Size		affected_keys;
	bool		compared;		/* by a worker: all that follows is set */
	bool		only_affected;
	double		seconds;
	RowDifference difference;	/* its lists without their pointers */
	dsa_pointer only_old;		/* the tids of difference.only_old */
} SharedMart;

/* Marts that are computed side by side; rows without an equal are in shared tuplestores */
typedef struct SharedWave
{
	pg_atomic_uint32 next;		/* the first mart that is not taken */
	int			nmarts;
	SharedFileSet files;
	SharedMart	marts[FLEXIBLE_ARRAY_MEMBER];
} SharedWave;

/* The same in this process, longest first */
typedef struct Wave
{
	Build	   *build;
	List	   *models;			/* of BuildModel * */
	List	   *queries;		/* of MartQuery * */
	ComputedMart **computed;
	bool	   *done;
} Wave;

extern PGDLLEXPORT void greenery_compute_marts(dsm_segment *segment, shm_toc *toc);

/* A mart whose turn could be now */
static bool
is_possible(const Build *build, const BuildModel *model)
{
	ListCell   *lc;

	if (!model->spec.is_mart || model->run.phase != MODEL_PENDING || model->run.tried_ahead ||
		!is_comparable(model))
		return false;
	foreach(lc, model->spec.depends_on)
	{
		const BuildModel *upstream = find_model(build, lfirst(lc));

		if (upstream != NULL && upstream->run.phase != MODEL_ACCEPTED)
			return false;
	}
	return true;
}

static int
longest_first(const ListCell *a, const ListCell *b)
{
	const BuildModel *left = lfirst(a);
	const BuildModel *right = lfirst(b);

	return left->last.seconds > right->last.seconds ? -1 :
		left->last.seconds < right->last.seconds;
}

/* Find the marts to compute; the caller guards it */
static void
find_marts(void *arg)
{
	Wave	   *wave = arg;
	ListCell   *lc;
	List	   *candidates = NIL;
	RoleSwitch	before;

	foreach(lc, wave->build->models)
	{
		if (is_possible(wave->build, lfirst(lc)))
			candidates = lappend(candidates, lfirst(lc));
	}
	list_sort(candidates, longest_first);

	role_enter(wave->build->builder, &before);
	foreach(lc, candidates)
	{
		Query	   *tree = tree_in_build(wave->build, ((BuildModel *) lfirst(lc))->spec.relid);

		if (!is_parallel_safe(tree_rewritten(tree)))
		{
			ereport(DEBUG1,
					(errmsg_internal("model %s is not parallel safe",
									 ((BuildModel *) lfirst(lc))->spec.name)));
			continue;
		}
		wave->models = lappend(wave->models, lfirst(lc));
		wave->queries = lappend(wave->queries,
								mart_query(wave->build, lfirst(lc), tree));
	}
	role_leave(&before);
}

/* Take a mart that is not taken, or return -1 */
static int
take(SharedWave *shared)
{
	uint32		i = pg_atomic_fetch_add_u32(&shared->next, 1);

	return i < (uint32) shared->nmarts ? (int) i : -1;
}

/* Where a worker keeps rows.  The context is that of the store's file and buffer. */
typedef struct SharedRows
{
	SharedTuplestoreAccessor *store;
	MemoryContext context;
} SharedRows;

static void
keep_shared(TupleTableSlot *slot, void *arg)
{
	SharedRows *rows = arg;
	bool		should_free;
	MinimalTuple tuple = ExecFetchSlotMinimalTuple(slot, &should_free);

	/*
	 * the executor's is that of one row, and the store makes its file in the
	 * current one
	 */
	MemoryContext context = MemoryContextSwitchTo(rows->context);

	sts_puttuple(rows->store, NULL, tuple);
	MemoryContextSwitchTo(context);
	if (should_free)
		heap_free_minimal_tuple(tuple);
}

/* A parallel worker: compute marts as long as there are some */
void
greenery_compute_marts(dsm_segment *segment, shm_toc *toc)
{
	SharedWave *shared = shm_toc_lookup(toc, KEY_WAVE, false);
	const char *texts = shm_toc_lookup(toc, KEY_TEXTS, false);
	dsa_area   *area = dsa_attach_in_place(shm_toc_lookup(toc, KEY_AREA, false), segment);
	int			i;

	SharedFileSetAttach(&shared->files, segment);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	while ((i = take(shared)) >= 0)
	{
		SharedMart *mart = &shared->marts[i];
		SharedRows	rows = {
			.store = sts_attach(shm_toc_lookup(toc, KEY_ROWS(i), false),
								ParallelWorkerNumber + 1, &shared->files),
			.context = CurrentMemoryContext
		};
		TimestampTz start = GetCurrentTimestamp();
		MartQuery	query = mart->query;
		RowDifference *difference;

		query.definition = texts + mart->definition;
		if (mart->affected > 0)
		{
			query.affected = texts + mart->affected;
			query.affected_keys = texts + mart->affected_keys;
		}
		difference = compute_difference(&query, keep_shared, &rows, &mart->only_affected);

		sts_end_write(rows.store);
		if (difference == NULL)
			continue;
		mart->difference = *difference;
		mart->only_old = InvalidDsaPointer;
		if (difference->only_old.tids != NULL)
		{
			Size		size = difference->only_old.n * sizeof(ItemPointerData);

			mart->only_old = dsa_allocate_extended(area, size, DSA_ALLOC_HUGE);
			memcpy(dsa_get_address(area, mart->only_old), difference->only_old.tids, size);
			pfree(difference->only_old.tids);
		}
		mart->seconds = seconds_since(start);
		mart->compared = true;
	}
	SPI_finish();
	dsa_detach(area);
}

/* What a worker has found, as memory of this process; false if it has not compared */
static bool
collect(const SharedMart *shared, dsa_area *area, SharedTuplestoreAccessor *rows,
		ComputedMart *mart)
{
	TupleTableSlot *slot;
	MinimalTuple tuple;

	if (!shared->compared)
		return false;
	mart->seconds = shared->seconds;
	mart->only_affected = shared->only_affected;
	mart->difference = palloc(sizeof(RowDifference));
	*mart->difference = shared->difference;
	mart->difference->only_new.tids = mart->difference->only_old.tids = NULL;
	if (DsaPointerIsValid(shared->only_old))
	{
		Size		size = shared->difference.only_old.n * sizeof(ItemPointerData);

		mart->difference->only_old.tids = MemoryContextAllocHuge(CurrentMemoryContext, size);
		memcpy(mart->difference->only_old.tids, dsa_get_address(area, shared->only_old), size);
	}

	/* rows pass through whole: their columns are not needed */
	slot = MakeSingleTupleTableSlot(CreateTemplateTupleDesc(0), &TTSOpsMinimalTuple);
	sts_begin_parallel_scan(rows);
	while ((tuple = sts_parallel_scan_next(rows, NULL)) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		ExecStoreMinimalTuple(tuple, slot, false);
		tuplestore_puttupleslot(mart->differing, slot);
	}
	sts_end_parallel_scan(rows);
	ExecDropSingleTupleTableSlot(slot);
	return true;
}

/*
 * Where a text begins among the shared texts, if there is one, and 0 otherwise.  The
 * first byte is not used.  Without a place for the texts it only counts.
 */
static Size
share_text(char *texts, Size *used, const char *text)
{
	Size		begin = *used;

	if (text == NULL)
		return 0;
	*used = add_size(*used, strlen(text) + 1);
	if (texts != NULL)
		memcpy(texts + begin, text, strlen(text) + 1);
	return begin;
}

/* The size of all texts of a wave */
static Size
texts_size(const Wave *wave)
{
	Size		used = 1;
	ListCell   *lc;

	foreach(lc, wave->queries)
	{
		const MartQuery *query = lfirst(lc);

		(void) share_text(NULL, &used, query->definition);
		(void) share_text(NULL, &used, query->affected);
		(void) share_text(NULL, &used, query->affected_keys);
	}
	return used;
}

/* Estimate and fill the shared memory of a wave */
static void
estimate(ParallelContext *pcxt, const Wave *wave)
{
	int			n = list_length(wave->models);

	shm_toc_estimate_chunk(&pcxt->estimator,
						   add_size(offsetof(SharedWave, marts), mul_size(n, sizeof(SharedMart))));
	shm_toc_estimate_chunk(&pcxt->estimator, texts_size(wave));
	shm_toc_estimate_chunk(&pcxt->estimator, AREA_SIZE);
	for (int i = 0; i < n; i++)
		shm_toc_estimate_chunk(&pcxt->estimator, sts_estimate(pcxt->nworkers + 1));
	shm_toc_estimate_keys(&pcxt->estimator, 3 + n);
}

static SharedWave *
share(ParallelContext *pcxt, const Wave *wave, SharedTuplestoreAccessor **rows)
{
	int			n = list_length(wave->models);
	SharedWave *shared = shm_toc_allocate(pcxt->toc, offsetof(SharedWave, marts) +
										  n * sizeof(SharedMart));
	char	   *texts = shm_toc_allocate(pcxt->toc, texts_size(wave));
	Size		used = 1;

	memset(shared, 0, offsetof(SharedWave, marts) + n * sizeof(SharedMart));
	pg_atomic_init_u32(&shared->next, 0);
	shared->nmarts = n;
	SharedFileSetInit(&shared->files, pcxt->seg);
	for (int i = 0; i < n; i++)
	{
		const MartQuery *query = list_nth(wave->queries, i);
		SharedMart *mart = &shared->marts[i];
		SharedTuplestore *store = shm_toc_allocate(pcxt->toc, sts_estimate(pcxt->nworkers + 1));
		char		name[32];

		mart->query = *query;
		mart->definition = share_text(texts, &used, query->definition);
		mart->affected = share_text(texts, &used, query->affected);
		mart->affected_keys = share_text(texts, &used, query->affected_keys);
		snprintf(name, sizeof(name), "mart.%d", i);
		rows[i] = sts_initialize(store, pcxt->nworkers + 1, 0, 0,
								 SHARED_TUPLESTORE_SINGLE_PASS, &shared->files, name);
		shm_toc_insert(pcxt->toc, KEY_ROWS(i), store);
	}
	shm_toc_insert(pcxt->toc, KEY_WAVE, shared);
	shm_toc_insert(pcxt->toc, KEY_TEXTS, texts);
	return shared;
}

/* Compute marts here too, as long as there are some */
static void
take_part(SharedWave *shared, Wave *wave)
{
	int			i;

	while ((i = take(shared)) >= 0)
	{
		ComputedMart *mart = wave->computed[i];
		TimestampTz start = GetCurrentTimestamp();

		mart->difference = compute_difference(list_nth(wave->queries, i), computed_mart_add, mart,
											  &mart->only_affected);
		mart->seconds = seconds_since(start);
		wave->done[i] = mart->difference != NULL;
	}
}

/* Compute all marts of a wave, with workers; the caller guards it */
static void
compute(void *arg)
{
	Wave	   *wave = arg;
	int			n = list_length(wave->models);
	SharedTuplestoreAccessor **rows = palloc(n * sizeof(*rows));
	RoleSwitch	before;
	ParallelContext *pcxt;
	SharedWave *shared;
	dsa_area   *area;
	void	   *place;

	/* workers take over the leader's role and settings */
	role_enter(wave->build->builder, &before);
	/* what has been written so far is to be seen, and from here on nothing is */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	EnterParallelMode();
	pcxt = CreateParallelContext("$libdir/greenery", "greenery_compute_marts",
								 Min(n - 1, max_parallel_maintenance_workers));
	estimate(pcxt, wave);
	InitializeParallelDSM(pcxt);
	/* without shared memory no worker starts, and all is left for later */
	if (pcxt->seg != NULL)
	{
		shared = share(pcxt, wave, rows);
		place = shm_toc_allocate(pcxt->toc, AREA_SIZE);
		area = dsa_create_in_place(place, AREA_SIZE, LWTRANCHE_PARALLEL_QUERY_DSA, pcxt->seg);
		shm_toc_insert(pcxt->toc, KEY_AREA, place);
		LaunchParallelWorkers(pcxt);
		ereport(DEBUG1,
				(errmsg_internal("computing %d marts side by side, with %d workers",
								 n, pcxt->nworkers_launched)));
		take_part(shared, wave);
		WaitForParallelWorkersToFinish(pcxt);
		for (int i = 0; i < n; i++)
			if (!wave->done[i])
				wave->done[i] = collect(&shared->marts[i], area, rows[i], wave->computed[i]);
		dsa_detach(area);
	}
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	PopActiveSnapshot();
	role_leave(&before);
}

void
compute_ahead(Build *build)
{
	Wave		wave = {.build = build};
	char	   *message;
	bool		succeeded;
	int			n;

	if (max_parallel_maintenance_workers == 0 ||
		!run_guarded(find_marts, &wave, &message))
		return;
	n = list_length(wave.models);
	if (n < 2)
		return;

	/* outside of the guard: what they hold must survive it */
	wave.computed = palloc(n * sizeof(ComputedMart *));
	wave.done = palloc0(n * sizeof(bool));
	for (int i = 0; i < n; i++)
		wave.computed[i] = computed_mart_create(list_nth(wave.queries, i), Max(work_mem / n, 64));
	succeeded = run_guarded(compute, &wave, &message);
	if (!succeeded)
		ereport(DEBUG1,
				(errmsg_internal("marts not computed side by side: %s", message)));
	for (int i = 0; i < n; i++)
	{
		BuildModel *model = list_nth(wave.models, i);

		/* once is enough */
		model->run.tried_ahead = true;
		if (succeeded && wave.done[i])
			model->run.computed = wave.computed[i];
		else
			computed_mart_free(wave.computed[i]);
	}
}
