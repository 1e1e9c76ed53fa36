/*-------------------------------------------------------------------------
 *
 * db.c
 *	  The queue, as it stands in the database.
 *
 * No transaction is open while a message is on its way.  Claiming commits a
 * lease: next_attempt_at moves to the moment at which the attempt counts as
 * lost.  A process that is killed in between loses only that time.  The number
 * of attempts is what tells a claim from the next: an outcome other than
 * success is recorded only if no one has claimed the row since.
 *
 * The database's clock decides what is due, so that the clocks of several
 * machines need not agree.
 *
 *-------------------------------------------------------------------------
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "db.h"
#include "log.h"
#include "signals.h"

/* after a request was cut off by a shutdown, time to write that down */
#define STOP_MARGIN 5000

static PGconn *conn = NULL;
static bool notified = false;

void
db_disconnect(void)
{
	PQfinish(conn);
	conn = NULL;
}

bool
db_connected(void)
{
	return conn != NULL;
}

static void
give_up(const char *what)
{
	log_msg(LOG_LEVEL_WARNING, "%s: %s", what,
			conn != NULL && PQerrorMessage(conn)[0] != '\0' ?
			PQerrorMessage(conn) : "no further information");
	db_disconnect();
}

/* Notice whether new alerts have been announced */
static void
take_notifications(void)
{
	PGnotify   *notify;

	while ((notify = PQnotifies(conn)) != NULL)
	{
		notified = true;
		PQfreemem(notify);
	}
}

/*
 * Run one statement.  Unlike PQexec() this never waits longer than the
 * configured time, nor longer than a shutdown may take.  Returns NULL, with the
 * connection closed, when anything goes wrong: whatever it was, a new connection
 * after a pause is the remedy.
 */
static PGresult *
run(const Config *config, const char *what, const char *sql,
	int nparams, const char *const *params)
{
	int64_t		deadline = clock_ms() + config->database_timeout;
	PGresult   *result = NULL;
	PGresult   *next;

	if (!PQsendQueryParams(conn, sql, nparams, NULL, params, NULL, NULL, 0))
	{
		give_up(what);
		return NULL;
	}
	for (;;)
	{
		while (PQisBusy(conn))
		{
			if (clock_ms() >= deadline || stop_overdue(STOP_MARGIN))
			{
				log_msg(LOG_LEVEL_WARNING, "%s: the database did not answer in time", what);
				PQclear(result);
				db_disconnect();
				return NULL;
			}
			/* a second at most, so that a shutdown is noticed */
			wait_socket(PQsocket(conn), POLLIN, 1000);
			if (!PQconsumeInput(conn))
			{
				PQclear(result);
				give_up(what);
				return NULL;
			}
		}
		next = PQgetResult(conn);
		if (next == NULL)
			break;
		PQclear(result);
		result = next;
	}
	take_notifications();
	if (PQresultStatus(result) != PGRES_TUPLES_OK &&
		PQresultStatus(result) != PGRES_COMMAND_OK)
	{
		PQclear(result);
		give_up(what);
		return NULL;
	}
	return result;
}

/* Connect and prepare the session; listen: be told of new alerts */
bool
db_connect(const Config *config, bool listen)
{
	static const char *const keywords[] = {
		"dbname", "fallback_application_name", "client_encoding", NULL
	};
	const char *const values[] = {
		config->conninfo, "greenery-notify", "UTF8", NULL
	};
	int64_t		deadline = clock_ms() + config->database_timeout;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	char		timeout[32];
	const char *params[1] = {timeout};
	PGresult   *result;

	conn = PQconnectStartParams(keywords, values, 1);
	if (conn == NULL || PQstatus(conn) == CONNECTION_BAD)
	{
		give_up("could not connect to the database");
		return false;
	}
	while (status != PGRES_POLLING_OK)
	{
		if (status == PGRES_POLLING_FAILED)
		{
			give_up("could not connect to the database");
			return false;
		}
		if (clock_ms() >= deadline || stop_requested())
		{
			if (!stop_requested())
				log_msg(LOG_LEVEL_WARNING, "could not connect to the database: timeout");
			db_disconnect();
			return false;
		}
		if (wait_socket(PQsocket(conn),
						status == PGRES_POLLING_READING ? POLLIN : POLLOUT, 1000))
			status = PQconnectPoll(conn);
	}

	/*
	 * Names do not depend on a search path; the isolation is what SKIP LOCKED
	 * needs, whatever the database's default; a statement that waits for a
	 * lock gives up on the server too.
	 */
	snprintf(timeout, sizeof(timeout), "%lldms", (long long) config->database_timeout);
	result = run(config, "could not prepare the session",
				 "SELECT pg_catalog.set_config('search_path', '', false),"
				 " pg_catalog.set_config('default_transaction_isolation', 'read committed', false),"
				 " pg_catalog.set_config('statement_timeout', $1, false)",
				 1, params);
	if (result == NULL)
		return false;
	PQclear(result);
	if (listen)
	{
		result = run(config, "could not listen for alerts", "LISTEN greenery_alerts", 0, NULL);
		if (result == NULL)
			return false;
		PQclear(result);
	}
	/* alerts may have been queued while no one listened */
	notified = true;
	return true;
}

