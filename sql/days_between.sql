-- days_between(): exact days as numeric

SELECT days_between(a, b)
FROM (VALUES (timestamptz '2021-02-10 00:00+00', timestamptz '2021-02-14 00:00+00'),
			 ('2021-02-10 00:00+00', '2021-02-10 06:00+00'),
			 ('2021-02-10 00:00+00', '2021-02-10 00:00+00'),
			 ('2021-02-10 06:00+00', '2021-02-10 00:00+00'),
			 ('2021-02-10 00:00+00', '2021-02-20 00:00+00'),
			 -- a microsecond, and one less than a day
			 ('2021-02-10 00:00+00', '2021-02-10 00:00:00.000001+00'),
			 ('2021-02-10 00:00:00.000001+00', '2021-02-11 00:00+00'),
			 -- thirds have no end
			 ('2021-02-10 00:00+00', '2021-02-10 08:00+00'),
			 ('2021-02-10 00:00+00', '2021-02-12 16:00+00'),
			 -- across the day that summer time shortens
			 ('2021-03-14 00:00 America/Los_Angeles', '2021-03-15 00:00 America/Los_Angeles')
	 ) t(a, b);

-- what is no moment gives no number
SELECT days_between(a, b)
FROM (VALUES (timestamptz 'infinity', timestamptz '2021-02-14 00:00+00'),
			 ('2021-02-14 00:00+00', 'infinity'), ('-infinity', 'infinity'),
			 ('-infinity', '2021-02-14 00:00+00'), ('infinity', 'infinity'),
			 (NULL, 'infinity'), (NULL, '2021-02-14 00:00+00'), ('2021-02-14 00:00+00', NULL)
	 ) t(a, b);

-- the longest times there are: their microseconds exceed a bigint
SELECT days_between('4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59.999999+00'),
	   days_between('294276-12-31 23:59:59.999999+00', '4714-11-24 00:00:00+00 BC');

-- against the quotient of microseconds
CREATE TEMP TABLE moments AS
SELECT i, timestamptz '2021-02-10 00:00+00' + ((sign * (i * 7919::bigint + i::bigint ^ e)) || ' microseconds')::interval AS b
FROM generate_series(0, 2000) i, unnest(ARRAY[-1, 1]) sign, unnest(ARRAY[1, 3, 4]) e;
SELECT count(*),
	   count(*) FILTER (WHERE days_between(a, b)::text IS DISTINCT FROM
			trim_scale(round((extract(epoch FROM b) - extract(epoch FROM a))::numeric(40, 20)
							 * 1000000 / 86400000000::numeric(40, 20), 16))::text) AS different,
	   count(*) FILTER (WHERE days_between(a, b) <> - days_between(b, a)) AS unsymmetrical
FROM moments, LATERAL (SELECT timestamptz '2021-02-10 00:00+00' AS a) o;

-- microseconds stay apart
SELECT count(DISTINCT days_between(a, a + i * interval '1 microsecond')) = 10001 AS apart
FROM generate_series(0, 10000) i, LATERAL (SELECT timestamptz '2021-02-10 00:00+00' AS a) o;

-- the session's time zone changes nothing
SET TIME ZONE 'Europe/Berlin';
SELECT days_between('2021-03-27 12:00+00', '2021-03-28 12:00+00');
RESET TIME ZONE;
