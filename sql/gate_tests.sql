-- Data tests: every kind, thresholds, what makes a test broken or skipped, and
-- adding, changing and dropping them.
SET client_min_messages = warning;

-- names that must be quoted, and rows whose failures can be counted by eye
CREATE SCHEMA "Gate Tests";
CREATE TABLE "Gate Tests".parent (code text);
INSERT INTO "Gate Tests".parent VALUES ('p1'), ('p2'), ('p2'), (NULL);
CREATE TABLE "Gate Tests"."Odd ""Name"" $$" (
	id integer,
	"Col A" text,
	"select" text,
	n numeric,
	parent text,
	mail text,
	phone text,
	at timestamptz
);
INSERT INTO "Gate Tests"."Odd ""Name"" $$" VALUES
	(1, 'x', 'k', 1, 'p1', 'a@example.com', '212-555-0101', '2021-01-01 00:00Z'),
	(2, 'x', 'k', 2, 'p1', 'b@example.com', '212-555-0102', '2021-01-02 00:00Z'),
	(3, 'y', 'l', 3, 'p2', 'nobody', '212-555-0103', '2021-01-03 00:00Z'),
	(4, 'y', 'm', 4, 'zz', 'd@example', '5', 'infinity'),
	(5, NULL, 'm', 5, NULL, NULL, NULL, NULL),
	(6, NULL, NULL, -1, 'p1', 'f@example.com', '212-555-0106', '2021-01-06 00:00Z'),
	(7, 'it''s', 'n', NULL, 'yy', 'g@example.com', '212-555-0107', '2021-01-07 00:00Z'),
	(8, 'z', 'n', 10, 'yy', 'h@example.com', '212-555-0108', '2021-01-08 00:00Z');

CREATE FUNCTION pg_temp.add(kind text, column_name text DEFAULT NULL, args text DEFAULT NULL,
							description text DEFAULT NULL, severity text DEFAULT NULL,
							warn_above text DEFAULT NULL, error_above text DEFAULT NULL)
	RETURNS bigint LANGUAGE sql AS $add$
	SELECT public.greenery_add_test('"Gate Tests"."Odd ""Name"" $$"', kind, column_name, args::jsonb,
									severity, warn_above, error_above, 'core', description)
$add$;
CREATE FUNCTION pg_temp.results()
	RETURNS TABLE (kind text, col text, description text, status text, failures bigint, total bigint, share numeric, message text)
	LANGUAGE sql AS $results$
	SELECT r.kind, r.column_name, d.description, r.status, r.failures, r.total, round(r.share::numeric, 3), r.message
	FROM public.greenery_test('"Gate Tests"."Odd ""Name"" $$"') r
	JOIN greenery.data_tests d ON d.test_id = r.test_id
	ORDER BY r.test_id
$results$;

-- every kind; the description says which rows or values fail
SELECT count(pg_temp.add(kind, column_name, args, failing)) AS added FROM (VALUES
	('not_null', 'Col A', NULL, '5, 6'),
	('unique', 'Col A', NULL, 'x, y'),
	('unique_combination', NULL, '{"columns": ["Col A", "select"]}', '(x, k); not the NULLs'),
	('accepted_values', 'Col A', '{"values": ["x", "y", "it''s"]}', '8'),
	('relationships', 'parent', '{"to": "\"Gate Tests\".parent", "field": "code"}', '4, 7, 8'),
	('range', 'n', '{"min": 1, "max": 10}', '6'),
	('range', 'n', '{"min": 1, "max": 10, "inclusive": false}', '1, 6, 8'),
	('expression', NULL, '{"expression": "n >= id -- a comment"}', '6; not the NULL of 7'),
	('matches', 'Col A', '{"pattern": "^[a-z]$"}', '7'),
	('email', 'mail', NULL, '3, 4'),
	('phone', 'phone', NULL, '4'),
	('row_count', NULL, '{"min": 9}', 'too few'),
	('row_count', NULL, '{"min": 8, "max": 8}', 'none'),
	('recency', 'at', '{"error_after": "24 hours"}', 'too old; infinity is no time'),
	('recency', 'at', '{"warn_after": "24 hours", "error_after": "100000 days"}', 'old'),
	('recency', 'at', '{"error_after": "24 hours", "where": "id = 4"}', 'no time at all'),
	('not_null', 'Col A', '{"where": "id < 6 /* a comment */"}', '5'),
	('unique', 'Col A', '{"where": "id <> 1"}', 'y'),
	('unique_combination', NULL, '{"columns": ["Col A", "select"], "where": "id <> 1"}', 'none'),
	('relationships', 'parent', '{"to": "\"Gate Tests\".parent", "field": "code", "where": "id < 7"}', '4'),
	('row_count', NULL, '{"min": 1, "where": "id > 100"}', 'too few')
) v (kind, column_name, args, failing);
SELECT * FROM pg_temp.results();

