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
 * Of a message as run_guarded() makes it: all of one without SQLSTATE; of an error whose
 * SQLSTATE tells that its text quotes no value, the first line, without its detail; of others
 * the SQLSTATE and its name alone.  In the current memory context.
 */
extern const char *shareable_message(const char *message);

#endif							/* GREENERY_SHAREABLE_H */
