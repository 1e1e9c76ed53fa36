-- shopper_summary: by hand, then against GROUP BY
\i sql/include/helpers.sql
\i sql/include/ignore_case.sql

SET timezone = 'UTC';
SET intervalstyle = 'postgres';

-- two sessions, of which one converts; an event in none; products seen twice
SELECT (s).* FROM (SELECT greenery.shopper_summary(session, timestamptz '2021-02-10 00:00+00' + sec * interval '1 second',
		NULL, product, added, converted) AS s
  FROM (VALUES ('a', 0, 'p', false, false), ('a', 59, 'q', true, NULL), ('b', 100, 'p', NULL, false),
			   ('b', 400, NULL, true, true), (NULL, 500, 'p', true, true), ('b', 90, '', false, false)) v(session, sec, product, added, converted)) x;
-- an abandoned cart that bounced, a minute that is none, and days
SELECT (s).* FROM (SELECT greenery.shopper_summary(session, timestamptz '2021-02-10 00:00+00' + sec * interval '1 second',
		NULL, NULL, added, false) AS s
  FROM (VALUES ('a', 0, true), ('a', 59, false), ('b', 0, false), ('b', 60, false),
			   ('c', 0, NULL), ('c', 3 * 86400 + 1, false)) v(session, sec, added)) x;
-- without ids sessions end at a pause that is longer than the gap; with ids they do not
SELECT gap, (s).sessions, (s).mean_session_duration FROM (
	SELECT gap, greenery.shopper_summary(NULL, t, gap, NULL, false, false) AS s
	  FROM (VALUES (timestamptz '2021-02-10 10:00+00'), ('2021-02-10 10:30:00.000001+00'), ('2021-02-10 09:30+00'), ('2021-02-10 10:00+00')) v(t),
		   (VALUES (NULL::interval), ('0'), ('00:29:59'), ('30 minutes'), ('1 day')) g(gap)
	 GROUP BY gap) x ORDER BY gap NULLS FIRST;
SELECT (s).sessions, (s).mean_session_duration FROM (
	SELECT greenery.shopper_summary(session, t, '1 minute', NULL, false, false) AS s
	  FROM (VALUES ('a', timestamptz '2021-02-10 10:00+00'), (NULL, '2021-02-10 11:00+00'), ('a', '2021-02-10 12:00+00'),
				   (NULL, '2021-02-10 11:00:59+00'), (NULL, '2021-02-10 10:00+00')) v(session, t)) x;
-- no rows, none with a finite time
SELECT greenery.shopper_summary('a', now(), NULL, 'p', true, true) FROM (SELECT WHERE false) x;
SELECT greenery.shopper_summary('a', t, NULL, 'p', true, true)
  FROM (VALUES (NULL::timestamptz), ('infinity'), ('-infinity')) v(t);
-- the ends of time: further apart than a signed word of microseconds
SELECT (greenery.shopper_summary('a', t, NULL, 'p', true, true)).mean_session_duration
  FROM (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t);
SELECT (greenery.shopper_summary('a', t, NULL, 'p', true, true)).mean_session_duration
  FROM (VALUES (timestamptz '2000-01-01 00:00+00'), ('294276-12-31 23:59:59.999999+00')) v(t);
-- what gap cannot be, and strings that are equal without being the same
SELECT pg_temp.error_of(format($$SELECT greenery.shopper_summary('a', now(), %L, NULL, true, true)$$, gap))
  FROM unnest('{-1 second,1 month,200000000 days}'::text[]) gap;
SELECT pg_temp.error_of($$SELECT greenery.shopper_summary('a', now(), gap::interval, NULL, true, true)
  FROM (VALUES ('1 minute'), ('2 minutes')) v(gap)$$);
SELECT pg_temp.error_of($$SELECT greenery.shopper_summary('a', now(), gap::interval, NULL, true, true)
  FROM (VALUES (NULL), ('2 minutes')) v(gap)$$);
SELECT NOT :'has_icu'::boolean OR pg_temp.error_of($$SELECT greenery.shopper_summary('a' COLLATE ignore_case, now(), NULL, NULL, true, true)$$)
	= '0A000 | nondeterministic collations are not supported for shopper_summary' AS refused;

--
-- Random events of shoppers from hardly any to very many, in no order
--
CREATE TABLE shopping AS
	SELECT i,
		CASE WHEN i <= 6000 THEN 0 ELSE pg_temp.pick('u' || i, 400) END AS shopper,
		CASE pg_temp.pick('n' || i, 10) WHEN 0 THEN NULL
			ELSE 's' || pg_temp.pick('s' || i, CASE WHEN i <= 6000 THEN 2500 ELSE 4 END) END AS session_id,
		CASE pg_temp.pick('f' || i, 40) WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'
			ELSE timestamptz '2021-02-10 00:00+00' + pg_temp.pick('t' || i, 2000000) * interval '1 second' END AS t,
		CASE WHEN pg_temp.pick('v' || i, 3) > 0
			 THEN 'p' || pg_temp.pick('p' || i, CASE WHEN i <= 6000 THEN 3000 ELSE 5 END) END AS product,
		CASE pg_temp.pick('a' || i, 9) WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END AS added,
		CASE pg_temp.pick('c' || i, 9) WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END AS converted
	FROM generate_series(1, 12000) i;
