/*-------------------------------------------------------------------------
 *
 * key_log.h
 *	  Keys of 64 or 128 bits, written down as they come, and counted in the end:
 *	  how many different ones, and how many of them more than once?
 *
 * Plain C: needs no server.  Memory and interrupts come from the caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KEY_LOG_H
#define GREENERY_KEY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aggregate/row_parts.h"

typedef struct KeyLog
{
	int			words;			/* 64-bit words in a key: 1, 2 */
	uint64_t	nkeys;			/* in parts, however often */
	uint64_t	shrink_at;		/* that many are too many */
	bool		crowded;		/* have many been dropped the last time? */
	uint64_t   *pending;		/* all keys, as long as there are no parts;
								 * then the last */
	uint64_t	npending;
	uint64_t	pending_capacity;
	RowParts	rows;
	const StateHooks *hooks;
	void	   *arg;
} KeyLog;

extern void key_log_init(KeyLog *log, int words, const StateHooks *hooks,
						 void *arg);

/* Add a key.  Its high bits choose the part: the caller has scattered it. */
extern void key_log_add(KeyLog *log, const uint64_t *key);

/* The same for a log with words = 1 */
extern void key_log_add_word(KeyLog *log, uint64_t key);

/* Number of different keys, and of those that came more than once */
extern void key_log_counts(KeyLog *log, uint64_t *keys,
						   uint64_t *repeats);

/*
 * The contents as bytes, for key_log_load in a process of the same machine.
 * key_log_dump_size may drop what need not travel.  key_log_check tells whether
 * bytes could come from a log like this one.  lasting is that of row_parts_load;
 * key_log_load returns whether the log has kept such bytes.
 */
extern uint64_t key_log_dump_size(KeyLog *log);
extern void key_log_dump(const KeyLog *log, char *bytes);
extern bool key_log_check(int words, const char *bytes, uint64_t size);
extern bool key_log_load(KeyLog *log, char *bytes, uint64_t size,
						 bool lasting);

#endif							/* GREENERY_KEY_LOG_H */
