--
-- Rules that every object of the extension keeps.  Each query prints offenders,
-- and must print none.
--
SET search_path = pg_catalog, pg_temp;
CREATE TEMP VIEW member AS
	SELECT d.classid, d.objid, d.objsubid
	FROM pg_depend d
	JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';
CREATE TEMP VIEW routine AS
	SELECT p.*, p.oid::regprocedure AS name, l.lanname
	FROM pg_proc p
	JOIN pg_language l ON l.oid = p.prolang
	JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;
CREATE TEMP VIEW relation AS
	SELECT c.*, c.oid::regclass AS name
	FROM pg_class c
	JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid;

-- without a comment
SELECT name FROM routine WHERE obj_description(oid, 'pg_proc') IS NULL ORDER BY name::text COLLATE "C";
SELECT name FROM relation
WHERE relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL ORDER BY name::text COLLATE "C";
SELECT r.name, a.attname
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE r.relkind IN ('r', 'v') AND col_description(r.oid, a.attnum) IS NULL
ORDER BY r.name::text COLLATE "C", a.attnum;
SELECT n.nspname
FROM pg_namespace n JOIN member m ON m.classid = 'pg_namespace'::regclass AND m.objid = n.oid
WHERE obj_description(n.oid, 'pg_namespace') IS NULL;
SELECT t.typname
FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
WHERE t.typtype <> 'c' AND t.typelem = 0 AND obj_description(t.oid, 'pg_type') IS NULL;

-- columns of staging views that say something else than the raw table does: those that staging
-- cleans
SELECT s.source, r.attname, col_description(r.attrelid, r.attnum) AS raw, col_description(v.attrelid, v.attnum) AS staging
FROM greenery.sources s
JOIN pg_attribute r ON r.attrelid = s.relation::regclass AND r.attnum > 0
JOIN pg_attribute v ON v.attrelid = s.staging::regclass AND v.attname = r.attname
WHERE regexp_replace(replace(col_description(v.attrelid, v.attnum), 'stg_', ''), ' Key(, with [^.]*)?\.$', '')
	<> col_description(r.attrelid, r.attnum)
ORDER BY s.position, r.attnum;
-- columns that a published table comments on in another way than its mart does
SELECT m.model, v.attname
FROM greenery.models m
JOIN pg_attribute v ON v.attrelid = m.relation::regclass AND v.attnum > 0
JOIN pg_attribute p ON p.attrelid = to_regclass(format('greenery_published.%I', m.model)) AND p.attnum = v.attnum
WHERE col_description(p.attrelid, p.attnum) IS DISTINCT FROM col_description(v.attrelid, v.attnum)
ORDER BY 1, v.attnum;

-- volatility and parallel label belong together: what writes is VOLATILE and
-- UNSAFE, all else is neither
SELECT name, provolatile, proparallel FROM routine
WHERE prokind <> 'p' AND (provolatile = 'v') <> (proparallel = 'u')
ORDER BY name::text COLLATE "C";
-- an aggregate that cannot be computed in parallel
SELECT r.name FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
WHERE a.aggcombinefn = 0 OR r.proparallel <> 's'
	OR (a.aggtranstype = 'internal'::regtype AND (a.aggserialfn = 0 OR a.aggdeserialfn = 0 OR a.aggtransspace = 0))
	OR a.aggfinalmodify <> 'r'
ORDER BY r.name::text COLLATE "C";

-- SQL text that is looked up in the caller's search_path: neither parsed when it
-- was made, nor with a path of its own, nor one of the inlined source functions
SELECT name FROM routine
WHERE lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL
	AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
	AND NOT (pronamespace = 'greenery'::regnamespace AND proname LIKE 'source\_%')
