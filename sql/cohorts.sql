--
-- Cohorts: a shop whose answers can be worked out by hand, clocks that are put
-- forward and back, and the sample shop against plain SQL.  All is rolled back.
--
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET jit = off;
BEGIN;
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	-- January: a comes back in January, March and April; b in none; c, of the last
	-- moment, a moment later
	('a1', 'a', '2021-01-31 00:00'), ('a2', 'a', '2021-01-31 12:00'), ('a3', 'a', '2021-03-02 00:00'), ('a4', 'a', '2021-04-30 00:00'),
	('b1', 'b', '2021-01-01 00:00'),
	('c1', 'c', '2021-01-31 23:59:59.999999'), ('c2', 'c', '2021-02-01 00:00'),
	-- March: d twice in one moment
	('d1', 'd', '2021-03-31 00:00'), ('d2', 'd', '2021-03-31 00:00'), ('d3', 'd', '2021-04-30 00:00'),
	-- no user, no id, no time, or an infinite one: not counted
	('g1', NULL, '2021-01-01 00:00'), (NULL, 'b', '2021-02-01 00:00'), ('b2', 'b', NULL), ('b3', 'b', 'infinity'), ('b4', 'b', '-infinity'),
	('e1', 'e', NULL), ('e2', 'e', 'infinity');

-- the present is 30 April, 00:00: April is not over for January's, nor March's own
-- first month after; period 0 always is
SELECT * FROM greenery.cohort_retention ORDER BY 1, 2;
-- a moment before May; and May, which has a row
SET LOCAL greenery.as_of = '2021-04-30 23:59:59.999999+00';
SELECT cohort, period, is_mature FROM greenery.cohort_retention WHERE NOT is_mature ORDER BY 1, 2;
SET LOCAL greenery.as_of = '2021-05-01 00:00+00';
SELECT cohort, period, active_users, is_mature FROM greenery.cohort_retention WHERE period IN (1, 3, 4) ORDER BY 1, 2;
-- what lies after the present is not known yet
SET LOCAL greenery.as_of = '2021-02-01 00:00+00';
SELECT * FROM greenery.cohort_retention ORDER BY 1, 2;
SET LOCAL greenery.as_of = '2021-01-31 06:00+00';
SELECT * FROM greenery.cohort_retention ORDER BY 1, 2;
SET LOCAL greenery.as_of = '2020-12-31 00:00+00';
SELECT * FROM greenery.cohort_retention ORDER BY 1, 2;
RESET greenery.as_of;

-- rolling: a's months end at 28 February, 31 March and 30 April, 00:00, so that 2
-- March is in period 1 and 30 April in period 3.  c is back within the month.  d's
-- first month ends at 30 April, 00:00.
SELECT * FROM greenery_cohort_retention(mode => 'rolling') ORDER BY 1, 2;
-- mature when it is over for users who came at the month's end
SET LOCAL greenery.as_of = '2021-03-31 23:59:59+00';
SELECT cohort, period, is_mature FROM greenery_cohort_retention(mode => 'rolling') ORDER BY 1, 2;
SET LOCAL greenery.as_of = '2021-04-01 00:00+00';
SELECT cohort, period, is_mature FROM greenery_cohort_retention(mode => 'rolling') WHERE cohort = '2021-01-01' ORDER BY 1, 2;
RESET greenery.as_of;

-- weeks begin on Monday: b's on 28 December, that of a and c on 25 January
SELECT cohort, period, users, active_users, is_mature FROM greenery_cohort_retention('week')
WHERE active_users > 0 OR period = 17 ORDER BY 1, 2;
SELECT cohort, max(period), bool_and(is_mature = (period = 0 OR period < (date '2021-04-30' - cohort) / 7)) AS mature
FROM greenery_cohort_retention('week') GROUP BY 1 ORDER BY 1;
-- a's order after half a day is in period 0, after 30 days in week 4, after 89 in 12
SELECT cohort, period, users, active_users FROM greenery_cohort_retention('week', 'rolling') WHERE active_users > 0 ORDER BY 1, 2;
SELECT cohort, count(*), max(period), min(users), sum(active_users), array_agg(period ORDER BY period) FILTER (WHERE active_users > 0) AS active
FROM greenery_cohort_retention('day') GROUP BY 1 ORDER BY 1;
SELECT cohort, array_agg(period ORDER BY period) FILTER (WHERE active_users > 0) AS active, max(period) FILTER (WHERE is_mature) AS mature
FROM greenery_cohort_retention('day', 'rolling') GROUP BY 1 ORDER BY 1;

