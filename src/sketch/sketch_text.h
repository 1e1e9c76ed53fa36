/*-------------------------------------------------------------------------
 *
 * sketch_text.h
 *	  A repeat sketch as text.
 *
 * Plain C: needs no server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SKETCH_TEXT_H
#define GREENERY_SKETCH_TEXT_H

#include <stddef.h>

#include "sketch/repeat_sketch_core.h"

/*
 * The text has a head to read and the bytes in base64.  Room for a text, with a zero
 * at its end, of so many bytes; and for the bytes of a text.
 */
#define SKETCH_HEAD_ROOM 64
#define SKETCH_TEXT_ROOM(size) (SKETCH_HEAD_ROOM + ((size) / 3 + 1) * 4)
#define SKETCH_BYTES_ROOM(length) ((length) / 4 * 3 + 3)

extern void sketch_to_text(const SketchCounts *counts, const void *bytes, size_t size,
						   char *text);

/* How many bytes the text stands for, or 0 if it is not a sketch's */
extern size_t sketch_from_text(const char *text, unsigned char *bytes);

#endif							/* GREENERY_SKETCH_TEXT_H */