-- an empty table: nothing fails but what asks for rows
BEGIN;
DELETE FROM "Gate Tests"."Odd ""Name"" $$";
SELECT status, failures, total, share, string_agg(kind, ' ' ORDER BY kind, description) AS kinds
FROM pg_temp.results() GROUP BY 1, 2, 3, 4 ORDER BY 1, 2;
ROLLBACK;

-- one scan: one statement, which reads the table once
SELECT count(*) AS statements,
	sum((length(statement) - length(replace(statement, 'FROM "Gate Tests"."Odd', ''))) / length('FROM "Gate Tests"."Odd')) AS reads
FROM greenery_test_sql('"Gate Tests"."Odd ""Name"" $$"');

SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- thresholds: 3 of the 7 rows with a value fail (42.86 %); the NULL is not in the share
SELECT count(pg_temp.add('relationships', 'parent', '{"to": "\"Gate Tests\".parent", "field": "code"}', expected,
						 severity, warn_above, error_above)) AS added
FROM (VALUES
	('error', NULL, NULL, NULL),
	('error', 'error', NULL, NULL),
	('warn', 'warn', NULL, NULL),
	('pass', NULL, NULL, '3'),
	('error', NULL, NULL, '2'),
	('warn', NULL, '2', NULL),
	('warn', NULL, '2', '3'),
	('error', NULL, '1', '2'),
	('pass', NULL, '3', '4'),
	('pass', NULL, NULL, '42.9%'),
	('error', NULL, NULL, '42.8%'),
	('warn', NULL, '10 %', '50%'),
	('error', NULL, '0', '0%')
) v (expected, severity, warn_above, error_above);
SELECT description AS expected, status, warn_above, error_above, r.failures, r.total
FROM greenery_test('"Gate Tests"."Odd ""Name"" $$"') r JOIN greenery.data_tests d USING (test_id)
ORDER BY test_id;
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- a share is of the rows that have a value: 10 of 100 do, and 5 of them are mistyped
BEGIN;
CREATE TABLE "Gate Tests".sparse AS
SELECT g AS id, CASE WHEN g <= 5 THEN 'winter' WHEN g <= 10 THEN 'wintr' END AS promo FROM generate_series(1, 100) g;
SELECT greenery_add_test('"Gate Tests".sparse', 'accepted_values', 'promo', '{"values": ["winter"]}', error_above => '10%') IS NOT NULL AS added;
SELECT status, failures, total, share FROM greenery_test('"Gate Tests".sparse');
ROLLBACK;

-- an accepted number is a number, however it is written; NULL is ignored
SELECT count(pg_temp.add('accepted_values', 'n', args, description)) AS added FROM (VALUES
	('{"values": [1.0, "2.00", 3, 4, 5, "-1.000", "1e1"]}', 'none'),
	('{"values": ["1.5", "NaN"]}', 'all 7')) v (args, description);
