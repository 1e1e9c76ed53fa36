-- Tests of marts that judge each row by itself look at the rows that have changed, and
-- come to what all rows would.
--
-- Builds commit: this file empties all tables it needs, before and after.
SET client_min_messages = warning;
SET timezone = 'UTC';

\i sql/include/builds.sql

-- what the last build says of the tests of marts, and what plain SQL does
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (test bigint, built text, expected text) LANGUAGE plpgsql AS $wrong$
DECLARE
	t record;
	condition text;
	judged text;
	counted text;
BEGIN
	FOR t IN
		SELECT r.test_id, r.kind, r.column_name AS col, r.failures, r.total, d.args, m.model
		FROM greenery.test_results r
		JOIN greenery.data_tests d ON d.test_id = r.test_id
		JOIN greenery.models m ON m.relation = r.model AND m.layer = 'mart'
		WHERE r.build_id = (SELECT max(build_id) FROM greenery.builds) AND r.kind NOT IN ('shrink', 'recency')
		ORDER BY r.test_id
	LOOP
		condition := CASE t.kind
			WHEN 'not_null' THEN format('z.%I IS NULL', t.col)
			WHEN 'accepted_values' THEN format('NOT to_jsonb(z.%I) <@ %L::jsonb', t.col, t.args -> 'values')
			WHEN 'range' THEN format('NOT coalesce(z.%1$I %2$s %3$L AND z.%1$I %4$s %5$L, true)', t.col,
				CASE WHEN t.args ->> 'inclusive' = 'false' THEN '>' ELSE '>=' END, coalesce(t.args ->> 'min', CASE WHEN t.col = 'duration' THEN '-1000 years' ELSE '-1000000' END),
				CASE WHEN t.args ->> 'inclusive' = 'false' THEN '<' ELSE '<=' END, coalesce(t.args ->> 'max', CASE WHEN t.col = 'duration' THEN '1000 years' ELSE '1000000' END))
			WHEN 'expression' THEN format('NOT (%s)', t.args ->> 'expression')
			WHEN 'matches' THEN format('substring(z.%I FROM %L) IS NULL', t.col, t.args ->> 'pattern')
			WHEN 'relationships' THEN format('z.%I NOT IN (SELECT p.%I FROM %s p)', t.col, t.args ->> 'field', replace(t.args ->> 'to', 'greenery.', 'greenery_published.'))
			WHEN 'row_count' THEN 'false'
		END;
		judged := CASE t.kind
			WHEN 'not_null' THEN 'true'
			WHEN 'row_count' THEN 'true'
			WHEN 'expression' THEN format('(%s) IS NOT NULL', t.args ->> 'expression')
			WHEN 'unique_combination' THEN (SELECT string_agg(format('z.%I IS NOT NULL', c), ' AND ') FROM jsonb_array_elements_text(t.args -> 'columns') c)
			ELSE format('z.%I IS NOT NULL', t.col) END;
		IF t.kind LIKE 'unique%' THEN
			EXECUTE format('SELECT count(*) FILTER (WHERE d.n > 1) || '' of '' || coalesce(sum(d.n), 0) FROM (SELECT count(*) AS n FROM greenery_published.%I z WHERE %s AND (%s) GROUP BY %s) d',
						   t.model, judged, coalesce(t.args ->> 'where', 'true'), coalesce(quote_ident(t.col), (SELECT string_agg(quote_ident(c), ', ') FROM jsonb_array_elements_text(t.args -> 'columns') c))) INTO counted;
		ELSE
			EXECUTE format('SELECT count(*) FILTER (WHERE %s) || '' of '' || count(*) FILTER (WHERE %s) FROM greenery_published.%I z WHERE %s',
						   condition, judged, t.model, coalesce(t.args ->> 'where', 'true')) INTO counted;
		END IF;
		test := t.test_id;
		built := coalesce(t.failures::text, '?') || ' of ' || coalesce(t.total::text, '?');
		expected := counted;
		IF built <> expected THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$wrong$;

