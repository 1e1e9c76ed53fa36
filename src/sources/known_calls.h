/*-------------------------------------------------------------------------
 *
 * known_calls.h
 *	  Whether a query calls only what always gives the same answer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_KNOWN_CALLS_H
#define GREENERY_KNOWN_CALLS_H

#include "postgres.h"

#include "nodes/nodes.h"

/* Whether a query or an expression calls only immutable functions of the server and of greenery */
extern bool calls_only_known(Node *node);

#endif							/* GREENERY_KNOWN_CALLS_H */
