/*-------------------------------------------------------------------------
 *
 * distributed.h
 *	  Queries over tables whose rows are on several servers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_DISTRIBUTED_H
#define GREENERY_DISTRIBUTED_H

#include "postgres.h"

/* A setting has changed: plans that have its value in them are made anew */
extern void distributed_setting_changed(void);

/* Whether a rewritten query reads a distributed table, perhaps through a source function */
extern bool query_is_distributed(struct Query *query);

#endif							/* GREENERY_DISTRIBUTED_H */
