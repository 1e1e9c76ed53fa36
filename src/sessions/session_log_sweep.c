/*-------------------------------------------------------------------------
 *
 * session_log_sweep.c
 *	  The rows of a session log, handed out session by session.
 *
 * Part by part: each fits into the processor's cache, where its rows
 * are spread over small buckets by the bits of the key after the first byte, and
 * each bucket is sorted by key and time.
 *
 * Sweeping works on a copy of a part, so that it can be done at any time
 * and repeatedly.
 *
 * Every time the log has grown to four times what the answer depends on, the
 * parts are sorted and rewritten with no more than that.  So memory
 * follows the sessions and not the rows, and a row takes part in a third of a
 * rewriting on average, which costs a fraction of what it took to get it here.
 *
 *-------------------------------------------------------------------------
 */
#include "sessions/session_log_sweep.h"

#include "sessions/reach.h"

/* rows in a bucket on average, and how many are sorted by insertion */
#define BUCKET_ROWS 4
#define MAX_BUCKET_BITS 20
#define INSERTION_ROWS 24

/* rows between two calls of poll() */
#define POLL_EVERY 65536

/* A sweep under way, and its working memory, which grows as needed */
typedef struct Sweep
{
	const SessionLog *log;
	SessionLog *rewriting;		/* the same, if it is to be compacted */
	uint64_t	key_bits;		/* those of the first word that are key */
	bool		packed;
	session_log_visit visit;
	session_log_visit_span visit_span;
	void	   *arg;
	uint64_t   *rows;			/* sorted copy of a part */
	uint64_t	rows_capacity;	/* in words */
	uint64_t   *merge;			/* for sorting large buckets */
	uint64_t	merge_capacity;
	uint64_t   *ends;			/* of the buckets */
	uint64_t	ends_capacity;
	GreeneryRecord *session;	/* rows of one session */
	uint64_t	session_capacity;
	uint64_t	unpolled;		/* rows since the last poll() */
} Sweep;

/* Working memory of at least n units, contents lost */
static void *
make_room(const Sweep *sweep, void *memory, uint64_t *capacity, uint64_t n,
		  uint64_t unit)
{
	return hooks_make_room(sweep->log->hooks, sweep->log->arg, memory, capacity, n, unit);
}

static void
poll_after(Sweep *sweep, uint64_t rows)
{
	sweep->unpolled += rows;
	if (sweep->unpolled >= POLL_EVERY)
	{
		sweep->unpolled = 0;
		sweep->log->hooks->poll();
	}
}

LOG_INLINE bool
same_session(const uint64_t *a, const uint64_t *b, int keys, uint64_t key_bits)
{
	return ((a[0] ^ b[0]) & key_bits) == 0 && (keys == 1 || a[1] == b[1]);
}

/* Does row a belong after row b? */
LOG_INLINE bool
after(const uint64_t *a, const uint64_t *b, int words, int keys,
	  uint64_t key_bits)
{
	uint64_t	a_key = a[0] & key_bits;
	uint64_t	b_key = b[0] & key_bits;

	if (a_key != b_key)
		return a_key > b_key;
	if (keys == 2 && a[1] != b[1])
		return a[1] > b[1];
	if (a[keys] != b[keys])
		return (int64_t) a[keys] > (int64_t) b[keys];

	/* events by the mask, so that those that are alike are neighbours */
	return words == keys + 1 ? a[0] > b[0] : a[keys + 1] > b[keys + 1];
}

LOG_INLINE void
copy_row(uint64_t *to, const uint64_t *from, int words)
{
	for (int i = 0; i < words; i++)
		to[i] = from[i];
}

LOG_INLINE void
insertion_sort(uint64_t *rows, uint64_t n, int words, int keys,
			   uint64_t key_bits)
{
	uint64_t	row[MAX_WORDS];

	for (uint64_t i = 1; i < n; i++)
	{
		uint64_t   *at = rows + i * words;

		if (!after(at - words, at, words, keys, key_bits))
			continue;
		copy_row(row, at, words);
		do
		{
			copy_row(at, at - words, words);
			at -= words;
		} while (at > rows && after(at - words, row, words, keys, key_bits));
		copy_row(at, row, words);
	}
}

