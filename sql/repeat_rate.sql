-- repeat_rate and repeat_counts
--
-- What they say is compared with the plain SQL formulation:
-- GROUP BY user, count(DISTINCT order).
\i sql/include/helpers.sql

-- no rows, only NULLs, one row, duplicates
SELECT repeat_rate(u, o), repeat_counts(u, o)
  FROM (VALUES (1, 1)) v(u, o) WHERE false;
SELECT repeat_rate(u, o), repeat_counts(u, o)
  FROM (VALUES (NULL::int, 1), (1, NULL::int), (NULL, NULL)) v(u, o);
SELECT repeat_rate(u, o), repeat_counts(u, o) FROM (VALUES (7, 1)) v(u, o);
SELECT repeat_rate(u, o), repeat_counts(u, o)
  FROM (VALUES (7, 1), (7, 1), (7, 1), (7, NULL), (NULL, 2)) v(u, o);
SELECT repeat_rate(u, o), repeat_counts(u, o)
  FROM (VALUES (1, 1), (1, 2), (1, 1), (1, 3), (2, 1), (2, 1), (3, 9), (4, 8), (4, 9)) v(u, o);

-- groups, a filter, distinct, an order: all as with any aggregate
SELECT g, repeat_counts(u, o) AS counts,
	   repeat_counts(u, o) FILTER (WHERE o > 1) AS filtered,
	   repeat_counts(DISTINCT u, o) AS distinct_rows,
	   repeat_counts(u, o ORDER BY o DESC) AS ordered
  FROM (VALUES ('a', 1, 1), ('a', 1, 2), ('b', 1, 1), ('b', 2, 2), ('b', 2, 2),
			   ('c', NULL, 1)) v(g, u, o)
 GROUP BY g ORDER BY g;

-- {users, users with several orders} in plain SQL, never in parallel, and asked once: it takes
-- longer than the aggregates
CREATE TEMP TABLE known (relation text, u text, o text, counts bigint[], PRIMARY KEY (relation, u, o));
CREATE FUNCTION expected_counts(relation text, u text, o text) RETURNS bigint[]
LANGUAGE plpgsql SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
	expected bigint[] := (SELECT k.counts FROM known k
						   WHERE (k.relation, k.u, k.o) = (expected_counts.relation, expected_counts.u, expected_counts.o));
BEGIN
	IF expected IS NOT NULL THEN
		RETURN expected;
	END IF;
	EXECUTE format('SELECT ARRAY[count(*), count(*) FILTER (WHERE n > 1)]
					  FROM (SELECT count(DISTINCT y) AS n
							  FROM (SELECT %s AS x, %s AS y FROM %s) r
							 WHERE NOT x IS NULL AND NOT y IS NULL
							 GROUP BY x) s',
				   u, o, relation) INTO expected;
	INSERT INTO known VALUES (relation, u, o, expected);
	RETURN expected;
END $$;

-- What the aggregates say of (u, o), and whether that is right
CREATE FUNCTION check_rate(relation text, u text, o text,
						   OUT users bigint, OUT verdict text)
LANGUAGE plpgsql AS $$
DECLARE
	counts bigint[];
	expected bigint[] := expected_counts(relation, u, o);
	rate double precision;
BEGIN
	EXECUTE format('SELECT repeat_counts(%s, %s), repeat_rate(%s, %s) FROM %s',
				   u, o, u, o, relation) INTO counts, rate;
	users := counts[1];
	verdict := CASE WHEN counts IS DISTINCT FROM expected
					THEN format('%s is not %s', counts, expected)
					WHEN rate IS DISTINCT FROM
						 expected[2]::double precision / nullif(expected[1], 0)
					THEN format('rate %s of %s', rate, counts)
					ELSE 'agrees' END;
END $$;

-- random rows: many users, few users; from one order each to dozens
CREATE TABLE random_orders AS
SELECT i, abs(hashint8extended(i, 1) % 3000) AS a,
	   abs(hashint8extended(i, 2) % 40000) AS b,
	   abs(hashint8extended(i, 3) % 3) AS c,
	   hashint8extended(abs(hashint8extended(i, 4) % 9000), 5) AS d
  FROM generate_series(1, 30000) i;
