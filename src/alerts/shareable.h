/*-------------------------------------------------------------------------
 *
 * shareable.h
 *	  What may be told of an error to someone who must not see the rows.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SHAREABLE_H
#define GREENERY_SHAREABLE_H

/*
 * Of a message as run_guarded() makes it: all of one without SQLSTATE; of errors about
 * names, syntax and locks (classes 42 and 55) the first line, without their detail; of
 * others, which may quote values, the SQLSTATE alone.  In the current memory context.
 */
extern const char *shareable_message(const char *message);

#endif							/* GREENERY_SHAREABLE_H */
