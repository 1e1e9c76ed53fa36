-- greenery_add_model(), greenery_drop_model(): the users' own models in builds.
SET client_min_messages = warning;
-- users' models are about to be built by a superuser

\i sql/include/builds.sql
SELECT pg_temp.empty_shop();
-- the marts that users' models read here, and one whose name is taken
SELECT pg_temp.keep_marts('{dim_users,fact_user_orders,metrics}');
INSERT INTO greenery.addresses VALUES ('a1', '1 Elm St', '02139', 'MA', 'United States');
INSERT INTO greenery.users VALUES
	('u1', 'Ann', 'Ash', 'ann@example.com', '212-555-0101', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1'),
	('u2', 'Bob', 'Bay', 'bob@example.com', '212-555-0102', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1');
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5), ('p2', 'Ivy', 20, 7);
INSERT INTO greenery.orders
	(order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, status)
VALUES
	('o1', 'u1', 'a1', '2021-02-01 10:00Z', 30, 5, 35, 'preparing'),
	('o2', 'u1', 'a1', '2021-02-05 10:00Z', 20, 5, 25, 'shipped'),
	('o3', 'u2', 'a1', '2021-02-06 10:00Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items VALUES ('o1', 'p1', 1), ('o1', 'p2', 1), ('o2', 'p2', 1), ('o3', 'p1', 1);

-- a view that reads marts; one that reads the first, a staging view and a
-- table, and must be quoted; a table and a materialized view
CREATE SCHEMA reports;
CREATE VIEW reports.spending AS
	SELECT u.user_id, u.first_name, sum(o.order_total) AS spent
	FROM greenery.dim_users u JOIN greenery.fact_user_orders o USING (user_id)
	GROUP BY u.user_id, u.first_name;
COMMENT ON VIEW reports.spending IS 'What each user spent.';
COMMENT ON COLUMN reports.spending.spent IS 'In dollars.';
CREATE TABLE reports.targets (user_id text NOT NULL, target numeric NOT NULL);
INSERT INTO reports.targets VALUES ('u1', 50), ('u2', 20);
CREATE SCHEMA "My ""Reports""";
CREATE VIEW "My ""Reports"""."Above ""it""" AS
	SELECT s.user_id AS "User", a.state AS "select", s.spent > t.target AS "above?"
	FROM reports.spending s JOIN reports.targets t USING (user_id)
	JOIN greenery.stg_users g USING (user_id) JOIN greenery.stg_addresses a USING (address_id);
CREATE MATERIALIZED VIEW reports.kept AS SELECT 1 AS id, json_build_object('a', 1) AS doc, point(1, 2) AS at;

SELECT greenery_add_model('reports.spending', '{user_id}');
SELECT greenery_add_model('"My ""Reports"""."Above ""it"""', '{User,select}');
SELECT greenery_add_model('reports.targets', '{user_id}');
SELECT greenery_add_model('reports.kept', '{id}');
SELECT model, relation, layer, key, builtin FROM greenery.models WHERE NOT builtin ORDER BY model COLLATE "C";
SELECT model, kind, column_name, args, warn_above, error_above, builtin, description
FROM greenery.data_tests WHERE NOT builtin ORDER BY test_id;
SELECT action, before, after ->> 'kind' AS kind, after ->> 'model' AS model FROM greenery.test_changes ORDER BY change_id;
SELECT obj_description('greenery_published.spending'::regclass), col_description('greenery_published.spending'::regclass, 3);
SELECT obj_description('greenery_published.kept'::regclass);
-- an ordinary table, owned by who added it; only the key is constrained
SELECT c.relname, c.relkind, c.relpersistence, c.relowner = current_user::regrole AS mine,
	EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') AS member,
	(SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attnotnull) AS not_null
FROM pg_class c
WHERE c.oid IN ('greenery_published.targets'::regclass, 'greenery_published."Above ""it"""'::regclass)
ORDER BY c.relname COLLATE "C";

-- lineage, and with it the order
SELECT * FROM greenery_lineage() WHERE model IN ('spending', 'Above "it"', 'targets', 'kept');
SELECT bool_and(u.level < m.level) AS after_upstream FROM greenery.build_order m, unnest(m.depends_on) d
JOIN greenery.build_order u ON u.model = d;
SELECT greenery_lineage_mermaid() ~ 'n\d+\["Above #quot;it#quot;"\]' AS quoted;

CALL greenery_build();
SELECT * FROM greenery_published.spending ORDER BY 1;
SELECT * FROM greenery_published."Above ""it""" ORDER BY 1;
SELECT * FROM greenery_published.targets ORDER BY 1;
SELECT * FROM greenery_published.kept ORDER BY 1;
SELECT model, status, rows, inserted FROM greenery.build_models
WHERE model IN (SELECT model FROM greenery.models WHERE NOT builtin) ORDER BY model COLLATE "C";
-- types without equality are compared all the same
CREATE FUNCTION pg_temp.changes() RETURNS TABLE (model text, inserted bigint, updated bigint, deleted bigint) LANGUAGE sql AS $changes$
	SELECT model, inserted, updated, deleted FROM greenery.build_models
	WHERE build_id = (SELECT max(build_id) FROM greenery.builds) AND inserted + updated + deleted > 0 ORDER BY model COLLATE "C"
$changes$;
UPDATE reports.targets SET target = 100 WHERE user_id = 'u1';
CALL greenery_build();
SELECT * FROM pg_temp.changes();
SELECT * FROM greenery_published."Above ""it""" ORDER BY 1;

-- what has been written is read, not computed again: each model once
CREATE SEQUENCE reports.computed;
CREATE OR REPLACE VIEW reports.spending AS
	SELECT u.user_id, u.first_name, sum(o.order_total) + 0 * nextval('reports.computed') AS spent
	FROM greenery.dim_users u JOIN greenery.fact_user_orders o USING (user_id)
	GROUP BY u.user_id, u.first_name;
CALL greenery_build();
SELECT last_value AS computed FROM reports.computed;

-- a test of one's own, and keys of failing rows
SELECT greenery_add_test('"My ""Reports"""."Above ""it"""', 'expression', NULL, '{"expression": "\"above?\""}', severity => 'warn') AS id \gset
CALL greenery_build();
SELECT failing_key FROM greenery.test_failures WHERE test_id = :id ORDER BY 1;
SELECT payload ->> 'model' AS model FROM greenery.alerts WHERE test_id = :id;

-- the key is tested: nothing is published that breaks it
INSERT INTO reports.targets VALUES ('u2', 30);
\set VERBOSITY terse
CALL greenery_build();
SELECT model, kind, status, failures FROM greenery.test_results
WHERE status = 'error' AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY test_id;
DELETE FROM reports.targets WHERE target = 30;
-- a view that fails, one that is gone, and one that has changed its columns
CREATE OR REPLACE VIEW reports.spending AS
	SELECT u.user_id, u.first_name, sum(o.order_total) / (count(*) - 2) AS spent
	FROM greenery.dim_users u JOIN greenery.fact_user_orders o USING (user_id)
	GROUP BY u.user_id, u.first_name;
CALL greenery_build();
SELECT model, status, message FROM greenery.build_models
WHERE status IN ('failed', 'skipped') AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY position;
CREATE OR REPLACE VIEW reports.spending AS
	SELECT u.user_id, u.first_name, sum(o.order_total) AS spent, count(*) AS orders
	FROM greenery.dim_users u JOIN greenery.fact_user_orders o USING (user_id)
	GROUP BY u.user_id, u.first_name;
CALL greenery_build();
SELECT model, status, message FROM greenery.build_models
WHERE status IN ('failed', 'skipped') AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY position;
DROP MATERIALIZED VIEW reports.kept;
CALL greenery_build();
SELECT model, status, message FROM greenery.build_models
WHERE model = 'kept' AND build_id = (SELECT max(build_id) FROM greenery.builds);
SELECT DISTINCT kind, status, message FROM greenery.test_results
WHERE model = 'reports.kept' AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY 1;
SELECT greenery_drop_model('kept');
SELECT greenery_drop_model('spending');
SELECT greenery_add_model('reports.spending', '{user_id}');
CALL greenery_build();
SELECT * FROM greenery_published.spending ORDER BY 1;

-- what cannot be a model
\set VERBOSITY sqlstate
CREATE TEMP TABLE temporary (id integer);
CREATE SEQUENCE reports.counter;
CREATE TYPE reports.composite AS (id integer);
CREATE VIEW reports.metrics AS SELECT 1 AS id;
CREATE VIEW reports.orders AS SELECT 1 AS id;
CREATE VIEW "My ""Reports""".targets AS SELECT 1 AS id;
CREATE VIEW reports.odd AS SELECT 1 AS id, json_build_array() AS j;
SELECT greenery_add_model(NULL, '{id}');
SELECT greenery_add_model('reports.odd', NULL);
SELECT greenery_add_model(0, '{id}');
SELECT greenery_add_model('temporary', '{id}');
SELECT greenery_add_model('reports.counter', '{id}');
SELECT greenery_add_model('reports.composite', '{id}');
-- names that are taken: by a built-in model, a raw table, a user's model, itself
SELECT greenery_add_model('reports.metrics', '{id}');
SELECT greenery_add_model('reports.orders', '{id}');
SELECT greenery_add_model('"My ""Reports""".targets', '{id}');
SELECT greenery_add_model('reports.spending', '{user_id}');
-- not the user's own
SELECT greenery_add_model('greenery.promo_terms', '{promo_id,valid_from}');
SELECT greenery_add_model('greenery_published.metrics', '{name}');
SELECT greenery_add_model('pg_class', '{oid}');
-- keys
SELECT greenery_add_model('reports.odd', '{}');
SELECT greenery_add_model('reports.odd', '{{id}}');
SELECT greenery_add_model('reports.odd', '{id,NULL}');
SELECT greenery_add_model('reports.odd', '{id,id}');
SELECT greenery_add_model('reports.odd', '{ID}');
SELECT greenery_add_model('reports.odd', '{id,ctid}');
SELECT greenery_add_model('reports.odd', '{j}');
-- dropping
SELECT greenery_drop_model('odd');
SELECT greenery_drop_model(NULL);
SELECT greenery_drop_model('metrics');
SELECT greenery_drop_test(test_id) FROM greenery.data_tests WHERE model = 'reports.spending' AND kind = 'unique';
-- another relation of a model's name, in the schema of a third, is not read in its place
\set VERBOSITY terse
CREATE VIEW reports."Above ""it""" AS SELECT 1 AS id;
SELECT greenery_drop_model('spending');
SELECT greenery_add_model('reports.spending', '{user_id}');
CREATE VIEW reports.above AS SELECT "User" AS id FROM "My ""Reports"""."Above ""it""";
SELECT greenery_add_model('reports.above', '{id}');
-- whole rows of marts, and functions of them
CREATE FUNCTION reports.total_of(o greenery.fact_user_orders) RETURNS numeric LANGUAGE sql IMMUTABLE
	RETURN o.order_total;
CREATE VIEW reports.whole AS
	SELECT o.order_id, o AS whole, reports.total_of(o) AS total, o.order_total = reports.total_of(o) AS same, row_to_json(o) ->> 'user_id' AS user_id
	FROM greenery.fact_user_orders o;
SELECT greenery_add_model('reports.whole', '{order_id}');
CALL greenery_build();
SELECT * FROM greenery_published.above ORDER BY 1;
SELECT order_id, (whole).user_id, total, same, user_id FROM greenery_published.whole ORDER BY 1;
UPDATE greenery.orders SET order_total = order_total + 1, shipping_cost = shipping_cost + 1 WHERE order_id = 'o1';
CALL greenery_build();
SELECT order_id, (whole).order_total, total, same FROM greenery_published.whole ORDER BY 1;
SELECT * FROM pg_temp.changes() WHERE model IN ('above', 'whole');
-- constants, whatever the session reads and writes
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Kolkata';
SET intervalstyle = 'sql_standard';
SET extra_float_digits = -10;
CREATE VIEW reports.constants AS
	SELECT '1' AS id, timestamptz '2021-03-04 12:00:00Z' AS at, date '2021-03-04' AS day, interval '1 day 2 hours' AS length,
		float8 '0.1234567890123456' AS number, '{NULL}'::text[] AS list, (float8 '0.1234567890123456')::text AS written,
		(timestamptz '2021-03-04 20:00:00Z')::date AS local_day, (timestamptz '2021-03-04 20:00:00Z')::text AS moment;
SELECT greenery_add_model('reports.constants', '{id}');
SET array_nulls = off;
CALL greenery_build();
RESET datestyle;
RESET timezone;
RESET intervalstyle;
RESET extra_float_digits;
RESET array_nulls;
SELECT at = '2021-03-04 12:00:00Z' AS at, day = '2021-03-04' AS day, length = '1 day 2 hours' AS length,
	number = 0.1234567890123456 AS number, list[1] IS NULL AS list, written, local_day = '2021-03-04' AS local_day, moment
FROM greenery_published.constants;
SELECT count(greenery_drop_model(name)) AS dropped FROM unnest('{above,whole,constants}'::text[]) name;
DROP VIEW reports."Above ""it""";

-- results outlive the model
SELECT count(greenery_drop_model(model)) AS dropped FROM greenery.models WHERE NOT builtin;
SELECT count(*) AS tests FROM greenery.data_tests WHERE NOT builtin;
SELECT count(*) > 0 AS results FROM greenery.test_results WHERE model = 'reports.targets';
SELECT count(*) FILTER (WHERE action = 'add') = count(*) FILTER (WHERE action = 'drop') AS all_dropped FROM greenery.test_changes;
SELECT to_regclass('greenery_published.targets'), to_regclass('reports.targets');
CALL greenery_build();
SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1;

DROP SCHEMA reports, "My ""Reports""" CASCADE;
SELECT pg_temp.empty_shop();
SELECT pg_temp.all_models();
