-- window_funnel, window_funnel_times: chains by hand, then against all chains
\i sql/include/helpers.sql

-- rows are written as minute and the steps they satisfy: '0:1 5:2 5:13'
CREATE FUNCTION pg_temp.rows_of(chart text, OUT t timestamptz, OUT s boolean[])
	RETURNS SETOF record LANGUAGE sql AS $$
	SELECT CASE WHEN w LIKE '%infinity%' THEN split_part(w, ':', 1)::timestamptz
				ELSE timestamptz '2021-02-10 00:00+00' + nullif(split_part(w, ':', 1), '-')::numeric::float8 * interval '1 minute' END,
		   ARRAY(SELECT split_part(w, ':', 2) LIKE '%' || i || '%' FROM generate_series(1, 4) i)
	  FROM regexp_split_to_table(chart, ' ') w
$$;
CREATE FUNCTION pg_temp.funnel(chart text, within interval) RETURNS text LANGUAGE sql AS $$
	SELECT window_funnel(within, t, VARIADIC s) || ': ' ||
		   coalesce((SELECT string_agg((extract(epoch FROM x - '2021-02-10 00:00+00')::float8 / 60)::text, ' ' ORDER BY i)
					   FROM unnest(window_funnel_times(within, t, VARIADIC s)) WITH ORDINALITY u(x, i)), '-')
	  FROM pg_temp.rows_of(chart)
$$;
SELECT n, chart, pg_temp.funnel(chart, '60 minutes') AS "depth: minutes", why
  FROM (VALUES
	(1, '0:1 10:2 20:3 30:4', 'all steps'),
	(2, '30:4 10:2 0:1 20:3', 'in whatever order the rows come'),
	(3, '0:1 10:3 20:2', 'step 3 came too early'),
	(4, '0:2 1:3', 'no first step'),
	(5, '0:1 60:2', 'the window is inclusive'),
	(6, '0:1 60.000001:2', 'and ends there'),
	(7, '0:1 30:1 90:2', 'the later first step is in the window'),
	(8, '0:1 30:1 40:2 90:3', 'a later start goes further'),
	(9, '0:1 30:1 50:2 55:3', 'of two chains the one that starts earlier'),
	(10, '0:1 10:2 11:2 50:3 51:3', 'and is quicker at every step'),
	(11, '0:12', 'one row cannot count twice'),
	(12, '0:12 0:12', 'two alike can'),
	(13, '0:12 0:1', 'the row that can only be first is first'),
	(14, '0:1 0:12', 'whichever comes first'),
	(15, '0:123 0:12 0:1', 'a chain in one moment'),
	(16, '0:123 0:23 0:23', 'only one of them can be first'),
	(17, '0:23 0:23 0:1 0:1234', 'moving rows between steps'),
	(18, '0:1 5:234 5:234 5:34', 'the rest in one moment'),
	(19, '0:1 5:23 5:2 5:4', 'the same with rows that hold others up'),
	(20, '0:12 5:12 9:3', 'the first row is first, the second second'),
	(21, '0:1 10:- 20:2', 'rows without a step do not matter'),
	(22, '-:1 -infinity:1 5:2 infinity:2', 'rows without a finite time do not count'),
	(23, '0:1 -infinity:2 10:1 infinity:3 -:2 12:2', 'nor do they get in the way'),
	(24, '0:1 0:1 0:1 70:1 70:2 130:3 130:4', 'within an hour of the first step, not of the last'),
	(25, '0:1 70:1 75:2 80:3 81:4 100:2 101:3 102:4', 'the deepest chain may start late')
  ) AS v(n, chart, why) ORDER BY n;
-- a window of nothing: all steps in one moment; the ends of time are in range
SELECT pg_temp.funnel('0:1 0:2 1:3', '0'), pg_temp.funnel('0:1 0:2 1:3', '-0 minutes');
SELECT window_funnel(w, t, t < '2000-01-01', t > '2000-01-01')
  FROM (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t),
	   (VALUES (interval '1 hour'), ('106751991 days')) x(w)
 GROUP BY w ORDER BY w;
-- a day is 24 hours, also when the clocks change
SELECT window_funnel('1 day', t, i = 1, i = 2) AS exactly,
	   window_funnel('1 day', t + (i - 1) * interval '1 microsecond', i = 1, i = 2) AS more
  FROM (VALUES (1, timestamptz '2021-03-13 12:00 America/Los_Angeles'),
			   (2, '2021-03-14 13:00 America/Los_Angeles')) AS v(i, t);
-- no rows, none that count, NULL steps
SELECT window_funnel('1 hour', t, true), window_funnel_times('1 hour', t, true) FROM (SELECT now() AS t WHERE false) x;
SELECT window_funnel('1 hour', NULL, true), window_funnel_times('1 hour', 'infinity', true, true);
SELECT window_funnel('1 hour', now(), NULL, true), window_funnel_times('1 hour', '2021-02-10 00:00+00', true, NULL);
-- 64 steps; one step; a matrix of one row for each step
SELECT window_funnel('1 day', t, VARIADIC s), cardinality(window_funnel_times('1 day', t, VARIADIC s))
  FROM (SELECT timestamptz '2021-02-10' + i * interval '1 minute' AS t,
			   ARRAY(SELECT j = i FROM generate_series(1, 64) j) AS s
		  FROM generate_series(1, 64) i) x;
