/*-------------------------------------------------------------------------
 *
 * sketch_bytes.h
 *	  A repeat sketch as bytes.
 *
 * Plain C: needs no server.  There is one way to write a sketch: sketches are equal
 * when their bytes are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SKETCH_BYTES_H
#define GREENERY_SKETCH_BYTES_H

#include <stddef.h>

#include "sketch/repeat_sketch_core.h"

/* A position in the bytes of a sketch */
typedef struct SketchReader
{
	SketchCounts counts;		/* of the header; repeats of the users read so
								 * far */
	uint32_t	nread;
	int			rice;			/* low bits of a gap */
	uint64_t	user;			/* the last one read */
	const unsigned char *p;
	const unsigned char *end;
	uint64_t	bits;			/* taken from the bytes, not used yet */
	int			nbits;
} SketchReader;

/*
 * Bytes of a sketch with these entries.  Written to bytes unless that is NULL.
 */
extern size_t sketch_write(const SketchCounts *counts, const SketchEntry *entries,
						   unsigned char *bytes);

/* Begin to read; false if the bytes are not a sketch */
extern bool sketch_read(SketchReader *reader, const void *bytes, size_t size);

/* The next user; false when there are no more, or the bytes are wrong */
extern bool sketch_next(SketchReader *reader, SketchEntry *entry);

/* After the last user: were the bytes those of a sketch? */
extern bool sketch_was_read(const SketchReader *reader);

/* All of that at once: are these the bytes of a sketch, and what does it say? */
extern bool sketch_check(const void *bytes, size_t size, SketchCounts *counts);

/* Add all orders of another sketch; false, with anything added, if it is not one */
extern bool sketch_merge(RepeatSketch *sketch, const void *bytes, size_t size);

#endif							/* GREENERY_SKETCH_BYTES_H */
