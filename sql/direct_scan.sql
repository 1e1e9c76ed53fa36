-- Aggregates that take the rest of their rows from the scan: greenery.direct_scan.
--
-- Whether they do is told at level DEBUG2.  The answers are compared with those through
-- the executor, and with plain SQL.
\i sql/include/helpers.sql

CREATE TABLE purchases AS
SELECT i AS padding, pg_temp.pick('u' || i, 3000) AS user_id,
	   md5(pg_temp.pick('o' || i, 9000)::text)::uuid AS order_id,
	   'user ' || pg_temp.pick('u' || i, 3000) AS user_name, i % 7 AS weekday
  FROM generate_series(1, 12000) AS i;
UPDATE purchases SET user_id = NULL WHERE padding % 31 = 0;
UPDATE purchases SET order_id = NULL WHERE padding % 37 = 0;
UPDATE purchases SET user_name = repeat('long ', 3000) || user_name WHERE padding % 501 = 0;
DELETE FROM purchases WHERE padding % 41 = 0;
ANALYZE purchases;
CREATE TABLE altered AS SELECT weekday, order_id, user_id FROM purchases;
ALTER TABLE altered ADD COLUMN since text DEFAULT 'added later';
SET max_parallel_workers_per_gather = 0;

-- which aggregate takes its rows from which table
SET client_min_messages = debug2;
SELECT repeat_counts(user_id, order_id) FROM purchases;
SELECT repeat_counts(user_id, order_id) AS both, repeat_rate(user_id, order_id) IS NOT NULL AS are_one FROM purchases;
SELECT repeat_rate_by_row(user_id) IS NOT NULL AS by_row FROM purchases WHERE weekday < 5 AND user_id % 2 = 0;
SELECT duplicate_count(user_name) > 0 AS text_and_a_comparison FROM purchases WHERE user_name <> 'user 7';

-- and which not: one of two, chosen or sorted rows, groups, other scans, expressions,
-- columns that have no fixed places, and what a scan computes
SELECT duplicate_count(user_id) > 0 AS two, count(*) > 0 FROM purchases;
SELECT duplicate_count(user_id) FILTER (WHERE weekday = 0) > 0 AS chosen FROM purchases;
SELECT duplicate_count(user_id ORDER BY padding) > 0 AS sorted FROM purchases;
SELECT duplicate_count(DISTINCT user_id) AS different FROM purchases;
SELECT count(*) AS groups FROM (SELECT duplicate_count(user_id) FROM purchases GROUP BY weekday) AS g;
SELECT count(*) AS sets FROM (SELECT duplicate_count(user_id) FROM purchases GROUP BY GROUPING SETS ((), ())) AS g;
SELECT count(d) AS frames FROM (SELECT duplicate_count(user_id) OVER (ORDER BY padding) AS d FROM purchases WHERE padding < 50) AS w;
SELECT duplicate_count(user_id) > 0 AS sampled FROM purchases TABLESAMPLE bernoulli (90) REPEATABLE (1);
SELECT duplicate_count(g) FROM generate_series(1, 10) AS g;
SELECT duplicate_count(user_id + 1) > 0 AS expression FROM purchases;
SELECT duplicate_count(user_name) > 0 AS text FROM purchases;
SELECT duplicate_count(weekday) > 0 AS after_a_text FROM purchases;
SELECT duplicate_count(name) > 0 AS projected FROM (SELECT lower(user_name) AS name FROM purchases OFFSET 0) AS p;
SELECT duplicate_count(tableoid) FROM purchases AS of_what_the_scan_computes;
SET greenery.direct_scan = off;
SELECT duplicate_count(user_id) > 0 AS switched_off FROM purchases;
RESET greenery.direct_scan;
SELECT repeat_counts(user_id, order_id) FROM altered AS with_a_column_that_is_stored_nowhere;
SELECT duplicate_count(since) FROM altered AS of_a_column_that_is_stored_nowhere;
RESET client_min_messages;

-- Answers of a query either way.  Parallel plans are compared with themselves in the same way.
CREATE FUNCTION pg_temp.both_ways(query text, OUT direct text, OUT verdict text) LANGUAGE plpgsql AS $$
DECLARE
	through_executor text;
BEGIN
	SET LOCAL greenery.direct_scan = off;
	EXECUTE query INTO through_executor;
	SET LOCAL greenery.direct_scan = on;
	EXECUTE query INTO direct;
	verdict := CASE WHEN direct IS DISTINCT FROM through_executor
					THEN format('%s is not %s', direct, through_executor) ELSE 'agrees' END;
