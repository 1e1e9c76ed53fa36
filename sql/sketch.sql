-- repeat_sketch: type, aggregates and estimates
--
-- What sketches say is compared with the plain SQL formulation, GROUP BY user,
-- count(DISTINCT order): exactly up to k users, and beyond as theory has it.
\i sql/include/helpers.sql
SET max_parallel_workers_per_gather = 0;
SET jit = off;
CREATE SCHEMA sketches;
SET search_path = sketches, public;
-- no rows, only NULLs, one user, one order many times, two orders
CREATE VIEW few AS
SELECT *, rank() OVER (PARTITION BY c ORDER BY u, o) AS n
  FROM (VALUES ('a', NULL::int, NULL::int), ('a', 1, NULL), ('a', NULL, 1),
			   ('b', 7, 1),
			   ('c', 7, 1), ('c', 7, 1), ('c', 7, NULL), ('c', NULL, 2),
			   ('d', 7, 1), ('d', 7, 2), ('d', 7, 1),
			   ('e', 1, 1), ('e', 1, 2), ('e', 2, 1), ('e', 2, 1), ('e', 3, 9), ('e', 4, 8), ('e', 4, 9)) v(c, u, o);
SELECT repeat_sketch_agg(u, o) AS none, rollup(NULL::repeat_sketch) AS no_sketch FROM few WHERE false;
SELECT c, repeat_sketch_agg(u, o) FROM few GROUP BY c ORDER BY c;
SELECT c, repeat_rate(s), purchasers(s), repeat_purchasers(s), repeat_rate_interval(s) AS interval
  FROM (SELECT c, repeat_sketch_agg(u, o, 16) AS s FROM few GROUP BY c) g ORDER BY c;
SELECT repeat_rate(NULL::repeat_sketch), purchasers(NULL), repeat_purchasers(NULL),
	   repeat_rate_interval(NULL), repeat_rate_interval(repeat_sketch_agg(u, o), NULL) FROM few;
-- a sketch of no one is none when it is merged
SELECT rollup(s) = repeat_sketch_agg(7, 1) AS one
  FROM (SELECT repeat_sketch_agg(u, o) AS s FROM few WHERE c IN ('a', 'b') GROUP BY c UNION ALL SELECT NULL) g;

-- repeat_rate of rows and of sketches live together
SELECT repeat_rate(u, o), repeat_rate(repeat_sketch_agg(u, o)) FROM few;

-- which types are accepted: numbers as bigint, texts as text, literals as text
CREATE DOMAIN user_number AS integer CHECK (VALUE > 0);
CREATE DOMAIN order_name AS varchar(20);
SELECT repeat_sketch_agg(7::smallint, 1::smallint) = repeat_sketch_agg(7::bigint, 1::bigint) AS smallint,
	   repeat_sketch_agg(7, 1) = repeat_sketch_agg(7::bigint, 1::bigint) AS int,
	   repeat_sketch_agg(7, 1::smallint, 16) = repeat_sketch_agg(7::bigint, 1::bigint, 16) AS mixed,
	   repeat_sketch_agg(7::user_number, 'x'::order_name) = repeat_sketch_agg(7::bigint, 'x'::text) AS domains,
	   repeat_sketch_agg('7'::varchar, 'x'::char(9)) = repeat_sketch_agg('7'::text, 'x'::text) AS strings,
	   repeat_sketch_agg('7', 'x') = repeat_sketch_agg('7'::text, 'x'::text) AS unknown,
	   repeat_sketch_agg(7, 'x') = repeat_sketch_agg(7::bigint, 'x'::text) AS int_unknown,
	   repeat_sketch_agg('7', 1, 16) = repeat_sketch_agg('7'::text, 1::bigint, 16) AS unknown_int,
	   repeat_sketch_agg(NULL, NULL) = repeat_sketch_agg(NULL::text, NULL::text) AS nulls,
	   repeat_sketch_agg('7'::text, 'x') <> repeat_sketch_agg(7, 'x') AS types_differ;