CREATE TEMP TABLE named (position integer GENERATED ALWAYS AS IDENTITY, what text, test_id bigint);
CREATE FUNCTION pg_temp.warn(what text, model regclass, kind text, col text, args jsonb DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO named (what, test_id) VALUES (what, public.greenery_add_test(model, kind, col, args, severity => 'warn'))
$$;

-- The next build's failures are too many by a million where it counts from what the last
-- one has left.
CREATE FUNCTION pg_temp.tamper() RETURNS void LANGUAGE sql AS $$
	UPDATE greenery.test_states SET failures = failures + 1000000 WHERE test_id IN (SELECT n.test_id FROM named n)
$$;
-- of the tests made here: whether it has
CREATE FUNCTION pg_temp.counted() RETURNS TABLE (what text, from_there boolean) LANGUAGE sql AS $$
	SELECT n.what, r.failures >= 1000000
	FROM named n
	JOIN greenery.test_results r ON r.test_id = n.test_id AND r.build_id = (SELECT max(build_id) FROM greenery.builds)
	ORDER BY n.position
$$;
-- some events of some sessions change, go, and come, others in each round
CREATE FUNCTION pg_temp.change(round integer) RETURNS void LANGUAGE plpgsql AS $change$
DECLARE
	ids text[] := ARRAY(SELECT event_id FROM greenery.events WHERE event_type = 'page_view' AND product_id IS NOT NULL
						ORDER BY md5(event_id || round) COLLATE "C" LIMIT 40);
BEGIN
	UPDATE greenery.events SET created_at = created_at - interval '1 minute' WHERE event_id = ANY (ids[1:10]);
	UPDATE greenery.events SET event_type = 'add_to_cart' WHERE event_id = ANY (ids[11:20]);
	DELETE FROM greenery.events WHERE event_id = ANY (ids[21:30]);
	INSERT INTO greenery.events
	SELECT event_id || 'y' || round, session_id || 'y' || round, user_id, page_url, created_at, event_type, order_id, product_id
	FROM greenery.events WHERE event_id = ANY (ids[31:40]);
END
$change$;

SELECT pg_temp.empty_shop();
SELECT pg_temp.leave_out_repeat_marts();
SELECT greenery_set('max_shrink', '100%');
SELECT count(*) > 0 AS loaded FROM greenery_load_sample_shop(users => 150, orders_per_user => 3, seed => 17);
CREATE SCHEMA audit;
CREATE FUNCTION audit.is_short(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT length($1) < 45 $$;

-- judged by the row
DO $$
BEGIN
	PERFORM pg_temp.warn('range', 'greenery.fact_user_sessions', 'range', 'events', '{"min": 3, "max": 8}');
	PERFORM pg_temp.warn('where', 'greenery.fact_user_sessions', 'range', 'page_views', '{"min": 2, "inclusive": false, "where": "has_purchase"}');
	PERFORM pg_temp.warn('accepted values', 'greenery.fact_events', 'accepted_values', 'event_type', '{"values": ["page_view", "checkout"]}');
	PERFORM pg_temp.warn('matches', 'greenery.fact_events', 'matches', 'page_url', '{"pattern": "product"}');
	PERFORM pg_temp.warn('not null', 'greenery.fact_events', 'not_null', 'order_id', '{"where": "page_kind <> ''product'' OR event_type = ''page_view''"}');
	PERFORM pg_temp.warn('expression', 'greenery.fact_events', 'expression', NULL, '{"expression": "extract(second FROM created_at AT TIME ZONE ''UTC'') < 30"}');
	PERFORM pg_temp.warn('function of greenery', 'greenery.fact_events', 'expression', NULL, '{"expression": "public.url_path_segment(page_url, 1) = page_kind"}');
	PERFORM pg_temp.warn('unchanged mart', 'greenery.dim_users', 'expression', NULL, '{"expression": "orders <> 2"}');
	-- by more than that
	PERFORM pg_temp.warn('duplicates', 'greenery.fact_user_sessions', 'unique', 'session_start');
	PERFORM pg_temp.warn('another mart', 'greenery.fact_events', 'relationships', 'user_id', '{"to": "greenery.dim_users", "field": "user_id"}');
	PERFORM pg_temp.warn('clock', 'greenery.fact_events', 'expression', NULL, '{"expression": "created_at > now()"}');
	PERFORM pg_temp.warn('setting', 'greenery.fact_events', 'expression', NULL, '{"expression": "extract(second FROM created_at) < 30"}');
	PERFORM pg_temp.warn('another table', 'greenery.fact_events', 'expression', NULL, '{"expression": "event_type <> (SELECT min(e.event_type) FROM greenery.events e)"}');
	PERFORM pg_temp.warn('function of a user', 'greenery.fact_events', 'expression', NULL, '{"expression": "audit.is_short(page_url)"}');
	-- by the key's index, and by nothing
	PERFORM pg_temp.warn('key and more', 'greenery.fact_events', 'unique_combination', NULL, '{"columns": ["user_id", "event_id"]}');
	PERFORM pg_temp.warn('rows', 'greenery.fact_events', 'row_count', NULL, '{"min": 1}');
END
$$;

-- the first build has written all, and the second nothing to go by
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT count(*) FROM greenery.test_states;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT count(*) > 50 AS some FROM greenery.test_states;
SELECT count(*) AS others FROM greenery.test_states s JOIN greenery.data_tests d USING (test_id) WHERE d.kind IN ('relationships', 'recency', 'shrink') OR d.model LIKE 'greenery.stg%';
-- rows that have come, gone and changed
SELECT pg_temp.change(1);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
SELECT pg_temp.change(2);
SET max_parallel_maintenance_workers = 2;
CALL greenery_build();
SET max_parallel_maintenance_workers = 0;
SELECT * FROM pg_temp.wrong();
-- from here on the marts that tests were added to, and one that follows from them
SELECT pg_temp.keep_models('{stg_events,dim_users,fact_user_orders,fact_events,fact_user_sessions,product_sessions}');
-- some only come, some only go
INSERT INTO greenery.events
SELECT 'new' || event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id
FROM greenery.events ORDER BY event_id COLLATE "C" LIMIT 9;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
DELETE FROM greenery.events WHERE event_id LIKE 'new%';
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
-- what is asked does find something, and does not find everything
SELECT n.what, r.failures BETWEEN 1 AND r.total - 1 AS some FROM named n JOIN greenery.test_results r ON r.test_id = n.test_id AND r.build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY n.position;

-- which tests count from what was left
SELECT pg_temp.tamper(), pg_temp.change(3);
CALL greenery_build();
SELECT * FROM pg_temp.counted();
-- a build that looks at all rows sets it right, whether they have changed or not
SET greenery.incremental_builds = off;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
RESET greenery.incremental_builds;

-- none does where somebody else has written to the published table,
SELECT pg_temp.tamper(), pg_temp.change(4);
UPDATE greenery_published.fact_events SET event_type = 'wrong' WHERE event_id = (SELECT min(event_id) FROM greenery_published.fact_events);
CALL greenery_build();
SELECT * FROM pg_temp.counted() WHERE what IN ('range', 'matches', 'unchanged mart');
-- versions stay what they are when rows are frozen or the table is rewritten, and are others
-- when rows are restored;
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT pg_temp.tamper();
VACUUM (FREEZE) greenery_published.dim_users;
VACUUM (FULL, FREEZE) greenery_published.fact_events;
CREATE TEMP TABLE kept AS TABLE greenery_published.fact_user_sessions;
TRUNCATE greenery_published.fact_user_sessions;
INSERT INTO greenery_published.fact_user_sessions TABLE kept;
CALL greenery_build();
SELECT * FROM pg_temp.counted() WHERE what IN ('range', 'matches', 'unchanged mart');
-- nor where transactions cannot be told apart,
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT pg_temp.tamper();
UPDATE greenery.mart_states SET unfinished = (unfinished::text::numeric + 4294967296)::text::xid8;
CALL greenery_build();
SELECT * FROM pg_temp.counted() WHERE what IN ('range', 'matches', 'unchanged mart');
-- where much has changed,
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT pg_temp.tamper();
UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE md5(event_id) < '8';
CALL greenery_build();
SELECT * FROM pg_temp.counted() WHERE what IN ('range', 'matches', 'unchanged mart');
-- after which no state is left of what was written whole;
SELECT count(*) FROM greenery.mart_states WHERE model = 'fact_events';
SELECT count(*) FROM greenery.test_states s JOIN greenery.data_tests d USING (test_id) WHERE d.model = 'greenery.fact_events';
SELECT pg_temp.change(5);
CALL greenery_build();
SELECT * FROM pg_temp.wrong() WHERE built !~ '^1\d{6} ';
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT * FROM pg_temp.wrong();
-- nor does a test that asks something else than before
SELECT count(greenery_alter_test(test_id, args => '{"pattern": "shipping"}')) AS altered FROM named WHERE what = 'matches';
SELECT pg_temp.tamper(), pg_temp.change(6);
CALL greenery_build();
SELECT * FROM pg_temp.counted() WHERE what IN ('matches', 'not null');
SET greenery.incremental_builds = off;
CALL greenery_build();
RESET greenery.incremental_builds;
SELECT * FROM pg_temp.wrong();

-- a test that cannot run is broken however little has changed, and the next build finds all as it was
SELECT greenery_add_test('greenery.fact_events', 'expression', NULL, '{"expression": "1 / (length(event_id) - length(event_id)) = 1"}') AS broken \gset
SELECT pg_temp.change(7);
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
SELECT status, failures, message FROM greenery.test_results WHERE test_id = :broken AND build_id = (SELECT max(build_id) FROM greenery.builds);
SELECT greenery_drop_test(:broken);
SELECT pg_temp.change(8);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();

-- without its primary key a mart's keys are looked at
ALTER TABLE greenery_published.fact_events DROP CONSTRAINT fact_events_pkey;
SELECT pg_temp.change(9);
CALL greenery_build();
SELECT * FROM pg_temp.wrong();
ALTER TABLE greenery_published.fact_events ADD PRIMARY KEY (event_id);
-- by another collation a column could come to something else
ALTER TABLE greenery_published.fact_events ALTER page_url TYPE text COLLATE "POSIX";
\set VERBOSITY terse
CALL greenery_build();
\set VERBOSITY default
SELECT message ~ '^columns of model fact_events .* differ' AS differ, message ~ 'the table has .* page_url text COLLATE "POSIX"' AS told FROM greenery.build_models
WHERE model = 'fact_events' AND build_id = (SELECT max(build_id) FROM greenery.builds);
ALTER TABLE greenery_published.fact_events ALTER page_url TYPE text;
CALL greenery_build();
SELECT * FROM pg_temp.wrong();

-- a literal that stands for another moment tomorrow: a bound is refused, and an expression is
-- asked of all rows each time
\set VERBOSITY default
SELECT greenery_add_test('greenery.fact_user_orders', 'range', 'created_at', '{"min": "now"}');
\set VERBOSITY sqlstate
SELECT greenery_add_test('greenery.fact_user_orders', 'range', 'created_at', '{"max": "2021-01-01 yesterday"}');
SELECT greenery_add_test('greenery.fact_user_orders', 'range', 'created_at', '{"max": " Today"}');
\set VERBOSITY default
SELECT greenery_add_test('greenery.fact_user_orders', 'expression', NULL, '{"expression": "created_at < timestamptz ''now''"}') AS moving \gset
SELECT greenery_add_test('greenery.fact_user_orders', 'expression', NULL, '{"expression": "created_at < timestamptz ''2100-01-01 00:00:00Z''"}') AS fixed \gset
-- a bound without time zone is one of the shop's, in builds and in greenery_test()
SELECT greenery_add_test('greenery.fact_user_orders', 'range', 'created_at', '{"min": "2021-05-06 00:00"}', severity => 'warn') AS bound \gset
SELECT greenery_set('timezone', 'America/New_York');
SET timezone = 'Asia/Tokyo';
CALL greenery_build();
SELECT CASE test_id WHEN :moving THEN 'moving' WHEN :fixed THEN 'fixed' END AS test FROM greenery.test_states WHERE test_id IN (:moving, :fixed);
SELECT r.failures = count(*) FILTER (WHERE o.created_at < '2021-05-06 00:00-04') AS in_build,
	(SELECT failures FROM greenery_test('greenery.fact_user_orders') WHERE test_id = :bound) = r.failures AS as_tested,
	count(*) FILTER (WHERE o.created_at < '2021-05-06 00:00-04') <> count(*) FILTER (WHERE o.created_at < '2021-05-06 00:00+09') AS it_matters
FROM greenery.test_results r CROSS JOIN greenery.fact_user_orders o
WHERE r.test_id = :bound AND r.build_id = (SELECT max(build_id) FROM greenery.builds) GROUP BY r.failures;
-- no build counts from what another time zone has left
SELECT greenery_set('timezone', 'Asia/Tokyo');
CALL greenery_build();
SELECT r.failures = count(*) FILTER (WHERE o.created_at < '2021-05-06 00:00+09') AS in_build,
	(SELECT failures FROM greenery_test('greenery.fact_user_orders') WHERE test_id = :bound) = r.failures AS as_tested
FROM greenery.test_results r CROSS JOIN greenery.fact_user_orders o
WHERE r.test_id = :bound AND r.build_id = (SELECT max(build_id) FROM greenery.builds) GROUP BY r.failures;
RESET timezone;
SELECT greenery_set('timezone', NULL);
SELECT count(greenery_drop_test(test)) AS dropped FROM unnest(ARRAY[:moving, :fixed, :bound]::bigint[]) test;

-- keys that occur twice: where the difference cannot be applied, and where no index refuses it
CREATE TABLE audit.things AS SELECT g AS id, 1 AS n FROM generate_series(1, 100) g;
CREATE VIEW audit.audit_thing AS SELECT * FROM audit.things;
SELECT greenery_add_model('audit.audit_thing', '{id}');
CALL greenery_build();
CALL greenery_build();
CALL greenery_build();
SELECT kind, s.failures, s.total FROM greenery.test_states s JOIN greenery.data_tests d USING (test_id) WHERE d.model = 'audit.audit_thing' ORDER BY 1;
INSERT INTO audit.things VALUES (7, 1);
\set VERBOSITY terse
CALL greenery_build();
SELECT kind, status, failures, total FROM greenery.test_results WHERE model = 'audit.audit_thing' AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY 1;
DELETE FROM audit.things WHERE id = 7;
INSERT INTO audit.things VALUES (7, 1), (200, 1), (200, 2);
ALTER TABLE greenery_published.audit_thing DROP CONSTRAINT audit_thing_pkey;
CALL greenery_build();
SELECT kind, status, failures, total FROM greenery.test_results WHERE model = 'audit.audit_thing' AND build_id = (SELECT max(build_id) FROM greenery.builds) ORDER BY 1;
\set VERBOSITY default
SELECT greenery_drop_model('audit_thing');

DROP SCHEMA audit CASCADE;
SELECT count(greenery_drop_test(test_id)) FROM named WHERE test_id >= 1000;
SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
