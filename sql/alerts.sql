-- The outbox of alerts: what may be queued, where it goes, what people see of
-- it, and how old alerts are removed.  Delivery itself is tested in
-- t/050_notify.pl.
\set VERBOSITY sqlstate

-- numbers start at 1 here, whatever ran before in this database
TRUNCATE greenery.alerts, greenery.alert_deliveries, greenery.alert_routes RESTART IDENTITY;
INSERT INTO greenery.alerts (kind, severity, test_id, build_id, payload) VALUES
	('test_failed', 'error', 1001, 7, '{"title": "orders", "owner": "core"}'),
	('digest', 'info', NULL, NULL, '{}'),
	('build_failed', 'error', NULL, 8, '{"owner": "core"}');
SELECT greenery_queue_alert('custom', 'info', '{"title": "own"}', build_id => 8);
SELECT alert_id, created_at <= now() AS created, kind, severity, test_id, build_id, payload
  FROM greenery.alerts ORDER BY alert_id;

-- not queued
SELECT greenery_queue_alert('unheard_of', 'error', '{}');
SELECT greenery_queue_alert(NULL, 'error', '{}');
SELECT greenery_queue_alert('custom', 'fatal', '{}');
SELECT greenery_queue_alert('custom', NULL, '{}');
SELECT greenery_queue_alert('custom', 'info', NULL);
SELECT greenery_queue_alert('custom', 'info', '[]');
INSERT INTO greenery.alerts (created_at, kind, severity, payload)
VALUES ('infinity', 'digest', 'info', '{}');

-- without routes everything goes to "default"
SELECT * FROM greenery.alert_routing ORDER BY alert_id, channel;

INSERT INTO greenery.alert_routes (kind, severity, owner, channel, mention) VALUES
	('build_failed', NULL, NULL, 'leads', '<!channel>'),
	(NULL, 'error', 'core', 'core', '<@U2>'),
	(NULL, NULL, 'core', 'core', '<@U1>'),
	('build_failed', 'error', 'core', 'core', '<@U2>'),
	('build_failed', 'error', 'core', 'core', NULL),
	('build_failed', 'warn', NULL, 'never', NULL),
	('test_failed', NULL, 'marketing', 'never', NULL);
SELECT * FROM greenery.alert_routing ORDER BY alert_id, channel;

-- no route
INSERT INTO greenery.alert_routes (channel) VALUES (NULL);
INSERT INTO greenery.alert_routes (channel) VALUES ('');
INSERT INTO greenery.alert_routes (channel) VALUES ('https://example.com/secret');
INSERT INTO greenery.alert_routes (channel) VALUES (E'a\n');
INSERT INTO greenery.alert_routes (channel) VALUES (repeat('x', 64));
INSERT INTO greenery.alert_routes (channel, mention) VALUES ('x', E'a\nb');
INSERT INTO greenery.alert_routes (kind, channel) VALUES ('test_fail', 'x');
INSERT INTO greenery.alert_routes (severity, channel) VALUES ('critical', 'x');
-- 63 characters are a channel
INSERT INTO greenery.alert_routes (kind, severity, owner, channel)
VALUES ('recovered', 'warn', 'nobody', repeat('x', 63));

-- what people see: alert 1 delivered on one channel and given up on another,
-- alert 2 due for long, alert 3 not seen yet
INSERT INTO greenery.alert_deliveries (alert_id, channel, state, attempts, next_attempt_at, delivered_at, last_error) VALUES
	(1, 'core', 'delivered', 2, NULL, now(), 'HTTP status 500'),
	(1, 'leads', 'failed', 20, NULL, NULL, 'HTTP status 503'),
	(2, 'default', 'pending', 0, now() - interval '6 minutes', NULL, NULL);
SELECT alert_id, kind, severity, title, channel, state, attempts,
	   next_attempt_at IS NOT NULL AS has_next, delivered_at IS NOT NULL AS has_delivered,
	   last_error, needs_attention
  FROM greenery.alert_status ORDER BY alert_id, channel;

-- states that contradict themselves
INSERT INTO greenery.alert_deliveries (alert_id, channel, next_attempt_at) VALUES (3, 'x', NULL);
INSERT INTO greenery.alert_deliveries (alert_id, channel, state) VALUES (3, 'x', 'failed');
INSERT INTO greenery.alert_deliveries (alert_id, channel, state, next_attempt_at) VALUES (3, 'x', 'delivered', NULL);
INSERT INTO greenery.alert_deliveries (alert_id, channel, state, next_attempt_at) VALUES (3, 'x', 'sent', NULL);
INSERT INTO greenery.alert_deliveries (alert_id, channel, attempts) VALUES (3, 'x', -1);
INSERT INTO greenery.alert_deliveries (alert_id, channel) VALUES (1, 'core');

-- trying again
SELECT greenery_retry_alerts('core');
SELECT greenery_retry_alerts('leads');
SELECT greenery_retry_alerts();
SELECT alert_id, channel, state, attempts, next_attempt_at <= clock_timestamp() AS due, last_error
  FROM greenery.alert_deliveries ORDER BY 1, 2;
UPDATE greenery.alert_deliveries SET state = 'failed', next_attempt_at = NULL WHERE channel = 'leads';
SELECT greenery_retry_alerts();

-- removing old ones: 4 to 6 are about one test, all delivered; 7 is half
-- delivered, 8 given up, 9 recent
TRUNCATE greenery.alerts, greenery.alert_deliveries RESTART IDENTITY;
INSERT INTO greenery.alerts (created_at, kind, severity, test_id, payload)
SELECT now() - interval '100 days', 'reminder', 'warn', CASE WHEN i BETWEEN 4 AND 6 THEN 1001 END, '{}'
  FROM generate_series(1, 8) i ORDER BY i;
SELECT greenery_queue_alert('custom', 'info', '{}');
INSERT INTO greenery.alert_deliveries (alert_id, channel, state, next_attempt_at, delivered_at)
SELECT i, 'default', 'delivered', NULL, now() FROM generate_series(2, 9) i;
INSERT INTO greenery.alert_deliveries (alert_id, channel) VALUES (7, 'core');
UPDATE greenery.alert_deliveries SET state = 'failed', delivered_at = NULL WHERE alert_id = 8;
SELECT greenery_purge_alerts(NULL);
SELECT greenery_purge_alerts('101 days');
SELECT greenery_purge_alerts();
-- left: 1 (never routed), 6 (newest of its test), 7 (pending), 9 (recent)
SELECT a.alert_id, d.channel, d.state
  FROM greenery.alerts a FULL JOIN greenery.alert_deliveries d USING (alert_id)
 ORDER BY 1, 2;

-- no rights for PUBLIC; t/050_notify.pl tests those that greenery-notify needs
CREATE ROLE regress_greenery_nobody;
SET ROLE regress_greenery_nobody;
SELECT greenery_queue_alert('custom', 'info', '{}');
SELECT greenery_retry_alerts();
SELECT greenery_purge_alerts();
SELECT count(*) FROM greenery.alert_status;
RESET ROLE;
DROP ROLE regress_greenery_nobody;

-- every table and sequence of the outbox is dumped
SELECT c.oid::regclass AS relation
  FROM pg_class c
 WHERE c.relnamespace = 'greenery'::regnamespace
   AND c.relname LIKE 'alert%' AND c.relkind IN ('r', 'S')
   AND NOT EXISTS (SELECT FROM pg_extension e
					WHERE e.extname = 'greenery' AND c.oid = ANY (e.extconfig));

TRUNCATE greenery.alerts, greenery.alert_deliveries, greenery.alert_routes RESTART IDENTITY;
