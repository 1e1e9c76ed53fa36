/*-------------------------------------------------------------------------
 *
 * http.h
 *	  One HTTP POST, and what its outcome means for the delivery.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_HTTP_H
#define NOTIFY_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "config.h"

typedef enum HttpOutcome
{
	HTTP_DELIVERED,				/* the receiver accepted the message */
	HTTP_TROUBLE,				/* may work later */
	HTTP_REFUSED,				/* the channel is gone or closed to us */
	HTTP_REJECTED,				/* this message will never be accepted */
	HTTP_INTERRUPTED			/* we were told to stop; outcome unknown */
} HttpOutcome;

typedef struct HttpResult
{
	HttpOutcome outcome;
	int64_t		retry_after;	/* milliseconds; 0 unless the receiver said */
	char		error[160];		/* without URL, host or any other secret */
} HttpResult;

extern bool http_init(void);
extern void http_end(void);
extern void http_post(const Config *config, const char *url, const char *key,
					  const Buf *body, HttpResult *result);

#endif							/* NOTIFY_HTTP_H */
