-- Who may do what: every kind of greenery_grant(), and a day's work of each.
SET client_min_messages = warning;

\i sql/include/builds.sql
SELECT pg_temp.empty_shop();
-- the message of a build names a test by its number, whatever tests came before
SELECT setval(pg_get_serial_sequence('greenery.test_definitions', 'test_id'), 9000, false);

CREATE ROLE regress_nobody;
CREATE ROLE regress_reader;
CREATE ROLE regress_analyst;
CREATE ROLE regress_loader;
CREATE ROLE "regress Operator ""1""";
CREATE ROLE regress_notifier;
SELECT greenery_grant('regress_reader', 'reader'), greenery_grant('regress_analyst', 'analyst'),
	greenery_grant('regress_loader', 'loader'), greenery_grant('regress Operator "1"', 'operator'),
	greenery_grant('regress_notifier', 'notifier');
\set VERBOSITY sqlstate
SELECT greenery_grant('regress_nosuch', 'reader');
SELECT greenery_grant(NULL, 'reader');
SELECT greenery_grant('regress_reader', 'owner');
SELECT greenery_grant('regress_reader', 'builder');
SELECT greenery_grant('regress_reader', NULL);
SELECT greenery_revoke('regress_nosuch', 'reader');
SELECT greenery_set_builder('regress_nosuch');
\set VERBOSITY terse
-- a builder is granted what builds need, and loses it when there is another
CREATE ROLE regress_builder;
CREATE FUNCTION pg_temp.builder_has() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = 'regress_builder'::regrole
$$;
SELECT greenery_set_builder('regress_builder');
SELECT pg_temp.builder_has() > 50 AS granted;
SELECT greenery_set_builder('regress_builder');
SELECT pg_temp.builder_has() > 50 AS granted;
SELECT greenery_set_builder(NULL);
SELECT pg_temp.builder_has();
DROP ROLE regress_builder;
SELECT count(*) FILTER (WHERE changed_by = session_user) AS mine, count(*) FROM greenery.changes WHERE object = 'privilege';

