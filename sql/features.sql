--
-- Features of the shop's own: bound by name, and read as of the cut-off.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;
BEGIN;
CREATE SCHEMA "the shop";
CREATE DOMAIN "the shop".score AS numeric;
CREATE TABLE "the shop"."re""views" ("the user" integer, "known ""at" timestamptz, "100%" "the shop".score, happy boolean, said text, day date, local timestamp);
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	('a1', '1', '2021-02-01 12:00+00'), ('a2', '1', '2021-02-02 12:00+00'),
	('b1', '2', '2021-02-01 12:00+00'), ('c1', '3', 'infinity'), ('d1', '4', '2021-02-10 12:00+00');
INSERT INTO "the shop"."re""views" VALUES
	-- of user 1: the last known at the first order is the one at that very moment
	(1, '2021-01-01 00:00+00', 1, true, 'x', '2021-01-01', '2021-01-01'),
	(1, '2021-02-01 12:00+00', 2, false, 'x', '2021-02-01', '2021-02-01 12:00'),
	(1, '2021-02-01 12:00:00.000001+00', 3, true, 'x', '2021-02-02', '2021-02-01 12:00:00.000001'),
	-- of user 2: two at one time, the larger counts
	(2, '2021-01-31 00:00+00', 7, false, 'x', '2021-01-31', '2021-01-31'),
	(2, '2021-01-31 00:00+00', 9, true, 'x', '2021-01-31', '2021-01-31'),
	(2, '-infinity', 10, true, 'x', NULL, NULL), (2, NULL, 10, true, 'x', NULL, NULL), (2, 'infinity', 10, true, 'x', 'infinity', 'infinity'),
	-- when user 3 ordered is unknown; user 5 does not exist; and rows without user
	(3, '2021-01-01 00:00+00', 1, true, 'x', '2021-01-01', '2021-01-01'),
	(5, '2021-01-01 00:00+00', 1, true, 'x', '2021-01-01', '2021-01-01'),
	(NULL, '2021-01-01 00:00+00', 1, true, 'x', '2021-01-01', '2021-01-01'),
	-- of user 4 what was known last is that nothing is known
	(4, '2021-02-01 00:00+00', 4, true, 'x', '2021-02-01', '2021-02-01'),
	(4, '2021-02-02 00:00+00', NULL, NULL, 'x', '2021-02-02', '2021-02-02');

-- what is wanted has its row, and no data
SELECT indicator, landmark, kind, known_at, users, verdict FROM greenery.repeat_indicators WHERE known_at = 'as recorded' ORDER BY indicator;

SELECT greenery_add_feature('review_score', '"the shop"."re""views"', 'the user', 'known "at', '100%');
SELECT greenery_add_feature('referrer', '"the shop"."re""views"', 'the user', 'day', 'happy');
SELECT greenery_add_feature('it''s "new"', '"the shop"."re""views"', 'the user', 'local', '100%', 'first_order');
SELECT greenery_add_feature('campaign', '"the shop"."re""views"', 'the user', 'known "at', 'happy', 'history');
SELECT * FROM greenery.features ORDER BY name;
SELECT * FROM greenery.feature_values('first_order', NULL) ORDER BY feature, user_id;
SELECT * FROM greenery.feature_values('history', '2021-02-05') ORDER BY feature, user_id;
SELECT count(*) FROM greenery.feature_values('history', NULL);
-- days and local times are the shop's
SET LOCAL greenery.timezone = 'America/Los_Angeles';
SELECT * FROM greenery.feature_values('first_order', NULL) ORDER BY feature, user_id;
SET LOCAL greenery.timezone = 'UTC';
-- the rows, and where they come from
SET LOCAL greenery.repeat_horizon = '1 day';
SELECT indicator, landmark, kind, users, users_with, users_without, verdict, definition FROM greenery.repeat_indicators
WHERE indicator IN (SELECT name FROM greenery.features) ORDER BY indicator;
SELECT * FROM greenery_lineage() WHERE model = 'repeat_indicators' AND depends_on LIKE '%shop%';
-- by way of a view, too; and a feature read from a model is made after it
CREATE TABLE "the shop".scores (u text, k timestamptz, v integer);
CREATE VIEW "the shop".best AS SELECT u, k, max(v) AS v FROM "the shop".scores GROUP BY u, k;
SELECT greenery_add_feature('best', '"the shop".best', 'u', 'k', 'v');
SELECT greenery_add_feature('seen', 'greenery.dim_users', 'user_id', 'last_order_at', 'orders');
SELECT * FROM greenery_lineage() WHERE model = 'repeat_indicators' AND (depends_on LIKE '%shop%' OR depends_on = 'dim_users');
SELECT greenery_drop_feature('best'), greenery_drop_feature('seen');