ORDER BY name::text COLLATE "C";
-- a source function that the planner cannot inline
SELECT name FROM routine
WHERE pronamespace = 'greenery'::regnamespace AND proname LIKE 'source\_%'
	AND (lanname <> 'sql' OR provolatile <> 's' OR proisstrict OR prosecdef OR proconfig IS NOT NULL
		 OR NOT proretset OR proallargtypes[cardinality(proallargtypes)] <> 'jsonb'::regtype)
ORDER BY name::text COLLATE "C";
-- a SECURITY DEFINER function: it cannot tell who calls
SELECT name FROM routine WHERE prosecdef ORDER BY name::text COLLATE "C";

-- PUBLIC may call primitives, and nothing else
SELECT name FROM routine
WHERE (proname LIKE 'greenery\_%' OR pronamespace = 'greenery'::regnamespace)
	<> NOT coalesce((SELECT bool_or(a.grantee = 0)
					 FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) a), false)
ORDER BY name::text COLLATE "C";
SELECT r.name FROM relation r, aclexplode(r.relacl) a WHERE a.grantee = 0 ORDER BY r.name::text COLLATE "C";
SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) a
WHERE n.nspname LIKE 'greenery%' AND a.grantee = 0;

-- a table or sequence whose rows pg_dump would leave out; the exceptions hold
-- nothing
SELECT name FROM relation
WHERE relkind IN ('r', 'S')
	AND oid <> ALL (SELECT unnest(extconfig) FROM pg_extension WHERE extname = 'greenery')
	AND name <> ALL ('{greenery.build_plan,greenery.build_progress_model,greenery.build_progress_since,greenery.histories,greenery.incremental_inputs,greenery.intermediate_models,greenery.mart_states,greenery.preset_queries,greenery.presets,greenery.source_states,greenery.sources,greenery.test_states}'::regclass[])
ORDER BY name::text COLLATE "C";

-- ids of built-in tests, and models without tests of their key
SELECT test_id FROM greenery.test_definitions WHERE builtin AND test_id >= 1000 OR NOT builtin ORDER BY 1;
SELECT m.model, k.column_name
FROM greenery.models m, unnest(m.key) k (column_name)
WHERE NOT EXISTS (SELECT FROM greenery.data_tests t
				  WHERE t.model = m.relation AND t.kind = 'not_null' AND t.column_name = k.column_name
					AND t.enabled AND t.error_above = '0' AND t.args = '{}')
ORDER BY 1, 2;
SELECT m.model
FROM greenery.models m
WHERE NOT EXISTS (SELECT FROM greenery.data_tests t
				  WHERE t.model = m.relation AND t.enabled AND t.error_above = '0'
					AND (t.kind = 'unique' AND m.key = ARRAY[t.column_name]
						 OR t.kind = 'unique_combination' AND t.args = jsonb_build_object('columns', m.key)))
ORDER BY 1;
-- registering a model brings its tests; an id that is taken is refused
BEGIN;
SELECT greenery.register_model('trial', 'greenery.trial', 'mart', '{a,b}', 990);
SELECT greenery.register_model('base', 'greenery.base', 'staging', '{a}', 980, grain => 'thing', by_construction => '{unique}');
SELECT greenery.register_model('late', 'greenery.late', 'mart', '{a}', 970, shrink_test_id => 979, shrink_warns => true);
SELECT test_id, model, kind, column_name, args, warn_above, error_above, description
FROM greenery.test_definitions WHERE test_id >= 970 ORDER BY test_id;
\set VERBOSITY terse
SELECT greenery.register_model('again', 'greenery.again', 'mart', '{a}', 992);
\set VERBOSITY default
ROLLBACK;
-- free ids: where the tests of the next model begin, and the next test of each model that is here.
-- A test that is dropped leaves its id to "gone", for ids are never used again.
CREATE TEMP VIEW gone AS SELECT unnest('{}'::bigint[]) AS test_id;
SELECT (max(test_id) / 10 + 1) * 10 AS first_test_id_of_next_model
FROM (SELECT test_id FROM greenery.test_definitions UNION ALL SELECT test_id FROM gone) t;
SELECT m.model,
	(SELECT min(i) FROM generate_series((SELECT min(t.test_id) FROM greenery.test_definitions t WHERE t.model = m.relation), 999) i
	 WHERE NOT EXISTS (SELECT FROM greenery.test_definitions t WHERE t.test_id = i)
		AND NOT EXISTS (SELECT FROM gone g WHERE g.test_id = i)) AS next_test_id
