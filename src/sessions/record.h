/*-------------------------------------------------------------------------
 *
 * record.h
 *	  The 16-byte record that the behavioural aggregates collect.
 *
 * Needs nothing of the server, so that the algorithms over arrays of records
 * can be linked into a fuzz target.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_RECORD_H
#define GREENERY_RECORD_H

#include <stdint.h>

/* What key and value hold is said by the aggregate that collects them. */
typedef struct GreeneryRecord
{
	int64_t		key;
	uint64_t	value;
} GreeneryRecord;

#endif							/* GREENERY_RECORD_H */
