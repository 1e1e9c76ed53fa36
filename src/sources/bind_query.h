/*-------------------------------------------------------------------------
 *
 * bind_query.h
 *	  The SELECT that a source is to be bound to: parsed, and looked at.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BIND_QUERY_H
#define GREENERY_BIND_QUERY_H

#include "postgres.h"

#include "sources/binding.h"
#include "sources/reach.h"

/*
 * Parse what was given: a SELECT, or the name of a relation.  Names are looked up as the
 * caller has it, and errors point into the text.
 */
extern Query *bind_parse(const char *text, const char *source);

/* Errors for what a binding must not do, with what it reaches */
extern void bind_refuse(const Binding *binding, const Reach *reach);

/* What an entry of a query's target list says, as SQL */
extern const char *bind_expression(const Query *query, const TargetEntry *entry);

#endif							/* GREENERY_BIND_QUERY_H */
