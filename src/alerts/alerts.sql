-- Alerts: an outbox.
--
-- Who queues and who delivers never touch the same row.  A build runs for long
-- under REPEATABLE READ and only inserts into alerts; greenery-notify only
-- writes alert_deliveries; neither can make the other fail to serialize.  For
-- the same reason alert_deliveries has no foreign key to alerts: it would lock
-- rows of alerts, tie the order in which a dump is restored, and stand in the
-- way of removing old alerts.
--
-- No delivery row exists until greenery-notify has seen the alert, because the
-- routes are judged once, at that moment.  alert_id follows the order of
-- insertion and not that of commit, so "seen" is decided by the absence of a
-- delivery row and never by a highest number seen.

CREATE TABLE greenery.alerts (
	alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	created_at timestamptz NOT NULL DEFAULT now()
		CONSTRAINT alerts_created_at_check CHECK (isfinite(created_at)),
	kind text NOT NULL
		CONSTRAINT alerts_kind_check CHECK (kind IN
			('test_warned', 'test_failed', 'build_failed', 'recovered',
			 'reminder', 'change_request', 'digest', 'custom')),
	severity text NOT NULL
		CONSTRAINT alerts_severity_check CHECK (severity IN ('info', 'warn', 'error')),
	test_id bigint,
	build_id bigint,
	payload jsonb NOT NULL
		CONSTRAINT alerts_payload_check CHECK (jsonb_typeof(payload) = 'object')
);
-- whether a test has been reported already is asked by every build
CREATE INDEX alerts_test_id_idx ON greenery.alerts (test_id, alert_id)
	WHERE test_id IS NOT NULL;

COMMENT ON TABLE greenery.alerts IS
	'One row per alert, sent or about to be sent, queued in the transaction that found the reason. Rows are inserted and never changed; alert_deliveries says what became of them. Dumped by pg_dump.';
COMMENT ON COLUMN greenery.alerts.alert_id IS
	'Number of the alert, in order of queueing.';
COMMENT ON COLUMN greenery.alerts.created_at IS
	'Start of the transaction that queued the alert.';
COMMENT ON COLUMN greenery.alerts.kind IS
	'test_warned, test_failed: a data test found something. build_failed: nothing was published. recovered: a reported test passes again. reminder: a reported test still fails. change_request: someone asks for a new or altered test. digest: the state of the data after a build. custom: queued with greenery_queue_alert().';
COMMENT ON COLUMN greenery.alerts.severity IS
	'info, warn or error.';
COMMENT ON COLUMN greenery.alerts.test_id IS
	'The data test the alert is about; NULL when it is about none or about several.';
COMMENT ON COLUMN greenery.alerts.build_id IS
	'The build that queued the alert; NULL when no build did.';
COMMENT ON COLUMN greenery.alerts.payload IS
	'What the message says, a JSON object. Keys that greenery-notify writes out, all of them optional: title (text, one line), text (text, further lines), owner, model, status (text), failures, total (numbers: failing rows and rows judged), downstream (array of model names). It adds owner, model, counts and downstream to the message by itself, so title and text need not repeat them. Further keys are passed on to the receiver. Never personal data beyond keys: the message leaves the database.';

CREATE TABLE greenery.alert_routes (
	route_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text
		CONSTRAINT alert_routes_kind_check CHECK (kind IN
			('test_warned', 'test_failed', 'build_failed', 'recovered',
			 'reminder', 'change_request', 'digest', 'custom')),
	severity text
		CONSTRAINT alert_routes_severity_check CHECK (severity IN ('info', 'warn', 'error')),
	owner text,
	channel text NOT NULL
		CONSTRAINT alert_routes_channel_check CHECK (channel ~ '^[A-Za-z0-9_.-]{1,63}$'),
	mention text
		CONSTRAINT alert_routes_mention_check CHECK (mention !~ '[[:cntrl:]]')
);

COMMENT ON TABLE greenery.alert_routes IS
	'Which alerts go to which channel. Every route that matches an alert counts: one message per channel, with the mentions of all its matching routes. An alert that no route matches goes to the channel "default". Routes are judged when greenery-notify first sees the alert. Dumped by pg_dump.';
COMMENT ON COLUMN greenery.alert_routes.route_id IS
	'Number of the route.';
COMMENT ON COLUMN greenery.alert_routes.kind IS
	'Matches alerts of this kind; NULL matches any.';
