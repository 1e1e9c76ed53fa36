-- The shared scan of data tests counts natively what the plain SQL of the same
-- tests says, for every kind and every type, in parallel and not.
SET client_min_messages = warning;

CREATE SCHEMA native;
CREATE TYPE native.color AS ENUM ('red', 'green', 'blue', 'cyan', 'black');
CREATE DOMAIN native.code AS text CHECK (length(VALUE) < 300);
CREATE DOMAIN native.number AS integer;

-- The value of each type for a number.  Two spellings: of some types equal values
-- look different, and bytes are no measure.
CREATE FUNCTION native.value_of(n integer, spelling integer)
	RETURNS TABLE (c_int2 int2, c_int4 int4, c_int8 int8, c_numeric numeric, c_float4 float4, c_float8 float8,
		c_text text, c_c text, c_posix text, c_varchar varchar(300), c_bpchar char(10), c_name name, c_char "char",
		c_date date, c_timestamp timestamp, c_timestamptz timestamptz, c_interval interval, c_bool boolean,
		c_uuid uuid, c_oid oid, c_enum native.color, c_code native.code, c_number native.number, c_nd text)
	LANGUAGE sql IMMUTABLE AS $value$
	SELECT n::int2, n * 70000, n * 5000000000,
		CASE n WHEN 7 THEN 'NaN' WHEN 8 THEN 1e300 ELSE n / 10.0 END::numeric * CASE spelling WHEN 1 THEN 1.000 ELSE 1 END,
		CASE n WHEN 7 THEN 'NaN' WHEN 8 THEN '-Infinity' WHEN 0 THEN CASE spelling WHEN 1 THEN '-0' ELSE '0' END
			ELSE (n / 4.0)::text END::float4,
		CASE n WHEN 7 THEN 'NaN' WHEN 8 THEN 'Infinity' WHEN 0 THEN CASE spelling WHEN 1 THEN '-0' ELSE '0' END
			ELSE (n / 4.0)::text END::float8,
		v.v, v.v, v.v, v.v, 'b' || n || CASE spelling WHEN 1 THEN '   ' ELSE '' END, 'n' || n, chr(33 + abs(n) % 90)::"char",
		CASE n WHEN 7 THEN 'infinity' WHEN 8 THEN '-infinity' ELSE date '2020-02-28' + n END,
		CASE n WHEN 7 THEN 'infinity' WHEN 8 THEN '-infinity' ELSE timestamp '2020-02-28 23:59' + n * interval '1 hour' END,
		CASE n WHEN 7 THEN 'infinity' WHEN 8 THEN '-infinity' ELSE timestamptz '2020-02-28 23:59Z' + n * interval '1 hour' END,
		CASE spelling WHEN 1 THEN make_interval(days => n) ELSE make_interval(hours => 24 * n) END,
		n % 4 = 0, md5('u' || n)::uuid, 1000000 + n, (enum_range(NULL::native.color))[1 + abs(n) % 5],
		'k' || n, n, CASE spelling WHEN 1 THEN upper('ab' || n) ELSE 'ab' || n END
	FROM (SELECT CASE abs(n) % 50 WHEN 1 THEN '' WHEN 2 THEN ' ' || n WHEN 3 THEN n || ' ' WHEN 4 THEN repeat('é', 100) || n
				ELSE 'v' || n END) AS v (v)
$value$;

-- rows of the child, one in 17 of them without a value
CREATE TABLE native.child AS
	SELECT i, i % 3 AS third, v.*
	FROM generate_series(1, 3000) i
	LEFT JOIN LATERAL native.value_of((i * 7919) % 300 - 20, 1 + i % 2) v ON i % 17 <> 0;
-- of the parent: one number in ten is missing, some come twice, some rows are empty
CREATE TABLE native.parent AS
	SELECT v.* FROM generate_series(-30, 300) n, generate_series(1, 1 + abs(n) % 2), native.value_of(n, 2) v
	WHERE abs(n) % 10 <> 3
	ORDER BY md5(n::text);
