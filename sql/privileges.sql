-- Who may do what: every kind of greenery_grant(), a build by a role that is
-- neither superuser nor owner, and what a superuser refuses to run.
SET client_min_messages = warning;

\i sql/include/builds.sql
SELECT pg_temp.empty_shop();

CREATE ROLE regress_nobody;
CREATE ROLE regress_reader;
CREATE ROLE regress_analyst;
CREATE ROLE regress_loader;
CREATE ROLE "regress Operator ""1""";
CREATE ROLE regress_operator2;
CREATE ROLE regress_notifier;
SELECT greenery_grant('regress_reader', 'reader'), greenery_grant('regress_analyst', 'analyst'),
	greenery_grant('regress_loader', 'loader'), greenery_grant('regress Operator "1"', 'operator'),
	greenery_grant('regress_notifier', 'notifier');
\set VERBOSITY sqlstate
SELECT greenery_grant('regress_nosuch', 'reader');
SELECT greenery_grant(NULL, 'reader');
SELECT greenery_grant('regress_reader', 'owner');
SELECT greenery_grant('regress_reader', NULL);
SELECT greenery_revoke('regress_nosuch', 'reader');
\set VERBOSITY terse

-- the matrix, from the catalog: r reads, w writes (any of INSERT, UPDATE, DELETE,
-- TRUNCATE, on any column)
CREATE VIEW pg_temp.rights AS
SELECT r.rolname, n.nspname, c.relname,
	CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_table_privilege(r.oid, c.oid, 'SELECT') THEN 'r' ELSE '' END
	|| CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE')
			 AND (has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE'))
			THEN 'w' ELSE '' END AS rights
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r
WHERE n.nspname IN ('greenery', 'greenery_published') AND c.relkind IN ('r', 'v') AND r.rolname LIKE 'regress%'
	-- loaders and operators are told apart by raw tables
	AND r.rolname <> 'regress_operator2';
SELECT rolname, nspname, rights, CASE WHEN count(*) > 10 THEN 'many' ELSE string_agg(relname, ' ' ORDER BY relname COLLATE "C") END AS relations
FROM pg_temp.rights WHERE rights <> '' GROUP BY 1, 2, 3 ORDER BY rolname COLLATE "C", 2, 3;
SELECT string_agg(relname, ' ' ORDER BY relname COLLATE "C") AS operator_cannot_write
FROM pg_temp.rights JOIN pg_class c USING (relname)
WHERE rolname LIKE '%Operator%' AND rights = 'r' AND nspname = 'greenery' AND c.relkind = 'r' AND c.relnamespace = 'greenery'::regnamespace;
SELECT rolname, has_schema_privilege(rolname, 'greenery', 'CREATE') AS live,
	has_schema_privilege(rolname, 'greenery_published', 'CREATE') AS published,
	has_schema_privilege(rolname, 'greenery_build', 'CREATE') AS build
FROM pg_roles WHERE rolname LIKE 'regress%' ORDER BY rolname COLLATE "C";
SELECT r.rolname, string_agg(p.proname, ' ' ORDER BY p.proname COLLATE "C") AS volatile_routines
FROM pg_roles r CROSS JOIN pg_proc p
WHERE p.proname IN ('greenery_request_change', 'greenery_test', 'greenery_build', 'greenery_add_test', 'greenery_add_model',
		'greenery_purge', 'greenery_decide_request', 'greenery_record_history', 'greenery_grant', 'greenery_queue_alert')
	AND r.rolname LIKE 'regress%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
GROUP BY 1 ORDER BY r.rolname COLLATE "C";

-- loader
SET ROLE regress_loader;
INSERT INTO greenery.addresses VALUES ('a1', '1 Elm St', '02139', 'MA', 'United States');
INSERT INTO greenery.users VALUES
	('u1', 'Ann', 'Ash', 'ann@example.com', '212-555-0101', '2021-01-01 00:00Z', '2021-01-02 00:00Z', 'a1');
INSERT INTO greenery.products VALUES ('p1', 'Fern', 10, 5);
INSERT INTO greenery.orders
	(order_id, user_id, address_id, created_at, order_cost, shipping_cost, order_total, status)
VALUES ('o1', 'u1', 'a1', '2021-02-01 10:00Z', 10, 5, 15, 'preparing');
INSERT INTO greenery.order_items VALUES ('o1', 'p1', 1);
TRUNCATE greenery.events;
SELECT count(*) FROM greenery.stg_users;
INSERT INTO greenery_published.metrics VALUES ('x');
CALL greenery_build();
RESET ROLE;

-- a full build, tests and models by an operator who owns nothing
SET ROLE "regress Operator ""1""";
SELECT status, count(*) > 0 AS some FROM greenery_test() GROUP BY 1 ORDER BY 1;
CALL greenery_build();
SELECT status, started_by FROM greenery.builds ORDER BY build_id;
SELECT user_id, email FROM greenery_published.dim_users;
SELECT greenery_add_test('greenery.dim_users', 'expression', NULL, '{"expression": "orders > 1"}', severity => 'warn') AS id \gset
SELECT greenery_alter_test(:id, owner => 'ops');
SELECT greenery_alter_test(33, severity => 'error');
CALL greenery_build();
SELECT status, failures FROM greenery.test_results WHERE test_id = :id;
SELECT changed_by, action FROM greenery.test_changes ORDER BY change_id;
SELECT count(*) > 0 AS reviewed FROM greenery.test_review WHERE open_requests = 0;
SELECT relation FROM greenery_purge('1 day');
SELECT count(*) FROM greenery_record_history();
-- not theirs: the audit, built-in rows, authors, raw tables, the schema
UPDATE greenery.test_changes SET changed_by = 'someone';
DELETE FROM greenery.test_changes;
INSERT INTO greenery.test_changes (test_id, action, changed_by) VALUES (1, 'add', 'someone');
UPDATE greenery.test_definitions SET args = '{"expression": "evil()"}' WHERE test_id = 33;
DELETE FROM greenery.test_definitions WHERE test_id = 33;
INSERT INTO greenery.test_definitions (test_id, model, kind, builtin) VALUES (999, 'greenery.dim_users', 'row_count', true);
UPDATE greenery.test_definitions SET created_by = 'postgres' WHERE test_id = :id;
INSERT INTO greenery.models (model, relation, layer, key, builtin) VALUES ('x', 'x', 'mart', '{x}', true);
UPDATE greenery.models SET relation = 'x';
DELETE FROM greenery.users;
CREATE TABLE greenery.mine ();
INSERT INTO greenery.change_requests (created_by, request) VALUES ('someone', 'x');
SELECT greenery_grant('regress_nobody', 'operator');
RESET ROLE;

-- models of operators: readers see them, another operator builds them, names that
-- must be quoted; and the other's rights are granted later than the model is made
CREATE SCHEMA regress_ops AUTHORIZATION "regress Operator ""1""";
SET ROLE "regress Operator ""1""";
CREATE VIEW regress_ops."Big ""spenders""" AS
	SELECT user_id AS "User", lifetime_value AS "select" FROM greenery.dim_users;
SELECT greenery_add_model('regress_ops."Big ""spenders"""', '{User}');
CALL greenery_build();
SELECT * FROM greenery_published."Big ""spenders""";
RESET ROLE;
SELECT greenery_grant('regress_operator2', 'operator');
GRANT USAGE ON SCHEMA regress_ops TO regress_operator2;
GRANT SELECT ON ALL TABLES IN SCHEMA regress_ops TO regress_operator2;
UPDATE greenery.orders SET order_total = 16, shipping_cost = 6;
SET ROLE regress_operator2;
CALL greenery_build();
SELECT * FROM greenery_published."Big ""spenders""";
SELECT greenery_drop_model('Big "spenders"');
SET ROLE regress_reader;
SELECT * FROM greenery_published."Big ""spenders""";
SET ROLE regress_analyst;
SELECT * FROM greenery_published."Big ""spenders""";
RESET ROLE;

-- a superuser does not run what others wrote
SELECT greenery_drop_test(:id);
\set VERBOSITY default
CALL greenery_build();
SELECT count(*) FROM greenery_test();
\set VERBOSITY terse
SELECT count(*) AS builds FROM greenery.builds WHERE started_by = session_user;
CALL greenery_build();
RESET greenery.allow_superuser_build;
SET ROLE "regress Operator ""1""";
SELECT greenery_drop_model('Big "spenders"');
RESET ROLE;
CALL greenery_build();
SELECT status, started_by = session_user AS mine FROM greenery.builds ORDER BY build_id DESC LIMIT 1;
-- an expression: it would run as whoever builds
SET ROLE "regress Operator ""1""";
CREATE TABLE regress_ops.ran_as (role text);
CREATE FUNCTION regress_ops.spy() RETURNS boolean LANGUAGE plpgsql AS $spy$
BEGIN INSERT INTO regress_ops.ran_as VALUES (current_user); RETURN true; END $spy$;
SELECT greenery_add_test('greenery.dim_users', 'expression', NULL, '{"expression": "regress_ops.spy()"}') AS id \gset
SELECT status FROM greenery_test('greenery.dim_users') WHERE test_id = :id;
SELECT * FROM regress_ops.ran_as;
RESET ROLE;
\set VERBOSITY default
CALL greenery_build();
SELECT count(*) FROM greenery_test();
\set VERBOSITY terse
SELECT greenery_drop_test(:id);
-- whoever changes a test has written it
SELECT greenery_add_test('greenery.dim_users', 'expression', NULL, '{"expression": "orders >= 0"}') AS id \gset
CALL greenery_build();
SET ROLE "regress Operator ""1""";
SELECT greenery_alter_test(:id, args => '{"expression": "regress_ops.spy()"}');
RESET ROLE;
CALL greenery_build();
SELECT greenery_drop_test(:id);
SELECT DISTINCT role = session_user AS superuser, role LIKE '%Operator%' AS operator FROM regress_ops.ran_as ORDER BY 1;
-- nor where others may lay a relation in its way
SET ROLE "regress Operator ""1""";
CREATE VIEW greenery_build.dim_users AS SELECT regress_ops.spy() AS user_id;
RESET ROLE;
CALL greenery_build();
DROP VIEW greenery_build.dim_users;

-- reader
SET ROLE regress_reader;
SELECT name FROM greenery_published.metrics WHERE name = 'repeat_rate';
SELECT greenery_request_change('Please test that users have orders.') AS request \gset
SELECT count(*) FROM greenery.stg_users;
SELECT count(*) FROM greenery.change_requests;
SELECT greenery_triage_request(:request);
SELECT * FROM greenery_test();
UPDATE greenery_published.metrics SET value = 1;
CALL greenery_build();
-- primitives are for everyone
SELECT is_email('a@example.com');
RESET ROLE;
SELECT created_by FROM greenery.change_requests;
SELECT payload ->> 'title' AS title FROM greenery.alerts WHERE kind = 'change_request';
-- who asks is the session's role, not what a function pretends
SET SESSION AUTHORIZATION regress_reader;
SELECT greenery_request_change('Again.') > 0 AS filed;
RESET SESSION AUTHORIZATION;
SELECT created_by FROM greenery.change_requests ORDER BY request_id DESC LIMIT 1;

-- analyst
SET ROLE regress_analyst;
SELECT count(*) FROM greenery.stg_users;
SELECT count(*) FROM greenery.users;
SELECT count(*) > 0 AS lineage FROM greenery_lineage();
SELECT greenery_repeat_rate();
SELECT greenery_request_change('From an analyst.') > 0 AS filed;
SELECT * FROM greenery_test();
SELECT greenery_add_test('greenery.stg_users', 'not_null', 'user_id');
SELECT greenery_record_history();
SELECT greenery_purge();
SELECT greenery_queue_alert('digest', 'info', '{}');
CALL greenery_build();
DELETE FROM greenery.test_results;
UPDATE greenery.users SET email = NULL;
RESET ROLE;

-- operators decide on requests
SET ROLE regress_operator2;
SELECT greenery_triage_request(:request);
SELECT greenery_decide_request(:request, true, 'agreed');
RESET ROLE;
SELECT created_by, state, triaged_by, decided_by FROM greenery.change_requests WHERE request_id = :request;

-- notifier
SET ROLE regress_notifier;
SELECT count(*) > 0 AS alerts FROM greenery.alert_routing;
INSERT INTO greenery.alert_deliveries (alert_id, channel) SELECT min(alert_id), 'default' FROM greenery.alerts;
UPDATE greenery.alert_deliveries SET attempts = 1;
DELETE FROM greenery.alerts;
SELECT count(*) FROM greenery.users;
RESET ROLE;

-- nobody
SET ROLE regress_nobody;
SELECT count(*) FROM greenery.users;
SELECT count(*) FROM greenery_published.metrics;
SELECT greenery_request_change('x');
CALL greenery_build();
RESET ROLE;

-- taking it back leaves nothing
DROP SCHEMA regress_ops CASCADE;
SELECT greenery_revoke('regress_reader', 'reader'), greenery_revoke('regress_analyst', 'analyst'),
	greenery_revoke('regress_loader', 'loader'), greenery_revoke('regress Operator "1"', 'operator'),
	greenery_revoke('regress_operator2', 'operator'), greenery_revoke('regress_notifier', 'notifier');
SELECT count(*) AS left_over FROM pg_temp.rights WHERE rights <> '';
DROP ROLE regress_nobody, regress_reader, regress_analyst, regress_loader, "regress Operator ""1""",
	regress_operator2, regress_notifier;
SELECT pg_temp.empty_shop();
