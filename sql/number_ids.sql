-- repeat_rate over ids that are numbers: those of a range that is nearly full move from a
-- table to an array once there are some ten thousand of them.
--
-- The answers are compared with plain SQL, whichever of the two an id is in.
\i sql/include/helpers.sql

CREATE TABLE numbers AS
SELECT i, 1 + d AS dense, d - 12000 AS about_zero, 3000000000 + 2 * d AS every_second,
	   i / 3 AS ascending, -9223372036854775808 + 40000 - i / 3 AS descending,
	   CASE WHEN d % 50 = 7 THEN hashint8extended(d, 2) ELSE d END AS some_far,
	   CASE WHEN d % 2 = 0 THEN d ELSE 1000000000000 + d END AS two_ranges,
	   CASE WHEN i < 40000 THEN d % 20000 ELSE hashint8extended(d, 3) END AS far_later,
	   d * 1000 AS sparse,
	   i / 2 AS order_no, i * 5000000000 AS order_far, 20261127000000 + i / 2 AS order_by_day,
	   CASE WHEN d % 5 <> 0 THEN i / 2
			ELSE (ARRAY[-9223372036854775808, 9223372036854775807, -1, 0, 4294967296])[1 + (d / 5 + i % 2) % 5]
	   END AS order_odd,
	   (-9223372036854775808)::bigint AS order_least
  FROM (SELECT i, abs(hashint8extended(i, 1) % 25000) AS d
		  FROM generate_series(1, 100000) AS i) AS r;
UPDATE numbers SET dense = NULL WHERE i % 101 = 0;
UPDATE numbers SET order_no = NULL WHERE i % 97 = 0;
ANALYZE numbers;

-- {users, users with several orders} of each pair, in plain SQL
CREATE TABLE pairs (u text, o text, expected bigint[]);
INSERT INTO pairs (u, o)
SELECT u, o FROM unnest('{about_zero,every_second,ascending,descending,some_far,two_ranges,far_later,sparse}'::text[]) AS u,
	   unnest('{order_no,order_odd}'::text[]) AS o
 UNION ALL
SELECT 'dense', o FROM unnest('{order_no,order_far,order_by_day,order_odd,order_least,dense}'::text[]) AS o
 UNION ALL
SELECT 'ascending::int', 'order_no::int';
DO $$
DECLARE
	pair record;
BEGIN
	FOR pair IN SELECT u, o FROM pairs LOOP
		EXECUTE format('UPDATE pairs SET expected = (
							SELECT ARRAY[count(*), count(*) FILTER (WHERE low < high)]
							  FROM (SELECT min(%2$s) AS low, max(%2$s) AS high FROM numbers
									 WHERE NOT %1$s IS NULL AND NOT %2$s IS NULL GROUP BY %1$s) AS s)
						 WHERE u = %1$L AND o = %2$L', pair.u, pair.o);
	END LOOP;
END $$;
SELECT u, o, expected FROM pairs ORDER BY u, o;

-- the pairs for which the aggregate says something else
CREATE FUNCTION pg_temp.wrong_answers(OUT pairs bigint, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	pair record;
	counts bigint[];
BEGIN
	pairs := 0;
	FOR pair IN SELECT * FROM public.pairs ORDER BY u, o LOOP
		EXECUTE format('SELECT repeat_counts(%s, %s) FROM numbers', pair.u, pair.o) INTO counts;
		pairs := pairs + 1;
		IF counts IS DISTINCT FROM pair.expected THEN
			wrong := concat_ws('; ', wrong, format('%s, %s: %s', pair.u, pair.o, counts));
		END IF;
	END LOOP;
END $$;
SET max_parallel_workers_per_gather = 0;
SELECT 'serial' AS how, * FROM pg_temp.wrong_answers();
SET greenery.direct_scan = off;
SELECT 'through the executor' AS how, * FROM pg_temp.wrong_answers();
RESET greenery.direct_scan;
SET max_parallel_workers_per_gather = 2;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
ALTER TABLE numbers SET (parallel_workers = 2);
SELECT pg_temp.plan_has('SELECT repeat_counts(dense, order_no) FROM numbers', 'Partial Aggregate') AS parallel;
SELECT 'parallel' AS how, * FROM pg_temp.wrong_answers();
SET parallel_leader_participation = off;
SELECT 'workers only' AS how, * FROM pg_temp.wrong_answers();
RESET parallel_leader_participation;

-- processes that find different ranges: each partition is one process's, as a rule
CREATE TABLE parts (u bigint, o bigint, part int) PARTITION BY LIST (part);
CREATE TABLE low PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE high PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE far PARTITION OF parts FOR VALUES IN (3);
INSERT INTO parts
SELECT d % 20000, i, 1 FROM (SELECT i, abs(hashint8extended(i, 4) % 90000) AS d FROM generate_series(1, 40000) AS i) AS r
 UNION ALL
SELECT 15000 + d % 20000, i + 5000000000, 2 FROM (SELECT i, abs(hashint8extended(i, 5) % 90000) AS d FROM generate_series(1, 40000) AS i) AS r
 UNION ALL
SELECT 1000000 + d % 20000, i, 3 FROM (SELECT i, abs(hashint8extended(i, 6) % 90000) AS d FROM generate_series(1, 40000) AS i) AS r;
ANALYZE parts;
ALTER TABLE low SET (parallel_workers = 0);
ALTER TABLE high SET (parallel_workers = 0);
ALTER TABLE far SET (parallel_workers = 0);
SELECT counts, counts = expected AS agrees
  FROM (SELECT repeat_counts(u, o) AS counts FROM parts) AS c,
	   (SELECT ARRAY[count(*), count(*) FILTER (WHERE low < high)] AS expected
		  FROM (SELECT min(o) AS low, max(o) AS high FROM parts GROUP BY u) AS s) AS e;

-- a window looks at the counts between rows, before there is an array and after
SET max_parallel_workers_per_gather = 0;
SELECT count(*) FILTER (WHERE counts[1] <> users OR counts[2] <> repeaters) AS wrong,
	   max(users) AS users, max(repeaters) AS repeaters
  FROM (SELECT repeat_counts(i % 30000, i) OVER (ORDER BY i) AS counts,
			   least(i, 30000) AS users, greatest(i - 30000, 0) AS repeaters
		  FROM generate_series(1, 50000) i) frames;

DROP TABLE numbers, pairs, parts;