-- another clock: in Honolulu, ten hours behind, c's two orders are of one January day
SELECT cohort, period, users, active_users FROM greenery_cohort_retention('day', timezone => 'Pacific/Honolulu')
WHERE cohort BETWEEN '2021-01-30' AND '2021-02-01' AND active_users > 0 ORDER BY 1, 2;
SET LOCAL greenery.timezone = 'Pacific/Honolulu';
SELECT * FROM greenery.cohort_retention WHERE active_users > 0 ORDER BY 1, 2;
SELECT count(*) FROM (SELECT * FROM greenery.cohort_retention EXCEPT SELECT * FROM greenery_cohort_retention()) x;
RESET greenery.timezone;

-- Days with a change of the clock, in New York: 14 March 2021 has 23 hours, 7
-- November 25.
TRUNCATE greenery.orders;
INSERT INTO greenery.orders (order_id, user_id, created_at) VALUES
	-- 22:30 and, 24 hours later, 23:30 of the next day; 12:00 and, 23 hours later, 12:00
	('a1', 'a', '2021-03-13 22:30 America/New_York'), ('a2', 'a', timestamptz '2021-03-13 22:30 America/New_York' + interval '24 hours'),
	('b1', 'b', '2021-03-13 12:00 America/New_York'), ('b2', 'b', timestamptz '2021-03-13 12:00 America/New_York' + interval '23 hours'),
	-- 00:30 and, 24 hours later, 23:30 of the same day
	('c1', 'c', '2021-11-07 00:30 America/New_York'), ('c2', 'c', timestamptz '2021-11-07 00:30 America/New_York' + interval '24 hours'),
	-- 01:50 and, after 20 minutes, 01:10: the same period, and not one before
	('d1', 'd', '2021-11-07 05:50 UTC'), ('d2', 'd', '2021-11-07 06:10 UTC'),
	('z', NULL, '2021-11-08 04:59:59 UTC');
SELECT mode, cohort, period, users, active_users, is_mature
FROM unnest('{calendar,rolling}'::text[]) mode, greenery_cohort_retention('day', mode, 'America/New_York')
WHERE period <= 1 ORDER BY 1, 2, 3;
-- the 25 hours are over at 05:00 UTC and not before
SET LOCAL greenery.timezone = 'America/New_York';
SET LOCAL greenery.as_of = '2021-11-08 04:59:59.999999+00';
SELECT max(period) FROM greenery_cohort_retention('day') WHERE cohort = '2021-11-07';
SET LOCAL greenery.as_of = '2021-11-08 05:00+00';
SELECT max(period) FROM greenery_cohort_retention('day') WHERE cohort = '2021-11-07';
SET LOCAL greenery.as_of = '2021-11-09 04:59:59+00';
SELECT period, is_mature FROM greenery_cohort_retention('day') WHERE cohort = '2021-11-07' ORDER BY 1;
SET LOCAL greenery.as_of = '2021-11-09 05:00+00';
SELECT period, is_mature FROM greenery_cohort_retention('day') WHERE cohort = '2021-11-07' ORDER BY 1;
RESET greenery.as_of;
RESET greenery.timezone;

-- no orders: no rows, but errors all the same
TRUNCATE greenery.orders;
SELECT (SELECT count(*) FROM greenery.cohort_retention) AS months, (SELECT count(*) FROM greenery_cohort_retention('day', 'rolling')) AS days;
\set SHOW_CONTEXT never
SAVEPOINT s;
SELECT * FROM greenery_cohort_retention('year');
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(NULL);
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(mode => 'sliding');
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(timezone => 'Mars/Olympus_Mons');
ROLLBACK TO s;
\set VERBOSITY sqlstate
SELECT * FROM greenery_cohort_retention('year');
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(NULL);
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(mode => 'sliding');
ROLLBACK TO s;
SELECT * FROM greenery_cohort_retention(timezone => 'Mars/Olympus_Mons');
ROLLBACK TO s;
\set VERBOSITY default
ROLLBACK;