SELECT pg_temp.error_of('SELECT repeat_sketch_agg(1.5, 1)'), pg_temp.error_of('SELECT repeat_sketch_agg(1, now())'),
	   pg_temp.error_of('SELECT repeat_sketch_agg(1, 1, 64::bigint)'), pg_temp.error_of('SELECT rollup(1)');

-- k
SELECT k, pg_temp.error_of(format('SELECT repeat_sketch_agg(1, 1, %s)', coalesce(k::text, 'NULL')))
  FROM unnest('{NULL,-1,0,15,16,65536,65537}'::int[]) k;
SELECT pg_temp.error_of('SELECT repeat_sketch_agg(NULL::int, 1, 15)') AS without_a_user,
	   pg_temp.error_of('SELECT repeat_sketch_agg(1, 1, k) FROM (VALUES (16), (NULL), (16)) v(k)') AS later;
-- of several the least, in any order
SELECT repeat_sketch_agg(u, 1, u ORDER BY u) = repeat_sketch_agg(u, 1, u ORDER BY u DESC) AS same,
	   repeat_sketch_agg(u, 1, u ORDER BY u DESC) = repeat_sketch_agg(u, 1, 20) AS least
  FROM generate_series(20, 90) u;

-- All nine pairs of types and several k, up to and beyond k users.  A user's orders lie
-- far from each other, and many come more than once.
CREATE TABLE trial AS
SELECT u, o, md5(u || 'u')::uuid AS uu, md5(o || 'o')::uuid AS uo, 'user ' || u AS tu, repeat('order ', o % 50) || o AS t_o,
	   pg_temp.pick(i || 'part', 7) AS part, md5(i || 'shuffle') AS shuffled
  FROM (SELECT i, pg_temp.pick(i || 'user', 3000) AS u,
			   pg_temp.pick(pg_temp.pick(i || 'user', 3000) || 'o' || pg_temp.pick(i || 'order', 3), 1000000) AS o
		  FROM generate_series(1, 5000) i) r;
INSERT INTO trial (u, o, uu, uo, tu, t_o, part, shuffled)
SELECT NULL, 1, NULL, uo, NULL, t_o, 1, shuffled FROM trial WHERE o < 100000 UNION ALL
SELECT u, NULL, uu, NULL, tu, NULL, 2, shuffled FROM trial WHERE o < 100000;

CREATE FUNCTION check_pair(u text, o text) RETURNS TABLE (exact text, merged text, sampled text) LANGUAGE plpgsql AS $$
DECLARE
	expected text;
	say text := 'SELECT concat_ws('' of '', repeat_purchasers(s), purchasers(s), repeat_rate(s)) FROM (SELECT repeat_sketch_agg(%1$s, %2$s) AS s FROM trial) t';
	merge text := 'SELECT rollup(s) = (SELECT repeat_sketch_agg(%1$s, %2$s, %3$s) FROM trial)
		FROM (SELECT repeat_sketch_agg(%1$s, %2$s, %3$s) AS s FROM trial GROUP BY part) p';
	k int;
	same boolean;
