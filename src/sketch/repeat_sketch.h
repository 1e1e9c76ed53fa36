/*-------------------------------------------------------------------------
 *
 * repeat_sketch.h
 *	  Type repeat_sketch, as the server keeps it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REPEAT_SKETCH_H
#define GREENERY_REPEAT_SKETCH_H

#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "sketch/sketch_bytes.h"

/* Memory in the context that is the argument */
extern const StateHooks sketch_hooks;

/* The bytes of an argument, not checked yet */
static inline struct varlena *
sketch_datum(Datum datum)
{
	return PG_DETOAST_DATUM_PACKED(datum);
}

/* An error: the bytes of a value are not a sketch */
pg_noreturn extern void sketch_is_invalid(void);

#endif							/* GREENERY_REPEAT_SKETCH_H */