-- 64 rows of one moment, row i good for steps i to 64: only one order will do
SELECT window_funnel('0', now(), VARIADIC ARRAY(SELECT j >= i FROM generate_series(1, 64) j))
  FROM generate_series(1, 64) i;
-- the same without one of them
SELECT window_funnel('0', now(), VARIADIC ARRAY(SELECT j >= i FROM generate_series(1, 64) j))
  FROM generate_series(1, 64) i WHERE i <> 40;

-- errors
SELECT pg_temp.error_of(format('SELECT window_funnel(%s) FROM (VALUES (1, now()), (2, now()), (3, now())) AS v(i, t)', args))
  FROM (VALUES (1, 'NULL, t, true'),
			   (2, '''1 month'', t, true'),
			   (3, '''-1 second'', t, true'),
			   (4, '''2000000000 days'', t, true'),
			   (5, 'i * interval ''1 hour'', t, true'),
			   (6, '''1 hour'', t, VARIADIC NULL'),
			   (7, '''1 hour'', t, VARIADIC ''{}'''),
			   (8, '''1 hour'', t, VARIADIC ''{{t,t},{t,f}}'''),
			   (9, '''1 hour'', t, VARIADIC array_fill(true, ARRAY[i])'),
			   (10, '''1 hour'', t, VARIADIC array_fill(true, ARRAY[65])'),
			   (11, '''1 hour'', NULL, VARIADIC NULL'),
			   (12, 'CASE i WHEN 3 THEN NULL ELSE interval ''1 hour'' END, t, true'),
			   -- not an error: equal lengths in other words
			   (13, 'CASE i WHEN 3 THEN interval ''1 day'' ELSE ''24 hours'' END, t, true'))
	   AS v(n, args) ORDER BY n;
-- 4,000 groups of up to 7 rows with up to 4 steps, on a grid of 10 minutes so
CREATE TABLE funnel_events AS
	SELECT row_number() OVER () AS id, g, g % 240 AS h, (g / 4 % 4) * interval '10 minutes' AS within,
		   CASE pg_temp.pick(format('t%s-%s', g, i), 20)
				WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'
				ELSE timestamptz '2021-02-10 00:00+00' +
					 interval '10 minutes' * pg_temp.pick(format('m%s-%s', g, i), 1 + g % 6) END AS t,
		   ARRAY(SELECT nullif(pg_temp.pick(format('s%s-%s-%s', g, i, j), 11), 10) < 3 + g % 3
				   FROM generate_series(1, 1 + g % 4) j) AS s
	  FROM generate_series(1, 4000) g, generate_series(1, pg_temp.pick('n' || g, 8)) i;
CREATE INDEX ON funnel_events (g, id);
ANALYZE funnel_events;
CREATE TEMP TABLE all_chains AS
	WITH RECURSIVE chain AS (
		SELECT g, within, 1 AS depth, ARRAY[t] AS times, ARRAY[id] AS ids
		  FROM funnel_events WHERE s[1] AND isfinite(t)
		UNION ALL
		SELECT c.g, c.within, c.depth + 1, c.times || e.t, c.ids || e.id
		  FROM chain c JOIN funnel_events e ON e.g = c.g
		 WHERE e.s[c.depth + 1] AND isfinite(e.t) AND e.t >= c.times[c.depth]
		   AND e.t - c.times[1] <= c.within AND e.id <> ALL (c.ids)
	)
	SELECT DISTINCT ON (g) g, depth, times FROM chain ORDER BY g, depth DESC, times;
CREATE TEMP TABLE funnels AS
	SELECT g, window_funnel(within, t, VARIADIC s) AS depth,
		   window_funnel_times(within, t, VARIADIC s) AS times
	  FROM funnel_events GROUP BY g;
SELECT f.depth, count(*) > 150 AS enough,
	   count(*) FILTER (WHERE f.depth <> coalesce(c.depth, 0) OR f.times IS DISTINCT FROM c.times) AS differ
  FROM funnels f LEFT JOIN all_chains c USING (g)
 GROUP BY f.depth ORDER BY f.depth;

-- the same in any order
SELECT count(*) AS differ
  FROM (SELECT g, window_funnel(within, t, VARIADIC s ORDER BY md5(id::text)) AS mixed,
			   window_funnel(within, t, VARIADIC s ORDER BY t DESC, s) AS backward,
			   window_funnel_times(within, t, VARIADIC s ORDER BY md5(id::text)) AS mixed_times,
			   window_funnel_times(within, t, VARIADIC s ORDER BY t DESC, s) AS backward_times
		  FROM funnel_events GROUP BY g) x JOIN funnels f USING (g)
 WHERE mixed <> depth OR backward <> depth
	OR mixed_times IS DISTINCT FROM times OR backward_times IS DISTINCT FROM times;

-- moving and growing frames: the final function leaves the state as it was
WITH framed AS (
	SELECT g, id, within,
		   window_funnel(within, t, VARIADIC s) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving,
		   window_funnel_times(within, t, VARIADIC s) OVER (PARTITION BY g ORDER BY id DESC) AS growing
	  FROM funnel_events
)
SELECT count(*) > 10000 AS enough, count(*) FILTER (WHERE moving > 2) > 100 AS varied,
	   count(*) FILTER (WHERE moving <> expected_moving OR growing IS DISTINCT FROM expected_growing) AS differ
  FROM framed f,
	   LATERAL (SELECT window_funnel(within, t, VARIADIC s) AS expected_moving
				  FROM funnel_events e WHERE e.g = f.g AND e.id BETWEEN f.id - 2 AND f.id) m,
	   LATERAL (SELECT window_funnel_times(within, t, VARIADIC s) AS expected_growing
				  FROM funnel_events e WHERE e.g = f.g AND e.id >= f.id) n;

-- buffers that fill: thousands of copies, of which as many are kept as a chain can
-- use, of rows with steps in turn, in blocks, and in blocks with a window that
-- ends before the last; and four alike that are followed by thousands of others
SELECT window_funnel('1 hour', t, VARIADIC ARRAY(SELECT j % 3 = i % 3 FROM generate_series(0, 11) j)) AS "3",
	   window_funnel('1 hour', t, VARIADIC ARRAY(SELECT j / 4 = i % 3 FROM generate_series(0, 11) j)) AS "12",
	   window_funnel('1 minute', t, VARIADIC ARRAY(SELECT j / 4 = i % 3 FROM generate_series(0, 11) j)) AS "8",
	   window_funnel('0', '2021-02-10'::timestamptz + greatest(i - 4, 0) * interval '1 minute', true, i <= 4, i <= 4, i <= 4) AS "4"
  FROM generate_series(1, 5000) i,
	   LATERAL (SELECT timestamptz '2021-02-10' + i % 3 * interval '1 minute' AS t) x;

CREATE TEMP TABLE serial_funnels AS
	SELECT h, window_funnel(within, t, VARIADIC s) AS depth,
		   window_funnel_times(within, t, VARIADIC s) AS times
	  FROM funnel_events GROUP BY h;
ALTER TABLE funnel_events SET (parallel_workers = 3);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SET parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT h, window_funnel(within, t, VARIADIC s), window_funnel_times(within, t, VARIADIC s)
						   FROM funnel_events GROUP BY h', 'Partial') AS partial;
CREATE TEMP TABLE parallel_funnels AS
	SELECT h, window_funnel(within, t, VARIADIC s) AS depth,
		   window_funnel_times(within, t, VARIADIC s) AS times
	  FROM funnel_events GROUP BY h;
SELECT count(*) AS groups,
	   count(*) FILTER (WHERE p.depth IS DISTINCT FROM f.depth OR p.times IS DISTINCT FROM f.times) AS differ
  FROM parallel_funnels p FULL JOIN serial_funnels f USING (h);
-- one group of all rows, and none at all
SELECT pg_temp.plan_has('SELECT window_funnel(''20 minutes'', t, VARIADIC s) FROM funnel_events WHERE cardinality(s) = 4', 'Partial') AS partial;
SELECT window_funnel('20 minutes', t, VARIADIC s) AS parallel, window_funnel_times('20 minutes', t, VARIADIC s)
  FROM funnel_events WHERE cardinality(s) = 4;
SELECT window_funnel('20 minutes', t, VARIADIC s) AS nothing FROM funnel_events WHERE id < 0;
-- workers that disagree
SELECT pg_temp.error_of('SELECT window_funnel(interval ''1 hour'' + (id % 2) * interval ''1 hour'', t, VARIADIC s) FROM funnel_events WHERE cardinality(s) = 4');

-- states of another kind: in memory, and from bytes
CREATE AGGREGATE pg_temp.foreign_state(double precision, boolean) (
	SFUNC = ranked_scores_add, STYPE = internal, FINALFUNC = window_funnel_final);
CREATE AGGREGATE public.foreign_bytes(interval, timestamptz, boolean[]) (
	SFUNC = window_funnel_transition, STYPE = internal, FINALFUNC = roc_auc_final,
	COMBINEFUNC = ranked_scores_combine, SERIALFUNC = window_funnel_serialize,
	DESERIALFUNC = ranked_scores_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT pg_temp.foreign_state(1, true)');
SELECT pg_temp.error_of('SELECT foreign_bytes(''1 hour'', t, s) FROM funnel_events WHERE cardinality(s) = 4');
DROP AGGREGATE public.foreign_bytes(interval, timestamptz, boolean[]);
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
SELECT window_funnel('20 minutes', t, VARIADIC s) AS serial, window_funnel_times('20 minutes', t, VARIADIC s)
  FROM funnel_events WHERE cardinality(s) = 4;

DROP TABLE funnel_events, all_chains, funnels, serial_funnels, parallel_funnels;
