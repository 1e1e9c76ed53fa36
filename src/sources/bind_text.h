/*-------------------------------------------------------------------------
 *
 * bind_text.h
 *	  A bound query as a text that means the same for every caller.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BIND_TEXT_H
#define GREENERY_BIND_TEXT_H

#include "postgres.h"

#include "sources/binding.h"

/* The query as a text in which every name has its schema */
extern char *bind_text(const Binding *binding);

#endif							/* GREENERY_BIND_TEXT_H */
