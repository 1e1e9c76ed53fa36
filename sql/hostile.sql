-- Whose SQL runs as whom.  Each of these attempts once worked, or could have.
SET client_min_messages = warning;

\i sql/include/builds.sql
SET max_parallel_maintenance_workers = 2;
\i sql/include/helpers.sql
-- the superuser that runs the tests may have any name
CREATE FUNCTION pg_temp.told(query text) RETURNS text LANGUAGE sql AS $told$
	SELECT replace(pg_temp.error_of(query), format('"%s"', session_user), '"superuser"')
$told$;
SELECT pg_temp.empty_shop();
INSERT INTO greenery.addresses VALUES ('a1', '1 Elm St', '02139', 'MA', 'United States');
INSERT INTO greenery.users VALUES
	('u1', 'Ann', 'Ash', 'ann@example.com', '212-555-0101', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1'),
	('u2', 'Bob', 'Bay', 'bob@example.com', '212-555-0102', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1');
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5);
INSERT INTO greenery.orders
	(order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, status)
VALUES
	('o1', 'u1', 'a1', '2021-02-01 10:00Z', 10, 5, 15, 'preparing'),
	('o2', 'u2', 'a1', '2021-02-01 11:00Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items VALUES ('o1', 'p1', 1), ('o2', 'p1', 1);

CREATE ROLE regress_hostile;
CREATE ROLE regress_operator;
CREATE ROLE regress_builder;
SELECT greenery_grant('regress_operator', 'operator');

-- 0. The lock of builds: no role can hold it, or queue for it, but through builds
SELECT greenery_grant('regress_operator', 'analyst');
SET ROLE regress_operator;
SELECT pg_temp.error_of('SELECT greenery.keep_builds_out(false)');
SELECT pg_temp.error_of('SELECT greenery.keep_builds_out()');
RESET ROLE;
SELECT greenery_revoke('regress_operator', 'analyst'), greenery_grant('regress_operator', 'operator');
BEGIN;
SELECT greenery.keep_builds_out(false);
SELECT l.locktype, l.mode, l.objsubid FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.classid = 'pg_extension'::regclass;
COMMIT;

-- no model
CREATE TABLE public.regress_table (what text);
GRANT SELECT ON public.regress_table TO PUBLIC;

--
-- 1. Functions that suit the arguments better, planted beside the extension's own: for every
-- one of its functions and aggregates, one of each type that a shop's column may have.
--
GRANT CREATE ON SCHEMA public TO regress_hostile;
-- those with names of their own; greenery_NAME are called by people, who say which they mean
CREATE TEMP TABLE plants AS
	SELECT DISTINCT p.proname, types.list
	FROM pg_proc p
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
	CROSS JOIN unnest('{text,varchar,bigint,uuid,record}'::text[]) planted
	CROSS JOIN LATERAL (
		SELECT string_agg(CASE WHEN t.typname IN ('any', 'text', 'anyelement') THEN planted ELSE format_type(t.oid, NULL) END, ', ' ORDER BY a.n) AS list
		FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, n) JOIN pg_type t ON t.oid = a.type) types
	WHERE p.pronamespace = 'public'::regnamespace AND p.pronargs BETWEEN 1 AND 6
		AND NOT 'internal'::regtype = ANY (p.proargtypes) AND p.provariadic = 0 AND p.proname NOT LIKE 'greenery\_%'
		AND to_regprocedure(format('public.%I(%s)', p.proname, types.list)) IS NULL;
GRANT SELECT ON plants TO regress_hostile;
SET ROLE regress_hostile;
DO $plant$
DECLARE
	p record;
BEGIN
	FOR p IN SELECT * FROM plants LOOP
		EXECUTE format($f$CREATE FUNCTION public.%1$I(%2$s) RETURNS bigint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $b$
			BEGIN RAISE WARNING 'planted %1$s ran as %%', current_user; RETURN 0; END $b$ $f$, p.proname, p.list);
	END LOOP;
END
$plant$;
RESET ROLE;
SELECT count(*) > 20 AS many,
	bool_or(proname = 'duplicate_count') AS duplicate_count, bool_or(proname = 'repeat_rate' AND list = 'text, text') AS repeat_rate,
	bool_or(proname = 'clean_text') AS clean_text, bool_or(proname = 'is_email') AS is_email
FROM plants;
-- as a superuser: nothing of it may run
SELECT greenery_repeat_rate();
SELECT greenery_repeat_rate('2021-01-01 00:00Z', '2021-03-01 00:00Z');
CREATE UNIQUE INDEX regress_order_ids ON greenery.orders (clean_text(order_id));
SELECT greenery_repeat_rate();
DROP INDEX greenery.regress_order_ids;
SELECT status, count(*) > 100 AS many FROM greenery_test() WHERE status <> 'skipped' GROUP BY 1;
SELECT count(*) FROM greenery_record_history();
CALL greenery_build();
CALL greenery_build();
SELECT status FROM greenery.builds ORDER BY 1;
SELECT greenery_add_test('greenery.dim_users', 'email', 'email') > 0 AS added, greenery_add_test('greenery.dim_users', 'phone', 'phone_number') > 0 AS added2;
SELECT greenery_add_feature('regress', 'greenery.dim_users', 'user_id', 'first_order_at', 'orders');
SELECT count(*) > 0 AS indicators FROM greenery.repeat_indicators;
SELECT greenery_drop_feature('regress');
-- a product that comes twice is found
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5);
SELECT test_id, status, failures FROM greenery_test('greenery.stg_products') WHERE kind = 'unique';
DELETE FROM greenery.products WHERE ctid = (SELECT max(ctid) FROM greenery.products);
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;
-- nor what is planted when a source has been bound: by the names of what bindings call, and
-- matching the operators of the query better than the server's own
CREATE TABLE public.regress_sales (n bigint, client varchar(10), cents bigint, placed timestamp, arrived text, kind varchar(10), region varchar(10), more text);
CREATE TABLE public.regress_regions (region varchar(10), name text);
INSERT INTO public.regress_sales VALUES (1, ' u1', 1500, '2021-02-01 10:00', '2021-02-03T10:00', 'paid', 'x', 'm'), (2, 'u2', 1500, '2021-02-01 11:00', '', 'void', 'x', 'm'), (3, 'u2', 1, '2021-02-01 11:00', '', 'cart', 'x', 'm');
INSERT INTO public.regress_regions VALUES ('x', 'north');
SELECT count(*) FROM greenery_bind('orders', $$
	SELECT 'o' || n AS order_id, greenery.clean_text(client) AS user_id, 'a1' AS address_id, cents * 0.01 AS order_total, placed AS created_at, arrived AS delivered_at,
		   CASE kind WHEN 'void' THEN 'cancelled' ELSE 'preparing' END AS status, nullif(name, region) AS channel, more, n
	  FROM public.regress_sales JOIN public.regress_regions USING (region) WHERE kind <> 'cart' AND client IS DISTINCT FROM region AND kind IN (SELECT kind FROM public.regress_sales)$$, 'UTC');
SET ROLE regress_hostile;
DO $plant$
DECLARE
	p record;