/* '{"a","b"}' of the channels, or of those that nothing holds back */
static char *
channel_array(const Config *config, bool all)
{
	Buf			buf;
	int64_t		now = clock_ms();

	buf_init(&buf);
	buf_puts(&buf, "{");
	for (int i = 0; i < config->nchannels; i++)
		if (all || config->channels[i].hold_until <= now)
			buf_printf(&buf, "%s\"%s\"", buf.len > 1 ? "," : "", config->channels[i].name);
	buf_puts(&buf, "}");
	return buf.data;
}

/*
 * Give new alerts their deliveries.  Deliveries to channels that are not
 * configured here, and that no one else has taken within the grace either, say
 * so in last_error; unconfigured is how many of them are due.
 */
bool
db_route(const Config *config, int64_t grace, int *unconfigured)
{
	char	   *channels = channel_array(config, true);
	char		late[32];
	const char *params[2] = {channels, late};
	PGresult   *result;

	*unconfigured = 0;
	notified = false;
	snprintf(late, sizeof(late), "%lld", (long long) grace);
	result = run(config, "could not route alerts",
				 "INSERT INTO greenery.alert_deliveries (alert_id, channel, mention, next_attempt_at)"
				 " SELECT r.alert_id, r.channel, r.mention, now()"
				 " FROM greenery.alert_routing r"
				 " WHERE NOT EXISTS (SELECT FROM greenery.alert_deliveries d"
				 "   WHERE d.alert_id = r.alert_id)"
				 " ON CONFLICT DO NOTHING",
				 0, NULL);
	if (result != NULL)
	{
		PQclear(result);
		result = run(config, "could not look for deliveries without channel",
					 "WITH due AS (SELECT d.alert_id, d.channel, d.last_error"
					 "  FROM greenery.alert_deliveries d JOIN greenery.alerts a USING (alert_id)"
					 "  WHERE d.state = 'pending' AND d.next_attempt_at"
					 "   <= now() - $2::double precision * interval '1 millisecond'"
					 "  AND d.channel <> ALL ($1::text[])),"
					 " told AS (UPDATE greenery.alert_deliveries d"
					 "  SET last_error = 'channel is not configured in greenery-notify'"
					 "  FROM due WHERE d.alert_id = due.alert_id AND d.channel = due.channel"
					 "  AND due.last_error IS DISTINCT FROM 'channel is not configured in greenery-notify'"
					 "  AND d.state = 'pending'"
					 "  RETURNING d.alert_id, d.channel)"
					 " SELECT (SELECT count(*) FROM due), t.alert_id, t.channel"
					 " FROM (VALUES (1)) AS always(one) LEFT JOIN told t ON true",
					 2, params);
	}
	free(channels);
	if (result == NULL)
		return false;
	*unconfigured = atoi(PQgetvalue(result, 0, 0));
	for (int i = 0; i < PQntuples(result); i++)
		if (!PQgetisnull(result, i, 1))
			log_msg(LOG_LEVEL_WARNING, "alert %s waits for channel \"%s\", which is not configured here",
					PQgetvalue(result, i, 1), PQgetvalue(result, i, 2));
	PQclear(result);
	return true;
}

/*
 * Claim the delivery that has been due longest.  What the payload lacks or has
 * in another shape is NULL: no alert may stop those behind it.
 */