FROM greenery.models m ORDER BY 2;
-- a test whose model, column or arguments are wrong, though nothing has run it yet
SELECT t.test_id
FROM greenery.data_tests t
WHERE t.kind <> 'shrink'
	AND public.greenery_check_test(t.model::regclass, t.kind, t.column_name, t.args, t.warn_above, t.error_above) IS NULL;
-- a mart that is not published with its own columns
SELECT m.model, v.attname
FROM greenery.models m
JOIN pg_attribute v ON v.attrelid = m.relation::regclass AND v.attnum > 0
LEFT JOIN pg_attribute p
	ON p.attrelid = to_regclass(format('greenery_published.%I', m.model)) AND p.attnum = v.attnum
	AND (p.attname, p.atttypid, p.atttypmod) = (v.attname, v.atttypid, v.atttypmod)
WHERE m.layer = 'mart' AND p.attnum IS NULL
ORDER BY 1, 2;
-- a mart without a test of kind shrink: it could be emptied
SELECT m.model FROM greenery.models m
WHERE m.layer = 'mart'
	AND NOT EXISTS (SELECT FROM greenery.data_tests t WHERE t.model = m.relation AND t.kind = 'shrink' AND t.enabled)
ORDER BY m.model;
-- a source that is not in the list, or that has no raw table, source function, staging view
-- with a key test, or grant to loaders
SELECT p.proname FROM pg_proc p
WHERE p.pronamespace = 'greenery'::regnamespace AND p.proname LIKE 'source\_%'
	AND NOT EXISTS (SELECT FROM greenery.sources s WHERE s.function = 'greenery.' || p.proname)
ORDER BY 1;
SELECT s.source FROM greenery.sources s
WHERE to_regclass(s.relation) IS NULL OR to_regproc(s.function) IS NULL OR to_regclass(s.staging) IS NULL
	OR NOT EXISTS (SELECT FROM greenery.models m JOIN greenery.data_tests t ON t.model = m.relation
				   WHERE m.relation = s.staging AND m.layer = 'staging' AND t.kind IN ('unique', 'unique_combination') AND t.error_above = '0')
	OR NOT EXISTS (SELECT FROM greenery.privileges_of('loader') g WHERE g.object = 'TABLE ' || s.relation AND g.privileges LIKE '%INSERT%')
ORDER BY 1;
-- a setting of builds that no GUC is named after, or with another default
SELECT d.known[i] AS setting, d.known[i + 1] AS default_value, p.boot_val
FROM (SELECT greenery.setting_defaults()) d (known) CROSS JOIN generate_series(1, cardinality(d.known), 2) i
LEFT JOIN pg_settings p ON p.name = 'greenery.' || d.known[i]
WHERE p.boot_val IS DISTINCT FROM CASE d.known[i] WHEN 'lock_timeout' THEN '30000' ELSE d.known[i + 1] END
ORDER BY 1;
-- a function behind the name of greenery_NAME that is missing, or not the owner's alone
SELECT p.oid::regprocedure FROM pg_proc p
LEFT JOIN pg_proc b ON b.pronamespace = 'greenery'::regnamespace AND 'greenery_' || b.proname = p.proname AND b.proargtypes = p.proargtypes
WHERE p.prosrc IN ('greenery_call_as_owner', 'greenery_read_as_owner')
	AND (b.oid IS NULL OR b.provolatile <> 'v' OR b.prosecdef
		 OR EXISTS (SELECT FROM aclexplode(b.proacl) a WHERE a.grantee <> b.proowner))
ORDER BY 1;