BEGIN
	EXECUTE format('SELECT concat_ws('' of '', count(*) FILTER (WHERE n > 1), count(*) FILTER (WHERE n > 0),
							count(*) FILTER (WHERE n > 1)::float8 / nullif(count(*) FILTER (WHERE n > 0), 0))
					  FROM (SELECT count(DISTINCT %2$s) AS n FROM trial WHERE %1$s IS NOT NULL GROUP BY %1$s) s', u, o) INTO expected;
	EXECUTE format(say, u, o) INTO exact;
	exact := CASE WHEN exact = expected THEN 'agrees: ' ELSE expected || ' is not ' END || exact;
	merged := '';
	FOREACH k IN ARRAY '{16,100,1000,4096}'::int[] LOOP
		EXECUTE format(merge, u, o, k) INTO same;
		merged := merged || CASE WHEN same THEN '=' ELSE 'differs at ' || k END;
	END LOOP;
	EXECUTE format('SELECT substring(repeat_sketch_agg(%s, %s, 1000)::text, ''^k=\d+:users=\d+'') ||
						   substring(repeat_sketch_agg(%1$s, %2$s, 1000)::text, '':[a-z]*:'') FROM trial', u, o) INTO sampled;
	RETURN NEXT;
END $$;
SELECT u, o, c.* FROM unnest('{u,uu,tu}'::text[]) WITH ORDINALITY a(u, n), unnest('{o,uo,t_o}'::text[]) WITH ORDINALITY b(o, m), check_pair(u, o) c
 ORDER BY n, m;

-- the same bytes for any order of the rows, any partition, any tree of merges, and rows that come twice
SELECT k, (SELECT repeat_sketch_agg(u, o, k ORDER BY shuffled) FROM trial) = whole AS shuffled,
	   (SELECT repeat_sketch_agg(u, o, k ORDER BY o, u) FROM trial) = whole AS by_order,
	   (SELECT repeat_sketch_agg(DISTINCT u, o, k) FROM trial) = whole AS distinct_rows
  FROM unnest('{16,37,500,2400,65536}'::int[]) k, LATERAL (SELECT repeat_sketch_agg(u, o, k) AS whole FROM trial) w
 ORDER BY k;
SELECT k, bool_and(merged = whole) AS partitions, bool_and(twice = whole) AS overlapping, count(*)
  FROM (SELECT k, seed,
			   (SELECT rollup(s ORDER BY s::text) FROM (
					SELECT rollup(s ORDER BY part) AS s FROM (
						SELECT part, repeat_sketch_agg(u, o, k) AS s
						  FROM (SELECT u, o, pg_temp.pick(shuffled || seed, 30) AS part FROM trial) r GROUP BY part) p
					 GROUP BY part % 4) q) AS merged,
			   (SELECT rollup(s) FROM (
					SELECT repeat_sketch_agg(u, o, k) AS s
					  FROM (SELECT u, o, pg_temp.pick(shuffled || seed || g, 5) AS part FROM trial, generate_series(1, 2) g) r GROUP BY part) p) AS twice,
			   (SELECT repeat_sketch_agg(u, o, k) FROM trial) AS whole
		  FROM unnest('{16,200,2000}'::int[]) k, generate_series(1, 5) seed) t
 GROUP BY k ORDER BY k;
-- where k differs the smallest one counts, in any order
SELECT rollup(s ORDER BY k) = (SELECT repeat_sketch_agg(u, o, 20) FROM trial) AS up,
	   rollup(s ORDER BY k DESC) = (SELECT repeat_sketch_agg(u, o, 20) FROM trial) AS down
  FROM (SELECT k, repeat_sketch_agg(u, o, k) AS s FROM trial, unnest('{20,300,4096}'::int[]) k WHERE part % 3 = k % 3 OR k = 20 GROUP BY k) p;
SELECT left(rollup(s)::text, 34) AS small_and_exact
  FROM (SELECT repeat_sketch_agg(u, 1, 16) AS s FROM generate_series(1, 10) u
		UNION ALL SELECT repeat_sketch_agg(u, 2, 100) FROM generate_series(5, 60) u) p;

-- in workers, and from the scan itself
ALTER TABLE trial SET (parallel_workers = 2);
CREATE TABLE alone AS
SELECT repeat_sketch_agg(u, o, 100) AS numbers, repeat_sketch_agg(tu, uo) AS texts, repeat_sketch_agg(u, o) AS most FROM trial;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has('SELECT repeat_sketch_agg(u, o, 100) FROM trial', 'Partial Aggregate') AS parallel;
SELECT repeat_sketch_agg(u, o, 100) = (SELECT numbers FROM alone) AS numbers, repeat_sketch_agg(tu, uo) = (SELECT texts FROM alone) AS texts
  FROM trial;
SELECT repeat_sketch_agg(u, o) = (SELECT most FROM alone) AS most FROM trial;
SET parallel_leader_participation = off;
SELECT repeat_sketch_agg(u, o) = (SELECT most FROM alone) AS without_the_leader FROM trial;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE narrow AS SELECT u::bigint, o::bigint FROM trial;
SET client_min_messages = debug2;
SELECT repeat_sketch_agg(u, o) = (SELECT most FROM alone) AS from_the_scan FROM narrow;
RESET client_min_messages;
SET greenery.direct_scan = off;
SELECT repeat_sketch_agg(u, o) = (SELECT most FROM alone) AS from_the_executor FROM narrow;
RESET greenery.direct_scan;
-- groups, a filter, a window that moves, and one that goes on after each row
SELECT bool_and(s = (SELECT repeat_sketch_agg(u, o, 16) FROM trial WHERE part = g.part)) AS groups,
	   bool_and(f = (SELECT repeat_sketch_agg(u, o, 16) FROM trial WHERE part = g.part AND o < 400000)) AS filtered
  FROM (SELECT part, repeat_sketch_agg(u, o, 16) AS s, repeat_sketch_agg(u, o, 16) FILTER (WHERE o < 400000) AS f FROM trial GROUP BY part) g;
SELECT count(*), bool_and(w.moving = (SELECT repeat_sketch_agg(u, o, 16) FROM (SELECT u, o, row_number() OVER (ORDER BY shuffled, u, o) AS n FROM trial) t
									  WHERE t.n BETWEEN w.n - 30 AND w.n)) AS moving,
	   bool_and(w.growing = (SELECT repeat_sketch_agg(u, o, 16) FROM (SELECT u, o, row_number() OVER (ORDER BY shuffled, u, o) AS n FROM trial) t
							 WHERE t.n <= w.n)) AS growing
  FROM (SELECT row_number() OVER x AS n, repeat_sketch_agg(u, o, 16) OVER (x ROWS 30 PRECEDING) AS moving, repeat_sketch_agg(u, o, 16) OVER (x ROWS UNBOUNDED PRECEDING) AS growing
		  FROM trial WINDOW x AS (ORDER BY shuffled, u, o)) w
 WHERE n <= 100 OR n % 997 = 0;

-- Estimates against theory: shops of 1000 users, of whom 300 come back, some of them with many
-- orders.  The error of the rate as sqrt(p * (1 - p) / k) / p, over 50 shops; and its mean, and
-- those of both counts, within three standard errors of the truth, over 400 shops.
CREATE TABLE estimates AS
SELECT shop, k, repeat_rate(s) AS rate, purchasers(s) AS users, repeat_purchasers(s) AS repeats, repeat_rate_interval(s, 0.9) AS ends
  FROM (SELECT shop, k, repeat_sketch_agg(shop * 10000 + u, o, k) AS s
		  FROM generate_series(1, 400) shop, generate_series(1, 1000) u,
			   LATERAL generate_series(1, CASE WHEN u % 10 < 3 THEN 2 + u % 7 ELSE 1 END) o, unnest('{16,128}'::int[]) k
		 GROUP BY shop, k) t;
SELECT k, sqrt(avg((rate / 0.3 - 1) ^ 2)) <= 1.15 * sqrt(0.3 * 0.7 / k) / 0.3 AS within,
	   sqrt(avg((rate / 0.3 - 1) ^ 2)) >= 0.75 * sqrt(0.3 * 0.7 / k) / 0.3 AS and_no_miracle
  FROM estimates WHERE shop <= 50 GROUP BY k ORDER BY k;
SELECT k, abs(avg(rate) - 0.3) < 3 * sqrt(0.3 * 0.7 / k / 400) AS rate,
	   abs(avg(users) - 1000) < 3 * 1000 / sqrt((k - 2) * 400.0) AS users,
	   abs(avg(repeats) - 300) < 3 * 300 * sqrt((1 / (k - 2.0) + 0.7 / 0.3 / k) / 400) AS repeats,
	   stddev(users) BETWEEN 0.8 * 1000 / sqrt(k) AND 1.2 * 1000 / sqrt(k - 2) AS spread,
	   avg((0.3 BETWEEN ends[1] AND ends[2])::int) BETWEEN 0.87 AND 0.96 AS covered
  FROM estimates GROUP BY k ORDER BY k;
-- the interval is Wilson's, of the users in the sketch
SELECT repeat_rate_interval(s) = wilson_interval(substring(s::text, 'repeat=(\d+)')::bigint, 100) AS wilson,
	   repeat_rate_interval(s, 0.8) = wilson_interval(substring(s::text, 'repeat=(\d+)')::bigint, 100, 0.8) AS wilson_80,
	   repeat_rate_interval(most) = ARRAY[repeat_rate(most), repeat_rate(most)] AS exact
  FROM (SELECT numbers AS s, most FROM alone) a;
SELECT c, pg_temp.error_of(format('SELECT repeat_rate_interval(numbers, %L) FROM alone', c)) FROM unnest('{0,1,-1,95,NaN}'::float8[]) c;

-- size at k = 4096: no more than 20 kB for many users of whom half come back
SELECT octet_length(repeat_sketch_send(s)) <= 20480 AS small, octet_length(repeat_sketch_send(s)) > 16000 AS not_too_small,
	   octet_length(s::text) < 1.34 * octet_length(repeat_sketch_send(s)) + 64 AS small_text, left(s::text, 24) AS head
  FROM (SELECT repeat_sketch_agg(i % 200000, i) AS s FROM generate_series(1, 300000) i) t;

-- text and bytes come back as they were; a long sketch from its own place
CREATE TABLE kept (n int, s repeat_sketch);
INSERT INTO kept SELECT 1, most FROM alone UNION ALL SELECT 2, numbers FROM alone UNION ALL
SELECT 3, repeat_sketch_agg(u, o) FROM few UNION ALL SELECT 4, repeat_sketch_agg(NULL::int, 1, 65536) UNION ALL SELECT 5, NULL UNION ALL
SELECT 6, repeat_sketch_agg(u, u, 65536) FROM generate_series(1, 30000) u;
SELECT n, s::text::repeat_sketch = s AS text, pg_column_size(s) > 1000 AS long, array_agg(s)::text::repeat_sketch[] = array_agg(s) AS in_an_array
  FROM kept GROUP BY n, s ORDER BY n;
SELECT rollup(s) = (SELECT rollup(s ORDER BY n DESC) FROM kept) AS from_storage FROM kept;
SELECT count(*), count(DISTINCT s::text), count(s) FROM (SELECT s FROM kept UNION SELECT s::text::repeat_sketch FROM kept) k;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) FROM kept a JOIN kept b ON a.s = b.s;
RESET enable_mergejoin;
RESET enable_nestloop;
SELECT a.n, b.n FROM kept a, kept b WHERE a.s <> b.s AND a.n < b.n AND b.n < 4 ORDER BY 1, 2;
SELECT repeat_sketch_hash_extended(s, 0)::bit(32) = repeat_sketch_hash(s)::bit(32) AS seed_0, repeat_sketch_hash_extended(s, 1) <> repeat_sketch_hash_extended(s, 2) AS seeds
  FROM kept WHERE n = 1;