BEGIN
	FOR p IN SELECT * FROM (VALUES ('zoned', 'timestamp, text', 'timestamptz'), ('moment', 'text, text', 'timestamptz'), ('attributes', 'text, text, text, bigint', 'jsonb'),
			('attributes', 'text, bigint', 'jsonb'), ('timezone', 'text, timestamp', 'timestamptz')) v (name, list, result)
	LOOP
		EXECUTE format($f$CREATE FUNCTION public.%1$I(%2$s) RETURNS %3$s LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $b$
			BEGIN RAISE WARNING 'planted %1$s ran as %%', current_user; RETURN NULL; END $b$ $f$, p.name, p.list, p.result);
	END LOOP;
	FOR p IN SELECT o, row_number() OVER () AS n, l, r, result
		FROM (VALUES ('=', 'varchar', 'varchar', 'boolean'), ('<>', 'varchar', 'varchar', 'boolean'), ('=', 'varchar', 'text', 'boolean'), ('<>', 'varchar', 'text', 'boolean'),
					 ('=', 'text', 'varchar', 'boolean'), ('*', 'bigint', 'numeric', 'numeric'), ('||', 'text', 'bigint', 'text')) v (o, l, r, result)
	LOOP
		EXECUTE format($f$CREATE FUNCTION public.planted_%1$s(%2$s, %3$s) RETURNS %4$s LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $b$
			BEGIN RAISE WARNING 'planted %5$s ran as %%', current_user; RETURN NULL; END $b$ $f$, p.n, p.l, p.r, p.result, p.o);
		EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.planted_%s)', p.o, p.l, p.r, p.n);
	END LOOP;
END
$plant$;
RESET ROLE;
-- they do match
SET client_min_messages = error;
SELECT ('x'::varchar = 'x'::varchar) IS NULL AS planted;
SET client_min_messages = warning;
SELECT order_id, user_id, order_total, created_at, delivered_at, status, channel, attributes FROM greenery.stg_orders ORDER BY 1;
SELECT greenery_repeat_rate();
CALL greenery_build(accept_shrink => true);
SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT column_name, finding, rows FROM greenery_check_binding('orders');
SELECT greenery_unbind('orders');
DROP TABLE public.regress_sales, public.regress_regions;
DROP OWNED BY regress_hostile;
GRANT CREATE ON SCHEMA public TO regress_hostile;
-- the extension is not installed beside one that its own views would call
BEGIN;
SET client_min_messages = error;
DROP EXTENSION greenery CASCADE;
SET ROLE regress_hostile;
CREATE FUNCTION public.count_both(counts bigint[], u text, o text) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$ SELECT counts $$;
CREATE AGGREGATE public.repeat_counts(text, text) (SFUNC = public.count_both, STYPE = bigint[], INITCOND = '{7,7}');
RESET ROLE;
SELECT split_part(pg_temp.error_of('CREATE EXTENSION greenery SCHEMA public'), ', which', 1) AS refused;
ROLLBACK;
REVOKE CREATE ON SCHEMA public FROM regress_hostile;

--
-- 2. to 5. What operators wrote, others ran.  From here on it is not about what marts call: those
-- that are named will do.
--
SELECT pg_temp.keep_marts('{dim_users,fact_user_orders,metrics}');
SET ROLE regress_operator;
SELECT pg_temp.error_of($$SELECT greenery_add_test('greenery.dim_users', 'expression', NULL, '{"expression": "true"}')$$);
SELECT pg_temp.error_of($$SELECT greenery_add_test('greenery.dim_users', 'not_null', 'email', '{"where": "true"}')$$);
SELECT pg_temp.error_of($$SELECT greenery_add_test('public.regress_table', 'not_null', 'what')$$);
SELECT pg_temp.error_of($$SELECT greenery_add_test('greenery.dim_users', 'relationships', 'email', '{"to": "public.regress_table", "field": "what"}')$$);
SELECT greenery_add_test('greenery.dim_users', 'accepted_values', 'email', '{"values": []}', severity => 'warn');
SELECT greenery_add_test('greenery.dim_users', 'accepted_values', 'email', '{"values": ["x"]}', severity => 'warn') AS id \gset
SELECT pg_temp.error_of(format($$SELECT greenery_alter_test(%s, args => '{"values": ["x"], "where": "true"}')$$, :id));
SELECT pg_temp.error_of($$SELECT greenery_alter_test(33, args => '{"expression": "true"}')$$);
SELECT pg_temp.error_of($$SELECT greenery_alter_test(31, enabled => false)$$);
SELECT pg_temp.error_of($$SELECT greenery_alter_test(252, enabled => false)$$);
SELECT pg_temp.error_of($$SELECT greenery_add_feature('x', 'public.regress_table', 'what', 'what', 'what')$$);
SELECT pg_temp.error_of($$SELECT greenery_add_model('public.regress_table', '{what}')$$);
SELECT pg_temp.error_of($$SELECT greenery_set_builder('regress_operator')$$);
SELECT pg_temp.error_of($$SELECT greenery_set('max_shrink', '100%')$$);
SELECT pg_temp.error_of($$SELECT greenery_grant('regress_operator', 'analyst')$$);
SELECT pg_temp.error_of($$SELECT greenery_purge('0 s')$$);
SELECT pg_temp.error_of($$SELECT greenery.as_owner('SELECT 1')$$);
SELECT pg_temp.error_of($$SELECT greenery.fill_as_builder('greenery.users', 'SELECT 1')$$);
SELECT pg_temp.error_of($$SELECT greenery.add_test('greenery.dim_users', 'expression', NULL, '{"expression": "true"}', NULL, NULL, NULL, NULL, NULL)$$);
SELECT statement, pg_temp.error_of(statement) FROM unnest(ARRAY[
	$$DELETE FROM greenery.models WHERE model = 'metrics'$$,
	$$INSERT INTO greenery.test_overrides VALUES (31, '{"enabled": false}')$$,
	$$UPDATE greenery.test_definitions SET args = '{"expression": "true"}'$$,
	$$INSERT INTO greenery.excluded_users (user_id, excluded_by) VALUES ('u1', 'someone')$$,
	$$UPDATE greenery.builds SET status = 'published'$$,
	$$DELETE FROM greenery.test_changes$$,
	$$UPDATE greenery.settings SET value = 'regress_operator'$$,
	$$DELETE FROM greenery.alert_routes$$,
	$$CREATE VIEW greenery_build.dim_users AS SELECT 1$$,
	$$CREATE TABLE greenery_published.mine ()$$,
	$$UPDATE greenery_published.metrics SET value = 1$$,
	$$SELECT * FROM greenery.users$$,
	$$SELECT * FROM greenery.test_failures$$]) statement;