SELECT * FROM pg_temp.results();
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- The newest row is the newest of those that are not still to come: a mistyped year, and a
-- date or a time without zone of the shop's day.
BEGIN;
CREATE TABLE "Gate Tests".feed (id integer, at timestamptz, local timestamp, day date);
CREATE FUNCTION pg_temp.newest(unit interval) RETURNS TABLE (col text, status text, failures bigint, total bigint) LANGUAGE plpgsql AS $newest$
BEGIN
	TRUNCATE "Gate Tests".feed;
	INSERT INTO "Gate Tests".feed
	SELECT 1, t, t AT TIME ZONE 'Asia/Tokyo', (t AT TIME ZONE 'Asia/Tokyo')::date
	  FROM (VALUES (clock_timestamp() - unit), (clock_timestamp() - unit - interval '1 day')) v (t);
	INSERT INTO "Gate Tests".feed VALUES (2, '2099-01-01 00:00Z', '2099-01-01', '2099-01-01'), (3, 'infinity', '-infinity', 'infinity'),
		(4, '294276-12-31 00:00Z', '294276-12-31', '5874897-12-31'), (5, NULL, NULL, NULL);
	RETURN QUERY SELECT r.column_name, r.status, r.failures, r.total FROM public.greenery_test('"Gate Tests".feed') r ORDER BY r.test_id;
END
$newest$;
SELECT greenery_set('timezone', 'Asia/Tokyo');
SELECT count(greenery_add_test('"Gate Tests".feed', 'recency', c, '{"warn_after": "2 days", "error_after": "10 days"}')) AS added
FROM unnest(ARRAY['at', 'local', 'day']) c;
SELECT * FROM pg_temp.newest('1 minute');
SELECT * FROM pg_temp.newest('5 days');
SELECT * FROM pg_temp.newest('20 days');
-- nothing but the future: no row to judge, and too old
DELETE FROM "Gate Tests".feed WHERE id = 1;
SELECT column_name, status, failures, total FROM greenery_test('"Gate Tests".feed') ORDER BY test_id;
ROLLBACK;

-- a test that has no row to judge passes, and its total says so
BEGIN;
SELECT count(pg_temp.add(kind, column_name, args, args)) AS added FROM (VALUES
	('accepted_values', 'Col A', '{"values": ["x"], "where": "parent = ''deliverd''"}'),
	('expression', NULL, '{"expression": "NULL::integer > n"}'),
	('expression', NULL, '{"expression": "n > 0", "where": "false"}'),
	('not_null', 'phone', '{"where": "id > 100"}')) v (kind, column_name, args);
SELECT kind, col, status, failures, total, share FROM pg_temp.results();
ROLLBACK;

-- broken is never a pass, and breaks no other test
SELECT count(pg_temp.add(kind, column_name, args, description)) AS added FROM (VALUES
	('expression', NULL, '{"expression": "1 / (id - 8) < 1"}', 'division by zero, in row 8 only'),
	('not_null', 'id', NULL, 'passes'),
	('expression', NULL, '{"expression": "\"Col A\"::integer > 0"}', 'no integer'),
	('not_null', 'phone', NULL, 'column is gone'),
	('relationships', 'parent', '{"to": "\"Gate Tests\".parent", "field": "code"}', 'parent is gone')
) v (kind, column_name, args, description);
BEGIN;
ALTER TABLE "Gate Tests"."Odd ""Name"" $$" DROP COLUMN phone;
DROP TABLE "Gate Tests".parent;
SELECT * FROM pg_temp.results();
DROP TABLE "Gate Tests"."Odd ""Name"" $$";
SELECT status, count(*), min(message) AS message FROM greenery_test() r JOIN greenery.data_tests d USING (test_id)
WHERE NOT d.builtin GROUP BY 1;
ROLLBACK;
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- skipped: what the source leaves out, and a parent whose source is empty
SELECT d.model, d.kind, d.column_name, r.status, r.failures, r.message
FROM greenery_test('greenery.stg_order_items') r JOIN greenery.data_tests d USING (test_id)
WHERE r.status = 'skipped' ORDER BY test_id;

