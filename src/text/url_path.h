/*-------------------------------------------------------------------------
 *
 * url_path.h
 *	  The path of a URL, cut into segments.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_TEXT_URL_PATH_H
#define GREENERY_TEXT_URL_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Part of a text */
typedef struct UrlPart
{
	const char *at;				/* NULL: none */
	size_t		length;
} UrlPart;

/* The path, without query and fragment */
extern UrlPart url_path(const char *url, size_t length);

/* The first segment of a path, which becomes what follows it */
extern UrlPart url_next_segment(UrlPart *path);

/* Is a segment a language, such as en or pt-br? */
extern bool url_is_language(UrlPart segment);

/*
 * Decode %20 and the like, into room for the segment's bytes.  What is no such escape stays.
 * Returns the number of bytes.
 */
extern size_t url_decode(UrlPart segment, char *decoded);

#endif							/* GREENERY_TEXT_URL_PATH_H */