-- nor does an alert that an operator made up stand for one that a build tells, and keep it from being told
SELECT kind, pg_temp.error_of(format($$SELECT greenery_queue_alert(%L, 'error', '{"status": "warn"}', %s)$$, kind, :id))
FROM unnest('{test_warned,test_failed,build_failed,recovered,reminder,change_request,digest,other}'::text[]) kind;
SELECT greenery_queue_alert('custom', 'error', '{"status": "warn"}', :id) > 0 AS queued;
-- tests and builds are for operators; keys of failing rows are for roles that may read the model
SELECT kind, status, failures, sample FROM greenery_test('greenery.dim_users') WHERE test_id = :id;
CALL greenery_build(accept_shrink => true);
CALL greenery_build();
SELECT current_user, status, failures FROM greenery_published.test_status WHERE test_id = :id;
RESET ROLE;
SELECT kind, severity, build_id IS NOT NULL AS by_build FROM greenery.alerts WHERE test_id = :id ORDER BY alert_id;
SELECT sample FROM greenery_test('greenery.dim_users') WHERE test_id = :id;
SELECT started_by, status FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT changed_by, action, after ->> 'kind' AS kind FROM greenery.test_changes ORDER BY change_id DESC LIMIT 1;
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- what the caller has set decides nothing
DELETE FROM greenery.orders WHERE order_id = 'o2';
DELETE FROM greenery.order_items WHERE order_id = 'o2';
SET ROLE regress_operator;
SET greenery.max_shrink = '100%';
SET greenery.as_of = '2020-01-01 00:00:00Z';
SET timezone = 'Asia/Kolkata';
SET datestyle = 'SQL, DMY';
SET search_path = regress_nosuch;
\set VERBOSITY terse
CALL public.greenery_build();
\set VERBOSITY default
RESET search_path;
RESET timezone;
RESET datestyle;
RESET greenery.max_shrink;
RESET greenery.as_of;
SELECT count(*) AS orders FROM greenery_published.fact_user_orders;
RESET ROLE;
CALL greenery_build(accept_shrink => true);
SELECT count(*) AS orders FROM greenery_published.fact_user_orders;
SELECT status, accept_shrink, warned > 0 AS warned FROM greenery.builds ORDER BY build_id DESC LIMIT 1;

-- an error may quote rows: a caller is told no more than it may read
CREATE SCHEMA regress_models;
CREATE VIEW regress_models.quoting AS SELECT user_id, email::integer AS number FROM greenery.dim_users;
SELECT greenery_add_model('regress_models.quoting', '{user_id}');
\set VERBOSITY terse
SET ROLE regress_operator;
CALL greenery_build();
SELECT message FROM greenery_published.test_status WHERE model = 'regress_models.quoting' ORDER BY test_id LIMIT 1;
RESET ROLE;
SELECT message FROM greenery.test_results WHERE model = 'regress_models.quoting' ORDER BY test_id LIMIT 1;
SELECT greenery_drop_model('quoting');
-- so may those that are about syntax, names and states
SELECT type, e LIKE '%"ann"%' AS quotes,
	greenery.shareable_message(format('%s (SQLSTATE %s): detail', split_part(e, ' | ', 2), split_part(e, ' | ', 1))) AS shared
FROM unnest('{regclass,regconfig,regdictionary,regtype,regrole,regproc,regnamespace,regcollation,integer}'::text[]) type,
	pg_temp.error_of(format('SELECT %L::%s', 'ann', type)) e;
SELECT greenery.shareable_message(m) FROM unnest(ARRAY[
	'syntax error in tsquery: "Ann &" (SQLSTATE 42601)', 'unsafe use of new value "Ann" of enum type e (SQLSTATE 55P04)', 'column "Ann" of relation "t" does not exist (SQLSTATE 42703)',
	'permission denied for table t (SQLSTATE 42501): detail', 'division by zero (SQLSTATE 22012)',
	E'Ann\n(SQLSTATE 42501)', 'invalid input "Ann (SQLSTATE 42501)" (SQLSTATE 22P02)', 'Ann (SQLSTATE XYZ99)', 'failed tests: 1']) m;
-- who may read the model is told what a test of it says, but not what it says of other tables
CREATE TABLE regress_models.plain (id integer);
CREATE TABLE regress_models.salaries (salary text);
INSERT INTO regress_models.plain VALUES (1);
INSERT INTO regress_models.salaries VALUES ('Ann earns 5000');
GRANT USAGE ON SCHEMA regress_models TO regress_operator;
GRANT SELECT ON regress_models.plain TO regress_operator;
SELECT greenery_add_model('regress_models.plain', '{id}');
SELECT greenery_add_test('regress_models.plain', 'expression', NULL, '{"expression": "id < ALL (SELECT salary::integer FROM regress_models.salaries)"}') AS id \gset
SET ROLE regress_operator;
SELECT status, message FROM greenery_test('regress_models.plain') WHERE test_id = :id;
RESET ROLE;
SELECT status, message FROM greenery_test('regress_models.plain') WHERE test_id = :id;
SELECT greenery_drop_model('plain');
REVOKE USAGE ON SCHEMA regress_models FROM regress_operator;
-- he is who he was, after an error in each transaction of a build
SELECT greenery_set_builder('regress_builder');
DROP OWNED BY regress_builder;
DROP ROLE regress_builder;
SET ROLE regress_operator;
CALL greenery_build();
SELECT current_user, session_user = current_user AS same;
RESET ROLE;
CREATE ROLE regress_builder;
SELECT greenery_set_builder(NULL);
CREATE FUNCTION public.regress_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER regress_fail BEFORE UPDATE ON greenery.builds FOR EACH ROW EXECUTE FUNCTION public.regress_fail();
SET ROLE regress_operator;
CALL greenery_build();
SELECT current_user;
RESET ROLE;
DROP TRIGGER regress_fail ON greenery.builds;
CREATE TRIGGER regress_fail BEFORE DELETE ON greenery.builds FOR EACH ROW EXECUTE FUNCTION public.regress_fail();
UPDATE greenery.builds SET finished_at = '2000-01-01' WHERE build_id = 1;
SET client_min_messages = error;
SET ROLE regress_operator;
CALL greenery_build();
SELECT current_user;
RESET ROLE;
SET client_min_messages = warning;
DROP FUNCTION public.regress_fail() CASCADE;

--
-- A superuser builder reads only what superusers own: views, tables, partitions, children, and
-- what is called by indexes, checks and domains.  From here on models of users' own are built,
-- and of greenery's those that are named.
--
SELECT pg_temp.keep_models('{stg_products,dim_users}');
CREATE FUNCTION pg_temp.build_error() RETURNS text LANGUAGE sql AS $error$
	SELECT replace(message, format('"%s"', session_user), '"superuser"') FROM greenery.builds ORDER BY build_id DESC LIMIT 1
