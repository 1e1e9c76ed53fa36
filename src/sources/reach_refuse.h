/*-------------------------------------------------------------------------
 *
 * reach_refuse.h
 *	  Errors for what a build may not read or call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_REACH_REFUSE_H
#define GREENERY_REACH_REFUSE_H

#include "postgres.h"

#include "sources/reach.h"

/* what is the thing that reads, for people */
extern void reach_refuse_hidden(const Reach *reach, const char *what);
extern void reach_refuse_session(const Reach *reach, const char *what);
extern void reach_refuse_temporary(const Reach *reach, const char *what);
extern void reach_refuse_policies(const Reach *reach);
extern void reach_refuse_strangers(const Reach *reach, Oid builder);

/*
 * What a text calls is found by name each time that it runs: no other role may put something
 * that fits better beside it.
 */
extern void reach_refuse_open_schemas(const Reach *reach, const char *what, Oid builder);

#endif							/* GREENERY_REACH_REFUSE_H */