/*
 * Sort runs by insertion and merge them, if there are several: a bucket is
 * large when a session is.  Rows that came in order are only copied.
 */
LOG_INLINE void
merge_sort(Sweep *sweep, uint64_t *rows, uint64_t n, int words, int keys)
{
	const uint64_t key_bits = sweep->key_bits;
	uint64_t   *from = rows;
	uint64_t   *to;

	for (uint64_t i = 0; i < n; i += INSERTION_ROWS)
		insertion_sort(rows + i * words,
					   n - i < INSERTION_ROWS ? n - i : INSERTION_ROWS,
					   words, keys, key_bits);
	if (n <= INSERTION_ROWS)
		return;
	sweep->merge = make_room(sweep, sweep->merge, &sweep->merge_capacity,
							 n * words, sizeof(uint64_t));
	to = sweep->merge;
	for (uint64_t run = INSERTION_ROWS; run < n; run *= 2)
	{
		uint64_t   *out = to;

		for (uint64_t i = 0; i < n; i += 2 * run)
		{
			const uint64_t *left = from + i * words;
			const uint64_t *middle = n - i > run ? left + run * words : from + n * words;
			const uint64_t *right = middle;
			const uint64_t *end = n - i > 2 * run ? left + 2 * run * words : from + n * words;

			poll_after(sweep, 2 * run);
			if (right < end && after(right - words, right, words, keys, key_bits))
			{
				while (left < middle && right < end)
				{
					if (after(left, right, words, keys, key_bits))
					{
						copy_row(out, right, words);
						right += words;
					}
					else
					{
						copy_row(out, left, words);
						left += words;
					}
					out += words;
				}
			}
			memcpy(out, left, (middle - left) * sizeof(uint64_t));
			out += middle - left;
			memcpy(out, right, (end - right) * sizeof(uint64_t));
			out += end - right;
		}
		out = from;
		from = to;
		to = out;
	}
	if (from != rows)
		memcpy(rows, from, n * words * sizeof(uint64_t));
}

/*
 * Copy the rows of a part, bucket by bucket, each in order.  Buckets
 * follow one another by the high bits of the first word, so the whole is sorted
 * by key and time.
 */
LOG_INLINE void
sort_part(Sweep *sweep, const RowPart *part, uint64_t n, int words, int keys)
{
	const RowChunk *const past = part->last->next;
	int			bits = 1;
	int			shift;
	uint64_t	first = 0;
	uint64_t   *rows;
	uint64_t   *ends;

	while (bits < MAX_BUCKET_BITS && n >> bits > BUCKET_ROWS)
		bits++;
	shift = 64 - bits;
	sweep->rows = make_room(sweep, sweep->rows, &sweep->rows_capacity,
							n * words, sizeof(uint64_t));
	sweep->ends = make_room(sweep, sweep->ends, &sweep->ends_capacity,
							UINT64_C(1) << bits, sizeof(uint64_t));
	rows = sweep->rows;
	ends = sweep->ends;

	memset(ends, 0, sizeof(uint64_t) << bits);
	for (const RowChunk *chunk = part->first; chunk != past;
		 chunk = chunk->next)
	{
		const uint64_t count = part_rows_in(part, chunk, words);

		for (uint64_t i = 0; i < count; i++)
			ends[chunk->words[i * words] >> shift]++;
		poll_after(sweep, count);
	}
	for (uint64_t i = 0; i < UINT64_C(1) << bits; i++)
	{
		uint64_t	count = ends[i];

		ends[i] = first;
		first += count;
	}
	for (const RowChunk *chunk = part->first; chunk != past;
		 chunk = chunk->next)
	{
		const uint64_t count = part_rows_in(part, chunk, words);
		const uint64_t *row = chunk->words;

		for (uint64_t i = 0; i < count; i++, row += words)
			copy_row(rows + ends[row[0] >> shift]++ * words, row, words);
		poll_after(sweep, count);
	}
	first = 0;
	for (uint64_t i = 0; i < UINT64_C(1) << bits; i++)
	{
		uint64_t	count = ends[i] - first;

		if (count > 1)
			merge_sort(sweep, rows + first * words, count, words, keys);
		first = ends[i];
	}
	poll_after(sweep, n);
}

