-- duplicate_count: how many values occur more than once?
--
-- Compared with the plain SQL formulation: GROUP BY value HAVING count(*) > 1.
\i sql/include/helpers.sql

SELECT duplicate_count(v) FROM (VALUES (1)) x(v) WHERE false;
SELECT duplicate_count(v) FROM (VALUES (NULL::int), (NULL), (NULL)) x(v);
SELECT duplicate_count(v) FROM (VALUES (1)) x(v);
SELECT duplicate_count(v) FROM (VALUES (1), (1)) x(v);
SELECT duplicate_count(v) FROM (VALUES (1), (2), (1), (3), (1), (3), (NULL), (NULL)) x(v);
SELECT g, duplicate_count(v), duplicate_count(DISTINCT v) AS none,
	   duplicate_count(v) FILTER (WHERE v > 1) AS above_one
  FROM (VALUES ('a', 1), ('a', 1), ('b', 2), ('b', 1), ('b', 2), ('c', NULL)) x(g, v)
 GROUP BY g ORDER BY g;

CREATE TEMP TABLE known (relation text, v text, duplicates bigint, PRIMARY KEY (relation, v));
CREATE FUNCTION check_duplicates(relation text, v text,
								 OUT duplicates bigint, OUT verdict text)
LANGUAGE plpgsql AS $$
DECLARE
	expected bigint := (SELECT k.duplicates FROM known k WHERE (k.relation, k.v) = (check_duplicates.relation, check_duplicates.v));
BEGIN
	EXECUTE format('SELECT duplicate_count(%s) FROM %s', v, relation) INTO duplicates;
	-- plain SQL, which sorts or hashes as the planner likes; asked once
	IF expected IS NULL THEN
		EXECUTE format('SELECT count(*)
						  FROM (SELECT FROM (SELECT %s AS x FROM %s) r
								 WHERE NOT x IS NULL GROUP BY x HAVING count(*) > 1) s',
					   v, relation) INTO expected;
		INSERT INTO known VALUES (relation, v, expected);
	END IF;
	verdict := CASE WHEN duplicates IS DISTINCT FROM expected
					THEN format('%s is not %s', duplicates, expected)
					ELSE 'agrees' END;
END $$;

-- random values: all unique, none, few, many
CREATE TABLE random_values AS
SELECT i, hashint8extended(i, 1) AS all_unique,
	   abs(hashint8extended(i, 2) % 20000) AS several,
	   abs(hashint8extended(i, 3) % 1000) AS few,
	   greatest(i, 2) AS one_pair, 7 AS same
  FROM generate_series(1, 20000) i;
UPDATE random_values SET several = NULL WHERE i % 97 = 0;
ANALYZE random_values;

CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN short_text AS text CHECK (length(VALUE) < 100);
-- name, expression
CREATE TABLE expressions (n serial, name text, expression text);
INSERT INTO expressions (name, expression) VALUES
	('unique', 'all_unique'), ('bigint', 'several'), ('few', 'few'),
	('one pair', 'one_pair'), ('same', 'same'), ('int', 'several::int'),
	('smallint', '(few - 500)::smallint'), ('boolean', 'few > 0'),
	('uuid', 'md5(several::text)::uuid'), ('text', 'md5(several::text)'),
	('domain', 'several::text::short_text'), ('varchar', 'several::varchar'),
	('char', '(several::text || repeat('' '', few::int % 3))::char(9)'),
	('bytea', 'decode(md5(several::text), ''hex'')'), ('numeric', 'several / 3.0'),
	('float8', '(few - 500) * 0.0::float8 * -1'), ('date', 'date ''2021-01-01'' + several::int'),
	('timestamptz', 'to_timestamp(several)'), ('interval', 'several * interval ''1 hour'''),
	('jsonb', 'to_jsonb(several)'), ('array', 'ARRAY[several, few]'),
	('composite', 'row(several, few)::pair'), ('unique uuid', 'md5(i::text)::uuid'),
	('unique text', 'i::text'), ('unique numeric', 'i::numeric');
SELECT name, c.* FROM expressions, check_duplicates('random_values', expression) c ORDER BY n;

-- equal values that look different
SELECT duplicate_count(v) AS zero_and_nan
  FROM (VALUES (float8 '0'), ('-0'), ('NaN'), ('NaN'), ('1')) x(v);