-- the matrix, from the catalog: r reads, w writes (any of INSERT, UPDATE, DELETE,
-- TRUNCATE, on any column)
CREATE VIEW pg_temp.rights AS
SELECT r.rolname, n.nspname, c.relname,
	CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_table_privilege(r.oid, c.oid, 'SELECT') THEN 'r' ELSE '' END
	|| CASE WHEN has_schema_privilege(r.oid, n.oid, 'USAGE')
			 AND (has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE'))
			THEN 'w' ELSE '' END AS rights
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r
WHERE n.nspname IN ('greenery', 'greenery_published', 'greenery_build') AND c.relkind IN ('r', 'v') AND r.rolname LIKE 'regress%';
SELECT rolname, nspname, rights, CASE WHEN count(*) > 10 THEN 'many' ELSE string_agg(relname, ' ' ORDER BY relname COLLATE "C") END AS relations
FROM pg_temp.rights WHERE rights <> '' GROUP BY 1, 2, 3 ORDER BY rolname COLLATE "C", 2, 3;
-- an analyst reads all of schema greenery, and every reader all that is published
SELECT rolname, nspname, count(*) AS not_read FROM pg_temp.rights
WHERE rights = '' AND (nspname = 'greenery' AND rolname = 'regress_analyst'
	OR nspname = 'greenery_published' AND (rolname IN ('regress_reader', 'regress_analyst') OR rolname LIKE '%Operator%'))
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT rolname FROM pg_roles CROSS JOIN unnest('{greenery,greenery_published,greenery_build}'::text[]) s
WHERE rolname LIKE 'regress%' AND has_schema_privilege(rolname, s, 'CREATE') ORDER BY 1;
SELECT r.rolname, string_agg(p.proname, ' ' ORDER BY p.proname COLLATE "C") AS volatile_routines
FROM pg_roles r CROSS JOIN pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
WHERE p.provolatile = 'v' AND r.rolname LIKE 'regress%' AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
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

-- operator: builds and tests, and reads nothing but what is published
SET ROLE "regress Operator ""1""";
SELECT status, count(*) > 0 AS some FROM greenery_test() GROUP BY 1 ORDER BY 1;
CALL greenery_build();
SELECT status, started_by FROM greenery_published.build_status ORDER BY build_id;
SELECT user_id, email FROM greenery_published.dim_users;
SELECT greenery_add_test('greenery.dim_users', 'range', 'orders', '{"min": 2}', severity => 'warn') AS id \gset
SELECT greenery_alter_test(:id, owner => 'ops');
SELECT greenery_alter_test(33, severity => 'warn');
SELECT greenery_exclude_user('u9', 'a till') IS NULL AS excluded;
SELECT greenery_add_route('ops', kind => 'test_warned', owner => 'ops') AS route \gset
SELECT greenery_add_route('no such channel');
SELECT greenery_add_route(NULL);
CALL greenery_build();
SELECT model, kind, status, failures, owner FROM greenery_published.test_status WHERE test_id = :id;
SELECT greenery_drop_route(:route);
SELECT greenery_drop_route(:route);
SELECT count(*) FROM greenery_record_history();
SELECT count(*) FROM greenery.test_changes;
SELECT count(*) FROM greenery.stg_users;
SELECT greenery_repeat_rate();
-- hints name what an operator may read
\set VERBOSITY default
SELECT greenery_alter_test(:id, severity => 'error');
CALL greenery_build();
SELECT greenery_alter_test(:id, severity => 'warn');
\set SHOW_CONTEXT never
SELECT greenery_alter_test(12345, enabled => false);
SELECT greenery_drop_test(12345);
SELECT greenery_triage_request(12345);
SELECT greenery_decide_request(12345, true, 'yes');
SELECT count(*) > 0 AS readable FROM greenery_published.test_status WHERE test_id = :id;
SELECT count(*) AS readable FROM greenery_published.open_requests;
SELECT count(*) > 0 AS readable FROM greenery_published.lineage;
\set SHOW_CONTEXT errors
\set VERBOSITY terse
RESET ROLE;
SELECT changed_by, test_id = :id AS mine, action FROM greenery.test_changes ORDER BY change_id;
SELECT changed_by, object, name = :'route' AS route, action FROM greenery.changes WHERE object NOT IN ('privilege', 'setting') ORDER BY change_id;
SELECT excluded_by FROM greenery.excluded_users;
SELECT created_by FROM greenery.test_definitions WHERE test_id = :id;
SELECT greenery_include_user('u9');

-- users' models: readers of published marts read these too
CREATE SCHEMA regress_models;
CREATE VIEW regress_models."Big ""spenders""" AS
	SELECT user_id AS "User", lifetime_value AS "select" FROM greenery.dim_users;
SELECT greenery_add_model('regress_models."Big ""spenders"""', '{User}');
SET ROLE "regress Operator ""1""";
CALL greenery_build();
SELECT * FROM greenery_published."Big ""spenders""";
SET ROLE regress_reader;
SELECT * FROM greenery_published."Big ""spenders""";
RESET ROLE;
SELECT greenery_drop_model('Big "spenders"');

-- reader
SET ROLE regress_reader;
SELECT name FROM greenery_published.metrics WHERE name = 'repeat_rate';
SELECT status, message FROM greenery_published.build_status ORDER BY build_id DESC LIMIT 1;
SELECT build_id = (SELECT max(build_id) FROM greenery_published.build_status WHERE status = 'published') AS latest,
	as_of = '2021-02-01 10:00Z' AS as_of, timezone, horizon, session_gap, stock_cover, warned FROM greenery_published.published_build;
SELECT count(*) > 100 AS tests FROM greenery_published.test_status;
SELECT kind, count(*) > 5 AS edges FROM greenery_published.lineage GROUP BY 1 ORDER BY 1;
SELECT count(*) = count(DISTINCT (name, build_id)) AS a_row_each, bool_or(value IS NOT NULL) AS known FROM greenery_published.metrics_history;
SELECT count(*) FROM public.greenery_build_progress;
SELECT greenery_timezone();
SELECT greenery_request_change('Please test that users have orders.') AS request \gset
SELECT request_id = :request AS mine, created_by, state, request FROM greenery_published.open_requests;
SELECT count(*) FROM greenery.stg_users;
SELECT count(*) FROM greenery.change_requests;
SELECT greenery_triage_request(:request);
SELECT * FROM greenery_test();
SELECT greenery_repeat_rate();
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
SELECT name, value, default_value FROM greenery_settings() WHERE name = 'max_shrink';
SELECT count(*) > 20 AS statements FROM greenery_test_sql();
SELECT greenery_request_change('From an analyst.') > 0 AS filed;
SELECT * FROM greenery_test();
SELECT greenery_add_test('greenery.stg_users', 'not_null', 'user_id');
SELECT greenery_record_history();
SELECT greenery_purge();
SELECT greenery_queue_alert('custom', 'info', '{}');
CALL greenery_build();
DELETE FROM greenery.test_results;
UPDATE greenery.users SET email = NULL;
RESET ROLE;

-- operators decide on requests
SET ROLE "regress Operator ""1""";
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
SELECT count(*) FROM public.greenery_build_progress;
SELECT greenery_request_change('x');
CALL greenery_build();
RESET ROLE;

-- taking it back leaves nothing
DROP SCHEMA regress_models CASCADE;
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;
SELECT greenery_revoke('regress_reader', 'reader'), greenery_revoke('regress_analyst', 'analyst'),
	greenery_revoke('regress_loader', 'loader'), greenery_revoke('regress Operator "1"', 'operator'),
	greenery_revoke('regress_notifier', 'notifier');
SELECT count(*) AS left_over FROM pg_temp.rights WHERE rights <> '';
SELECT count(*) AS left_over FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
WHERE d.refclassid = 'pg_authid'::regclass AND r.rolname LIKE 'regress%' AND d.classid <> 'pg_namespace'::regclass;
DROP OWNED BY regress_nobody, regress_reader, regress_analyst, regress_loader, "regress Operator ""1""", regress_notifier;
DROP ROLE regress_nobody, regress_reader, regress_analyst, regress_loader, "regress Operator ""1""", regress_notifier;
SELECT pg_temp.empty_shop();
