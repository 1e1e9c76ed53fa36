/*-------------------------------------------------------------------------
 *
 * http.c
 *	  One HTTP POST, and what its outcome means for the delivery.
 *
 * A webhook's URL is a password, so no text that libcurl composes is used: its
 * error buffer names the host, and a receiver's error page may repeat the path.
 * What is kept are libcurl's fixed texts by error code, the HTTP status, and the
 * word that Slack answers with, if it is one.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "http.h"
#include "log.h"
#include "signals.h"

/* the start of the receiver's answer, enough for one word */
typedef struct Answer
{
	char		text[64];
	size_t		len;
} Answer;

static CURL *curl = NULL;

bool
http_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(curl = curl_easy_init()) == NULL)
	{
		log_msg(LOG_LEVEL_ERROR, "could not initialize libcurl");
		return false;
	}
	return true;
}

void
http_end(void)
{
	curl_easy_cleanup(curl);
	curl_global_cleanup();
}

/* Keep the beginning of the answer, swallow the rest */
static size_t
receive(char *data, size_t size, size_t count, void *arg)
{
	Answer	   *answer = arg;
	size_t		len = size * count;
	size_t		room = sizeof(answer->text) - 1 - answer->len;

	if (room > len)
		room = len;
	memcpy(answer->text + answer->len, data, room);
	answer->len += room;
	answer->text[answer->len] = '\0';
	return len;
}

/* libcurl asks at least once a second whether to go on */
static int
progress(void *arg __attribute__((unused)),
		 curl_off_t dltotal __attribute__((unused)),
		 curl_off_t dlnow __attribute__((unused)),
		 curl_off_t ultotal __attribute__((unused)),
		 curl_off_t ulnow __attribute__((unused)))
{
	return stop_overdue(0) ? 1 : 0;
}

/*
 * Slack explains itself in one word, such as "channel_is_archived".  Anything
 * else might repeat our secret and is dropped, as is a word out of the URL.
 */
static const char *
error_word(Answer *answer, const char *url)
{
	size_t		len;

	while (answer->len > 0 && strchr("\r\n ", answer->text[answer->len - 1]))
		answer->text[--answer->len] = '\0';
	len = strspn(answer->text, "abcdefghijklmnopqrstuvwxyz_");
	if (len == 0 || len != answer->len || len > 40 ||
		strstr(url, answer->text) != NULL)
		return NULL;
	return answer->text;
}

/* What an HTTP status means */
static HttpOutcome
judge_status(long status)
{
	if (status >= 200 && status <= 299)
		return HTTP_DELIVERED;
	switch (status)
	{
		case 408:				/* request timeout */
		case 425:				/* too early */
		case 429:				/* too many requests */
			return HTTP_TROUBLE;
		case 401:				/* unauthorized */
		case 403:				/* forbidden; Slack: action_prohibited */
		case 404:				/* not found; Slack: no_service */
		case 407:				/* proxy authentication required */
		case 410:				/* gone; Slack: channel_is_archived */
			return HTTP_REFUSED;
	}
	if (status >= 400 && status <= 499)
		return HTTP_REJECTED;
	/* a webhook does not move: following would tell the secret to others */
	if (status >= 300 && status <= 399)
		return HTTP_REFUSED;
	return HTTP_TROUBLE;
}

/*
 * POST the body.  The key goes along as a header, so that a receiver can drop
 * what it has seen before; it consists of letters, digits and "-_.".
 */
void
http_post(const Config *config, const char *url, const char *key,
		  const Buf *body, HttpResult *result)
{
	struct curl_slist *headers = NULL;
	Answer		answer = {.len = 0};
	char		key_header[160];
	CURLcode	code;
	long		status = 0;
	curl_off_t	retry_after = 0;

	memset(result, 0, sizeof(HttpResult));

	snprintf(key_header, sizeof(key_header), "Idempotency-Key: %s", key);
	headers = curl_slist_append(headers, "Content-Type: application/json; charset=utf-8");
	headers = curl_slist_append(headers, key_header);
	/* do not wait for leave to send the body */
	headers = curl_slist_append(headers, "Expect:");

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (config->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca_file);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* on a kept connection libcurl would silently send a second time */
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long) config->connect_timeout);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long) config->timeout);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "greenery-notify/" GREENERY_VERSION);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long) body->len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->data);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);

	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	/* takes seconds as well as a date */
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
	curl_slist_free_all(headers);

	/*
	 * Once the status line is there it counts, even if the rest of the answer
	 * is cut off: a message that was accepted is not sent again.
	 */
	if (status >= 200)
	{
		const char *word = error_word(&answer, url);

		result->outcome = judge_status(status);
		if (word != NULL)
			snprintf(result->error, sizeof(result->error), "HTTP status %ld (%s)",
					 status, word);
		else
			snprintf(result->error, sizeof(result->error), "HTTP status %ld", status);
		/* a day at most: a receiver cannot switch alerts off */
		if (retry_after > 0)
			result->retry_after = (retry_after < 86400 ? retry_after : 86400) * 1000;
	}
	else if (code == CURLE_ABORTED_BY_CALLBACK)
	{
		result->outcome = HTTP_INTERRUPTED;
		snprintf(result->error, sizeof(result->error), "interrupted by shutdown");
	}
	else
	{
		result->outcome = HTTP_TROUBLE;
		snprintf(result->error, sizeof(result->error), "%s",
				 code == CURLE_OK ? "no HTTP status" : curl_easy_strerror(code));
	}
}