SELECT duplicate_count(v) AS same_number FROM (VALUES (numeric '1.0'), ('1.00')) x(v);
SELECT duplicate_count(v) AS padded FROM (VALUES ('a'::char(2)), ('a '::char(3))) x(v);

-- ids that are no good as markers inside the table
SELECT duplicate_count(v) AS two
  FROM (VALUES (bigint '0'), (0), (-1), (1), (-9223372036854775808),
			   (-9223372036854775808), (9223372036854775807)) x(v);
SELECT duplicate_count(v::uuid) AS two
  FROM (VALUES ('00000000-0000-0000-0000-000000000000'),
			   ('00000000-0000-0000-0000-000000000000'),
			   ('ffffffff-ffff-ffff-ffff-ffffffffffff'),
			   ('ffffffff-ffff-ffff-ffff-ffffffffffff'),
			   ('80000000-0000-0000-0000-000000000000'),
			   ('00000000-0000-0080-0000-000000000000')) x(v);

-- a collation that takes different strings for equal, where there is ICU
\i sql/include/ignore_case.sql
SELECT duplicate_count(v COLLATE ignore_case) = :'has_icu'::boolean::int AS by_collation,
	   duplicate_count(v) AS by_bytes
  FROM (VALUES ('ann@example.com'), ('Ann@Example.com'), ('bob@example.com')) x(v);

-- window frames
SELECT count(*) FILTER (WHERE moving <> (SELECT count(*) FROM
			(SELECT FROM random_values b WHERE b.i BETWEEN frames.i - 20 AND frames.i
			  GROUP BY b.few % 30 HAVING count(*) > 1) s)) AS wrong,
	   count(DISTINCT moving) > 3 AS frames_differ
  FROM (SELECT i, duplicate_count(few % 30) OVER (ORDER BY i ROWS BETWEEN 20 PRECEDING AND CURRENT ROW) AS moving
		  FROM random_values WHERE i <= 150) frames;
SELECT count(*) FILTER (WHERE growing <> greatest(i - 7000, 0)) AS wrong, max(growing)
  FROM (SELECT i, duplicate_count(i % 7000) OVER (ORDER BY i) AS growing
		  FROM generate_series(1, 9000) i) frames;

-- so many values that those beyond the second of their kind are dropped in between
SELECT duplicate_count(i) AS "0", duplicate_count(greatest(i, 2)) AS "1",
	   duplicate_count(i % 50000) AS "50000", duplicate_count(i / 2) AS "149999",
	   duplicate_count(greatest(i, 200000)) AS "1 again", duplicate_count(i % 7) AS "7",
	   duplicate_count('id ' || i % 170000) AS "130000", duplicate_count('id ' || i % 3) AS "3"
  FROM generate_series(1, 300000) i;

-- parallel: the plan is partial, and the answers are those of a serial one
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
ALTER TABLE random_values SET (parallel_workers = 2);
SELECT pg_temp.plan_has('SELECT duplicate_count(several) FROM random_values', 'Partial %Aggregate');
SELECT name, c.* FROM expressions, check_duplicates('random_values', expression) c ORDER BY n;
SELECT duplicate_count(several) FROM random_values WHERE i < 0;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- bad arguments
\pset format unaligned
CREATE FUNCTION fails(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'does not fail';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', SQLSTATE || ': ' || SQLERRM, 'HINT: ' || nullif(hint, ''));
END $$;
SELECT fails('SELECT duplicate_count(NULL)');
SELECT fails('SELECT duplicate_count(''x'')');
SELECT fails('SELECT duplicate_count(json ''{}'')');
SELECT left(fails('SELECT duplicate_count(1, 2)'), 5);
SELECT fails('SELECT duplicate_count(a || b) FROM (VALUES (''a'' COLLATE "C", ''b'' COLLATE "POSIX")) v(a, b)');
SELECT fails('SELECT duplicate_count_transition(NULL::internal, 1)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT duplicate_count_combine(NULL::internal, NULL::internal)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT duplicate_count_final(NULL::internal)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT duplicate_count_serialize(NULL)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT duplicate_count_deserialize(''\x00'', NULL)') ~ '^(42883|42846|0A000)' AS refused;

DROP FUNCTION fails, check_duplicates;
DROP TABLE random_values, expressions, known;
DROP TYPE pair;
DROP DOMAIN short_text;
DROP COLLATION ignore_case;