-- an optional column is one that the shop has as soon as a row has a value in it
BEGIN;
INSERT INTO greenery.order_items (order_id, product_id, quantity) VALUES ('o', 'p', 1), ('o', 'q', 2);
SELECT greenery_add_test('greenery.stg_order_items', 'range', 'unit_price', '{"min": 0}') AS range \gset
SELECT greenery_add_test('greenery.stg_order_items', 'not_null', 'unit_price') AS present \gset
SELECT kind, status, failures, total, message FROM greenery_test('greenery.stg_order_items') WHERE test_id IN (:range, :present) ORDER BY test_id;
UPDATE greenery.order_items SET unit_price = -1 WHERE product_id = 'q';
SELECT kind, status, failures, total, message FROM greenery_test('greenery.stg_order_items') WHERE test_id IN (:range, :present) ORDER BY test_id;
ROLLBACK;

-- what cannot be a test says so when it is added
\set VERBOSITY sqlstate
SELECT pg_temp.add('not_null');
SELECT pg_temp.add('not_null', 'nosuch');
SELECT pg_temp.add('nosuch', 'id');
SELECT pg_temp.add(NULL, 'id');
SELECT pg_temp.add('shrink');
SELECT pg_temp.add('row_count', 'id', '{"min": 1}');
SELECT pg_temp.add('row_count');
SELECT pg_temp.add('row_count', NULL, '{"min": "few"}');
SELECT pg_temp.add('row_count', NULL, '{"min": 1.5}');
SELECT pg_temp.add('unique_combination', NULL, '{"columns": ["id"]}');
SELECT pg_temp.add('unique_combination', NULL, '{"columns": ["id", "nosuch"]}');
SELECT pg_temp.add('accepted_values', 'id');
SELECT pg_temp.add('accepted_values', 'id', '{"values": "x"}');
SELECT pg_temp.add('relationships', 'parent');
SELECT pg_temp.add('relationships', 'parent', '{"to": "\"Gate Tests\".nosuch", "field": "code"}');
SELECT pg_temp.add('relationships', 'parent', '{"to": "\"Gate Tests\".parent", "field": "nosuch"}');
SELECT pg_temp.add('range', 'n');
SELECT pg_temp.add('range', 'n', '{"min": "a"}');
SELECT pg_temp.add('matches', 'Col A');
SELECT pg_temp.add('matches', 'Col A', '{"pattern": "(a"}');
SELECT pg_temp.add('recency', 'at');
SELECT pg_temp.add('recency', 'at', '{"warn_after": "soon"}');
SELECT pg_temp.add('recency', 'n', '{"warn_after": "1 day"}');
SELECT pg_temp.add('recency', 'at', '{"warn_after": "1 month"}');
SELECT pg_temp.add('recency', 'at', '{"error_after": "1 year -360 days"}');
SELECT pg_temp.add('recency', 'at', '{"warn_after": "25 hours", "error_after": "1 day"}');
SELECT pg_temp.add('recency', 'at', '{"warn_after": "-1 hours"}');
SELECT pg_temp.add('accepted_values', 'n', '{"values": ["few"]}');
SELECT pg_temp.add('expression', NULL, '{"expression": "n +"}');
SELECT pg_temp.add('expression', NULL, '{"expression": "nosuch > 1"}');
SELECT pg_temp.add('expression', NULL, '{"expression": "n"}');
SELECT pg_temp.add('expression', NULL, '{"expression": "true) FROM pg_class --"}');
SELECT pg_temp.add('expression', NULL, '{"expression": "true; DROP TABLE \"Gate Tests\".parent"}');
SELECT pg_temp.add('not_null', 'id', '{"where": "true, false"}');
SELECT pg_temp.add('not_null', 'id', '{"where": "count(*) > 1"}');
SELECT pg_temp.add('not_null', 'id', '[]');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, 'fatal');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, 'warn', '1');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, NULL, NULL, '-1');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, NULL, NULL, '101%');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, NULL, NULL, '1.5');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, NULL, '5%', '4%');
SELECT greenery_add_test(NULL, 'not_null', 'id');
SELECT greenery_add_test(0, 'not_null', 'id');
\set VERBOSITY default
SELECT count(*) AS added FROM greenery.data_tests WHERE NOT builtin;

