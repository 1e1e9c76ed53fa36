-- sessionize: numbers by hand, then against lag() and a recursive walk
\i sql/include/helpers.sql

-- a pause as long as the gap does not end a session, a microsecond more does
SELECT t, sessionize(t, '30 minutes') OVER (ORDER BY t)
  FROM (VALUES (timestamp '2021-02-10 10:00'), ('2021-02-10 10:30'),
			   ('2021-02-10 11:00:00.000001'), ('2021-02-10 11:00:00.000001'),
			   ('2021-02-10 12:00')) AS v(t);

-- nor does a session of max_length: the third row is 45 minutes after the first,
-- the fourth a microsecond more; then the length counts anew
SELECT t, sessionize(t, '30 minutes', '45 minutes') OVER (ORDER BY t)
  FROM (VALUES (timestamp '2021-02-10 10:00'), ('2021-02-10 10:20'),
			   ('2021-02-10 10:45'), ('2021-02-10 10:45:00.000001'),
			   ('2021-02-10 11:10'), ('2021-02-10 11:30:00.000001'),
			   ('2021-02-10 11:31')) AS v(t);

-- a day is 24 hours, also when the clocks change: 23 hours lie between these
-- two noons, 24 between the first and the third row
SELECT t, sessionize(t, '1 day', '1 day') OVER (ORDER BY t)
  FROM (VALUES (timestamptz '2021-03-13 12:00 America/Los_Angeles'),
			   ('2021-03-14 12:00 America/Los_Angeles'),
			   ('2021-03-14 13:00 America/Los_Angeles'),
			   ('2021-03-14 13:00:00.000001 America/Los_Angeles')) AS v(t);

-- NULL and infinite times are passed over, wherever they stand
SELECT t, sessionize(t, '30 minutes') OVER (ORDER BY t NULLS FIRST)
  FROM (VALUES (timestamp '2021-02-10 10:00'), ('2021-02-10 10:30'), (NULL),
			   ('infinity'), ('-infinity'), (NULL)) AS v(t);
SELECT i, t, sessionize(t, '30 minutes') OVER (ORDER BY i)
  FROM (VALUES (1, timestamptz '2021-02-10 10:00'), (2, NULL), (3, 'infinity'),
			   (4, '2021-02-10 10:20'), (5, '-infinity'),
			   (6, '2021-02-10 10:51')) AS v(i, t);
-- no row, one row, only rows that do not count
SELECT count(sessionize) FROM (SELECT sessionize(t, '1 hour') OVER (ORDER BY t) FROM (SELECT now() AS t WHERE false) x) y;
SELECT sessionize(timestamptz '2021-02-10', '1 hour') OVER ();
SELECT sessionize(t, '1 hour') OVER (ORDER BY t) FROM (VALUES (NULL::timestamp), ('infinity')) AS v(t);
-- a gap of 0: only equal times share a session; the ends of time are in range
SELECT t, sessionize(t, '0', '0') OVER (ORDER BY t) FROM (VALUES
	(timestamp '2021-02-10 10:00'), ('2021-02-10 10:00'), ('2021-02-10 10:00:00.000001')) AS v(t);
SELECT sessionize(t, '106751991 days') OVER (ORDER BY t) FROM (VALUES
	(timestamp '4714-11-24 00:00:00 BC'), ('294276-12-31 23:59:59.999999')) AS v(t);
-- each partition counts from 1 and may have its own gap
SELECT u, t, sessionize(t, u * interval '10 minutes') OVER (PARTITION BY u ORDER BY t)
  FROM (VALUES (1, timestamp '2021-02-10 10:00'), (1, '2021-02-10 10:20'), (1, '2021-02-10 10:40'),
			   (2, '2021-02-10 10:00'), (2, '2021-02-10 10:20'), (2, '2021-02-10 10:40')) AS v(u, t)
 ORDER BY u, t;
-- the frame of the window does not matter
SELECT sessionize(t, '30 minutes') OVER (ORDER BY t ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)
  FROM (VALUES (timestamp '2021-02-10 10:00'), ('2021-02-10 10:30'), ('2021-02-10 11:00:00.000001')) AS v(t);

