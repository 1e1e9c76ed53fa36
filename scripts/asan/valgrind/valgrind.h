/*-------------------------------------------------------------------------
 *
 * valgrind.h
 *	  What PostgreSQL asks of valgrind besides: see memcheck.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_VALGRIND_H
#define GREENERY_VALGRIND_H

#define VALGRIND_COUNT_ERRORS	0
#define VALGRIND_PRINTF(...)	((void) 0)

#endif							/* GREENERY_VALGRIND_H */