COMMENT ON COLUMN greenery.alert_routes.severity IS
	'Matches alerts of this severity, not of higher ones; NULL matches any.';
COMMENT ON COLUMN greenery.alert_routes.owner IS
	'Matches alerts whose payload names this owner; NULL matches any, also alerts without owner.';
COMMENT ON COLUMN greenery.alert_routes.channel IS
	'Name of a channel: up to 63 letters, digits, underscores, dots and hyphens. Its URL stands only in the configuration of greenery-notify, because a webhook URL is a password.';
COMMENT ON COLUMN greenery.alert_routes.mention IS
	'Put in front of the message as it stands, in the receiver''s own syntax: <!channel>, <!subteam^ID> or <@USERID> for Slack. NULL mentions no one.';

CREATE TABLE greenery.alert_deliveries (
	alert_id bigint NOT NULL,
	channel text NOT NULL,
	state text NOT NULL DEFAULT 'pending'
		CONSTRAINT alert_deliveries_state_check CHECK (state IN ('pending', 'delivered', 'failed')),
	attempts integer NOT NULL DEFAULT 0
		CONSTRAINT alert_deliveries_attempts_check CHECK (attempts >= 0),
	next_attempt_at timestamptz DEFAULT now(),
	delivered_at timestamptz,
	last_error text,
	mention text,
	PRIMARY KEY (alert_id, channel),
	CONSTRAINT alert_deliveries_next_attempt_check
		CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL)),
	CONSTRAINT alert_deliveries_delivered_check
		CHECK ((state = 'delivered') = (delivered_at IS NOT NULL))
);
-- what is due; stays as small as the backlog
CREATE INDEX alert_deliveries_due_idx
	ON greenery.alert_deliveries (next_attempt_at, alert_id)
	WHERE state = 'pending';

COMMENT ON TABLE greenery.alert_deliveries IS
	'The delivery of each alert on each channel that it was routed to. Written by greenery-notify only. Dumped by pg_dump, so that a restored database does not send everything again.';
COMMENT ON COLUMN greenery.alert_deliveries.alert_id IS
	'The alert; no foreign key, see the comments in the source.';
COMMENT ON COLUMN greenery.alert_deliveries.channel IS
	'Name of the channel.';
COMMENT ON COLUMN greenery.alert_deliveries.state IS
	'pending: to be sent at next_attempt_at. delivered: the receiver accepted it. failed: given up; greenery_retry_alerts() tries again.';
COMMENT ON COLUMN greenery.alert_deliveries.attempts IS
	'Attempts begun, including one under way and those cut off by a crash.';
COMMENT ON COLUMN greenery.alert_deliveries.next_attempt_at IS
	'When a greenery-notify may take it next. While an attempt is under way, the moment at which that attempt counts as lost and another may begin. NULL unless pending.';
COMMENT ON COLUMN greenery.alert_deliveries.delivered_at IS
	'When the receiver had accepted it; NULL unless delivered.';
COMMENT ON COLUMN greenery.alert_deliveries.last_error IS
	'Why the latest unsuccessful attempt was so, kept after a later success; NULL when none was. Never holds a URL.';
COMMENT ON COLUMN greenery.alert_deliveries.mention IS
	'Mentions of the routes that led to this channel, separated by blanks; NULL for none.';

SELECT pg_catalog.pg_extension_config_dump('greenery.alerts', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.alerts_alert_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.alert_routes', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.alert_routes_route_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.alert_deliveries', '');

CREATE VIEW greenery.alert_routing AS
	SELECT a.alert_id, r.channel, r.mention
	  FROM greenery.alerts a
	 CROSS JOIN LATERAL
		(SELECT coalesce(m.channel, 'default') AS channel,
				string_agg(DISTINCT m.mention, ' ' ORDER BY m.mention) AS mention
		   FROM (VALUES (1)) AS always(one)
		   LEFT JOIN greenery.alert_routes m
			 ON (m.kind IS NULL OR m.kind = a.kind)
			AND (m.severity IS NULL OR m.severity = a.severity)
			AND (m.owner IS NULL OR m.owner = a.payload ->> 'owner')
		  GROUP BY m.channel) r;
COMMENT ON VIEW greenery.alert_routing IS
	'The channels each alert goes to by the routes as they are now. greenery-notify takes the rows of alerts that have no delivery yet.';
