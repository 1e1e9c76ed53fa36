/*-------------------------------------------------------------------------
 *
 * session_log_rows.h
 *	  A session log, and where its rows are.
 *
 * Who uses a log includes session_log.h; what is below the functions is for
 * session_log*.c only.
 *
 *	  event, packed:	| key[0] << 8 + mask | key[1] | time |
 *	  event, wide:		| key[0] << 8		 | key[1] | time | mask |
 *	  span:				| key[0] << 8 + mask | key[1] | first | last |
 *	  pending event:	| key[0]			 | key[1] | time | mask |
 *	  pending span:		| key[0]			 | key[1] | first | last | mask |
 *
 * key[1] is there if keys have 128 bits.  The first byte of a key is known from
 * the part, which leaves room for a mask of up to eight bits; longer ones
 * take a word of their own.  So an event with a key of 64 bits takes 16 bytes,
 * and nothing of the key is lost.
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_ROWS_H
#define GREENERY_SESSION_LOG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "aggregate/row_parts.h"
#include "sessions/record.h"

/* What decides how a row is laid out: the same in logs that meet */
typedef struct SessionLogShape
{
	int			keys;			/* 64-bit words in a key: 1, 2 */
	int			steps;			/* bits in a mask, 1 to 64 */
	bool		spans;			/* of spans; at most 8 steps then */
} SessionLogShape;

typedef struct SessionLogRecent SessionLogRecent;

/*
 * Merge or drop rows of a session that the answer will not depend on, whatever
 * rows are added later; rows are as session_log_visit gets them.  Returns how
 * many are left, at the front.
 */
typedef size_t (*session_log_compact) (void *arg, GreeneryRecord *rows,
									   size_t n);

typedef struct SessionLog
{
	SessionLogShape shape;
	bool		packed;			/* is the mask in the key's first word? */
	uint64_t	npending;
	uint64_t	pending_capacity;
	uint64_t   *pending;		/* as long as there are no parts */
	RowParts	rows;
	uint64_t	nrows;			/* in all parts */
	uint64_t	compact_at;		/* that many rows are too many */
	bool		crowded;		/* has much been dropped the last time? */
	session_log_compact compact;	/* for events */
	uint64_t	reach;			/* for spans */
	SessionLogRecent *recent;	/* spans under way, see session_log_spans.c */
	uint64_t	recent_left;	/* rows until it is judged, or tried again */
	const StateHooks *hooks;
	void	   *arg;			/* of the hooks and of compact */
} SessionLog;

/* compact is for a log of events, reach for one of spans */
extern void session_log_init(SessionLog *log, SessionLogShape shape,
							 session_log_compact compact, uint64_t reach,
							 const StateHooks *hooks, void *arg);

/* From now on rows go to parts */
extern void session_log_make_parts(SessionLog *log);

/* Room for one more pending row, or parts */
extern void session_log_grow_pending(SessionLog *log);

#if defined(__GNUC__)
#define LOG_INLINE static inline __attribute__((always_inline))
#define prefetch_for_write(address) __builtin_prefetch(address, 1)
#else
#define LOG_INLINE static inline
#define prefetch_for_write(address) ((void) 0)
#endif

/* bits of a mask that fit beside a key: those that its part stands for */
#define PACKED_BITS ROW_PARTS_BITS
#define PACKED_MASK ((UINT64_C(1) << PACKED_BITS) - 1)

/* 64-bit words in a row, at most */
#define MAX_WORDS 5

/* rows in parts that are worth a table of the spans under way */
#ifndef RECENT_FROM
#define RECENT_FROM 8192
#endif

/* rows that are not worth compacting, and how many times as many are */
#ifndef COMPACT_FROM
#define COMPACT_FROM (UINT64_C(1) << 16)
#endif
#define COMPACT_GROWTH 4

LOG_INLINE bool
fits_packed(SessionLogShape shape)
{
	return shape.steps <= PACKED_BITS;
}

LOG_INLINE int
words_of_row(SessionLogShape shape)
{
	return shape.keys + (shape.spans || !fits_packed(shape) ? 2 : 1);
}

LOG_INLINE int
words_of_pending(SessionLogShape shape)
{
	return shape.keys + (shape.spans ? 3 : 2);
}

LOG_INLINE void
put_event(SessionLog *log, RowPart *part, uint64_t first_word,
		  uint64_t second_word, int64_t time, uint64_t mask)
{
	uint64_t   *row = part_next_row(&log->rows, part, log->rows.words);

	*row++ = first_word | (log->packed ? mask : 0);
	if (log->shape.keys == 2)
		*row++ = second_word;
	*row++ = (uint64_t) time;
	if (!log->packed)
		*row = mask;
}

LOG_INLINE void
put_span(SessionLog *log, RowPart *part, uint64_t first_word,
		 uint64_t second_word, int64_t first, int64_t last, uint64_t mask)
{
	uint64_t   *row = part_next_row(&log->rows, part, log->rows.words);

	*row++ = first_word | mask;
	if (log->shape.keys == 2)
		*row++ = second_word;
	*row++ = (uint64_t) first;
	*row = (uint64_t) last;
}

#endif							/* GREENERY_SESSION_LOG_ROWS_H */