/* Write what is left of a session; a row that says that it is there, if none */
LOG_INLINE void
put_back(Sweep *sweep, RowPart *part, const uint64_t *row,
		 int keys, uint64_t n)
{
	SessionLog *log = sweep->rewriting;
	uint64_t	first = row[0] & sweep->key_bits;
	uint64_t	second = keys == 2 ? row[1] : 0;

	if (n > 0)
		n = log->compact(log->arg, sweep->session, n);
	if (n == 0)
		put_event(log, part, first, second, 0, 0);
	for (uint64_t i = 0; i < n; i++)
		put_event(log, part, first, second, sweep->session[i].key,
				  sweep->session[i].value);
}

/*
 * Hand over the sorted rows session by session; or, for a compaction, put back
 * what is left of them.
 */
LOG_INLINE void
visit_sessions(Sweep *sweep, RowPart *rewritten, uint64_t n,
			   int words, int keys)
{
	const uint64_t *row = sweep->rows;
	const uint64_t *end = row + n * words;

	while (row < end)
	{
		const uint64_t *first = row;
		uint64_t	wanted = 0;

		do
		{
			uint64_t	mask = sweep->packed ? row[0] & PACKED_MASK : row[keys + 1];

			if (wanted == sweep->session_capacity)
			{
				GreeneryRecord *old = sweep->session;
				uint64_t	capacity = wanted == 0 ? 64 : wanted * 2;

				sweep->session = sweep->log->hooks->allocate(sweep->log->arg,
															 capacity * sizeof(GreeneryRecord));
				if (old != NULL)
				{
					memcpy(sweep->session, old, wanted * sizeof(GreeneryRecord));
					sweep->log->hooks->release(sweep->log->arg, old);
				}
				sweep->session_capacity = capacity;
			}
			sweep->session[wanted].key = (int64_t) row[keys];
			sweep->session[wanted].value = mask;
			if (mask != 0)
				wanted++;
			row += words;
		} while (row < end && same_session(row, first, keys, sweep->key_bits));
		if (rewritten != NULL)
			put_back(sweep, rewritten, first, keys, wanted);
		else
			sweep->visit(sweep->arg, sweep->session, wanted);
	}
	poll_after(sweep, n);
}

/*
 * The same for spans: those within reach of one another become one, and the
 * sessions of a log of spans are what cannot be made one.
 */
LOG_INLINE void
visit_spans(Sweep *sweep, RowPart *rewritten, uint64_t n,
			int words, int keys)
{
	const uint64_t reach = sweep->log->reach;
	const uint64_t *row = sweep->rows;
	const uint64_t *end = row + n * words;

	while (row < end)
	{
		const uint64_t *start = row;
		int64_t		last = (int64_t) row[keys + 1];
		uint64_t	mask = 0;

		do
		{
			if (last < (int64_t) row[keys + 1])
				last = (int64_t) row[keys + 1];
			mask |= sweep->packed ? row[0] & PACKED_MASK : row[keys + 2];
			row += words;
		} while (row < end && same_session(row, start, keys, sweep->key_bits) &&
				 within_reach(last, (int64_t) row[keys], reach));
		if (rewritten != NULL)
			put_span(sweep->rewriting, rewritten, start[0] & sweep->key_bits,
					 keys == 2 ? start[1] : 0, (int64_t) start[keys], last, mask);
		else
			sweep->visit_span(sweep->arg, (int64_t) start[keys], last, mask);
	}
	poll_after(sweep, n);
}