-- The sample shop, a year of it, against plain SQL that walks through all
-- pairs of cohort and period by their bounds.  Differences, and there must be none.
BEGIN;
SELECT sum(rows) > 1000 AS loaded FROM greenery_load_sample_shop(users => 200, seed => 3);
ANALYZE greenery.orders;
CREATE FUNCTION pg_temp.plain(unit text, mode text, zone text)
	RETURNS TABLE (cohort date, period int, users bigint, active_users bigint, retention float8, is_mature boolean)
	LANGUAGE sql AS $$
	WITH o AS (
		SELECT user_id, created_at AT TIME ZONE zone AS at FROM greenery.orders WHERE status <> 'cancelled'
	), f AS (
		SELECT user_id, min(at) AS at, date_trunc(unit, min(at)) AS cohort FROM o GROUP BY user_id
	), c AS (
		SELECT f.cohort, count(*) AS users FROM f GROUP BY 1
	), k AS (
		SELECT c.*, k AS period, c.cohort + k * ('1 ' || unit)::interval AS since, c.cohort + (k + 1) * ('1 ' || unit)::interval AS until,
			c.cohort + (k + 2) * ('1 ' || unit)::interval AS rolled
		FROM c, generate_series(0, CASE unit WHEN 'day' THEN 364 ELSE 60 END) k
	)
	SELECT k.cohort::date, k.period, k.users, a.n, a.n::float8 / k.users,
		k.period = 0 OR (SELECT max(at) FROM o) >= CASE mode WHEN 'rolling' THEN k.rolled ELSE k.until END
	FROM k, LATERAL (
		SELECT count(*) AS n FROM f
		WHERE f.cohort = k.cohort AND EXISTS (
			SELECT FROM o WHERE o.user_id = f.user_id
				AND CASE mode WHEN 'rolling' THEN o.at >= f.at + k.period * ('1 ' || unit)::interval
												  AND o.at < f.at + (k.period + 1) * ('1 ' || unit)::interval
						  ELSE o.at >= k.since AND o.at < k.until END)) a
	WHERE k.since <= (SELECT max(at) FROM o)
$$;
CREATE FUNCTION pg_temp.differences(unit text, mode text, zone text, OUT rows bigint, OUT differences bigint)
	LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM greenery_cohort_retention(unit, mode, zone)),
		(SELECT count(*) FROM ((SELECT * FROM greenery_cohort_retention(unit, mode, zone) EXCEPT ALL SELECT * FROM pg_temp.plain(unit, mode, zone))
							   UNION ALL
							   (SELECT * FROM pg_temp.plain(unit, mode, zone) EXCEPT ALL SELECT * FROM greenery_cohort_retention(unit, mode, zone))) d)
$$;
SELECT unit, mode, zone, d.*
FROM (VALUES ('month', 'calendar', 'UTC'), ('month', 'rolling', 'UTC'), ('week', 'calendar', 'Asia/Kathmandu'), ('week', 'rolling', 'America/New_York'),
			 ('day', 'calendar', 'Australia/Lord_Howe')) m (unit, mode, zone), pg_temp.differences(unit, mode, zone) d;
-- every cohort is whole in period 0, and cohorts add up to the purchasers
SELECT mode, bool_and(active_users = users) AS whole, sum(users) = (SELECT count(DISTINCT user_id) FROM greenery.orders WHERE status <> 'cancelled') AS all_users
FROM unnest('{calendar,rolling}'::text[]) mode, greenery_cohort_retention('week', mode) WHERE period = 0 GROUP BY 1 ORDER BY 1;
ROLLBACK;

-- what the view is made from, through the function
SELECT * FROM greenery_lineage() WHERE model = 'cohort_retention';
\i sql/include/empty_tables.sql
