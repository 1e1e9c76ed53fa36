/*-------------------------------------------------------------------------
 *
 * named_schema.h
 *	  The schemas in which a text finds what it calls by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_NAMED_SCHEMA_H
#define GREENERY_NAMED_SCHEMA_H

#include "postgres.h"

#include "nodes/nodes.h"

/*
 * The schema in which a call in a text is looked up again, or InvalidOid.  A cast is found by
 * its types, and needs none.
 */
extern Oid	schema_of_call(Node *node);

/*
 * A cast without a function may be written as a call, type(value): a function of that name
 * would be called in its place.  The schema of the type, where others may put one, or
 * InvalidOid.
 */
extern Oid	schema_of_cast_as_call(Node *node);

extern Oid	type_schema(Oid type);

#endif							/* GREENERY_NAMED_SCHEMA_H */
