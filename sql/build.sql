-- CALL greenery_build(): what is written, tested, published, recorded and told.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;

\i sql/include/builds.sql
-- the last build; how many models and tests there are is not the matter here
CREATE VIEW pg_temp.last_build AS
	SELECT build_id, status, published, models = (SELECT count(*) FROM greenery.models) AS all_models,
		passed + warned + failed + broken + skipped = (SELECT count(*) FROM greenery.data_tests WHERE enabled) AS all_tests,
		warned, failed, broken, message
	FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
CREATE VIEW pg_temp.last_models AS
	SELECT model, m.status, rows, inserted, updated, deleted, message
	FROM greenery.build_models m
	WHERE build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY position;
CREATE FUNCTION pg_temp.masked(message text) RETURNS text LANGUAGE sql AS $masked$
	SELECT regexp_replace(regexp_replace(regexp_replace(message,
		'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC', 'TIME', 'g'),
		'\d+ (passed|skipped|rows|published models|inserted|updated|deleted)', 'N \1', 'g'),
		-- users' tests are numbered on, whatever other tests made before
		'\m[19]\d{3} ', 'ID ', 'g')
$masked$;
CREATE VIEW pg_temp.last_alerts AS
	SELECT kind, severity, test_id, pg_temp.masked(payload ->> 'title') AS title, pg_temp.masked(payload ->> 'text') AS text
	FROM greenery.alerts
	WHERE build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY alert_id;

SELECT pg_temp.empty_shop();
INSERT INTO greenery.addresses VALUES
	('a1', '1 Elm St', '02139', 'MA', 'United States'),
	('a2', '2 Oak St', '10001', 'NY', 'United States');