LOG_INLINE void
sweep_part_as(Sweep *sweep, RowPart *part, int words, int keys, bool spans)
{
	RowPart    *rewritten = NULL;
	uint64_t	n = part_rows(part, words);

	if (n == 0)
		return;
	sort_part(sweep, part, n, words, keys);
	if (sweep->rewriting != NULL)
	{
		rewritten = part;
		part_rewind(part, words);
	}
	if (spans)
		visit_spans(sweep, rewritten, n, words, keys);
	else
		visit_sessions(sweep, rewritten, n, words, keys);
}

/* Made once for each layout, so that the numbers of words are constants */
static void
sweep_parts(Sweep *sweep)
{
	const SessionLog *log = sweep->log;
	bool		wide = log->shape.keys == 2;

	sweep->key_bits = ~PACKED_MASK;
	sweep->packed = log->packed;
	for (int i = 0; i < ROW_PARTS; i++)
	{
		RowPart    *part = &log->rows.parts[i];

		if (log->shape.spans && !wide)
			sweep_part_as(sweep, part, 3, 1, true);
		else if (log->shape.spans)
			sweep_part_as(sweep, part, 4, 2, true);
		else if (sweep->packed && !wide)
			sweep_part_as(sweep, part, 2, 1, false);
		else if (sweep->packed)
			sweep_part_as(sweep, part, 3, 2, false);
		else if (!wide)
			sweep_part_as(sweep, part, 3, 1, false);
		else
			sweep_part_as(sweep, part, 4, 2, false);
	}
}

/* The few rows of a log without parts */
static void
sweep_pending(Sweep *sweep)
{
	const SessionLog *log = sweep->log;
	const uint64_t n = log->npending;
	const uint64_t words = words_of_pending(log->shape);

	sweep->key_bits = ~UINT64_C(0);
	sweep->rows = make_room(sweep, NULL, &sweep->rows_capacity,
							n * words, sizeof(uint64_t));
	memcpy(sweep->rows, log->pending, n * words * sizeof(uint64_t));
	if (log->shape.keys == 1)
		merge_sort(sweep, sweep->rows, n, words, 1);
	else
		merge_sort(sweep, sweep->rows, n, words, 2);
	if (log->shape.spans)
		visit_spans(sweep, NULL, n, words, log->shape.keys);
	else
		visit_sessions(sweep, NULL, n, words, log->shape.keys);
}

static void
end_sweep(Sweep *sweep)
{
	void	   *const chunks[] = {
		sweep->rows, sweep->merge, sweep->ends, sweep->session
	};

	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++)
		if (chunks[i] != NULL)
			sweep->log->hooks->release(sweep->log->arg, chunks[i]);
}

static void
run_sweep(Sweep *sweep)
{
	if (sweep->log->rows.parts != NULL)
		sweep_parts(sweep);
	else if (sweep->log->npending > 0)
		sweep_pending(sweep);
	end_sweep(sweep);
}

void
session_log_sweep(const SessionLog *log, session_log_visit visit, void *arg)
{
	Sweep		sweep = {.log = log,.visit = visit,.arg = arg};

	run_sweep(&sweep);
}

void
session_log_sweep_flushed(const SessionLog *log, session_log_visit_span visit,
						  void *arg)
{
	Sweep		sweep = {.log = log,.visit_span = visit,.arg = arg};

	run_sweep(&sweep);
}

void
session_log_compact_parts(SessionLog *log)
{
	Sweep		sweep = {.log = log,.rewriting = log};
	const uint64_t before = log->nrows;

	run_sweep(&sweep);
	log->nrows = row_parts_count(&log->rows);
	log->crowded = log->nrows < before - before / 8;
	log->compact_at = log->nrows * COMPACT_GROWTH;
	if (log->compact_at < COMPACT_FROM)
		log->compact_at = COMPACT_FROM;
}
