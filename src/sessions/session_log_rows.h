/*-------------------------------------------------------------------------
 *
 * session_log_rows.h
 *	  The inside of a session log, for session_log*.c only: where its rows are.
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
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_ROWS_H
#define GREENERY_SESSION_LOG_ROWS_H

#include "sessions/reach.h"
#include "sessions/session_log.h"

#include <string.h>

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

/* session_log.c: from now on rows go to parts */
extern void session_log_make_parts(SessionLog *log);

/* session_log.c: room for one more pending row, or parts */
extern void session_log_grow_pending(SessionLog *log);

/* session_log_sweep.c: drop rows of parts */
extern void session_log_compact_parts(SessionLog *log);

/* session_log_spans.c: write what is under way to the parts */
extern void session_log_flush(SessionLog *log);

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