COMMENT ON COLUMN greenery.alert_routing.alert_id IS
	'The alert.';
COMMENT ON COLUMN greenery.alert_routing.channel IS
	'A channel that some route names for it, or "default" when no route matches.';
COMMENT ON COLUMN greenery.alert_routing.mention IS
	'The distinct mentions of the matching routes to this channel; NULL for none.';

CREATE VIEW greenery.alert_status AS
	SELECT a.alert_id, a.created_at, a.kind, a.severity,
		   a.payload ->> 'title' AS title,
		   d.channel,
		   coalesce(d.state, 'queued') AS state,
		   coalesce(d.attempts, 0) AS attempts,
		   d.next_attempt_at, d.delivered_at, d.last_error,
		   CASE WHEN d.state = 'failed' THEN true
				WHEN d.state = 'delivered' THEN false
				ELSE coalesce(d.next_attempt_at, a.created_at)
					 < clock_timestamp() - interval '5 minutes'
		   END AS needs_attention
	  FROM greenery.alerts a
	  LEFT JOIN greenery.alert_deliveries d ON d.alert_id = a.alert_id;
COMMENT ON VIEW greenery.alert_status IS
	'Each alert with its delivery, one row per channel. Look for needs_attention.';
COMMENT ON COLUMN greenery.alert_status.alert_id IS
	'Number of the alert.';
COMMENT ON COLUMN greenery.alert_status.created_at IS
	'When it was queued.';
COMMENT ON COLUMN greenery.alert_status.kind IS
	'What it is about, as in alerts.';
COMMENT ON COLUMN greenery.alert_status.severity IS
	'info, warn or error.';
COMMENT ON COLUMN greenery.alert_status.title IS
	'First line of the message.';
COMMENT ON COLUMN greenery.alert_status.channel IS
	'Where it goes; NULL while queued.';
COMMENT ON COLUMN greenery.alert_status.state IS
	'queued: no greenery-notify has seen it yet. pending, delivered, failed: as in alert_deliveries.';
COMMENT ON COLUMN greenery.alert_status.attempts IS
	'Attempts begun.';
COMMENT ON COLUMN greenery.alert_status.next_attempt_at IS
	'When the next attempt is due; NULL when there is none to come.';
COMMENT ON COLUMN greenery.alert_status.delivered_at IS
	'When the receiver had accepted it; NULL unless delivered.';
COMMENT ON COLUMN greenery.alert_status.last_error IS
	'Why the latest unsuccessful attempt was so; NULL when none was.';
COMMENT ON COLUMN greenery.alert_status.needs_attention IS
	'True when delivery was given up, or when the alert was not taken within five minutes after it was due: greenery-notify does not run, or is not configured for the channel.';

-- Of the other kinds the newest alert decides what builds tell next: a role that could queue one
-- could keep a failure from being told.  What queues them inserts into the table, as the owner.
CREATE FUNCTION greenery.queue_alert(kind text, severity text,
												 payload jsonb,
												 test_id bigint,
												 build_id bigint)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $queue_alert$
#variable_conflict use_variable
DECLARE
	queued bigint;
BEGIN
	IF kind <> 'custom' THEN
		RAISE EXCEPTION 'alerts of kind "%" cannot be queued with greenery_queue_alert', kind
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Kind "custom" can. The others are greenery''s own: what builds tell next depends on them.';
	END IF;
	INSERT INTO greenery.alerts (kind, severity, test_id, build_id, payload)
	VALUES (kind, severity, test_id, build_id, payload)
	RETURNING alert_id INTO queued;
	-- takes effect at commit: a transaction that is rolled back tells no one
	PERFORM pg_notify('greenery_alerts', '');
	RETURN queued;
END
$queue_alert$;
COMMENT ON FUNCTION greenery.queue_alert(text, text, jsonb, bigint, bigint) IS 'greenery_queue_alert(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_queue_alert(kind text, severity text,
												 payload jsonb,
												 test_id bigint DEFAULT NULL,
												 build_id bigint DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_queue_alert(text, text, jsonb, bigint, bigint) IS
	'Queues an alert of kind custom and returns its number; greenery-notify is woken when the transaction commits. Severities and the keys of payload are described at the columns of greenery.alerts. test_id and build_id may be NULL. Errors: 22023 for another kind, 23502 for a NULL kind, severity or payload, 23514 for an unknown severity and a payload that is not a JSON object.';