UPDATE random_orders SET a = NULL WHERE i % 101 = 0;
UPDATE random_orders SET b = NULL WHERE i % 97 = 0;
ANALYZE random_orders;

SELECT u, o, verdict.*
  FROM unnest('{a,b,c,d}'::text[]) u, unnest('{a,b,c,d}'::text[]) o,
	   check_rate('random_orders', u, o) AS verdict
 WHERE u <> o ORDER BY 1, 2;

-- every kind of type, alone and in pairs
CREATE DOMAIN order_number AS bigint CHECK (VALUE >= 0);
CREATE TYPE mood AS ENUM ('good', 'bad', 'so so');
CREATE TYPE pair AS (x int, y text);
CREATE VIEW typed AS
SELECT a::int AS int_v, (c - 1)::smallint AS smallint_v, b::order_number AS domain_v,
	   d AS bigint_v, a > 1500 AS boolean_v, (d & 15)::int::"char" AS char_v,
	   md5(b::text)::uuid AS uuid_v, md5(b::text) AS text_v,
	   md5(a::text)::varchar AS varchar_v,
	   (left(md5(a::text), 4) || repeat(' ', c::int))::char(8) AS bpchar_v,
	   left(md5(a::text), 20)::name AS name_v, decode(md5(b::text), 'hex') AS bytea_v,
	   (a / 7.0)::numeric(20, 5) AS numeric_v, (b % 99)::float8 AS float8_v,
	   date '2021-02-11' + a::int AS date_v,
	   timestamptz '2021-02-11 00:00+00' + b * interval '1 second' AS timestamptz_v,
	   (b % 400) * interval '1 hour' AS interval_v,
	   jsonb_build_object('b', b % 700) AS jsonb_v,
	   ARRAY[a::text, NULL, c::text] AS array_v, row(a, 'x')::pair AS pair_v,
	   (enum_range(NULL::mood))[c + 1] AS enum_v,
	   int8range(a, a + 5) AS range_v, ('10.0.0.0'::inet + a) AS inet_v
  FROM random_orders WHERE i <= 6000;

-- The type for users, beside orders of each of the three kinds of table, and
-- for orders
CREATE FUNCTION check_type(v text, OUT users bigint, OUT verdict text)
LANGUAGE plpgsql AS $$
DECLARE
	counts bigint[];
	expected bigint[] := ARRAY[expected_counts('typed', v, 'bigint_v'),
							   expected_counts('typed', v, 'text_v'),
							   expected_counts('typed', v, 'numeric_v'),
							   expected_counts('typed', 'bigint_v', v)];
BEGIN
	EXECUTE format('SELECT ARRAY[repeat_counts(%1$s, bigint_v), repeat_counts(%1$s, text_v),
								 repeat_counts(%1$s, numeric_v), repeat_counts(bigint_v, %1$s)]
					  FROM typed', v) INTO counts;
	users := counts[1][1];
	verdict := CASE WHEN counts = expected THEN 'agrees'
					ELSE format('%s is not %s', counts, expected) END;
END $$;
SELECT attname AS type, verdict.*
  FROM pg_attribute, check_type(attname) AS verdict
 WHERE attrelid = 'typed'::regclass ORDER BY attnum;

-- equal values that look different
SELECT repeat_counts(u, o) AS two_users
  FROM (VALUES (float8 '0', 1), ('-0', 2), ('NaN', 1), ('NaN', 2)) v(u, o);
SELECT repeat_counts(1, o) AS one_order FROM (VALUES (float8 '0'), ('-0')) v(o);
SELECT repeat_counts(u, o) AS one_user_one_order
  FROM (VALUES (numeric '1.0', numeric '7'), ('1.000', '7.00')) v(u, o);
SELECT repeat_counts(u, o) AS one_user
  FROM (VALUES ('a'::char(3), 1), ('a  '::char(5), 2)) v(u, o);
SELECT repeat_counts(u, 1) AS two_users FROM (VALUES (text 'a'), ('a ')) v(u);
SELECT repeat_counts(u, o) AS one_user
  FROM (VALUES (interval '1 day', 1), ('24 hours', 2)) v(u, o);
SELECT repeat_counts(u, 1) AS three_users
  FROM (VALUES (text ''), (repeat('x', 100000)), (repeat('x', 100001))) v(u);