INSERT INTO greenery.users VALUES
	('u1', 'Ann', 'Ash', 'ann@example.com', '212-555-0101', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1'),
	('u2', 'Bob', 'Bay', 'bob@example.com', '212-555-0102', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a2'),
	('u3', 'Cyd', 'Cob', 'cyd@example.com', '212-555-0103', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a2'),
	('u4', 'Dee', 'Day', 'dee@example.com', '212-555-0104', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a2');
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5), ('p2', 'Ivy', 20, 7);
INSERT INTO greenery.promos VALUES ('spring', 3, 'active'), ('autumn', 2, 'inactive');
INSERT INTO greenery.orders
	(order_id, user_id, promo_id, address_id, created_at, order_cost, shipping_cost, order_total, status, delivered_at)
VALUES
	('o1', 'u1', NULL, 'a1', '2021-02-01 10:00Z', 30, 5, 35, 'delivered', '2021-02-03 10:00Z'),
	('o2', 'u1', 'spring', 'a1', '2021-02-05 10:00Z', 20, 5, 22, 'shipped', NULL),
	('o3', 'u2', NULL, 'a2', '2021-02-06 10:00Z', 10, 5, 15, 'preparing', NULL);
INSERT INTO greenery.order_items VALUES ('o1', 'p1', 1), ('o1', 'p2', 1), ('o2', 'p2', 1), ('o3', 'p1', 1);
INSERT INTO greenery.events VALUES
	('e1', 's1', 'u1', 'https://shop.example/product/p1', '2021-02-01 09:55Z', 'page_view', NULL, 'p1'),
	('e2', 's1', 'u1', 'https://shop.example/product/p1', '2021-02-01 09:57Z', 'add_to_cart', NULL, 'p1'),
	('e3', 's1', 'u1', 'https://shop.example/checkout/o1', '2021-02-01 10:00Z', 'checkout', 'o1', NULL),
	('e4', 's1', 'u1', 'https://shop.example/shipping/o1', '2021-02-02 10:00Z', 'package_shipped', 'o1', NULL),
	('e5', 's2', 'u3', 'https://shop.example/product/p2', '2021-02-04 10:00Z', 'page_view', NULL, 'p2');

-- not in a transaction, nor in a function
\set VERBOSITY sqlstate
BEGIN;
CALL greenery_build();
ROLLBACK;
CREATE FUNCTION pg_temp.build() RETURNS void LANGUAGE plpgsql AS $build$ BEGIN CALL public.greenery_build(); END $build$;
SELECT pg_temp.build();
\set VERBOSITY default
SELECT count(*) AS builds FROM greenery.builds;

-- the first build
CALL greenery_build();
SELECT * FROM pg_temp.last_build;
SELECT * FROM pg_temp.stale();
SELECT status, bool_and(rows = inserted AND updated = 0 AND deleted = 0) AS all_inserted FROM pg_temp.last_models GROUP BY 1 ORDER BY 1;
SELECT model, status, rows FROM pg_temp.last_models
WHERE model IN ('stg_users', 'stg_orders', 'dim_users', 'dim_products', 'fact_user_orders', 'fact_events', 'fact_user_sessions', 'session_funnel');
SELECT status, count(*) > 100 AS many, min(message) AS message FROM greenery.test_results GROUP BY 1 ORDER BY 1;
SELECT * FROM pg_temp.last_alerts;
SELECT payload - 'text' - 'title' - 'passed' - 'skipped' - 'rows' AS digest,
	(payload ->> 'passed')::integer = b.passed AND (payload ->> 'skipped')::integer = b.skipped AS tests,
	(payload ->> 'rows')::integer = (SELECT sum(rows) FROM greenery.build_models m WHERE m.build_id = a.build_id AND status = 'written') AS rows
FROM greenery.alerts a JOIN greenery.builds b USING (build_id);
-- nothing is left where marts are written, and the histories were taken
SELECT count(*) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace;
SELECT promo_id, status, discount FROM greenery.promo_history ORDER BY 1;
SELECT count(*) FROM greenery.inventory_history;

-- nothing changed, nothing is written
CALL greenery_build();
SELECT status, sum(inserted), sum(updated), sum(deleted) FROM pg_temp.last_models GROUP BY 1 ORDER BY 1;

-- the marts that are looked at from here on, and those between them
SELECT pg_temp.keep_marts('{dim_users,dim_products,dim_product_stock,dim_order_products,fact_order_items_products,fact_user_orders,metrics}');

-- by difference: one row more, one less, one changed; the others are not touched
CREATE TEMP TABLE before AS SELECT user_id, ctid AS place FROM greenery_published.dim_users;
UPDATE greenery.users SET first_name = 'Bill' WHERE user_id = 'u2';
DELETE FROM greenery.users WHERE user_id = 'u4';
INSERT INTO greenery.users VALUES
	('u5', 'Eve', 'Elk', 'eve@example.com', '212-555-0105', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1');
CALL greenery_build();
SELECT model, rows, inserted, updated, deleted FROM pg_temp.last_models WHERE inserted + updated + deleted > 0;
SELECT user_id, first_name, b.place = a.ctid AS untouched
FROM greenery_published.dim_users a FULL JOIN before b USING (user_id) ORDER BY 1;
SELECT * FROM pg_temp.stale();

-- a warning publishes, and is told once
UPDATE greenery.products SET inventory = 0 WHERE product_id = 'p2';
CALL greenery_build();
SELECT * FROM pg_temp.last_build;
SELECT * FROM pg_temp.stale();
SELECT * FROM pg_temp.last_alerts;
SELECT payload - 'downstream' AS warned, payload -> 'downstream' @> '["dim_products", "fact_user_orders", "metrics"]' AS affected,
	payload -> 'downstream' ? 'dim_users' AS dim_users
FROM greenery.alerts WHERE kind = 'test_warned';
SELECT f.* FROM greenery.test_failures f;
CALL greenery_build();
SELECT kind, test_id FROM pg_temp.last_alerts;
-- reminded after the cool-down
UPDATE greenery.alerts SET created_at = created_at - interval '19 hours 59 minutes';
CALL greenery_build();
SELECT kind, test_id FROM pg_temp.last_alerts;
UPDATE greenery.alerts SET created_at = created_at - interval '1 minute';
CALL greenery_build();
SELECT * FROM pg_temp.last_alerts WHERE kind <> 'digest';
CALL greenery_build();
SELECT kind, test_id FROM pg_temp.last_alerts;
UPDATE greenery.alerts SET created_at = created_at - interval '1 hour';
SELECT greenery_set('alert_cooldown', '1 hour');
CALL greenery_build();
SELECT kind, test_id FROM pg_temp.last_alerts;
SELECT greenery_set('alert_cooldown', NULL);

-- an error publishes nothing, is recorded, and raised
UPDATE greenery.products SET inventory = -1 WHERE product_id = 'p2';
UPDATE greenery.products SET name = 'Tall fern' WHERE product_id = 'p1';
CALL greenery_build();
\set VERBOSITY sqlstate
CALL greenery_build();
\set VERBOSITY default
SELECT * FROM pg_temp.last_build;
SELECT * FROM pg_temp.stale() s WHERE s LIKE 'dim%';
SELECT product_id, name, inventory FROM greenery_published.dim_products ORDER BY 1;
SELECT model, status, rows, inserted, message FROM pg_temp.last_models
WHERE model IN ('stg_products', 'dim_products', 'dim_users', 'fact_user_orders', 'metrics');
SELECT test_id, failing_key FROM greenery.test_failures WHERE build_id = (SELECT build_id FROM pg_temp.last_build);
-- told once: that 33 is over, that 34 fails, and that the build does
SELECT kind, severity, test_id, pg_temp.masked(payload ->> 'title') AS title, pg_temp.masked(payload ->> 'text') AS text
FROM greenery.alerts
WHERE build_id >= (SELECT build_id - 1 FROM pg_temp.last_build) ORDER BY alert_id;
-- the history records what was said all the same
SELECT inventory, valid_to IS NULL AS open FROM greenery.inventory_history WHERE product_id = 'p2' ORDER BY valid_from;
UPDATE greenery.alerts SET created_at = created_at - interval '24 hours';
CALL greenery_build();
SELECT kind, test_id FROM pg_temp.last_alerts;

-- a broken test fails the build; what broke it may quote rows and is not told
SELECT greenery_add_test('greenery.stg_products', 'expression', NULL, '{"expression": "name::integer > 0"}', owner => 'stock') AS broken \gset
UPDATE greenery.products SET inventory = 7 WHERE product_id = 'p2';
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
SELECT status, failures, message, owner FROM greenery.test_results WHERE status = 'broken';
SELECT kind, severity, test_id = :broken AS mine, payload ->> 'owner' AS owner,
	pg_temp.masked(payload ->> 'text') AS text
FROM greenery.alerts WHERE build_id = (SELECT build_id FROM pg_temp.last_build) AND kind <> 'digest' ORDER BY alert_id;
SELECT count(*) AS quoting_rows FROM greenery.alerts WHERE payload::text ~ 'Tall|Ivy|p1|p2';
SELECT greenery_drop_test(:broken);

-- all is well again
CALL greenery_build();
SELECT * FROM pg_temp.last_alerts;
SELECT * FROM pg_temp.stale();
-- no second notice
CALL greenery_build();
SELECT kind FROM pg_temp.last_alerts;

-- from bad to worse and back; a build that skips the test says nothing of it
UPDATE greenery.products SET price = 11 WHERE product_id = 'p1';
CALL greenery_build();
SELECT kind, severity, test_id FROM pg_temp.last_alerts;
SELECT greenery_alter_test(244, severity => 'error');
\set VERBOSITY terse
CALL greenery_build();
SELECT kind, severity, test_id FROM pg_temp.last_alerts;
UPDATE greenery.products SET inventory = -1 WHERE product_id = 'p2';
CALL greenery_build();
SELECT status FROM greenery.test_results WHERE test_id = 244 AND build_id = (SELECT build_id FROM pg_temp.last_build);
SELECT kind, severity, test_id FROM pg_temp.last_alerts;
UPDATE greenery.products SET inventory = 7 WHERE product_id = 'p2';
SELECT greenery_alter_test(244, severity => 'warn');
CALL greenery_build();
SELECT kind, severity, test_id FROM pg_temp.last_alerts;
UPDATE greenery.products SET price = 10 WHERE product_id = 'p1';
CALL greenery_build();
SELECT kind, severity, test_id FROM pg_temp.last_alerts;
SELECT status, previous_status, failures, previous_failures, change, total, round(share::numeric, 4) AS share
FROM greenery.test_trend WHERE test_id = 244 ORDER BY build_id DESC LIMIT 5;
SELECT test_id, passes + warnings + errors + broken = runs AS adds_up, warnings, errors, broken, never_failed, always_warns, flaps,
	last_change, changed_by = current_user AS by_me, total_time > '0' AS took, average_time <= total_time AS average
FROM greenery.test_review WHERE test_id IN (33, 35, 244) ORDER BY 1;
DELETE FROM greenery.test_overrides;

-- a source that was emptied: the published rows stay.  Of the marts, those of events
SELECT pg_temp.all_models();
SELECT pg_temp.keep_marts('{dim_users,dim_products,fact_events,fact_user_content_pageviews,fact_user_order_pageviews,fact_user_sessions}');
DELETE FROM greenery.events;
CALL greenery_build();
SELECT model, status, rows FROM pg_temp.last_models WHERE status = 'failed' AND model LIKE 'fact%s';
SELECT test_id, failures, total, message FROM greenery.test_results
WHERE model LIKE '%.fact%s' AND status = 'error' AND build_id = (SELECT build_id FROM pg_temp.last_build) ORDER BY 1;
SELECT count(*) FROM greenery_published.fact_events;
SELECT greenery_set('max_shrink', '100%');
CALL greenery_build();
SELECT greenery_set('max_shrink', NULL);
SELECT * FROM pg_temp.stale();

-- a build that never ended: the next one says so
INSERT INTO greenery.builds DEFAULT VALUES;
CALL greenery_build();
SELECT build_id - (SELECT build_id FROM pg_temp.last_build) AS build, status, published, finished_at IS NOT NULL AS finished, message
FROM greenery.builds ORDER BY builds.build_id DESC LIMIT 2;
SELECT kind, regexp_replace(payload ->> 'title', '\d+', 'N') AS title,
	regexp_replace(pg_temp.masked(payload ->> 'text'), '\d+', 'N', 'g') AS text
FROM greenery.alerts WHERE kind IN ('build_failed', 'recovered') AND test_id IS NULL ORDER BY alert_id DESC LIMIT 2;

-- something lies where marts are written
\set VERBOSITY default
CREATE VIEW greenery_build.dim_products AS SELECT 1 AS one;
CALL greenery_build();
SELECT build_id > 0 AS recorded, status, message FROM pg_temp.last_build;
SELECT kind FROM pg_temp.last_alerts;
DROP VIEW greenery_build.dim_products;

-- a table that is no model is tested along
CREATE TABLE public.gate_build (id integer);
INSERT INTO public.gate_build VALUES (1), (NULL);
SELECT greenery_add_test('public.gate_build', 'not_null', 'id', severity => 'warn', description => 'Ids are there.') AS id \gset
CALL greenery_build();
SELECT * FROM pg_temp.last_models WHERE model LIKE '%gate_build';
SELECT model, status, failures, total FROM greenery.test_results WHERE test_id = :id;
DROP TABLE public.gate_build;
\set VERBOSITY terse
CALL greenery_build();
SELECT status, message FROM greenery.test_results WHERE test_id = :id ORDER BY build_id DESC LIMIT 1;
SELECT greenery_drop_test(:id);
CALL greenery_build();
SELECT status FROM pg_temp.last_build;

-- old results go, the last published build stays
UPDATE greenery.builds SET finished_at = finished_at - interval '400 days';
UPDATE greenery.builds SET finished_at = finished_at + interval '36 days' WHERE build_id = 2;
SELECT count(*) > 10 AS many, min(build_id) FROM greenery.test_results;
CALL greenery_build();
SELECT array_agg(build_id) = ARRAY[2, max(build_id)] AS kept FROM greenery.builds;
SELECT array_agg(DISTINCT build_id) = ARRAY[2, max(build_id)] AS kept FROM greenery.test_results;
SELECT count(*) AS kept FROM greenery.test_failures;
SELECT relation, deleted > 0 AS deleted FROM greenery_purge('10 days');
UPDATE greenery.builds SET finished_at = finished_at - interval '400 days';
SELECT relation, deleted FROM greenery_purge('10 days');
SELECT count(*) FROM greenery.builds;
\set VERBOSITY sqlstate
SELECT greenery_purge('-1 day');
SET greenery.retention = '1 month';
SET greenery.alert_cooldown = 'never';
SELECT greenery_set('retention', '1 month');
SELECT greenery_set('alert_cooldown', 'never');
SELECT greenery_set('direct_scan', 'off');
SELECT greenery_set(NULL, 'off');
SHOW greenery.retention;
SELECT greenery_retention(), greenery_alert_cooldown();

SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
