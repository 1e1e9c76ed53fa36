/*-------------------------------------------------------------------------
 *
 * iso_moment.h
 *	  Moments in ISO 8601, which mean the same whatever the session's settings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ISO_MOMENT_H
#define GREENERY_ISO_MOMENT_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* Parse a moment.  Returns NULL, or what is wrong with the text, as a detail. */
extern const char *iso_moment_parse(const char *text, TimestampTz *result);

#endif							/* GREENERY_ISO_MOMENT_H */