-- and one whose events come session after session
INSERT INTO shopping
	SELECT 20000 + i, 1000, 's' || i / 5, timestamptz '2021-02-10 00:00+00' + i * interval '30 seconds', 'p' || i / 20, i % 7 = 0, i % 23 = 0
	FROM generate_series(1, 500) i;
ANALYZE shopping;

-- the same in plain SQL, for a gap or none
CREATE FUNCTION expected(gap interval) RETURNS TABLE (shopper int, s greenery.shopper_totals)
LANGUAGE sql STABLE AS $$
	WITH event AS (
		SELECT e.* FROM shopping e WHERE isfinite(e.t)
	), session AS (
		SELECT e.shopper, max(e.t) - min(e.t) AS duration, coalesce(bool_or(e.added), false) AS added,
			coalesce(bool_or(e.converted), false) AS converted
		FROM (
			SELECT e.shopper, e.session_id, e.t, e.added, e.converted FROM event e WHERE e.session_id IS NOT NULL
			UNION ALL
			SELECT e.shopper, '#' || sum(coalesce(e.is_new, 0)) OVER (PARTITION BY e.shopper ORDER BY e.t, e.i), e.t, e.added, e.converted
			FROM (
				SELECT e.*, (e.t - lag(e.t) OVER (PARTITION BY e.shopper ORDER BY e.t, e.i) > gap)::int AS is_new
				FROM event e
				WHERE e.session_id IS NULL AND gap IS NOT NULL
			) e
		) e
		GROUP BY e.shopper, coalesce(e.session_id, '#')
	), sessions AS (
		SELECT n.shopper, count(*) AS sessions, count(*) FILTER (WHERE NOT n.converted) AS unsold,
			count(*) FILTER (WHERE NOT n.converted AND n.added) AS carts,
			count(*) FILTER (WHERE NOT n.converted AND n.duration < interval '1 minute') AS bounces,
			avg(n.duration) FILTER (WHERE NOT n.converted) AS unsold_duration, avg(n.duration) AS duration
		FROM session n GROUP BY n.shopper
	), views AS (
		SELECT e.shopper, count(e.product) AS views, count(DISTINCT e.product) AS products FROM event e GROUP BY e.shopper
	)
	SELECT u.shopper, ROW(coalesce(n.sessions, 0), coalesce(n.unsold, 0), coalesce(n.carts, 0), coalesce(n.bounces, 0),
		n.unsold_duration, n.duration, coalesce(v.views, 0), coalesce(v.products, 0))::greenery.shopper_totals
	FROM (SELECT DISTINCT e.shopper FROM shopping e) u
	LEFT JOIN sessions n ON n.shopper = u.shopper
	LEFT JOIN views v ON v.shopper = u.shopper
$$;
-- grouped, or all as if one shopper had done it, whom the table then says
CREATE FUNCTION our_query(gap interval, grouped boolean) RETURNS text
LANGUAGE sql AS $$
	SELECT format('SELECT %s, greenery.shopper_summary(e.session_id, e.t, %L, e.product, e.added, e.converted) FROM shopping e %s',
		CASE WHEN grouped THEN 'e.shopper' ELSE 'min(e.shopper)' END, gap, CASE WHEN grouped THEN 'GROUP BY e.shopper' END)
$$;
CREATE FUNCTION ours(gap interval, grouped boolean) RETURNS TABLE (shopper int, s greenery.shopper_totals)
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE our_query(gap, grouped);
END $$;
CREATE TABLE right_answers AS
	SELECT g.gap, e.* FROM (VALUES (NULL::interval), ('0'), ('10 minutes'), ('1 day')) g(gap), expected(g.gap) e;
CREATE FUNCTION compare(grouped boolean) RETURNS TABLE (gap interval, shoppers bigint, telling bigint, wrong bigint)
LANGUAGE sql AS $$
	SELECT g.gap, count(e.shopper), count(*) FILTER (WHERE (o.s).sessions > 1 AND (o.s).breadth > 1),
		count(*) FILTER (WHERE o.s::text IS DISTINCT FROM e.s::text)
	FROM (SELECT DISTINCT r.gap FROM right_answers r) g
	CROSS JOIN LATERAL (SELECT o.shopper, o.s FROM ours(g.gap, grouped) o) o
	FULL JOIN right_answers e ON e.shopper = o.shopper AND e.gap IS NOT DISTINCT FROM g.gap
	GROUP BY g.gap ORDER BY g.gap NULLS FIRST
$$;
SELECT * FROM compare(true);
-- hash tables that spill, and sorted groups
SET work_mem = '64kB';
SET enable_sort = off;
SELECT pg_temp.plan_has(our_query(NULL, true), 'HashAggregate') AS hashed;
SELECT * FROM compare(true);
RESET enable_sort;
SET enable_hashagg = off;
SELECT pg_temp.plan_has(our_query(NULL, true), 'HashAggregate') AS hashed;
SELECT * FROM compare(true);
RESET enable_hashagg;
RESET work_mem;