-- errors
SELECT pg_temp.error_of(format('SELECT sessionize(t, %s) OVER (%s) FROM (VALUES
	(1, timestamptz ''2021-02-10 10:00'', interval ''1 hour''),
	(2, ''2021-02-10 11:00'', ''1 hour''), (3, ''2021-02-10 11:00'', ''1 hour''),
	(4, ''2021-02-10 12:00'', ''2 hours'')) AS v(i, t, g)', args, over_))
  FROM (VALUES (1, '''1 hour''', 'ORDER BY t DESC'),
			   (2, '''1 hour''', 'ORDER BY -i'),
			   (3, 'NULL', 'ORDER BY t'),
			   (4, '''1 hour'', NULL', 'ORDER BY t'),
			   (5, '''-1 second''', 'ORDER BY t'),
			   (6, '''1 hour'', ''-1 day''', 'ORDER BY t'),
			   (7, '''1 month''', 'ORDER BY t'),
			   (8, '''1 hour'', ''1 year''', 'ORDER BY t'),
			   (9, '''1 day'', ''1 mon -30 days''', 'ORDER BY t'),
			   (10, '''2000000000 days''', 'ORDER BY t'),
			   (11, 'g', 'ORDER BY t'),
			   (12, '''1 hour'', g', 'ORDER BY t'),
			   (13, 'nullif(g, ''2 hours'')', 'ORDER BY t'),
			   -- not an error: equal lengths in other words
			   (14, 'CASE i WHEN 1 THEN interval ''24 hours'' ELSE ''1 day'' END', 'ORDER BY t'))
	   AS v(n, args, over_)
 ORDER BY n;
SELECT sessionize(now(), '1 hour');

-- 3,000 users with up to 19 events, pauses of 0 to 70 minutes and some rows that
CREATE TEMP TABLE session_events AS
	SELECT u, i, pause_of.*,
		   (u % 4) * interval '15 minutes' + interval '1 minute' AS gap,
		   (u % 7) * interval '10 minutes' AS max_length
	  FROM generate_series(1, 3000) u, generate_series(1, pg_temp.pick('n' || u, 20)) i,
		   LATERAL (SELECT CASE pg_temp.pick(format('%s-%s', u, i), 12)
								WHEN 0 THEN NULL WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity'
								ELSE timestamptz '2021-03-13 00:00+00' +
									 interval '1 minute' * (i * 20 + pg_temp.pick(format('p%s-%s', u, i), 4) * 17
														   - (i % 3) * 20)
						   END AS t) pause_of;
CREATE TEMP TABLE sessionized AS
	SELECT u, i, t, gap, max_length,
		   sessionize(t, gap) OVER w AS by_gap,
		   sessionize(t::timestamp, gap) OVER w AS by_gap_without_zone,
		   sessionize(t, gap, max_length) OVER w AS by_length,
		   sessionize(t::timestamp, gap, max_length) OVER w AS by_length_without_zone
	  FROM session_events
	WINDOW w AS (PARTITION BY u ORDER BY t, i);

-- against lag() and a running sum
WITH marked AS (
	SELECT *, (t - lag(t) OVER (PARTITION BY u ORDER BY t, i) > gap)::int AS starts
	  FROM sessionized WHERE isfinite(t)
), summed AS (
	SELECT *, 1 + sum(coalesce(starts, 0)) OVER (PARTITION BY u ORDER BY t, i) AS expected FROM marked
)
SELECT count(*) > 20000 AS enough, max(expected) > 10 AS varied,
	   count(*) FILTER (WHERE by_gap IS DISTINCT FROM expected) AS differ
  FROM summed;
-- against a walk from row to row that carries the start of the session along
WITH RECURSIVE numbered AS (
	SELECT *, row_number() OVER (PARTITION BY u ORDER BY t, i) AS r FROM sessionized WHERE isfinite(t)
), walk AS (
	SELECT u, r, t, t AS start, 1 AS expected, by_length FROM numbered WHERE r = 1
	UNION ALL
	SELECT n.u, n.r, n.t, CASE WHEN cut THEN n.t ELSE w.start END,
		   w.expected + cut::int, n.by_length
	  FROM walk w JOIN numbered n ON n.u = w.u AND n.r = w.r + 1,
		   LATERAL (SELECT n.t - w.t > n.gap OR n.t - w.start > n.max_length AS cut) c
)
SELECT count(*) > 20000 AS enough, max(expected) > 10 AS varied,
	   count(*) FILTER (WHERE by_length IS DISTINCT FROM expected) AS differ
  FROM walk;
SELECT count(*) > 5000 AS enough, count(by_gap) + count(by_length) AS numbered
  FROM sessionized WHERE isfinite(t) IS NOT TRUE;
SELECT count(*) AS differ FROM sessionized
 WHERE by_gap_without_zone IS DISTINCT FROM by_gap
	OR by_length_without_zone IS DISTINCT FROM by_length;
SELECT count(*) > 1000 AS lengths_matter FROM sessionized WHERE by_gap <> by_length;

DROP TABLE session_events, sessionized;

-- days have no time zone: each is 24 hours after the one before, whatever the session's zone
SET timezone = 'Europe/Berlin';
SELECT d, sessionize(d, '1 day') OVER w AS by_day, sessionize(d, '23:59') OVER w AS by_less, sessionize(d, '1 day', '2 days') OVER w AS by_length,
	sessionize(d::timestamptz, '1 day') OVER w AS of_moments
FROM (VALUES (date '2021-10-29'), ('2021-10-30'), ('2021-10-31'), ('2021-11-01'), ('2021-11-03'), ('infinity'), (NULL)) v(d)
WINDOW w AS (ORDER BY d);
RESET timezone;