-- ids that are no good as markers inside the table
CREATE TABLE special (v bigint);
INSERT INTO special VALUES (0), (1), (-1), (-9223372036854775808),
	(9223372036854775807), (-9223372036854775807), (4294967296), (-4294967296);
CREATE VIEW special_pairs AS
SELECT a.v AS u, b.v AS o FROM special a, special b
 WHERE a.v <= b.v OR b.v = -9223372036854775808;
SELECT * FROM check_rate('special_pairs', 'u', 'o');
SELECT * FROM check_rate('special_pairs', 'u', 'u');
SELECT * FROM check_rate('special_pairs', '0', 'o');
SELECT * FROM check_rate('special_pairs', 'u', '''-9223372036854775808''::bigint');
SELECT * FROM check_rate('special_pairs', 'u::numeric', 'o');
SELECT * FROM check_rate('special_pairs', 'u::text', 'o::text');
CREATE VIEW special_uuids AS
SELECT a.v::uuid AS u, b.v::uuid AS o
  FROM (VALUES ('00000000-0000-0000-0000-000000000000'),
			   ('ffffffff-ffff-ffff-ffff-ffffffffffff'),
			   ('80000000-0000-0000-0000-000000000000'),
			   ('00000000-0000-0080-0000-000000000000'),
			   ('00000000-0000-0000-0000-000000000001'),
			   ('00000000-0000-0000-8000-000000000000'),
			   ('00000000-0000-0000-0000-000000000080')) a(v),
	   (VALUES ('00000000-0000-0000-0000-000000000000'),
			   ('ffffffff-ffff-ffff-ffff-ffffffffffff'),
			   ('80000000-0000-0000-0000-000000000000'),
			   ('00000000-0000-0080-0000-000000000000')) b(v)
 WHERE a.v >= b.v;
SELECT * FROM check_rate('special_uuids', 'u', 'o');
SELECT * FROM check_rate('special_uuids', 'o', 'u');
SELECT * FROM check_rate('special_uuids', 'u', '''00000000-0000-0080-0000-000000000000''::uuid');
SELECT * FROM check_rate('special_uuids', 'u', '''80000000-0000-0000-0000-000000000000''::uuid');
SELECT repeat_counts(u, o) AS infinite_times
  FROM (VALUES (timestamp '-infinity', timestamp '-infinity'),
			   ('-infinity', 'infinity'), ('infinity', '-infinity'),
			   ('infinity', '-infinity')) v(u, o);

-- a collation that takes different strings for equal, where there is ICU
\i sql/include/ignore_case.sql
SELECT CASE WHEN :'has_icu'::boolean THEN '{2,1}' ELSE '{4,0}' END::bigint[] =
	   repeat_counts(u COLLATE ignore_case, o) AS users_by_collation,
	   repeat_counts(u, o) AS users_by_bytes
  FROM (VALUES ('Ann', 'x'), ('ANN', 'y'), ('bob', 'x'), ('BOB', 'X')) v(u, o);
SELECT * FROM check_rate('typed', 'text_v COLLATE ignore_case', 'varchar_v');
SELECT * FROM check_rate('typed', 'int_v', 'upper(text_v) COLLATE ignore_case');

-- moving and growing window frames
CREATE TABLE framed AS
SELECT i, abs(hashint8extended(i, 6) % 6) AS u, abs(hashint8extended(i, 7) % 5) AS o
  FROM generate_series(1, 200) i;
SELECT count(*) FILTER (WHERE frames.moving IS DISTINCT FROM
			(SELECT repeat_counts(b.u, b.o) FROM framed b
			  WHERE b.i BETWEEN frames.i - 5 AND frames.i + 2)) AS wrong_moving,
	   count(*) FILTER (WHERE frames.growing IS DISTINCT FROM
			(SELECT ARRAY[count(*), count(*) FILTER (WHERE n > 1)]
			   FROM (SELECT count(DISTINCT b.o) AS n FROM framed b
					  WHERE b.i <= frames.i GROUP BY b.u) s)) AS wrong_growing,
	   count(DISTINCT frames.moving) > 10 AS frames_differ
  FROM (SELECT i,
			   repeat_counts(u, o) OVER (ORDER BY i ROWS BETWEEN 5 PRECEDING AND 2 FOLLOWING) AS moving,
			   repeat_counts(u, o) OVER (ORDER BY i) AS growing
		  FROM framed) frames;
-- a final in the midst of a batch: more rows come after it
SELECT count(*) FILTER (WHERE counts[1] <> users) AS wrong, max(users) AS users
  FROM (SELECT repeat_counts(i % 7000, i) OVER (ORDER BY i) AS counts,
			   least(i, 7000) AS users
		  FROM generate_series(1, 9000) i) frames;

-- one transition for both aggregates: their arguments are computed once a row
CREATE FUNCTION noisy(id int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RAISE NOTICE 'user %', id;
	RETURN id;
END $$;
SELECT repeat_rate(noisy(u), o), repeat_counts(noisy(u), o)
  FROM (VALUES (1, 1), (2, 1)) v(u, o);
DROP FUNCTION noisy;

-- parallel: the plan is partial, and the answers are those of a serial one
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
ALTER TABLE random_orders SET (parallel_workers = 2);
SELECT pg_temp.plan_has('SELECT repeat_rate(a, b) FROM random_orders', 'Partial %Aggregate') AS "64 bits",
	   pg_temp.plan_has('SELECT repeat_rate(uuid_v, text_v) FROM typed', 'Partial %Aggregate') AS "128 bits",
	   pg_temp.plan_has('SELECT repeat_rate(numeric_v, jsonb_v) FROM typed', 'Partial %Aggregate') AS general,
	   pg_temp.plan_has('SELECT c, repeat_rate(a, b) FROM random_orders GROUP BY c', 'Partial %Aggregate') AS groups;
SELECT u, o, verdict.*
  FROM (VALUES ('a', 'b'), ('b', 'a'), ('b', 'd'), ('d', 'b'), ('c', 'd')) pairs(u, o),
	   check_rate('random_orders', u, o) AS verdict
 ORDER BY 1, 2;
SELECT attname AS type, verdict.*
  FROM pg_attribute, check_type(attname) AS verdict
 WHERE attrelid = 'typed'::regclass
   AND attname IN ('smallint_v', 'uuid_v', 'text_v', 'bpchar_v', 'name_v', 'float8_v',
				   'interval_v', 'jsonb_v', 'array_v', 'pair_v')
 ORDER BY attnum;
-- everyone's order has the id that marks repeat purchasers in the table
SELECT * FROM check_rate('random_orders', 'b', '''-9223372036854775808''::bigint');
SELECT * FROM check_rate('random_orders', 'b',
				   'CASE WHEN i < 20000 THEN ''-9223372036854775808'' ELSE d END');
SELECT c, repeat_counts(a, b) AS counts,
	   repeat_counts(a, b) = (SELECT ARRAY[count(*), count(*) FILTER (WHERE n > 1)]
								FROM (SELECT count(DISTINCT i.b) AS n FROM random_orders i
									   WHERE i.c = r.c AND i.b IS NOT NULL
										 AND i.a IS NOT NULL GROUP BY i.a) s) AS agrees
  FROM random_orders r GROUP BY c ORDER BY c;
-- workers without rows
SELECT repeat_counts(a, b), repeat_rate(a, b) FROM random_orders WHERE i = 5;
SELECT repeat_counts(a, b), repeat_rate(a, b) FROM random_orders WHERE i < 0;

-- bad arguments
\pset format unaligned
CREATE FUNCTION fails(query text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'does not fail';
EXCEPTION WHEN query_canceled OR OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', SQLSTATE || ': ' || SQLERRM,
					 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END $$;
SELECT fails('SELECT repeat_rate(NULL, 1)');
SELECT fails('SELECT repeat_rate(1, NULL)');
SELECT fails('SELECT repeat_rate(''ann'', 1)');
SELECT fails('SELECT repeat_rate(point(1, 2), 1)');
SELECT fails('SELECT repeat_rate(1, json ''{}'')');
SELECT fails('SELECT repeat_rate(ARRAY[point(1, 2)], 1)');
SELECT fails('SELECT repeat_rate(NULL::point, 1)');
SELECT fails('SELECT repeat_rate(1, row(1, point(1, 2)))');
SELECT fails('SELECT repeat_rate(a, b) FROM (VALUES (''a'' COLLATE "C", ''b'' COLLATE "POSIX")) v(a, b)');
SELECT left(fails('SELECT repeat_rate(1)'), 5);
SELECT left(fails('SELECT repeat_rate(1, 2, 3)'), 5);

-- support functions called by hand: no parser lets that happen, each says so in
-- its own way
SELECT fails('SELECT repeat_rate_transition(NULL, 1, 2)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_rate_transition(NULL::internal, 1, 2)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_rate_combine(NULL::internal, NULL::internal)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_rate_final(NULL::internal)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_counts_final(NULL::internal)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_rate_serialize(NULL)') ~ '^(42883|42846|0A000)' AS refused;
SELECT fails('SELECT repeat_rate_deserialize(''\x00'', NULL)') ~ '^(42883|42846|0A000)' AS refused;

-- states in the wrong hands, which takes a superuser
CREATE AGGREGATE rate_of_duplicates("any") (
	SFUNC = duplicate_count_transition, STYPE = internal, FINALFUNC = repeat_rate_final);
SELECT fails('SELECT rate_of_duplicates(i) FROM generate_series(1, 3) i');
CREATE AGGREGATE rate_of_sum(numeric) (
	SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = repeat_rate_final);
SELECT fails('SELECT rate_of_sum(i) FROM generate_series(1, 3) i');
CREATE AGGREGATE duplicates_of_rate("any", "any") (
	SFUNC = repeat_rate_transition, STYPE = internal, FINALFUNC = duplicate_count_final);
SELECT fails('SELECT duplicates_of_rate(i, i) FROM generate_series(1, 3) i');
-- bytes from elsewhere
CREATE AGGREGATE foreign_bytes(numeric) (
	SFUNC = numeric_avg_accum, STYPE = internal, COMBINEFUNC = repeat_rate_combine,
	SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = repeat_rate_deserialize,
	FINALFUNC = repeat_rate_final, PARALLEL = SAFE);
CREATE AGGREGATE foreign_state("any", "any") (
	SFUNC = repeat_rate_transition, STYPE = internal, COMBINEFUNC = repeat_rate_combine,
	SERIALFUNC = repeat_rate_serialize, DESERIALFUNC = duplicate_count_deserialize,
	FINALFUNC = repeat_rate_final, PARALLEL = SAFE);
CREATE AGGREGATE foreign_combine("any", "any") (
	SFUNC = repeat_rate_transition, STYPE = internal, COMBINEFUNC = duplicate_count_combine,
	SERIALFUNC = repeat_rate_serialize, DESERIALFUNC = repeat_rate_deserialize,
	FINALFUNC = repeat_rate_final, PARALLEL = SAFE);
SELECT pg_temp.plan_has('SELECT foreign_bytes(a) FROM random_orders', 'Partial %Aggregate') AS bytes,
	   pg_temp.plan_has('SELECT foreign_state(a, b) FROM random_orders', 'Partial %Aggregate') AS state,
	   pg_temp.plan_has('SELECT foreign_combine(a, b) FROM random_orders', 'Partial %Aggregate') AS combine;
SELECT fails('SELECT foreign_bytes(a) FROM random_orders');
SELECT fails('SELECT foreign_state(a, b) FROM random_orders');
SELECT fails('SELECT foreign_combine(a, b) FROM random_orders');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- a cancel in the midst of a large run is answered
SET statement_timeout = '200ms';
SELECT fails('SELECT repeat_counts(i, i) FROM generate_series(1, 1000000000000) i');
RESET statement_timeout;

DROP AGGREGATE rate_of_duplicates("any");
DROP AGGREGATE rate_of_sum(numeric);
DROP AGGREGATE duplicates_of_rate("any", "any");
DROP AGGREGATE foreign_bytes(numeric);
DROP AGGREGATE foreign_state("any", "any");
DROP AGGREGATE foreign_combine("any", "any");
DROP FUNCTION fails, check_rate, check_type, expected_counts;
DROP VIEW typed, special_pairs, special_uuids;
DROP TABLE random_orders, special, framed, known;
DROP TYPE pair, mood;
DROP DOMAIN order_number;
DROP COLLATION ignore_case;
