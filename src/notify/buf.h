/*-------------------------------------------------------------------------
 *
 * buf.h
 *	  A growing string.
 *
 * greenery-notify is an ordinary program: it uses libpq and libcurl, and
 * nothing of the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_BUF_H
#define NOTIFY_BUF_H

#include <stddef.h>

/* data always ends with a zero byte that len does not count */
typedef struct Buf
{
	char	   *data;
	size_t		len;
	size_t		size;
} Buf;

extern void buf_init(Buf *buf);
extern void buf_free(Buf *buf);
extern void buf_add(Buf *buf, const char *data, size_t len);
extern void buf_puts(Buf *buf, const char *text);
extern void buf_printf(Buf *buf, const char *fmt,...) __attribute__((format(printf, 2, 3)));

/* these end the program when memory is exhausted */
extern void *xmalloc(size_t size);
extern void *xrealloc(void *ptr, size_t size);
extern char *xstrdup(const char *text);

#endif							/* NOTIFY_BUF_H */
