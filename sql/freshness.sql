-- What readers learn of the published data: of which build they are, and what earlier builds
-- said; and rows that are still to come, which a build must notice when they are due.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';

\i sql/include/builds.sql
SELECT pg_temp.empty_shop();
SELECT pg_temp.leave_out_repeat_marts();
-- what the clock shows is set here
SELECT pg_get_functiondef('greenery.clock'::regproc) AS clock \gset
CREATE FUNCTION pg_temp.set_clock(at text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE OR REPLACE FUNCTION greenery.clock() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE RETURN %L::timestamptz', at);
END
$$;
SELECT pg_temp.set_clock('2021-03-01 12:00Z');

INSERT INTO greenery.users (user_id, email, created_at) VALUES
	('u1', 'ann@example.com', '2021-01-01 00:00Z'), ('u2', 'bob@example.com', '2021-01-01 00:00Z');
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5);
INSERT INTO greenery.orders (order_id, user_id, created_at, order_cost, shipping_cost, order_total, status) VALUES
	('o1', 'u1', '2021-02-01 10:00Z', 10, 5, 15, 'preparing'),
	('o2', 'u2', '2021-02-02 10:00Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o1', 'p1', 1), ('o2', 'p1', 1);
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id) VALUES
	('e1', 's1', 'u1', '/', '2021-02-01 09:00Z', 'page_view', NULL),
	('e2', 's1', 'u1', '/checkout/', '2021-02-01 10:00Z', 'checkout', 'o1'),
	('e3', 's2', 'u2', '/', '2021-02-02 09:00Z', 'page_view', NULL);

-- nothing is published yet
SELECT count(*) AS builds FROM greenery_published.published_build;
SELECT count(*) AS metrics FROM greenery_published.metrics_history;

SELECT greenery_set('timezone', 'Europe/Berlin'), greenery_set('stock_cover', '3 days'), greenery_set('max_shrink', '100%');
CALL greenery_build();
SELECT p.build_id, p.published_at = b.finished_at AS published, p.as_of, p.timezone, p.horizon, p.session_gap, p.stock_cover, p.warned
FROM greenery_published.published_build p JOIN greenery.builds b USING (build_id);
-- a build that fails is told by build_status; the published data are still those of the first
INSERT INTO greenery.users (user_id, email) VALUES ('u2', 'bob@example.com');
\set VERBOSITY terse
CALL greenery_build();
SELECT p.build_id, (SELECT array_agg(s.status ORDER BY s.build_id) FROM greenery_published.build_status s) AS builds FROM greenery_published.published_build p;
DELETE FROM greenery.users WHERE created_at IS NULL;
-- u2 comes back, and a visit ends in an order
INSERT INTO greenery.orders (order_id, user_id, created_at, order_cost, shipping_cost, order_total, status) VALUES
	('o3', 'u2', '2021-02-20 10:00Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o3', 'p1', 1);
UPDATE greenery.events SET event_type = 'checkout', page_url = '/checkout/', order_id = 'o2' WHERE event_id = 'e3';
CALL greenery_build();
SELECT build_id, as_of, (SELECT warned FROM greenery.builds b WHERE b.build_id = p.build_id) = warned AS warned FROM greenery_published.published_build p;
-- conversion and repeat rate over time; the build that failed has said nothing
SELECT * FROM greenery_published.metrics_history WHERE name IN ('conversion_rate', 'repeat_rate') ORDER BY build_id, name;
SELECT count(*) AS differ FROM greenery_published.metrics m
FULL JOIN (SELECT * FROM greenery_published.metrics_history WHERE build_id = 3) h ON h.name = m.name
WHERE (m.value, m.numerator, m.denominator) IS DISTINCT FROM (h.value, h.numerator, h.denominator);
-- purging leaves them alone
UPDATE greenery.builds SET finished_at = finished_at - interval '1000 days';
SELECT relation, deleted > 0 AS deleted FROM greenery_purge();
SELECT array_agg(DISTINCT build_id) AS builds FROM greenery_published.metrics_history;
SELECT build_id FROM greenery_published.published_build;

-- A row that is due in four minutes: clocks differ, no test minds; and the present is not that.
-- When it is due it counts, though no row has been written since.
INSERT INTO greenery.orders (order_id, user_id, created_at, order_cost, shipping_cost, order_total, status) VALUES
	('o4', 'u1', '2021-03-01 12:04Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o4', 'p1', 2);
UPDATE greenery.products SET inventory = 1;
CALL greenery_build();
SELECT p.as_of, d.is_at_risk_of_stockout FROM greenery_published.published_build p, greenery_published.dim_product_stock d;
SELECT * FROM pg_temp.stale();
SELECT pg_temp.set_clock('2021-03-01 12:05Z');
CALL greenery_build();
SELECT p.as_of, d.is_at_risk_of_stockout FROM greenery_published.published_build p, greenery_published.dim_product_stock d;
SELECT * FROM pg_temp.stale();
SELECT sum(affected) > 0 AS rows_changed FROM (SELECT inserted + updated + deleted AS affected FROM greenery.build_models WHERE build_id = (SELECT max(build_id) FROM greenery.builds)) m;