END $$;
CREATE TABLE queries (n serial, query text);
INSERT INTO queries (query) VALUES
	('SELECT repeat_counts(user_id, order_id) FROM purchases'),
	('SELECT repeat_counts(user_name, order_id) FROM purchases'),
	('SELECT repeat_counts(order_id, user_name) FROM purchases'),
	('SELECT repeat_counts(user_id, user_id) FROM purchases'),
	('SELECT repeat_rate_by_row(user_name) FROM purchases'),
	('SELECT duplicate_count(order_id) FROM purchases'),
	('SELECT duplicate_count(p) FROM (SELECT p FROM purchases AS p) AS q'),
	('SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday < 3'),
	('SELECT repeat_counts(user_id, order_id) FROM purchases WHERE user_name LIKE ''%7'' AND weekday <> 6'),
	('SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday > 9'),
	('SELECT repeat_counts(user_id, order_id) FROM purchases HAVING repeat_rate(user_id, order_id) > 0.1'),
	('SELECT repeat_counts(u, o) FROM (SELECT user_id AS u, order_id AS o FROM purchases WHERE weekday < 6) AS p'),
	('SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday = (SELECT min(weekday) FROM purchases)');
SELECT n, b.* FROM queries, pg_temp.both_ways(query) AS b ORDER BY n;
SELECT ARRAY[count(*) FILTER (WHERE orders >= 1), count(*) FILTER (WHERE orders >= 2)] AS expected
  FROM (SELECT count(DISTINCT order_id) AS orders FROM purchases WHERE user_id IS NOT NULL GROUP BY user_id) AS u;
SELECT count(*) AS expected FROM (SELECT FROM purchases WHERE order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1) AS d;

-- columns at fixed places: rows with NULLs, from before a column was added, after one was dropped
CREATE TABLE fixed (a smallint, u int, gone bigint, o bigint);
INSERT INTO fixed SELECT i % 9, nullif(i % 500, 3), i, nullif(i % 1100, 7) FROM generate_series(1, 3000) AS i;
ALTER TABLE fixed ADD COLUMN added bigint DEFAULT 77, DROP COLUMN gone;
INSERT INTO fixed SELECT i % 9, i % 700, i % 1300, i % 5 FROM generate_series(1, 3000) AS i;
SELECT repeat_counts(u, o) AS counts, repeat_counts(o, a) AS smallint, repeat_counts(u, added) AS added FROM fixed;
SELECT b.* FROM unnest('{"u, o", "o, a", "u, added"}'::text[]) WITH ORDINALITY AS p(pair, n),
	   pg_temp.both_ways(format('SELECT repeat_counts(%s) FROM fixed', pair)) AS b ORDER BY n;
SELECT ARRAY[count(*), count(*) FILTER (WHERE orders > 1)] AS counts
  FROM (SELECT count(DISTINCT o) AS orders FROM fixed WHERE u IS NOT NULL AND o IS NOT NULL GROUP BY u) AS s;
SELECT ARRAY[count(*), count(*) FILTER (WHERE orders > 1)] AS added
  FROM (SELECT count(DISTINCT added) AS orders FROM fixed WHERE u IS NOT NULL GROUP BY u) AS s;
DROP TABLE fixed;

-- in parallel: workers and the leader each take what the scan has for them
SET max_parallel_workers_per_gather = 2;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT pg_temp.plan_has('SELECT repeat_counts(user_id, order_id) FROM purchases', 'Parallel Seq Scan') AS parallel;
SELECT n, b.* FROM queries, pg_temp.both_ways(query) AS b ORDER BY n;
SET parallel_leader_participation = off;
SELECT b.* FROM pg_temp.both_ways('SELECT repeat_counts(user_id, order_id) FROM purchases') AS b;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;

-- a scan that is run again and again, each time to its end, with other rows
CREATE FUNCTION pg_temp.per_weekday(direct boolean) RETURNS TABLE (weekday int, counts bigint[], shares float8)
LANGUAGE sql AS $$
	SELECT set_config('greenery.direct_scan', direct::text, true);
	SELECT d, (SELECT repeat_counts(user_id, order_id) FROM purchases AS p WHERE p.weekday = d),
		   (SELECT repeat_rate_by_row(user_name) FROM purchases AS p WHERE p.weekday >= d)
	  FROM generate_series(0, 7) AS d