CREATE TABLE by_hash (s repeat_sketch) PARTITION BY HASH (s);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO by_hash SELECT s FROM kept;
SELECT count(*) FROM by_hash b JOIN kept USING (s);

-- The bytes do not change with version, machine or time: sketches are kept for years.
SELECT repeat_sketch_send(repeat_sketch_agg(1, 2, 16)), repeat_sketch_send(repeat_sketch_agg('a', 'b', 16)),
	   repeat_sketch_send(repeat_sketch_agg('00112233-4455-6677-8899-aabbccddeeff'::uuid, -1, 16));

-- texts that are no sketch: cut, longer, a wrong head, bits that are not used, another version or k, too many users
SELECT t, pg_temp.error_of(format('SELECT %L::repeat_sketch', t))
  FROM (SELECT substring(repeat_sketch_agg(1, 2, 16)::text, '[^:]*$') AS b) g,
	   unnest(ARRAY['k=16:users=1:repeat=0:exact:' || b, '', ':', b, 'k=16:users=1:repeat=0:exact:', 'k=16:users=1:repeat=0:exact:' || left(b, -1),
		'k=16:users=1:repeat=0:exact:' || left(b, -4), 'k=16:users=1:repeat=0:exact:' || b || 'A', 'k=16:users=1:repeat=0:exact:' || b || 'AAAA',
		'k=16:users=1:repeat=0:exact:' || b || '=', ' k=16:users=1:repeat=0:exact:' || b, 'k=16:users=1:repeat=0:exact: ' || b,
		'k=16:users=2:repeat=0:exact:' || b, 'k=16:users=1:repeat=1:exact:' || b, 'k=16:users=1:repeat=0:sampled:' || b,
		'k=17:users=1:repeat=0:exact:' || b, 'k=16:users=1:repeat=0:exact:' || overlay(b PLACING 'Ag' FROM 1),
		'k=16:users=0:repeat=0:exact:AQAPAAAAAAAAAAAAAA', 'k=16:users=0:repeat=0:exact:AQAPAAAAAAAAAAAAAB', 'k=15:users=0:repeat=0:exact:AQAOAAAAAAAAAAAAAA', 'k=16:users=0:repeat=0:exact:AQAPAAAAAAEAAAAAAA',
		'k=16:users=0:repeat=0:sampled:AQEPAAAAAAAAAAAAAA', 'k=16:users=17:repeat=0:exact:AQAPABEAAAAAAAAAAA']) WITH ORDINALITY x(t, n) ORDER BY n;