bool
db_claim(const Config *config, Delivery *delivery, bool *found)
{
	char	   *channels = channel_array(config, false);
	char		lease[32];
	const char *params[2] = {channels, lease};
	PGresult   *result;
	const char *values[20];

	*found = false;
	snprintf(lease, sizeof(lease), "%lld", (long long) config->lease);
	result = run(config, "could not claim a delivery",
				 "WITH due AS (SELECT d.alert_id, d.channel"
				 "  FROM greenery.alert_deliveries d JOIN greenery.alerts a USING (alert_id)"
				 "  WHERE d.state = 'pending' AND d.next_attempt_at <= now()"
				 "  AND d.channel = ANY ($1::text[])"
				 "  ORDER BY d.next_attempt_at, d.alert_id LIMIT 1"
				 "  FOR UPDATE OF d SKIP LOCKED)"
				 " UPDATE greenery.alert_deliveries d"
				 "  SET attempts = d.attempts + 1,"
				 "   next_attempt_at = now() + $2::double precision * interval '1 millisecond'"
				 "  FROM due, greenery.alerts a"
				 "  WHERE d.alert_id = due.alert_id AND d.channel = due.channel"
				 "  AND a.alert_id = due.alert_id"
				 " RETURNING d.alert_id, d.channel,"
				 "  'greenery-' || d.alert_id || '-'"
				 "   || trunc(extract(epoch FROM a.created_at) * 1000000) || '-' || d.channel,"
				 "  d.attempts, d.mention, a.kind, a.severity,"
				 "  to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
				 "  a.test_id, a.build_id,"
				 "  a.payload ->> 'title', a.payload ->> 'text', a.payload ->> 'owner',"
				 "  a.payload ->> 'model', a.payload ->> 'status',"
				 "  a.payload ->> 'failures', a.payload ->> 'total',"
				 "  CASE jsonb_typeof(a.payload -> 'downstream') WHEN 'array' THEN"
				 "   (SELECT string_agg(e.name, ', ' ORDER BY e.place)"
				 "    FROM jsonb_array_elements_text(a.payload -> 'downstream')"
				 "     WITH ORDINALITY AS e(name, place)) END,"
				 "  a.payload",
				 2, params);
	free(channels);
	if (result == NULL)
		return false;
	if (PQntuples(result) == 0)
	{
		PQclear(result);
		return true;
	}
	for (int i = 0; i < PQnfields(result); i++)
		values[i] = PQgetisnull(result, 0, i) ? NULL : PQgetvalue(result, 0, i);
	*delivery = (Delivery)
	{
		.result = result,
			.alert_id = values[0],
			.channel = values[1],
			.key = values[2],
			.attempts = atoi(values[3]),
			.mention = values[4],
			.kind = values[5],
			.severity = values[6],
			.created_at = values[7],
			.test_id = values[8],
			.build_id = values[9],
			.title = values[10],
			.text = values[11],
			.owner = values[12],
			.model = values[13],
			.status = values[14],
			.failures = values[15],
			.total = values[16],
			.downstream = values[17],
			.payload = values[18]
	};
	*found = true;
	return true;
}

void
delivery_free(Delivery *delivery)
{
	PQclear(delivery->result);
	delivery->result = NULL;
}

/* Write down what became of an attempt; success counts even if another has claimed it since */
bool
db_record(const Config *config, Outcome *outcome)
{
	char		attempts[16];
	char		delay[32];
	const char *params[6] = {
		outcome->alert_id, outcome->channel, outcome->state, attempts, delay,
		outcome->error[0] != '\0' ? outcome->error : NULL
	};
	PGresult   *result;

	snprintf(attempts, sizeof(attempts), "%d", outcome->attempts);
	snprintf(delay, sizeof(delay), "%lld", (long long) outcome->delay);
	result = run(config, "could not record the outcome of an attempt",
				 "UPDATE greenery.alert_deliveries SET"
				 "  state = $3::text,"
				 "  next_attempt_at = CASE $3::text WHEN 'pending' THEN"
				 "   now() + $5::double precision * interval '1 millisecond' END,"
				 "  delivered_at = CASE $3::text WHEN 'delivered' THEN now() END,"
				 "  last_error = coalesce($6::text, last_error)"
				 " WHERE alert_id = $1::bigint AND channel = $2::text"
				 "  AND CASE $3::text WHEN 'delivered' THEN state <> 'delivered'"
				 "   ELSE state = 'pending' AND attempts = $4::integer END",
				 6, params);
	if (result == NULL)
		return false;
	outcome->pending = false;
	PQclear(result);
	return true;
}

/* Milliseconds until some delivery to a configured channel may be tried; -1: none is pending */
bool
db_next_due(const Config *config, int64_t *wait)
{
	char	   *channels = channel_array(config, true);
	const char *params[1] = {channels};
	int64_t		now = clock_ms();
	PGresult   *result;

	*wait = -1;
	result = run(config, "could not look for the next delivery",
				 "SELECT d.channel,"
				 " ceil(extract(epoch FROM min(d.next_attempt_at) - now()) * 1000)::bigint"
				 " FROM greenery.alert_deliveries d JOIN greenery.alerts a USING (alert_id)"
				 " WHERE d.state = 'pending' AND d.channel = ANY ($1::text[])"
				 " GROUP BY d.channel",
				 1, params);
	free(channels);
	if (result == NULL)
		return false;
	for (int i = 0; i < PQntuples(result); i++)
	{
		const Channel *channel = config_channel((Config *) config, PQgetvalue(result, i, 0));
		int64_t		due = atoll(PQgetvalue(result, i, 1));

		if (due < channel->hold_until - now)
			due = channel->hold_until - now;
		if (due < 0)
			due = 0;
		if (*wait < 0 || due < *wait)
			*wait = due;
	}
	PQclear(result);
	return true;
}

/* Wait for an alert to be announced, a signal, or the time to be over */
bool
db_wait(int64_t timeout)
{
	if (!notified && !stop_requested() && !reload_requested() &&
		wait_socket(PQsocket(conn), POLLIN, timeout))
	{
		if (!PQconsumeInput(conn))
		{
			give_up("lost the connection to the database");
			return false;
		}
		take_notifications();
	}
	return true;
}
