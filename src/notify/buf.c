/*-------------------------------------------------------------------------
 *
 * buf.c
 *	  A growing string, and memory that is there or ends the program.
 *
 * Running out of memory ends the program: whatever was claimed falls
 * back to the queue when its lease ends.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "log.h"

void *
xrealloc(void *ptr, size_t size)
{
	void	   *result = realloc(ptr, size);

	if (result == NULL)
	{
		log_msg(LOG_LEVEL_ERROR, "out of memory");
		exit(1);
	}
	return result;
}

void *
xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

char *
xstrdup(const char *text)
{
	size_t		size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}

void
buf_init(Buf *buf)
{
	buf->size = 256;
	buf->len = 0;
	buf->data = xmalloc(buf->size);
	buf->data[0] = '\0';
}

void
buf_free(Buf *buf)
{
	free(buf->data);
	buf->data = NULL;
	buf->len = buf->size = 0;
}

/* Make room for len more bytes and the final zero */
static void
buf_reserve(Buf *buf, size_t len)
{
	if (buf->len + len + 1 > buf->size)
	{
		while (buf->len + len + 1 > buf->size)
			buf->size *= 2;
		buf->data = xrealloc(buf->data, buf->size);
	}
}

void
buf_add(Buf *buf, const char *data, size_t len)
{
	buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_puts(Buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void
buf_printf(Buf *buf, const char *fmt,...)
{
	va_list		args;
	int			len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len <= 0)
		return;
	buf_reserve(buf, len);
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t) len + 1, fmt, args);
	va_end(args);
	buf->len += len;
}
