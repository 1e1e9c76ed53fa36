/*-------------------------------------------------------------------------
 *
 * session_log_spans.c
 *	  How rows come into a session log of spans.
 *
 * Shops write events as they happen, so the next row of a session is mostly
 * found not far from the last one.  The spans that are under way are kept in a
 * small table, which fits into the processor's cache, and only what another
 * session pushes out of its place goes to the parts: a few times less than
 * there are rows.  A session that comes back later is put together by the
 * sweep.
 *
 * A row waits there for some others before it is looked up: whether it finds
 * its session is anyone's guess, and a processor that guesses wrong starts over
 * from where it has the key.  That should not be where it still waits for the
 * key's bytes, and for the place in the table.
 *
 * Where rows come in no such order the table is of no use.  So every now and
 * then it is on trial, and has to prove itself.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_spans.h"

#include "sessions/reach.h"

/* places for spans under way */
#ifndef RECENT_BITS
#define RECENT_BITS 11
#endif
#define RECENT_SLOTS (UINT64_C(1) << RECENT_BITS)

/* rows that wait to be looked up */
#define WAITING_ROWS 64

/* rows of a trial, how many of them must find their session, and the pause
 * when fewer did */
#ifndef TRIAL_ROWS
#define TRIAL_ROWS 16384
#endif
#define TRIAL_HITS (TRIAL_ROWS / 8)
#define TRIAL_PAUSE (UINT64_C(64) * TRIAL_ROWS)

/* A span of a session, and what has been seen in it */
typedef struct Span
{
	uint64_t	key[2];
	int64_t		first;
	int64_t		last;
	uint64_t	mask;
	uint64_t	used;
} Span;

struct SessionLogRecent
{
	uint64_t	hits;			/* in the current trial */
	uint64_t	nwaiting;
	Span		waiting[WAITING_ROWS];
	Span		slots[RECENT_SLOTS];	/* by the high bits of the key */
};

/* A row to the parts */
LOG_INLINE void
append_span(SessionLog *log, uint64_t key0, uint64_t key1, int64_t first,
			int64_t last, uint64_t mask)
{
	put_span(log, part_of(&log->rows, key0),
			 key0 << PACKED_BITS, key1, first, last, mask);
	log->nrows++;
}

LOG_INLINE Span *
slot_of(SessionLogRecent *recent, uint64_t key0)
{
	return &recent->slots[key0 >> (64 - RECENT_BITS)];
}

/* Make rows part of what is under way where they can be, else begin anew */
static void
look_up_waiting(SessionLog *log)
{
	SessionLogRecent *recent = log->recent;
	const uint64_t n = recent->nwaiting;
	const uint64_t reach = log->reach;

	/* none of them is to be added again if something fails on the way */
	recent->nwaiting = 0;
	for (const Span *row = recent->waiting; row < recent->waiting + n; row++)
	{
		Span	   *span = slot_of(recent, row->key[0]);

		if (span->used && span->key[0] == row->key[0] &&
			span->key[1] == row->key[1] &&
			(row->first >= span->first ? within_reach(span->last, row->first, reach) :
			 within_reach(row->last, span->first, reach)))
		{
			if (row->first < span->first)
				span->first = row->first;
			if (row->last > span->last)
				span->last = row->last;
			span->mask |= row->mask;
			recent->hits++;
			continue;
		}
		if (span->used)
			append_span(log, span->key[0], span->key[1], span->first,
						span->last, span->mask);
		*span = *row;
	}
}

void
session_log_flush(SessionLog *log)
{
	if (log->recent == NULL)
		return;
	look_up_waiting(log);
	for (uint64_t i = 0; i < RECENT_SLOTS; i++)
	{
		Span	   *span = &log->recent->slots[i];

		if (!span->used)
			continue;
		append_span(log, span->key[0], span->key[1], span->first, span->last,
					span->mask);
		span->used = 0;
	}
}

/* A trial is over, or time for the next one */
static void
review_recent(SessionLog *log)
{
	log->recent_left = TRIAL_ROWS;
	if (log->recent == NULL)
	{
		log->recent = log->hooks->allocate(log->arg, sizeof(SessionLogRecent));
		memset(log->recent, 0, sizeof(SessionLogRecent));
	}
	else if (log->recent->hits < TRIAL_HITS)
	{
		session_log_flush(log);
		log->hooks->release(log->arg, log->recent);
		log->recent = NULL;
		log->recent_left = TRIAL_PAUSE;
	}
	else
		log->recent->hits = 0;
}

LOG_INLINE void
add_recent(SessionLog *log, const uint64_t *key, int64_t first, int64_t last,
		   uint64_t mask)
{
	SessionLogRecent *recent = log->recent;
	Span	   *row = &recent->waiting[recent->nwaiting++];

	prefetch_for_write(slot_of(recent, key[0]));
	row->key[0] = key[0];
	row->key[1] = log->shape.keys == 2 ? key[1] : 0;
	row->first = first;
	row->last = last;
	row->mask = mask;
	row->used = 1;
	if (recent->nwaiting == WAITING_ROWS)
		look_up_waiting(log);
}

void
session_log_add_span(SessionLog *log, const uint64_t *key, int64_t first,
					 int64_t last, uint64_t mask)
{
	uint64_t   *row;

	if (log->rows.parts == NULL && log->npending == log->pending_capacity)
		session_log_grow_pending(log);
	if (log->rows.parts != NULL)
	{
		if (log->nrows >= log->compact_at)
			session_log_compact_parts(log);
		if (log->recent_left == 0)
			review_recent(log);
		log->recent_left--;
		if (log->recent != NULL)
			add_recent(log, key, first, last, mask);
		else
			append_span(log, key[0], log->shape.keys == 2 ? key[1] : 0, first,
						last, mask);
		return;
	}
	row = log->pending + log->npending++ * words_of_pending(log->shape);
	*row++ = key[0];
	if (log->shape.keys == 2)
		*row++ = key[1];
	*row++ = (uint64_t) first;
	*row++ = (uint64_t) last;
	*row = mask;
}

void
session_log_sweep_spans(SessionLog *log, session_log_visit_span visit,
						void *arg)
{
	session_log_flush(log);
	session_log_sweep_flushed(log, visit, arg);
}