INSERT INTO native.parent (c_int2) VALUES (NULL), (NULL);
CREATE TABLE native.barren (LIKE native.parent);
INSERT INTO native.barren (c_int2) VALUES (NULL);
ALTER TABLE native.child ALTER c_c TYPE text COLLATE "C", ALTER c_posix TYPE text COLLATE "POSIX";
ALTER TABLE native.parent ALTER c_c TYPE text COLLATE "C", ALTER c_posix TYPE text COLLATE "POSIX";
-- a collation that holds different texts for equal, where there are such
DO $nondeterministic$
BEGIN
	CREATE COLLATION native.nd (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
	ALTER TABLE native.child ALTER c_nd TYPE text COLLATE native.nd;
	ALTER TABLE native.parent ALTER c_nd TYPE text COLLATE native.nd;
EXCEPTION WHEN feature_not_supported THEN
	NULL;
END
$nondeterministic$;
ANALYZE native.child, native.parent;

CREATE FUNCTION pg_temp.add(kind text, column_name text DEFAULT NULL, args jsonb DEFAULT NULL)
	RETURNS bigint LANGUAGE sql AS $add$
	SELECT public.greenery_add_test('native.child', kind, column_name, args)
$add$;

-- every kind, and every type that has it; the same for some of the rows
CREATE TEMP VIEW cases AS
	WITH columns AS (
		SELECT attname AS c, attname LIKE 'c\_nd' AS nd FROM pg_attribute
		WHERE attrelid = 'native.child'::regclass AND attname LIKE 'c\_%' AND attnum > 0),
	one AS (
		SELECT 'not_null' AS kind, c, '{}'::jsonb AS args FROM columns
		UNION ALL SELECT 'unique', c, '{}' FROM columns
		UNION ALL SELECT 'relationships', c, jsonb_build_object('to', 'native.parent', 'field', c) FROM columns
		UNION ALL SELECT 'relationships', c, jsonb_build_object('to', 'native.barren', 'field', c) FROM columns WHERE NOT nd
		-- of another type, or collation
		UNION ALL SELECT 'relationships', a, jsonb_build_object('to', 'native.parent', 'field', b) FROM (VALUES
			('c_int2', 'c_number'), ('i', 'c_int2'), ('c_int8', 'c_int4'), ('c_number', 'c_int4'), ('c_int2', 'c_numeric'), ('c_int4', 'c_text'),
			('c_varchar', 'c_text'), ('c_text', 'c_code'), ('c_bpchar', 'c_text'), ('c_uuid', 'c_text'), ('c_enum', 'c_text'),
			('c_c', 'c_text'), ('c_text', 'c_posix'), ('c_c', 'c_varchar'), ('c_date', 'c_timestamp'), ('c_nd', 'c_text')) v (a, b)
		UNION ALL SELECT 'unique_combination', NULL, jsonb_build_object('columns', jsonb_build_array(c, 'c_int4')) FROM columns
		UNION ALL SELECT 'unique_combination', NULL, jsonb_build_object('columns', jsonb_build_array('third', c, 'c_text')) FROM columns
		UNION ALL SELECT 'unique_combination', NULL, '{"columns": ["c_c", "c_posix", "c_bpchar", "c_bool"]}'
		UNION ALL SELECT 'accepted_values', c, jsonb_build_object('values', (SELECT jsonb_agg(v) FROM (VALUES
			('0'), ('20'), ('NaN'), ('v5'), (''), ('b6'), ('2020-02-29'), ('infinity'), ('red'), ('true'), ('n9'), ('k11'), ('AB11'), ('it''s')) v (v)
			-- a number is compared with numbers
			WHERE v ~ '^[0-9]+$|NaN|infinity' OR c !~ '^(i|third|c_(int.|numeric|float.|number))$')) FROM columns
		UNION ALL SELECT 'matches', c, '{"pattern": "[1-5]"}' FROM columns WHERE NOT nd
		UNION ALL SELECT 'email', c, '{}' FROM columns
		UNION ALL SELECT 'phone', c, '{}' FROM columns
		UNION ALL SELECT 'range', c, jsonb_build_object('min', low, 'max', high, 'inclusive', inclusive) FROM (VALUES
			('c_int2', '-5', '30'), ('c_int4', '-70000', '7000000'), ('c_int8', '0', '5000000000'), ('c_numeric', '0', '2.50'),
			('c_numeric', '-1', 'NaN'), ('c_float4', '-0', '20'), ('c_float8', '0', 'Infinity'), ('c_float8', '1', 'NaN'),
			('c_text', 'v1', 'v20'), ('c_varchar', '', 'v3'), ('c_bpchar', 'b1', 'b20  '), ('c_nd', 'AB1', 'ab200'),
			('c_date', '2020-02-28', 'infinity'), ('c_date', '-infinity', '2020-03-10'), ('c_timestamp', '2020-02-28 22:59', '2020-03-04'),
			('c_timestamptz', '2020-02-28 22:59Z', '2020-03-04'), ('c_interval', '0', '720 hours'), ('c_bool', 'true', 'true'),
			('c_uuid', '40000000-0000-0000-0000-000000000000', 'c0000000-0000-0000-0000-000000000000'), ('c_oid', '1000000', '1000100'),
			('c_enum', 'green', 'cyan'), ('c_code', 'k1', 'k200'), ('c_number', '0', '100')) v (c, low, high), (VALUES (true), (false)) i (inclusive)
		UNION ALL SELECT 'expression', NULL, '{"expression": "c_int4 >= 0 OR c_text = ''''"}')
	SELECT * FROM one
	UNION ALL
	SELECT kind, c, args || '{"where": "third > 0 /* ) */ AND c_bool IS NOT false"}' FROM one
	WHERE kind IN ('relationships', 'unique_combination', 'range', 'expression');

-- What the plain SQL counts: rows, and for each test failures and rows judged
CREATE FUNCTION pg_temp.plain(model regclass) RETURNS bigint[]
	LANGUAGE plpgsql AS $plain$
DECLARE
	sql text := (SELECT statement FROM public.greenery_test_sql(model));
	counts bigint[];
BEGIN
	PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
	-- what tests are run with: a bound without time zone is one of the shop, and a date as text is ISO
	PERFORM set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
		set_config('IntervalStyle', 'postgres', true);
	EXECUTE format('SELECT ARRAY(SELECT value::text::bigint FROM json_each(row_to_json(x)) WITH ORDINALITY ORDER BY ordinality) FROM (%s) x', sql)
		INTO counts;
	RETURN counts;
END
$plain$ SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION pg_temp.counted(model regclass) RETURNS bigint[]
	LANGUAGE sql AS $counted$
	SELECT array_agg(c ORDER BY test_id, n)
	FROM (SELECT -1 AS test_id, 0 AS n, (SELECT count(*) FROM native.child) AS c
		  UNION ALL
		  SELECT r.test_id, n, CASE n WHEN 1 THEN r.failures ELSE r.total END
		  FROM public.greenery_test(model) r
		  CROSS JOIN generate_series(1, 2) n) x
$counted$;
-- How many rows a test judges, in other words: where its condition holds, those with all values
CREATE FUNCTION pg_temp.judged(kind text, column_name text, args jsonb) RETURNS bigint
	LANGUAGE plpgsql AS $judged$
DECLARE
	n bigint;
BEGIN
	EXECUTE format(E'SELECT count(*) FROM native.child t WHERE num_nulls(%s) = 0 AND (%s\n)',
		CASE kind WHEN 'not_null' THEN '1'
			WHEN 'expression' THEN args ->> 'expression'
			WHEN 'unique_combination' THEN (SELECT string_agg('t.' || c, ', ') FROM jsonb_array_elements_text(args -> 'columns') c)
			ELSE 't.' || column_name END,
		coalesce(args ->> 'where', 'true')) INTO n;
	RETURN n;
END
$judged$;

SELECT count(pg_temp.add(kind, c, args)) > 300 AS added FROM cases;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE plain AS SELECT pg_temp.plain('native.child') AS counts;
SELECT cardinality(pg_temp.counted('native.child')) > 500 AS many,
	pg_temp.counted('native.child') = counts AS serial_is_plain FROM plain;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
-- the child, and not each of its parents
ALTER TABLE native.child SET (parallel_workers = 2);
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.counted('native.child') = counts AS parallel_is_plain FROM plain;
SET max_parallel_workers_per_gather = 0;

CREATE TEMP TABLE result AS SELECT * FROM greenery_test('native.child');
-- no test is broken, and each kind has tests that fail and that hold
SELECT kind, count(*) FILTER (WHERE status = 'broken') AS broken,
	count(*) FILTER (WHERE failures > 0) > 0 AS some_fail,
	count(*) FILTER (WHERE failures = 0) > 0 AS some_hold,
	bool_and(total = pg_temp.judged(kind, d.column_name, d.args)) AS totals,
	bool_and(r.share = failures / total::float8) AS shares
FROM result r JOIN greenery.data_tests d USING (test_id, kind) GROUP BY kind ORDER BY kind;

-- counted by hand
SELECT failures, (SELECT count(*) FROM native.child c WHERE c_text IS NOT NULL
				  AND NOT EXISTS (SELECT FROM native.parent p WHERE p.c_text = c.c_text)) AS by_hand
FROM result r JOIN greenery.data_tests d USING (test_id)
WHERE r.kind = 'relationships' AND r.column_name = 'c_text' AND d.args = '{"to": "native.parent", "field": "c_text"}';
SELECT failures, (SELECT count(*) FROM (SELECT FROM native.child WHERE c_uuid IS NOT NULL
				  GROUP BY c_uuid, c_int4 HAVING count(*) > 1) g) AS by_hand
FROM result r JOIN greenery.data_tests d USING (test_id)
WHERE r.kind = 'unique_combination' AND d.args = '{"columns": ["c_uuid", "c_int4"]}';

SELECT count(greenery_drop_test(test_id)) > 300 AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- which form is run; collations that contradict each other break the test in both
SELECT count(pg_temp.add(kind, c, args)) AS added FROM (VALUES
	('relationships', 'c_text', '{"to": "native.parent", "field": "c_text"}'::jsonb),
	('relationships', 'c_int4', '{"to": "native.parent", "field": "c_int8", "where": "third = 1"}'),
	('unique_combination', NULL, '{"columns": ["c_text", "c_int4"]}'),
	('unique_combination', NULL, '{"columns": ["c_text", "c_numeric"]}')) v (kind, c, args);
SET client_min_messages = debug1;
SELECT kind, status FROM greenery_test('native.child');
SET client_min_messages = warning;

-- a builder without the privilege for the native form has still the plain one
CREATE ROLE regress_native;
SELECT greenery_set_builder('regress_native');
GRANT USAGE ON SCHEMA native TO regress_native;
GRANT SELECT ON ALL TABLES IN SCHEMA native TO regress_native;
REVOKE EXECUTE ON FUNCTION greenery.orphan_count(bytea, "any") FROM regress_native;
SELECT pg_temp.counted('native.child') = pg_temp.plain('native.child') AS as_plain;
SELECT greenery_set_builder(NULL);
DROP OWNED BY regress_native;
DROP ROLE regress_native;

SELECT pg_temp.add('relationships', 'c_c', '{"to": "native.parent", "field": "c_posix"}') IS NOT NULL AS added;
SELECT kind, status, message FROM greenery_test('native.child') WHERE status = 'broken';
SELECT count(greenery_drop_test(test_id)) AS dropped FROM greenery.data_tests WHERE NOT builtin;

-- the aggregates themselves
SET max_parallel_workers_per_gather = 2;
ALTER TABLE native.parent SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.plan_has(sql text, node text) RETURNS boolean
	LANGUAGE plpgsql AS $plan$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || sql LOOP
		IF line LIKE '%' || node || '%' THEN RETURN true; END IF;
	END LOOP;
	RETURN false;
END
$plan$;
-- the cost of merging is such that the planner would not
ALTER FUNCTION greenery.key_set_combine(internal, internal) COST 1;
SELECT pg_temp.plan_has('SELECT greenery.key_set(c_uuid) FROM native.parent', 'Partial Aggregate') AS set_in_parallel,
	pg_temp.plan_has('SELECT greenery.orphan_count((SELECT greenery.key_set(c_uuid) FROM native.parent), c_uuid) FROM native.child',
					 'Partial Aggregate') AS count_in_parallel;
SELECT greenery.orphan_count((SELECT greenery.key_set(c_uuid) FROM native.parent), c_uuid) AS in_parallel,
	(SELECT count(*) FROM native.child c WHERE c_uuid IS NOT NULL
	 AND NOT EXISTS (SELECT FROM native.parent p WHERE p.c_uuid = c.c_uuid)) AS by_hand
FROM native.child;
ALTER FUNCTION greenery.key_set_combine(internal, internal) COST 40000000;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.set_of(bigint[]) RETURNS bytea LANGUAGE sql AS 'SELECT greenery.key_set(v) FROM unnest($1) v';
-- a set of every size, as it grows
SELECT bool_and(inside = 0 AND outside = 50) AS right
FROM generate_series(0, 300) n, LATERAL (
	SELECT greenery.orphan_count(s, v) FILTER (WHERE v <= n) AS inside,
		greenery.orphan_count(s, v) FILTER (WHERE v > n) AS outside
	FROM (SELECT pg_temp.set_of(ARRAY(SELECT generate_series(1::bigint, n)))) x (s), generate_series(1::bigint, n + 50) v) y;
SELECT greenery.orphan_count(s, v) AS empty_set FROM (SELECT pg_temp.set_of('{}')) x (s), (VALUES (1::bigint), (NULL)) v (v);
SELECT greenery.orphan_count(s, v) AS no_row FROM (SELECT pg_temp.set_of('{1}')) x (s), (VALUES (1::bigint)) v (v) WHERE false;
SELECT greenery.orphan_count(s, v) AS nulls FROM (SELECT pg_temp.set_of('{1}')) x (s), (VALUES (NULL::bigint), (NULL)) v (v);
SELECT bool_and(native = plain) AS moving_frame FROM (
	SELECT greenery.orphan_count(s, v) OVER w AS native, count(*) FILTER (WHERE v NOT IN (3, 100, 150)) OVER w AS plain
	FROM (SELECT pg_temp.set_of('{3, 100, 150}')) x (s), generate_series(1::bigint, 200) v
	WINDOW w AS (ORDER BY v ROWS BETWEEN 90 PRECEDING AND 5 PRECEDING)) y;
SELECT count(DISTINCT greenery.row_key(a, b)) AS keys, count(DISTINCT greenery.row_key(a::text, b)) AS of_text,
	count(DISTINCT greenery.row_key(a, b, a::char(4))) AS of_three
FROM generate_series(-20, 20) a, generate_series(-20, 20) b;
SELECT greenery.row_key('1'::text, '23'::text) <> greenery.row_key('12'::text, '3'::text) AS differ,
	greenery.row_key(1, 2) <> greenery.row_key(2, 1) AS ordered,
	greenery.row_key('a '::char(2), 1) = greenery.row_key('a'::char(9), 1) AS blanks,
	greenery.row_key('a '::text, 1) = greenery.row_key('a'::text, 1) AS no_blanks,
	greenery.row_key(1, NULL::integer) IS NULL AS of_null;

\set VERBOSITY sqlstate
SELECT greenery.row_key(1.5, 2);
SELECT greenery.row_key(VARIADIC ARRAY[1, 2]);
SELECT greenery.row_key(1, NULL);
SELECT greenery.key_set(1.5);
SELECT greenery.key_set(NULL);
SELECT greenery.orphan_count(NULL, 1);
SELECT greenery.orphan_count(pg_temp.set_of('{1}'), 1.5);
SELECT greenery.orphan_count(pg_temp.set_of('{1}'), 1::integer);
SELECT greenery.orphan_count('\x', 1);
SELECT greenery.orphan_count(substr(pg_temp.set_of('{1, 2, 3}'), 1, 60), 1::bigint);
SELECT greenery.orphan_count(pg_temp.set_of('{1, 2, 3}') || '\x00', 1::bigint);
SELECT greenery.orphan_count(set_byte(pg_temp.set_of('{1, 2, 3}'), 0, 99), 1::bigint);
SELECT greenery.orphan_count(set_byte(pg_temp.set_of('{1, 2, 3}'), 1, 2), 1::bigint);
SELECT greenery.orphan_count(set_byte(pg_temp.set_of('{1, 2, 3}'), 2, 40), 1::bigint);
-- a forged set without a free slot ends, whatever it says
SELECT greenery.orphan_count(substr(s, 1, 12) || decode(repeat('01', 64), 'hex'), v) AS ends
FROM (SELECT pg_temp.set_of('{1, 2, 3}')) x (s), generate_series(1::bigint, 3) v;
-- not to be called by hand: newer minor releases find no such function for these
-- arguments, in older ones the functions themselves refuse
CREATE FUNCTION pg_temp.refused(call text) RETURNS boolean LANGUAGE plpgsql AS $refused$
BEGIN
	EXECUTE 'SELECT ' || call;
	RETURN false;
EXCEPTION WHEN undefined_function OR feature_not_supported THEN
	RETURN true;
END
$refused$;
SELECT call, to_regproc(split_part(call, '(', 1)) IS NOT NULL AS there, pg_temp.refused(call) FROM (VALUES ('greenery.key_set_deserialize(''\x'', NULL)'),
	('greenery.orphan_count_deserialize(''\x'', NULL)'), ('greenery.key_set_final(NULL)'),
	('greenery.orphan_count_final(NULL)')) AS v (call);
CREATE AGGREGATE pg_temp.wrong_state(bigint) (SFUNC = duplicate_count_transition, STYPE = internal, FINALFUNC = greenery.key_set_final);
CREATE AGGREGATE pg_temp.wrong_state_too(bigint) (SFUNC = greenery.key_set_transition, STYPE = internal, FINALFUNC = greenery.orphan_count_final);
SELECT pg_temp.wrong_state(1);
SELECT pg_temp.wrong_state_too(1);

DROP SCHEMA native CASCADE;