$$;
SELECT * FROM pg_temp.per_weekday(true) EXCEPT ALL SELECT * FROM pg_temp.per_weekday(false);
SELECT * FROM pg_temp.per_weekday(true) WHERE weekday IN (0, 6, 7) ORDER BY 1;
-- the same rows twice: the scan begins anew
SELECT count(DISTINCT counts), count(*)
  FROM (SELECT (SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday < 100 + 0 * d) AS counts
		  FROM generate_series(1, 3) AS d) AS again;

-- no rows, one row
CREATE TABLE few (v int);
SELECT duplicate_count(v) FROM few;
INSERT INTO few VALUES (1);
SELECT duplicate_count(v) FROM few;
INSERT INTO few VALUES (1);
SELECT duplicate_count(v) FROM few;

-- rows of the transaction itself, and those that it must not see
BEGIN;
DECLARE before CURSOR FOR SELECT duplicate_count(v) FROM few;
INSERT INTO few VALUES (2), (2);
FETCH ALL FROM before;
SELECT duplicate_count(v) FROM few;
ROLLBACK;

-- EXPLAIN ANALYZE counts what was read and what was left out
SELECT count(*) AS rows, count(*) FILTER (WHERE weekday < 3) AS filtered FROM purchases;
SELECT pg_temp.explained('SELECT repeat_counts(user_id, order_id) FROM purchases');
SELECT pg_temp.explained('SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday < 3');

-- row-level security, columns that are not granted, views that check conditions in their own order
CREATE ROLE regress_greenery_reader;
GRANT SELECT (user_id, order_id, weekday) ON purchases TO regress_greenery_reader;
ALTER TABLE purchases ENABLE ROW LEVEL SECURITY;
CREATE POLICY mondays ON purchases TO regress_greenery_reader USING (weekday = 1);
CREATE VIEW sundays WITH (security_barrier) AS SELECT * FROM purchases WHERE weekday = 0;
GRANT SELECT ON sundays TO regress_greenery_reader;
CREATE FUNCTION leak(int) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$
BEGIN
	IF $1 <> 0 THEN
		RAISE EXCEPTION 'saw a row of weekday %', $1;
	END IF;
	RETURN true;
END $$;
SET ROLE regress_greenery_reader;
SELECT repeat_counts(user_id, order_id) FROM purchases;
SELECT repeat_counts(user_id, user_name) FROM purchases;
SELECT repeat_counts(user_id, order_id) IS NOT NULL AS sundays FROM sundays WHERE leak(weekday);
RESET ROLE;
SELECT repeat_counts(user_id, order_id) FROM purchases WHERE weekday = 1;
DROP POLICY mondays ON purchases;
ALTER TABLE purchases DISABLE ROW LEVEL SECURITY;

-- a table in partitions, and one that others inherit from
CREATE TABLE parted (LIKE purchases) PARTITION BY LIST (weekday);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (0, 1, 2);
CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
INSERT INTO parted SELECT * FROM purchases;
CREATE TABLE heirs () INHERITS (few);
INSERT INTO heirs VALUES (1), (3), (3);
SELECT b.* FROM pg_temp.both_ways('SELECT repeat_counts(user_id, order_id) FROM parted') AS b;
SELECT b.* FROM pg_temp.both_ways('SELECT repeat_counts(user_id, order_id) FROM parted WHERE weekday < 2') AS b;
SELECT duplicate_count(v) FROM few;
SELECT duplicate_count(v) FROM ONLY few;

-- an error on the way, and the same query after it
CREATE FUNCTION pg_temp.fails_at(i int, n int) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN 1 / (i - n) IS NOT NULL;
END $$;
PREPARE counted(int) AS SELECT repeat_counts(user_id, order_id) FROM purchases WHERE pg_temp.fails_at(padding, $1);
SELECT pg_temp.error_of('EXECUTE counted(7000)');
EXECUTE counted(-1);

-- a condition that runs such a query itself
CREATE FUNCTION pg_temp.nested(i int) RETURNS boolean LANGUAGE sql AS
	$$ SELECT repeat_rate_by_row(user_id) > 0 FROM purchases WHERE weekday = i $$;
SELECT duplicate_count(padding), count(*) > 0 AS rows FROM purchases WHERE padding < 20 AND pg_temp.nested(weekday);
SELECT duplicate_count(weekday) FROM purchases WHERE padding < 20 AND pg_temp.nested(weekday);

DROP VIEW sundays;
DROP TABLE purchases, altered, parted, few, heirs, queries;
DROP FUNCTION leak(int);
DROP ROLE regress_greenery_reader;