-- a moving window frame: the final function is called again and again
SELECT count(*) AS frames, count(*) FILTER (WHERE (f.s).sessions > 1) AS telling,
	   count(*) FILTER (WHERE (f.s).sessions IS DISTINCT FROM n.sessions OR (f.s).breadth IS DISTINCT FROM n.products) AS wrong
  FROM (SELECT i, greenery.shopper_summary(session_id, t, NULL, product, added, converted)
			OVER (ORDER BY i ROWS BETWEEN 50 PRECEDING AND 1 FOLLOWING) AS s FROM shopping WHERE i BETWEEN 6500 AND 7000) f,
	   LATERAL (SELECT count(DISTINCT b.session_id) AS sessions, count(DISTINCT b.product) AS products FROM shopping b
				WHERE b.i BETWEEN greatest(f.i - 50, 6500) AND f.i + 1 AND isfinite(b.t)) n
 WHERE f.i < 7000;

-- parallel: the plan is partial, and the answers are those of a serial one
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE shopping SET (parallel_workers = 2);
SELECT pg_temp.plan_has(our_query(NULL, true), 'Partial %Aggregate') AS partial;
SET parallel_leader_participation = off;
SELECT * FROM compare(true);
SET parallel_leader_participation = on;
SELECT * FROM compare(true);

-- all of it as one shopper's, without a GROUP BY: that state is handed over whole
UPDATE shopping SET shopper = 7;
TRUNCATE right_answers;
INSERT INTO right_answers
	SELECT g.gap, e.* FROM (VALUES (NULL::interval), ('0'), ('10 minutes'), ('1 day')) g(gap), expected(g.gap) e;
SELECT pg_temp.plan_has(our_query(NULL, false), 'Partial %Aggregate') AS partial;
SELECT * FROM compare(false);
SET parallel_leader_participation = off;
SELECT * FROM compare(false);
SET max_parallel_workers_per_gather = 0;
SELECT pg_temp.plan_has(our_query(NULL, false), 'Partial %Aggregate') AS partial;
SELECT * FROM compare(false);
-- parts that agree on the gap, and parts that do not
CREATE TABLE parts (k int, session_id text, t timestamptz) PARTITION BY LIST (k);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
INSERT INTO parts VALUES (1, 'a', '2021-02-10 00:00+00'), (2, 'a', '2021-02-10 00:10+00'),
	(1, NULL, '2021-02-10 00:00+00'), (2, NULL, '2021-02-10 00:01+00');
SET enable_partitionwise_aggregate = on;
CREATE FUNCTION of_parts(gap text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT greenery.shopper_summary(session_id, t, %s, NULL, false, false) FROM parts', gap)
$$;
SELECT pg_temp.plan_has(of_parts('''1 minute'''), 'Partial Aggregate') AS partial;
SELECT of_parts('''1 minute''') \gexec
SELECT pg_temp.error_of(of_parts('CASE WHEN k = 1 THEN interval ''1 minute'' END'));
RESET enable_partitionwise_aggregate;
SET max_parallel_workers_per_gather = 2;

-- states of another kind, in memory and from bytes, and these where others are due
CREATE AGGREGATE pg_temp.foreign_state(double precision, boolean) (
	SFUNC = ranked_scores_add, STYPE = internal, FINALFUNC = greenery.shopper_summary_final);
CREATE AGGREGATE public.foreign_bytes("any", timestamptz, boolean) (
	SFUNC = session_summary_transition, STYPE = internal, FINALFUNC = greenery.shopper_summary_final,
	COMBINEFUNC = greenery.shopper_summary_combine, SERIALFUNC = session_summary_serialize,
	DESERIALFUNC = greenery.shopper_summary_deserialize, PARALLEL = SAFE);
CREATE AGGREGATE public.bytes_abroad(text, timestamptz, interval, text, boolean, boolean) (
	SFUNC = greenery.shopper_summary_transition, STYPE = internal, FINALFUNC = session_summary_final,
	COMBINEFUNC = session_summary_combine, SERIALFUNC = greenery.shopper_summary_serialize,
	DESERIALFUNC = session_summary_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT pg_temp.foreign_state(1, true)');
SELECT pg_temp.error_of('SELECT foreign_bytes(session_id, t, added) FROM shopping GROUP BY i % 2'),
	   pg_temp.error_of('SELECT bytes_abroad(session_id, t, NULL, product, added, converted) FROM shopping GROUP BY i % 2');
DROP AGGREGATE public.foreign_bytes("any", timestamptz, boolean), public.bytes_abroad(text, timestamptz, interval, text, boolean, boolean);

DROP FUNCTION compare, ours, our_query, expected, of_parts;
DROP TABLE shopping, right_answers, parts;
DROP COLLATION ignore_case;
RESET timezone;
RESET intervalstyle;