-- bytes that are no sketch, through binary COPY
CREATE FUNCTION copied(bytes bytea, sketch repeat_sketch DEFAULT NULL) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/greenery_sketch_test.copy';
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, file);
	CREATE TEMP TABLE IF NOT EXISTS came (s repeat_sketch);
	DELETE FROM came;
	EXECUTE format('COPY came FROM %L (FORMAT binary)', file);
	-- which reads no value unless there is one to compare with
	RETURN (SELECT s = sketch FROM came);
END $$;
SET client_min_messages = warning;
SELECT copied(repeat_sketch_send(s), s) AS same FROM kept WHERE n = 1;
SELECT n, pg_temp.error_of(format('SELECT copied(%L)', b))
  FROM (SELECT repeat_sketch_send(s) AS g FROM kept WHERE n = 3) k,
	   unnest(ARRAY[''::bytea, '\x01', g || '\x00', substring(g FROM 1 FOR octet_length(g) - 1), set_byte(g, 0, 2), set_byte(g, 1, 1), set_byte(g, 1, 2),
					set_byte(set_byte(g, 2, 14), 3, 0), set_byte(g, 4, 3), set_byte(g, 4, 6), set_byte(g, 6, 1), set_byte(g, 7, get_byte(g, 7) # 1), set_byte(g, 12, 255), g || g]) WITH ORDINALITY x(b, n)
 ORDER BY n;

RESET client_min_messages;
-- and those that have come in without being looked at: each function looks for itself
BEGIN;
CREATE CAST (bytea AS repeat_sketch) WITHOUT FUNCTION;
CREATE TABLE smuggled AS
SELECT (repeat_sketch_send(s) || '\x00'::bytea)::repeat_sketch AS s FROM kept WHERE n = 1;
SELECT f, pg_temp.error_of(format('SELECT %s FROM smuggled', f))
  FROM unnest('{s::text,repeat_sketch_send(s),repeat_rate(s),purchasers(s),repeat_purchasers(s),repeat_rate_interval(s),rollup(s)}'::text[]) f;
SELECT pg_temp.error_of($$SELECT rollup(s) FROM (SELECT s FROM kept WHERE n = 1 UNION ALL SELECT s FROM smuggled) b$$);
ROLLBACK;

-- the functions that the aggregates are made of are not for others
SELECT f, pg_temp.error_of(f) FROM unnest('{
	"SELECT repeat_sketch_transition(NULL, 1, 1)",
	"SELECT repeat_sketch_transition(s, 1, 1) FROM kept",
	"SELECT repeat_sketch_combine(s, s) FROM kept",
	"SELECT repeat_sketch_final(s) FROM kept"}'::text[]) f;
-- but an aggregate of one's own may begin with a sketch
CREATE AGGREGATE one_more (bigint, bigint) (SFUNC = repeat_sketch_transition, STYPE = repeat_sketch, INITCOND = 'k=16:users=0:repeat=0:exact:AQAPAAAAAAAAAAAAAA');
SELECT one_more(u, o) = repeat_sketch_agg(u, o, 16) AS same FROM trial;

SET client_min_messages = warning;
DROP SCHEMA sketches CASCADE;
DROP CAST IF EXISTS (bytea AS repeat_sketch);