-- loading tools drop and make tables anew: nothing depends on them
\set VERBOSITY terse
SAVEPOINT s;
ALTER TABLE "the shop"."re""views" DROP COLUMN happy;
SELECT count(verdict) FROM greenery.repeat_indicators;
ROLLBACK TO s;
DROP TABLE "the shop"."re""views";
SELECT count(verdict) FROM greenery.repeat_indicators;
ROLLBACK TO s;
SELECT greenery_drop_feature('campaign');
SELECT greenery_drop_feature('campaign');
ROLLBACK TO s;

-- errors
\set VERBOSITY default
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;
CREATE TEMP TABLE fleeting (u text, k timestamptz, v int);
CREATE INDEX an_index ON "the shop"."re""views" (day);
SELECT pg_temp.refused(format($$SELECT greenery_add_feature(%s)$$, args)) FROM unnest(ARRAY[
	$$NULL, 'greenery.orders', 'user_id', 'created_at', 'order_cost'$$,
	$$'', 'greenery.orders', 'user_id', 'created_at', 'order_cost'$$,
	$$'f', NULL, 'user_id', 'created_at', 'order_cost'$$,
	$$'f', 'greenery.orders', 'user_id', 'created_at', NULL$$,
	$$'f', 'greenery.orders', 'user_id', 'created_at', 'order_cost', 'later'$$,
	$$'promo_used', 'greenery.orders', 'user_id', 'created_at', 'order_cost'$$,
	$$'referrer', 'greenery.orders', 'user_id', 'created_at', 'order_cost'$$,
	$$'f', 'greenery.nothing', 'user_id', 'created_at', 'order_cost'$$,
	$$'f', 'greenery.orders', 'user', 'created_at', 'order_cost'$$,
	$$'f', 'greenery.orders', 'user_id', 'ctid', 'order_cost'$$,
	$$'f', 'greenery.orders', 'user_id', 'created_at', 'cost'$$,
	$$'f', 'greenery.orders', 'user_id', 'order_cost', 'order_cost'$$,
	$$'f', 'greenery.orders', 'user_id', 'created_at', 'status'$$,
	$$'f', 'fleeting', 'u', 'k', 'v'$$,
	$$'f', '"the shop".an_index', 'day', 'day', 'day'$$]) args;
SELECT pg_temp.refused('SELECT greenery_drop_feature(''f'')'), pg_temp.refused('SELECT greenery_drop_feature(NULL)');

-- read with the caller's rights: the owner of the feature cannot lend his
CREATE ROLE regress_greenery_analyst;
SELECT greenery_grant('regress_greenery_analyst', 'analyst');
SET ROLE regress_greenery_analyst;
SELECT pg_temp.refused('SELECT count(verdict) FROM greenery.repeat_indicators');
SELECT pg_temp.refused($$SELECT greenery_drop_feature('referrer')$$);
RESET ROLE;
GRANT USAGE ON SCHEMA "the shop" TO regress_greenery_analyst;
GRANT SELECT ON "the shop"."re""views" TO regress_greenery_analyst;
SET ROLE regress_greenery_analyst;
SELECT count(verdict) FROM greenery.repeat_indicators;
RESET ROLE;
-- an operator leaves users out, and adds no features: readers of repeat_indicators run them
CREATE ROLE regress_greenery_operator;
SELECT greenery_grant('regress_greenery_operator', 'operator');
SET ROLE regress_greenery_operator;
SELECT pg_temp.refused($$SELECT greenery_drop_feature('referrer')$$);
SELECT pg_temp.refused($$SELECT greenery_add_feature('campaign', 'pg_catalog.pg_class', 'relname', 'relname', 'relname')$$);
SELECT pg_temp.refused($$INSERT INTO greenery.features VALUES ('x', 'first_order', 'numeric', 'x', 'x', 'x', 'x')$$);
SELECT pg_temp.refused($$INSERT INTO greenery.excluded_users (user_id, reason, excluded_by) VALUES ('1', 'staff', 'someone')$$);
SELECT pg_temp.refused($$SELECT greenery_exclude_user('1', ' ')$$);
SELECT pg_temp.refused($$SELECT greenery_include_user('1')$$);
SELECT greenery_exclude_user('1', 'staff');
SELECT greenery_exclude_user('1', 'a till');
SELECT greenery_exclude_user('2', 'a bot');
SELECT greenery_include_user('2');
RESET ROLE;
SELECT user_id, reason, excluded_by FROM greenery.excluded_users;
SELECT changed_by, object, name, action, before ->> 'reason' AS before, after ->> 'reason' AS after
FROM greenery.changes WHERE object = 'excluded user' ORDER BY change_id;
ROLLBACK;
