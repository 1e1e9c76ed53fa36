/*-------------------------------------------------------------------------
 *
 * deliver.c
 *	  One delivery: send, judge, and say what to record.
 *
 * Two things wait after a failure.  The delivery waits for its own backoff,
 * which grows with its attempts.  The channel is held for a time that grows with
 * its failures in a row, whatever the alert: a dead channel costs the others one
 * timeout now and then, and a hundred alerts for it do not use up their attempts
 * in one minute.
 *
 * When to give up:
 *	- trouble (no connection, timeout, 408, 425, 429, 5xx): after max_attempts
 *	- refused (3xx, 401, 403, 404, 407, 410: the channel is gone or closed to
 *	  us): after three attempts, because receivers have been seen to answer so
 *	  by mistake for a moment
 *	- rejected (any other 4xx): at once; the same message will never be accepted
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "backoff.h"
#include "deliver.h"
#include "http.h"
#include "log.h"
#include "signals.h"
#include "slack.h"

#define MAX_REFUSALS 3

/* Send nothing to the channel for a while */
static void
hold(const Config *config, Channel *channel, int64_t retry_after)
{
	int64_t		wait;

	channel->failures++;
	wait = backoff_delay(&config->backoff, channel->failures, backoff_random());
	if (wait > config->hold_max)
		wait = config->hold_max;
	/* a limit on the rate of messages counts for all of them */
	if (wait < retry_after)
		wait = retry_after;
	channel->hold_until = clock_ms() + wait;
}

static void
release(Channel *channel)
{
	channel->failures = 0;
	channel->hold_until = 0;
}

/* Send it.  The outcome is pending until db_record() has written it */
void
deliver(Config *config, const Delivery *delivery, Outcome *outcome)
{
	Channel    *channel = config_channel(config, delivery->channel);
	int64_t		max_attempts = config->max_attempts;
	HttpResult	result;
	Buf			json;

	buf_init(&json);
	slack_message(delivery, &json);
	http_post(config, channel->url, delivery->key, &json, &result);
	buf_free(&json);

	memset(outcome, 0, sizeof(Outcome));
	outcome->pending = true;
	snprintf(outcome->alert_id, sizeof(outcome->alert_id), "%s", delivery->alert_id);
	snprintf(outcome->channel, sizeof(outcome->channel), "%s", delivery->channel);
	outcome->attempts = delivery->attempts;
	if (result.outcome != HTTP_DELIVERED)
		snprintf(outcome->error, sizeof(outcome->error), "%s", result.error);

	switch (result.outcome)
	{
		case HTTP_DELIVERED:
			release(channel);
			outcome->state = "delivered";
			log_msg(LOG_LEVEL_INFO, "alert %s (%s) delivered to channel \"%s\", attempt %d",
					delivery->alert_id, delivery->kind, delivery->channel, delivery->attempts);
			return;
		case HTTP_INTERRUPTED:
			/* the next one to start takes it at once */
			outcome->state = "pending";
			log_msg(LOG_LEVEL_WARNING, "alert %s (%s) to channel \"%s\" put back: %s",
					delivery->alert_id, delivery->kind, delivery->channel, result.error);
			return;
		case HTTP_REJECTED:
			/* the channel answered, it works */
			release(channel);
			max_attempts = 1;
			break;
		case HTTP_REFUSED:
			hold(config, channel, result.retry_after);
			if (max_attempts > MAX_REFUSALS)
				max_attempts = MAX_REFUSALS;
			break;
		case HTTP_TROUBLE:
			hold(config, channel, result.retry_after);
			break;
	}

	if (delivery->attempts >= max_attempts)
	{
		outcome->state = "failed";
		log_msg(LOG_LEVEL_ERROR, "gave up alert %s (%s) to channel \"%s\" after attempt %d: %s",
				delivery->alert_id, delivery->kind, delivery->channel,
				delivery->attempts, result.error);
		return;
	}
	outcome->state = "pending";
	outcome->delay = backoff_delay(&config->backoff, delivery->attempts, backoff_random());
	if (outcome->delay < result.retry_after)
		outcome->delay = result.retry_after;
	log_msg(LOG_LEVEL_WARNING, "alert %s (%s) to channel \"%s\", attempt %d: %s; next attempt in %.1f s",
			delivery->alert_id, delivery->kind, delivery->channel,
			delivery->attempts, result.error, outcome->delay / 1000.0);
}