$error$;
GRANT CREATE ON DATABASE :"DBNAME" TO regress_hostile;
SET ROLE regress_hostile;
CREATE SCHEMA regress_theirs;
GRANT USAGE ON SCHEMA regress_theirs TO PUBLIC;
CREATE FUNCTION regress_theirs.spy(i integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $spy$
BEGIN
	RAISE WARNING 'ran as %', current_user;
	RETURN i;
END
$spy$;
CREATE TABLE regress_theirs.numbers (id integer);
CREATE TABLE regress_theirs.visits (user_id text, at timestamptz, n integer);
SET client_min_messages = error;
CREATE INDEX ON regress_theirs.numbers (id) WHERE regress_theirs.spy(1) = 1;
SET client_min_messages = warning;
CREATE VIEW regress_theirs.seen AS SELECT id FROM regress_theirs.numbers;
RESET ROLE;
-- a view of theirs beneath, their table, their function, their child, an operator, a domain
CREATE VIEW regress_models.over_view AS SELECT id FROM regress_theirs.seen;
CREATE VIEW regress_models.over_table AS SELECT id FROM regress_theirs.numbers;
CREATE VIEW regress_models.over_function AS SELECT regress_theirs.spy(i) AS id FROM generate_series(1, 3) i;
CREATE TABLE regress_models.parent (id integer);
ALTER TABLE regress_theirs.numbers INHERIT regress_models.parent;
CREATE VIEW regress_models.over_child AS SELECT id FROM regress_models.parent;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_view', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_table', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_function', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_child', '{id}')$$);
-- the check of a domain that a row made from a text has a column of
CREATE DOMAIN regress_models.checked AS integer CHECK (regress_theirs.spy(VALUE) > 0);
CREATE TYPE regress_models.box AS (content regress_models.checked);
CREATE VIEW regress_models.over_check AS SELECT i AS id, (('(' || i || ')')::regress_models.box)::text AS box FROM generate_series(1, 3) i;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_check', '{id}')$$);
SELECT replace(pg_temp.told($$SELECT greenery_add_model('regress_theirs.seen', '{id}')$$), 'TO ' || quote_ident(session_user), 'TO superuser') AS told;
-- one that becomes so later
ALTER TABLE regress_theirs.numbers NO INHERIT regress_models.parent;
SELECT greenery_add_model('regress_models.over_child', '{id}');
ALTER TABLE regress_theirs.numbers INHERIT regress_models.parent;
CALL greenery_build();
SELECT pg_temp.build_error();
SELECT pg_temp.told('SELECT count(*) FROM greenery_test()');
ALTER TABLE regress_theirs.numbers NO INHERIT regress_models.parent;
-- a test, and a feature
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.over_child', 'expression', NULL, '{"expression": "regress_theirs.spy(id) > 0"}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.over_child', 'not_null', 'id', '{"where": "regress_theirs.spy(id) > 0"}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_theirs.numbers', 'not_null', 'id')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.over_child', 'relationships', 'id', '{"to": "regress_theirs.numbers", "field": "id"}')$$);
SELECT pg_temp.told($$SELECT greenery_add_feature('theirs', 'regress_theirs.visits', 'user_id', 'at', 'n')$$);
CREATE FUNCTION regress_models.positive(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT i > 0 $$;
SELECT greenery_add_test('regress_models.over_child', 'expression', NULL, '{"expression": "regress_models.positive(id)"}') AS id \gset
CREATE OR REPLACE FUNCTION regress_models.positive(i integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT regress_theirs.spy(i) > 0 $$;
SELECT pg_temp.told(format($$SELECT greenery_alter_test(%s, severity => 'warn')$$, :id));
CALL greenery_build();
SELECT pg_temp.build_error();
SELECT greenery_drop_test(:id);
-- a source function
CREATE FUNCTION regress_models.original() RETURNS text LANGUAGE sql AS $$ SELECT pg_get_functiondef('greenery.source_products()'::regprocedure) $$;
CREATE TABLE regress_models.kept AS SELECT regress_models.original() AS definition;
CREATE OR REPLACE FUNCTION greenery.source_products()
	RETURNS TABLE (product_id text, name text, price numeric, inventory integer, category text, attributes jsonb)
	LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT n.id::text, 'x', 1, 1, NULL::text, NULL::jsonb FROM regress_theirs.numbers n $$;
CALL greenery_build();
SELECT pg_temp.build_error();
SELECT pg_temp.told('SELECT greenery_record_history()');
DO $back$ BEGIN EXECUTE (SELECT definition FROM regress_models.kept); END $back$;
-- with another builder, they run as that
SELECT greenery_set_builder('regress_builder');
SELECT pg_temp.told($$SELECT greenery_add_model('regress_theirs.numbers', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_theirs.numbers', 'not_null', 'id')$$);
SELECT pg_temp.told($$SELECT greenery_add_feature('theirs', 'regress_theirs.visits', 'user_id', 'at', 'n')$$);
GRANT USAGE ON SCHEMA regress_models, regress_theirs TO regress_builder;
GRANT SELECT ON ALL TABLES IN SCHEMA regress_models, regress_theirs TO regress_builder;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_function', '{id}')$$);
ALTER VIEW regress_models.over_function OWNER TO regress_builder;
ALTER VIEW regress_models.over_child OWNER TO regress_builder;
SELECT greenery_add_model('regress_models.over_function', '{id}');
CALL greenery_build();
SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT * FROM greenery_published.over_function ORDER BY 1;
SELECT c.relowner::regrole = e.extowner::regrole AS owned FROM pg_class c, pg_extension e
WHERE c.oid = 'greenery_published.over_function'::regclass AND e.extname = 'greenery';
-- and what the builder runs cannot lay its hand on what the owner reads
CREATE FUNCTION regress_models.tamper() RETURNS integer LANGUAGE sql VOLATILE AS $tamper$
	ALTER TABLE greenery_build.over_function ADD CHECK (regress_theirs.spy(1) = 1);
	SELECT 1
$tamper$;
CREATE OR REPLACE VIEW regress_models.over_function AS SELECT regress_models.tamper() AS id;
CALL greenery_build();
SELECT message FROM greenery.build_models WHERE model = 'over_function' ORDER BY build_id DESC LIMIT 1;
SELECT greenery_drop_model('over_function'), greenery_drop_model('over_child');
-- nor change where the owner, and the session that calls, look for functions
SET ROLE regress_hostile;
CREATE FUNCTION regress_theirs.setval(regclass, integer) RETURNS bigint LANGUAGE plpgsql AS $setval$
BEGIN
	RAISE WARNING 'setval ran as %', current_user;
	RETURN 1;
END
$setval$;
CREATE FUNCTION regress_theirs.divert(i integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $divert$
BEGIN
	PERFORM set_config('search_path', 'regress_theirs, pg_catalog', false), set_config('greenery.max_shrink', '100%', false);
	RETURN i;
END
$divert$;
CREATE TABLE regress_theirs.diverting (id integer);
CREATE INDEX ON regress_theirs.diverting (id) WHERE regress_theirs.divert(1) = 1;
GRANT SELECT ON regress_theirs.diverting TO regress_builder;
RESET ROLE;
RESET search_path;
RESET greenery.max_shrink;
CREATE VIEW regress_models.diverted AS SELECT id FROM regress_theirs.diverting WHERE id > 0;
ALTER VIEW regress_models.diverted OWNER TO regress_builder;
SELECT greenery_add_model('regress_models.diverted', '{id}');
CALL greenery_build();
SELECT status FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT count(*) = (SELECT count(*) FROM greenery.data_tests WHERE enabled AND kind <> 'shrink') AS all_tests FROM greenery_test();
SELECT current_setting('search_path') AS search_path, current_setting('greenery.max_shrink') AS max_shrink;
SELECT greenery_drop_model('diverted');
-- nor have the owner read a literal, tell keys apart or analyze a table with their functions
SET ROLE regress_hostile;
CREATE FUNCTION regress_theirs.spy_on(i integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $spy$
BEGIN
	IF current_user NOT IN ('regress_hostile', 'regress_builder') THEN
		RAISE WARNING 'a check ran as somebody else';
	END IF;
	RETURN true;
END
$spy$;
CREATE FUNCTION regress_theirs.apart(a integer, b integer) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT a - b $$;
CREATE DOMAIN regress_theirs.checked AS integer CHECK (regress_theirs.spy_on(VALUE));
CREATE TYPE regress_theirs.whole AS (part regress_theirs.checked);
CREATE TYPE regress_theirs.span AS RANGE (SUBTYPE = integer, SUBTYPE_DIFF = regress_theirs.apart);
CREATE DOMAIN regress_theirs.spans AS regress_theirs.span;
CREATE TABLE regress_theirs.typed (id integer, whole regress_theirs.whole, span regress_theirs.spans);
INSERT INTO regress_theirs.typed VALUES (1, '(1)', '[1,2)');
GRANT SELECT ON regress_theirs.typed TO regress_builder;
RESET ROLE;
CREATE VIEW regress_models.spans AS SELECT id, span FROM regress_theirs.typed;
CREATE VIEW regress_models.wholes AS SELECT id, whole FROM regress_theirs.typed;
ALTER VIEW regress_models.spans OWNER TO regress_builder;
ALTER VIEW regress_models.wholes OWNER TO regress_builder;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.spans', '{id}')$$);
SELECT greenery_add_model('regress_models.wholes', '{id}');
SELECT 'regress_models.wholes'::regclass::oid AS wholes \gset
SET ROLE regress_operator;
SELECT greenery_add_test(:wholes, 'range', 'whole', '{"min": "(1)"}') AS id \gset
SELECT greenery_alter_test(:id, args => '{"min": "(0)"}');
CALL greenery_build();
RESET ROLE;
SELECT failures, total FROM greenery.test_results WHERE test_id = :id;
SELECT greenery_drop_test(:id);
SELECT greenery_drop_model('wholes');
-- a type with an equality of its own, as citext is, and one for a domain of it beside that
CREATE SCHEMA regress_shared;
GRANT ALL ON SCHEMA regress_shared TO PUBLIC;
CREATE TYPE regress_shared.code AS ENUM ('a', 'b');
DO $operators$
DECLARE
	op record;
BEGIN
	FOR op IN SELECT * FROM (VALUES ('<', 'lt'), ('<=', 'le'), ('=', 'eq'), ('>=', 'ge'), ('>', 'gt')) v (name, function) LOOP
		EXECUTE format('CREATE FUNCTION regress_shared.code_%1$s(regress_shared.code, regress_shared.code) RETURNS boolean
							LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.enum_%1$s($1, $2) $$', op.function);
		EXECUTE format('CREATE OPERATOR regress_shared.%s (LEFTARG = regress_shared.code, RIGHTARG = regress_shared.code,
							FUNCTION = regress_shared.code_%s)', op.name, op.function);
	END LOOP;
END
$operators$;
CREATE FUNCTION regress_shared.code_cmp(regress_shared.code, regress_shared.code) RETURNS integer
	LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.enum_cmp($1, $2) $$;
CREATE OPERATOR CLASS regress_shared.code_ops DEFAULT FOR TYPE regress_shared.code USING btree AS
	OPERATOR 1 regress_shared.<, OPERATOR 2 regress_shared.<=, OPERATOR 3 regress_shared.=, OPERATOR 4 regress_shared.>=,
	OPERATOR 5 regress_shared.>, FUNCTION 1 regress_shared.code_cmp(regress_shared.code, regress_shared.code);
CREATE FUNCTION regress_shared.code_hash(regress_shared.code) RETURNS integer
	LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.hashenum($1) $$;
CREATE OPERATOR CLASS regress_shared.code_hash_ops DEFAULT FOR TYPE regress_shared.code USING hash AS
	OPERATOR 1 regress_shared.=, FUNCTION 1 regress_shared.code_hash(regress_shared.code);
CREATE DOMAIN regress_shared.codes AS regress_shared.code;
CREATE TABLE regress_models.coded (code regress_shared.codes, n integer);
INSERT INTO regress_models.coded VALUES ('a', 1), ('b', 1);
SELECT greenery_set_builder(NULL);
SELECT greenery_add_model('regress_models.coded', '{code}');
SET ROLE regress_hostile;
CREATE FUNCTION regress_shared.spy_equal(regress_shared.codes, regress_shared.codes) RETURNS boolean LANGUAGE plpgsql AS $spy$
BEGIN
	RAISE WARNING 'planted = ran';
	RETURN true;
END
$spy$;
CREATE OPERATOR regress_shared.= (LEFTARG = regress_shared.codes, RIGHTARG = regress_shared.codes, FUNCTION = regress_shared.spy_equal);
RESET ROLE;
CALL greenery_build();
UPDATE regress_models.coded SET n = 2 WHERE code::text = 'b';
CALL greenery_build();
SELECT * FROM greenery_published.coded ORDER BY code;
SELECT greenery_drop_model('coded');
DROP TABLE regress_models.coded;
DROP SCHEMA regress_shared CASCADE;
-- the types of what a superuser's build reads belong to superusers too: who owns one makes casts
SELECT pg_temp.told($$SELECT greenery_add_model('regress_theirs.typed', '{id}')$$);
CREATE TABLE regress_models.typed (id integer, whole regress_theirs.whole);
CREATE TABLE regress_models.listed (id integer, list regress_theirs.checked[]);
CREATE VIEW regress_models.made AS SELECT t.id FROM jsonb_to_recordset('[]') t (id integer, part regress_theirs.checked);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.typed', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.listed', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.made', '{id}')$$);

--
-- Code that runs during a build alters what was computed, or is being computed: the rows are
-- not stored as what they are not
--
CREATE TABLE regress_models.first (id integer, n integer);
CREATE TABLE regress_models.second (id integer, n integer);
INSERT INTO regress_models.first SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO regress_models.second SELECT i, i FROM generate_series(1, 20) i;
SELECT greenery_add_model('regress_models.first', '{id}'), greenery_add_model('regress_models.second', '{id}');
CALL greenery_build();
CREATE TABLE regress_models.statements (statement text);
CREATE FUNCTION regress_models.alter_second() RETURNS trigger LANGUAGE plpgsql AS $alter$
DECLARE
	s text;
BEGIN
	FOR s IN SELECT statement FROM regress_models.statements LOOP
		EXECUTE s;
	END LOOP;
	RETURN NULL;
END
$alter$;
CREATE TRIGGER alter_second AFTER UPDATE ON greenery_published.first EXECUTE FUNCTION regress_models.alter_second();
CREATE TYPE regress_models.pair AS (a integer, b integer);
CREATE FUNCTION pg_temp.change_rows(statements text[]) RETURNS void LANGUAGE sql AS $set$
	TRUNCATE regress_models.statements;
	INSERT INTO regress_models.statements SELECT unnest(statements);
	UPDATE regress_models.first SET n = n + 1 WHERE id = 1;
	UPDATE regress_models.second SET id = id + 1000 WHERE id = (SELECT min(id) FROM regress_models.second);
$set$;
CREATE FUNCTION pg_temp.model_error(model text) RETURNS text LANGUAGE sql AS $error$
	SELECT m.message FROM greenery.build_models m WHERE m.model = model_error.model ORDER BY m.build_id DESC LIMIT 1
$error$;
-- another type, of another length
SELECT pg_temp.change_rows(ARRAY[
	'ALTER TABLE regress_models.second ALTER COLUMN n TYPE text', 'ALTER TABLE greenery_published.second ALTER COLUMN n TYPE text']);
CALL greenery_build();
SELECT pg_temp.model_error('second');
-- one more column
SELECT pg_temp.change_rows(ARRAY[
	'ALTER TABLE regress_models.second ADD COLUMN m integer DEFAULT 7', 'ALTER TABLE greenery_published.second ADD COLUMN m integer']);
CALL greenery_build();
SELECT pg_temp.model_error('second');
-- another type of the same name
ALTER TABLE regress_models.second ADD COLUMN pair regress_models.pair DEFAULT (1, 2);
ALTER TABLE greenery_published.second ADD COLUMN pair regress_models.pair;
SELECT pg_temp.change_rows('{}');
CALL greenery_build();
SELECT pg_temp.change_rows(ARRAY[
	'ALTER TYPE regress_models.pair RENAME TO couple', 'CREATE TYPE regress_models.pair AS (a text, b text)',
	'ALTER TABLE regress_models.second DROP COLUMN pair, ADD COLUMN pair regress_models.pair',
	'ALTER TABLE greenery_published.second DROP COLUMN pair, ADD COLUMN pair regress_models.pair']);
CALL greenery_build();
SELECT pg_temp.model_error('second');
-- other rows in other places
SELECT pg_temp.change_rows('{CLUSTER greenery_published.second USING second_pkey}');
CALL greenery_build();
SELECT pg_temp.model_error('second');
-- without it, the same is built
TRUNCATE regress_models.statements;
CALL greenery_build();
SELECT count(*), max(id) FROM greenery_published.second;
SELECT greenery_drop_model('first'), greenery_drop_model('second');
-- what a model calls, while it is computed
CREATE FUNCTION regress_models.altering(i integer) RETURNS integer LANGUAGE sql VOLATILE AS $$ SELECT i $$;
CREATE VIEW regress_models.calling AS SELECT i AS id, regress_models.altering(i) AS n FROM generate_series(1, 20) i;
SELECT greenery_add_model('regress_models.calling', '{id}');
CALL greenery_build();
CREATE OR REPLACE FUNCTION regress_models.altering(i integer) RETURNS integer LANGUAGE sql VOLATILE AS $altering$
	ALTER TABLE greenery_build.calling ALTER COLUMN n TYPE text;
	SELECT i + 1
$altering$;
CALL greenery_build();
SELECT pg_temp.model_error('calling');
CREATE OR REPLACE FUNCTION regress_models.altering(i integer) RETURNS integer LANGUAGE sql VOLATILE AS $altering$
	ALTER TABLE greenery_build.calling DROP COLUMN id, DROP COLUMN n, ADD COLUMN id integer, ADD COLUMN n integer;
	SELECT i + 1
$altering$;
CALL greenery_build();
SELECT pg_temp.model_error('calling');
CREATE OR REPLACE FUNCTION regress_models.altering(i integer) RETURNS integer LANGUAGE sql VOLATILE AS $altering$
	ALTER TABLE greenery_published.calling ADD COLUMN IF NOT EXISTS m integer, ADD COLUMN IF NOT EXISTS o integer;
	SELECT i + 1
$altering$;
CALL greenery_build();
SELECT pg_temp.model_error('calling');
CREATE OR REPLACE FUNCTION regress_models.altering(i integer) RETURNS integer LANGUAGE sql VOLATILE AS $altering$
	CREATE INDEX IF NOT EXISTS regress_index ON greenery_build.calling (id);
	SELECT i + 1
$altering$;
CALL greenery_build();
SELECT pg_temp.model_error('calling');
SELECT greenery_drop_model('calling');

--
-- An operator does not weaken the test of a key by its arguments
--
CREATE TABLE regress_models.pairs (a integer, b integer, c integer);
SELECT greenery_add_model('regress_models.pairs', '{a,b}');
SELECT test_id AS id, 'regress_models.pairs'::regclass::oid AS pairs FROM greenery.data_tests WHERE model = 'regress_models.pairs' AND kind = 'unique_combination' \gset
SET ROLE regress_operator;
SELECT pg_temp.error_of(format($$SELECT greenery_alter_test(%s, args => '{"columns": ["a", "b", "c"]}')$$, :id))
	LIKE '55000 | data test % guards the key of regress_models.pairs%' AS refused;
SELECT greenery_alter_test(:id, owner => 'ops');
-- nor add some that stay for good
SELECT greenery_add_test(:pairs, 'unique_combination', args => '{"columns": ["a", "b"]}') AS again \gset
SELECT greenery_add_test('greenery.dim_users', 'unique', 'user_id') AS twice \gset
SELECT greenery_drop_test(:again), greenery_drop_test(:twice);
SELECT pg_temp.error_of(format('SELECT greenery_drop_test(%s)', :id)) LIKE '55000 | data test % guards the key of regress_models.pairs%' AS refused;
RESET ROLE;
SELECT greenery_drop_model('pairs');

--
-- What others put beside the extension's functions does not stop builds: without arguments a
-- call is ambiguous where there is another that needs none.  All models may call them; those that
-- were left out have not seen yet that an order is gone.
--
SELECT pg_temp.all_models(), greenery_set('max_shrink', '100%');
GRANT CREATE ON SCHEMA public TO regress_hostile;
SET ROLE regress_hostile;
DO $plant$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['as_of', 'as_of_setting', 'timezone', 'stock_cover', 'session_gap', 'repeat_horizon',
								'repeat_horizon_setting', 'alert_cooldown', 'retention', 'max_shrink'] LOOP
		EXECUTE format('CREATE FUNCTION public.greenery_%s(x integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$ SELECT NULL $$', name);
	END LOOP;
END
$plant$;
CREATE FUNCTION public.url_path_segment(text, integer, integer DEFAULT 0) RETURNS text LANGUAGE sql AS $$ SELECT NULL $$;
RESET ROLE;
CALL greenery_build();
SELECT status, as_of IS NOT NULL AS as_of, timezone, session_gap FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
SELECT count(*) > 100 AS tests FROM greenery_test();
SELECT count(*) > 0 AS cohorts FROM greenery_cohort_retention();

-- a view that a build makes again from its text calls the server's functions and greenery's own
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'greenery'::regnamespace AND c.relkind = 'v'
	AND NOT EXISTS (SELECT FROM greenery.models m WHERE m.relation = 'greenery.' || c.relname)
	AND pg_get_viewdef(c.oid) ~ '(fact_|dim_)\w+' AND pg_get_viewdef(c.oid) ~ 'public\.|[^.\w](repeat_rate|repeat_counts|url_path_segment|clean_text|sessionize|greenery_\w+|days_between)\(';

--
-- What is NULL, or of another type than it was, is an error and no pointer
--
SELECT statement, pg_temp.error_of(statement) FROM unnest(ARRAY[
	$$SELECT greenery.fill_as_builder('greenery.users', 'SELECT 1')$$]) statement;
BEGIN;
CREATE VIEW greenery_build.regress_view AS SELECT 1 AS a;
SELECT pg_temp.error_of($$SELECT greenery.fill_as_builder('greenery_build.regress_view', 'SELECT 1')$$);
CREATE TABLE greenery_build.regress_table (a integer PRIMARY KEY);
SELECT pg_temp.error_of($$SELECT greenery.fill_as_builder('greenery_build.regress_table', 'SELECT 1')$$);
ALTER FUNCTION greenery.add_model(regclass, text[]) RENAME TO add_model_before;
CREATE FUNCTION greenery.add_model(regclass, text[]) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
SELECT pg_temp.error_of($$SELECT length(greenery_add_model(NULL, NULL))$$);
ALTER VIEW greenery.build_order RENAME TO build_order_before;
CREATE VIEW greenery.build_order AS
	SELECT o.model, o.relation, o.layer, 1::bigint AS key, o.builtin, o.level, o.depends_on FROM greenery.build_order_before o;
SELECT pg_temp.error_of('SELECT count(*) FROM greenery_test()');
CREATE OR REPLACE VIEW greenery.build_order AS
	SELECT o.model, o.relation, NULL::text AS layer, 1::bigint AS key, o.builtin, o.level, o.depends_on FROM greenery.build_order_before o;
SELECT pg_temp.error_of('SELECT count(*) FROM greenery_test()');
ROLLBACK;

--
-- Row-level security: what it hides from anyone, a build does not publish
--
SELECT pg_temp.keep_models('{stg_products}'), greenery_set('max_shrink', NULL);
CREATE TABLE regress_models.secret (id integer, mine boolean);
INSERT INTO regress_models.secret SELECT i, i > 10 FROM generate_series(1, 20) i;
ALTER TABLE regress_models.secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON regress_models.secret USING (mine);
CREATE VIEW regress_models.open AS SELECT id FROM regress_models.secret;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.open', '{id}')$$);
ALTER TABLE regress_models.secret DISABLE ROW LEVEL SECURITY;
SELECT greenery_add_model('regress_models.open', '{id}');
ALTER TABLE regress_models.secret ENABLE ROW LEVEL SECURITY;
CALL greenery_build();
SELECT pg_temp.build_error();
SELECT greenery_drop_model('open');

--
-- What cannot be looked into may read a table that is not locked
--
CREATE FUNCTION regress_models.hidden() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM regress_models.parent); END $$;
CREATE FUNCTION regress_models.visible() RETURNS bigint LANGUAGE sql STABLE AS $$ SELECT count(*) FROM regress_models.parent $$;
CREATE FUNCTION regress_models.harmless() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 1; END $$;
CREATE VIEW regress_models.hides AS SELECT regress_models.hidden() AS id;
CREATE VIEW regress_models.names AS SELECT query_to_xml('SELECT 1', true, true, '')::text AS id;
CREATE VIEW regress_models.shows AS SELECT regress_models.visible() + regress_models.harmless() AS id;
CREATE VIEW regress_models.published AS SELECT name AS id FROM greenery_published.metrics;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.hides', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.names', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.published', '{id}')$$);
SELECT greenery_add_model('regress_models.shows', '{id}');
SELECT greenery_drop_model('shows');

--
-- What a text calls is looked up each time: after the look, a better match may be planted
--
CREATE SCHEMA regress_open;
CREATE FUNCTION regress_open.is_ok(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT v IS NOT NULL';
CREATE FUNCTION regress_open.same(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT a = b';
CREATE OPERATOR regress_open.=== (FUNCTION = regress_open.same, LEFTARG = text, RIGHTARG = text);
CREATE DOMAIN regress_open.codes AS text;
CREATE TYPE regress_open.size AS ENUM ('a');
CREATE AGGREGATE regress_open.some(boolean) (SFUNC = pg_catalog.booland_statefunc, STYPE = boolean);
CREATE TABLE regress_models.named (id varchar);
-- bodies that are texts, in a closed schema; one finds nothing by name, two do
CREATE FUNCTION regress_models.closed(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT v OPERATOR(pg_catalog.=) v';
CREATE FUNCTION regress_models.calls(v varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT regress_open.is_ok(v)';
CREATE FUNCTION regress_models.path(v varchar) RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = regress_open AS 'SELECT v = v';
CREATE FUNCTION regress_models.atomic(v varchar) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN regress_open.is_ok(v);
CREATE VIEW regress_models.parsed AS SELECT n.id, regress_open.is_ok(n.id) AS ok FROM regress_models.named n;
CREATE FUNCTION pg_temp.named() RETURNS TABLE (expression text, error text) LANGUAGE sql AS $named$
	SELECT e, coalesce(nullif(split_part(pg_temp.told(format($$SELECT length(greenery_drop_test(greenery_add_test('regress_models.named', 'expression', NULL, %L))::text)$$,
		jsonb_build_object('expression', e))), ' | ', 2), ''), 'none')
	FROM unnest('{regress_open.is_ok(t.id),t.id OPERATOR(regress_open.===) t.id,
		t.id OPERATOR(regress_open.===) ANY (ARRAY[t.id]::text[]),(SELECT regress_open.some(x) FROM (VALUES (true)) v (x)),
		regress_open.codes(t.id) IS NOT NULL,regress_open.size(t.id) IS NOT NULL,t.id::regress_open.size IS NOT NULL,
		regress_models.closed(t.id),regress_models.calls(t.id),regress_models.path(t.id),regress_models.atomic(t.id),
		(SELECT every(p.ok) FROM regress_models.parsed p)}'::text[]) WITH ORDINALITY x (e, n) ORDER BY n
$named$;
SELECT * FROM pg_temp.named();
GRANT CREATE ON SCHEMA regress_open TO regress_hostile;
SELECT * FROM pg_temp.named();
REVOKE CREATE ON SCHEMA regress_open FROM regress_hostile;
GRANT CREATE ON SCHEMA regress_open TO PUBLIC;
SELECT * FROM pg_temp.named() LIMIT 1;
REVOKE CREATE ON SCHEMA regress_open FROM PUBLIC;
SELECT greenery_add_test('regress_models.named', 'expression', NULL, '{"expression": "regress_open.is_ok(t.id)"}') AS id \gset
ALTER SCHEMA regress_open OWNER TO regress_hostile;
SELECT * FROM pg_temp.named() LIMIT 1;
CALL greenery_build();
SELECT regexp_replace(replace(pg_temp.build_error(), quote_ident(session_user), 'superuser'), '^data test \d+ ', '') AS build_error;
SELECT greenery_drop_test(:id);
ALTER SCHEMA regress_open OWNER TO CURRENT_USER;

--
-- Who starts a build decides nothing: not by what is set, nor by who it is
--
CREATE VIEW regress_models.of_setting AS SELECT current_setting('app.tenant', true) AS id;
CREATE VIEW regress_models.of_session AS SELECT session_user AS id;
CREATE VIEW regress_models.of_process AS SELECT pg_backend_pid() AS id;
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.of_setting', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.of_session', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.of_process', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.named', 'expression', NULL, '{"expression": "current_setting(''app.tenant'') = id"}')$$);

-- nor by temporary objects, which are found first
CREATE TABLE regress_models.campaigns (id integer);
INSERT INTO regress_models.campaigns VALUES (1);
CREATE FUNCTION regress_models.first_campaign() RETURNS integer LANGUAGE sql STABLE SET search_path = regress_models AS 'SELECT min(id) FROM campaigns';
GRANT USAGE ON SCHEMA regress_models TO regress_builder;
GRANT SELECT ON regress_models.campaigns TO regress_builder;
CREATE VIEW regress_models.campaign AS SELECT 1 AS id, regress_models.first_campaign() AS first;
ALTER VIEW regress_models.campaign OWNER TO regress_builder;
SELECT greenery_set_builder('regress_builder');
SELECT greenery_add_model('regress_models.campaign', '{id}');
CALL greenery_build();
SET ROLE regress_operator;
CREATE TEMP TABLE campaigns AS SELECT 666 AS id;
GRANT SELECT ON campaigns TO PUBLIC;
CALL greenery_build();
DROP TABLE campaigns;
RESET ROLE;
SELECT regexp_replace(pg_temp.build_error(), '^data test \d+ reads pg_temp_\d+', 'reads pg_temp') AS build_error;
SELECT * FROM greenery_published.campaign;
SELECT greenery_drop_model('campaign'), greenery_set_builder(NULL);

--
-- What is read by its name is what was looked at: another may come by that name meanwhile.
-- A trigger stands for what others do in the middle of a build.
--
CREATE FUNCTION pg_temp.meanwhile(statement text) RETURNS void LANGUAGE sql AS $meanwhile$
	TRUNCATE regress_models.statements;
	INSERT INTO regress_models.statements VALUES (statement);
	UPDATE greenery.products SET inventory = inventory + 1;
$meanwhile$;
TRUNCATE regress_models.statements;
CREATE TRIGGER meanwhile AFTER INSERT ON greenery.inventory_history FOR EACH STATEMENT EXECUTE FUNCTION regress_models.alter_second();
SET ROLE regress_hostile;
CREATE TABLE regress_theirs.hidden (id integer);
SET client_min_messages = error;
CREATE INDEX ON regress_theirs.hidden (id) WHERE regress_theirs.spy(1) = 1;
SET client_min_messages = warning;
RESET ROLE;
-- a relation that was not there
CREATE TABLE regress_models.hidden (id integer);
SELECT greenery_add_model('regress_models.hidden', '{id}');
ALTER TABLE regress_models.hidden RENAME TO hidden_before;
SELECT pg_temp.meanwhile('ALTER TABLE regress_theirs.hidden SET SCHEMA regress_models');
CALL greenery_build();
SELECT pg_temp.model_error('hidden');
ALTER TABLE regress_models.hidden SET SCHEMA regress_theirs;
SELECT greenery_drop_model('hidden');
ALTER TABLE regress_models.hidden_before RENAME TO hidden;
-- the parent of another
SELECT greenery_add_test('regress_models.campaigns', 'relationships', 'id', '{"to": "regress_models.hidden", "field": "id"}') AS id \gset
ALTER TABLE regress_models.hidden RENAME TO hidden_before;
SELECT pg_temp.meanwhile('ALTER TABLE regress_theirs.hidden SET SCHEMA regress_models');
CALL greenery_build();
SELECT message FROM greenery.test_results WHERE test_id = :id ORDER BY build_id DESC LIMIT 1;
ALTER TABLE regress_models.hidden SET SCHEMA regress_theirs;
SELECT greenery_drop_test(:id);
ALTER TABLE regress_models.hidden_before RENAME TO hidden;
-- that of a feature
CREATE TABLE regress_models.visits (user_id text, at timestamptz, n integer);
SELECT greenery_add_feature('visited', 'regress_models.visits', 'user_id', 'at', 'n');
ALTER TABLE regress_models.visits RENAME TO visits_kept;
SELECT pg_temp.meanwhile('ALTER TABLE regress_theirs.visits SET SCHEMA regress_models');
CALL greenery_build();
SELECT pg_temp.build_error();
SELECT greenery_drop_feature('visited');
-- SQL that could not be parsed
CREATE FUNCTION regress_open.is_late(date) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
SELECT greenery_add_test('regress_models.campaigns', 'expression', NULL, '{"expression": "regress_open.is_late(''2021-01-01'')"}') AS id \gset
CREATE FUNCTION regress_open.is_late(point) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
SELECT pg_temp.meanwhile('DROP FUNCTION regress_open.is_late(point)');
CALL greenery_build();
SELECT status, message LIKE 'function regress_open.is_late(unknown) is not unique%' AS why
FROM greenery.test_results WHERE test_id = :id ORDER BY build_id DESC LIMIT 1;
DROP TRIGGER meanwhile ON greenery.inventory_history;
CALL greenery_build();
SELECT status FROM greenery.test_results WHERE test_id = :id ORDER BY build_id DESC LIMIT 1;
SELECT greenery_drop_test(:id);
-- who owns a schema puts another in its place, which no lock prevents
CREATE TABLE regress_theirs.safe (user_id text, at timestamptz, n integer);
CREATE VIEW regress_theirs.safe_view AS SELECT n AS id, user_id, at FROM regress_theirs.safe;
CREATE FUNCTION regress_models.reads_safe() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM regress_theirs.safe';
CREATE VIEW regress_models.over_reads AS SELECT regress_models.reads_safe() AS id;
SELECT pg_temp.told($$SELECT greenery_add_feature('safe', 'regress_theirs.safe', 'user_id', 'at', 'n')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_theirs.safe', '{n}')$$);
SELECT pg_temp.told($$SELECT greenery_add_model('regress_models.over_reads', '{id}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.campaigns', 'expression', NULL, '{"expression": "(SELECT count(*) FROM regress_theirs.safe) = 0"}')$$);
SELECT pg_temp.told($$SELECT greenery_add_test('regress_models.campaigns', 'relationships', 'id', '{"to": "regress_theirs.safe", "field": "n"}')$$);
-- the query of a view is read from its rule
SELECT pg_temp.told($$SELECT greenery_add_feature('safe', 'regress_theirs.safe_view', 'user_id', 'at', 'id')$$);
SELECT greenery_add_model('regress_theirs.safe_view', '{id}');
SELECT greenery_drop_test(greenery_add_test('regress_theirs.safe_view', 'range', 'id', '{"min": 0}'));
CALL greenery_build();
SELECT greenery_drop_model('safe_view');

DROP SCHEMA regress_models, regress_open, regress_theirs CASCADE;
DROP OWNED BY regress_hostile, regress_builder;
SELECT greenery_revoke('regress_operator', 'operator');
DROP OWNED BY regress_operator;
DROP ROLE regress_hostile, regress_operator, regress_builder;
DROP TABLE public.regress_table;
SELECT pg_temp.all_models();
SELECT pg_temp.empty_shop();