\set VERBOSITY terse
SELECT pg_temp.add('recency', 'at', '{"warn_after": "1 month"}');
SELECT pg_temp.add('recency', 'at', '{"warn_after": "25 hours", "error_after": "1 day"}');
SELECT pg_temp.add('not_null', 'id', NULL, NULL, NULL, '5', '4');
\set VERBOSITY default

-- changing and dropping, with an audit
TRUNCATE greenery.test_changes;
SELECT pg_temp.add('not_null', 'Col A') AS id \gset
SELECT greenery_alter_test(:id, severity => 'warn', owner => 'marketing', description => 'why');
SELECT severity, owner, description FROM greenery.test_status WHERE test_id = :id;
SELECT greenery_alter_test(:id, warn_above => '5%', error_above => '50%', args => '{"where": "id > 5"}');
SELECT warn_above, error_above, args, owner, enabled FROM greenery.data_tests WHERE test_id = :id;
SELECT * FROM pg_temp.results();
SELECT greenery_alter_test(:id, warn_above => 'never', enabled => false);
SELECT * FROM pg_temp.results();
SELECT greenery_drop_test(:id);
-- a built-in test: its row stays as it came
SELECT greenery_alter_test(33, severity => 'error', owner => 'stock');
SELECT greenery_alter_test(33, enabled => false);
SELECT warn_above, error_above, owner, enabled FROM greenery.data_tests WHERE test_id = 33;
SELECT warn_above, error_above, owner, enabled FROM greenery.test_definitions WHERE test_id = 33;
SELECT change_id - min(change_id) OVER () AS n, changed_by = current_user AS by_me,
	CASE test_id WHEN 33 THEN '33' ELSE 'mine' END AS test, action,
	(SELECT jsonb_object_agg(b.key, b.value) FROM jsonb_each(before) b
	  WHERE after IS NULL AND b.key = 'kind' OR b.value <> after -> b.key) AS before,
	(SELECT jsonb_object_agg(a.key, a.value) FROM jsonb_each(after) a
	  WHERE before IS NULL AND a.key = 'kind' OR a.value <> before -> a.key) AS after
FROM greenery.test_changes ORDER BY change_id;
DELETE FROM greenery.test_overrides;
TRUNCATE greenery.test_changes;

-- refused, and not recorded
\set VERBOSITY sqlstate
SELECT greenery_alter_test(999, enabled => true);
SELECT greenery_alter_test(33, args => '{}');
SELECT greenery_alter_test(33, severity => 'fatal');
SELECT greenery_alter_test(33, severity => 'warn', error_above => '1');
SELECT greenery_alter_test(33, error_above => 'x');
SELECT greenery_drop_test(999);
SELECT greenery_drop_test(33);
-- a built-in test stays; some can be turned off, and the hint knows which
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT greenery_drop_test(33);
SELECT greenery_drop_test(31);
SELECT greenery_drop_test(212);
\set SHOW_CONTEXT errors
\set VERBOSITY terse
-- the key of a model
SELECT greenery_alter_test(50, enabled => false);
SELECT greenery_alter_test(51, severity => 'warn');
SELECT greenery_alter_test(82, error_above => '5');
SELECT greenery_alter_test(322, error_above => 'never', warn_above => '0');
-- not of its own
SELECT greenery_alter_test(52, severity => 'warn');
SELECT action, test_id FROM greenery.test_changes;
DELETE FROM greenery.test_overrides;
TRUNCATE greenery.test_changes;

DROP SCHEMA "Gate Tests" CASCADE;