CREATE FUNCTION greenery.retry_alerts(channel text)
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	BEGIN ATOMIC
		SELECT pg_notify('greenery_alerts', '');
		WITH retried AS (
			UPDATE greenery.alert_deliveries d
			   SET state = 'pending', attempts = 0, next_attempt_at = clock_timestamp()
			 WHERE d.state = 'failed'
			   AND (retry_alerts.channel IS NULL
					OR d.channel = retry_alerts.channel)
			RETURNING d.alert_id)
		SELECT count(*) FROM retried;
	END;
COMMENT ON FUNCTION greenery.retry_alerts(text) IS 'greenery_retry_alerts(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_retry_alerts(channel text DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_retry_alerts(text) IS
	'Has the deliveries that were given up tried again, those of one channel or, with NULL, of all; returns how many. Call it after repairing the channel''s URL in the configuration of greenery-notify.';

-- The newest alert of a build's about each test stays: the build reads from it whether the test
-- has been reported, and would otherwise report an old failure as a new one.
CREATE FUNCTION greenery.purge_alerts(older_than interval)
	RETURNS bigint
	LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
	BEGIN ATOMIC
		WITH gone AS (
			DELETE FROM greenery.alerts a
			 WHERE a.created_at < now() - older_than
			   AND EXISTS (SELECT FROM greenery.alert_deliveries d
							WHERE d.alert_id = a.alert_id)
			   AND NOT EXISTS (SELECT FROM greenery.alert_deliveries d
								WHERE d.alert_id = a.alert_id AND d.state = 'pending')
			   AND (a.test_id IS NULL
					OR a.kind IN ('change_request', 'custom')
					OR EXISTS (SELECT FROM greenery.alerts newer
								WHERE newer.test_id = a.test_id
								  AND newer.kind NOT IN ('change_request', 'custom')
								  AND newer.alert_id > a.alert_id))
			RETURNING a.alert_id),
		forgotten AS (
			DELETE FROM greenery.alert_deliveries d
			 USING gone
			 WHERE d.alert_id = gone.alert_id)
		SELECT count(*) FROM gone;
	END;
COMMENT ON FUNCTION greenery.purge_alerts(interval) IS 'greenery_purge_alerts(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_purge_alerts(older_than interval DEFAULT '90 days')
	RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_purge_alerts(interval) IS
	'Removes alerts older than this, with their deliveries, and returns how many. Alerts that are still to be delivered stay, and so does the newest that a build queued about each test. NULL removes nothing and returns NULL.';

CREATE FUNCTION greenery.add_route(channel text, kind text, severity text, owner text, mention text)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $add_route$
#variable_conflict use_variable
DECLARE
	added greenery.alert_routes;
BEGIN
	INSERT INTO greenery.alert_routes (channel, kind, severity, owner, mention)
	VALUES (channel, kind, severity, owner, mention)
	RETURNING * INTO added;
	PERFORM greenery.record_change('alert route', added.route_id::text, 'add', NULL::jsonb, to_jsonb(added));
	RETURN added.route_id;
END
$add_route$;
COMMENT ON FUNCTION greenery.add_route(text, text, text, text, text) IS 'greenery_add_route(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_add_route(
	channel text,
	kind text DEFAULT NULL,
	severity text DEFAULT NULL,
	owner text DEFAULT NULL,
	mention text DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_add_route(text, text, text, text, text) IS
	'Sends alerts of a kind, a severity and an owner (NULL: of any) to a channel, with a mention; returns the number of the route. The columns of greenery.alert_routes say what each means. Errors: 23502 without a channel, 23514 for a kind, severity, channel or mention that is none.';

CREATE FUNCTION greenery.drop_route(route_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop_route$
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	DELETE FROM greenery.alert_routes r WHERE r.route_id = route_id RETURNING to_jsonb(r) INTO old;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'alert route % does not exist', route_id
			USING ERRCODE = 'undefined_object', HINT = 'greenery.alert_routes lists them.';
	END IF;
	PERFORM greenery.record_change('alert route', route_id::text, 'drop', old, NULL::jsonb);
END
$drop_route$;
COMMENT ON FUNCTION greenery.drop_route(bigint) IS 'greenery_drop_route(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_drop_route(route_id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_drop_route(bigint) IS
	'Drops an alert route. Error 42704 for an unknown one.';
