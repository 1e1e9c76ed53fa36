/*-------------------------------------------------------------------------
 *
 * memcheck.h
 *	  What PostgreSQL tells valgrind about its memory, told to the address
 *	  sanitizer instead.
 *
 * A server that is compiled with USE_VALGRIND and finds this file in place of
 * valgrind's own tells which bytes of its blocks belong to a chunk that is in
 * use.  So the sanitizer sees a byte behind a chunk, and a chunk that has been
 * freed, where otherwise it would see one large block from malloc().
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_MEMCHECK_H
#define GREENERY_MEMCHECK_H

#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_NOACCESS(addr, size) \
	ASAN_POISON_MEMORY_REGION((const void *) (addr), size)
#define VALGRIND_MAKE_MEM_UNDEFINED(addr, size) \
	ASAN_UNPOISON_MEMORY_REGION((const void *) (addr), size)
#define VALGRIND_MAKE_MEM_DEFINED(addr, size) \
	ASAN_UNPOISON_MEMORY_REGION((const void *) (addr), size)
#define VALGRIND_MEMPOOL_ALLOC(context, addr, size) \
	ASAN_UNPOISON_MEMORY_REGION((const void *) (addr), size)
#define VALGRIND_MEMPOOL_CHANGE(context, optr, nptr, size) \
	ASAN_UNPOISON_MEMORY_REGION((const void *) (nptr), size)

/* a freed chunk has been wiped, and then said not to be accessible */
#define VALGRIND_MEMPOOL_FREE(context, addr)				((void) 0)
#define VALGRIND_CREATE_MEMPOOL(context, redzones, zeroed)	((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(context)					((void) 0)
#define VALGRIND_MEMPOOL_TRIM(context, addr, size)			((void) 0)
#define VALGRIND_CHECK_MEM_IS_DEFINED(addr, size)			((void) 0)

#endif							/* GREENERY_MEMCHECK_H */