-- In five minutes and a second it is a mistake, in each of the three tables; but not any more a
-- second later.  An infinite time is one too, and a missing one is not.
CREATE FUNCTION pg_temp.future() RETURNS TABLE (test_id bigint, status text, failures bigint, total bigint) LANGUAGE sql AS $$
	SELECT r.test_id, r.status, r.failures, r.total FROM public.greenery_test() r WHERE r.test_id IN (10, 61, 111) ORDER BY 1
$$;
UPDATE greenery.orders SET created_at = '2021-03-01 12:10:01Z' WHERE order_id = 'o4';
INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type) VALUES ('e4', 's4', 'u1', '/', '2021-03-01 12:10:01Z', 'page_view');
UPDATE greenery.users SET created_at = '2021-03-01 12:10:01Z' WHERE user_id = 'u1';
SELECT * FROM pg_temp.future();
CALL greenery_build();
SELECT as_of FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT pg_temp.set_clock('2021-03-01 12:05:01Z');
SELECT * FROM pg_temp.future();
UPDATE greenery.users SET created_at = '2021-01-01 00:00Z' WHERE user_id = 'u1';
CALL greenery_build();
SELECT as_of FROM greenery_published.published_build;
SELECT * FROM pg_temp.stale();
UPDATE greenery.orders SET created_at = '2201-03-01 12:00Z' WHERE order_id = 'o4';
UPDATE greenery.events SET created_at = 'infinity' WHERE event_id = 'e4';
UPDATE greenery.users SET created_at = NULL WHERE user_id = 'u1';
SELECT * FROM pg_temp.future();

-- a test that never had a row to judge has not shown that it can fail: where its condition is
-- mistyped, and where no order is delivered yet
UPDATE greenery.orders SET created_at = '2021-02-21 10:00Z' WHERE order_id = 'o4';
DELETE FROM greenery.events WHERE event_id = 'e4';
DELETE FROM greenery.builds;
DELETE FROM greenery.test_results;
SELECT greenery_add_test('greenery.stg_orders', 'not_null', 'user_id', '{"where": "status = ''deliverd''"}') AS mistyped \gset
CALL greenery_build();
CALL greenery_build();
SELECT CASE test_id WHEN :mistyped THEN 'mistyped' WHEN 57 THEN 'delivered after order' ELSE 'has time' END AS test, runs, passes, runs_without_rows, never_failed
FROM greenery.test_review WHERE test_id IN (:mistyped, 57, 60) ORDER BY 1;
UPDATE greenery.orders SET status = 'deliverd' WHERE order_id = 'o4';
SELECT greenery_alter_test(56, severity => 'warn');
CALL greenery_build();
SELECT runs, passes, runs_without_rows, never_failed FROM greenery.test_review WHERE test_id = :mistyped;
SELECT greenery_drop_test(:mistyped);

-- Alerts name a test by its number: two expressions on one table are two.
SELECT greenery_add_test('greenery.stg_orders', 'expression', NULL, '{"expression": "order_total > 100"}', severity => 'warn', description => 'Orders are large.') AS large \gset
SELECT greenery_add_test('greenery.stg_orders', 'expression', NULL, '{"expression": "order_total < 10"}', severity => 'warn') AS small \gset
CALL greenery_build();
SELECT kind, replace(replace(payload ->> 'title', :'large', 'LARGE'), :'small', 'SMALL') AS title FROM greenery.alerts
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND test_id IN (:large, :small) ORDER BY test_id;
SELECT replace(replace(line, :'large', 'LARGE'), :'small', 'SMALL') AS digest FROM greenery.alerts, regexp_split_to_table(payload ->> 'text', E'\n') WITH ORDINALITY t (line, n)
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND kind = 'digest' AND line !~ '^(Published|\d+ rows)' ORDER BY n;
-- more than ten are counted
SELECT count(greenery_add_test('greenery.stg_orders', 'expression', NULL, '{"expression": "order_total < 10"}', severity => 'warn')) AS more FROM generate_series(1, 10);
CALL greenery_build();
SELECT line FROM greenery.alerts, regexp_split_to_table(payload ->> 'text', E'\n') WITH ORDINALITY t (line, n)
WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND kind = 'digest' AND line ~ 'more';
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;
-- A build that fails as a whole: the digest says why, without the values that an error quotes.
CREATE VIEW greenery_build.dim_products AS SELECT 1 AS one;
CALL greenery_build();
SELECT regexp_replace(payload ->> 'title', '\d+', 'N') AS title, split_part(payload ->> 'text', E'\n', 1) AS text, payload ->> 'reason' AS reason
FROM greenery.alerts WHERE kind = 'digest' ORDER BY alert_id DESC LIMIT 1;
DROP VIEW greenery_build.dim_products;
CREATE FUNCTION public.fail() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ann@example.com is not %', 'welcome'; END $$;
CREATE EVENT TRIGGER fail ON ddl_command_start EXECUTE FUNCTION public.fail();
CALL greenery_build();
DROP EVENT TRIGGER fail;
SELECT regexp_replace(payload ->> 'title', '\d+', 'N', 'g') AS title, split_part(payload ->> 'text', E'\n', 1) AS text
FROM greenery.alerts WHERE kind = 'digest' ORDER BY alert_id DESC LIMIT 1;
SELECT count(*) AS quoting FROM greenery.alerts WHERE payload::text ~ 'ann@';

DROP FUNCTION public.fail;
:clock;
SELECT greenery.clock() > '2022-01-01' AS goes_on;
SELECT pg_temp.empty_shop();
SELECT pg_temp.all_models();
