-- session_duration: from the first to the last event
\i sql/include/helpers.sql

-- no rows, only NULLs and infinite times, one event, ties, infinities between
SELECT session_duration(t) AS none FROM (VALUES (now())) v(t) WHERE false;
SELECT session_duration(t) AS none
  FROM (VALUES (NULL::timestamptz), ('infinity'), ('-infinity')) v(t);
SELECT session_duration(t) AS zero FROM (VALUES (timestamptz '2021-02-11 10:00+00')) v(t);
SELECT session_duration(t) AS zero
  FROM (VALUES (timestamptz '2021-02-11 10:00+00'), ('2021-02-11 05:00-05')) v(t);
SELECT session_duration(t)
  FROM (VALUES (timestamptz '2021-02-11 10:00:30+00'), ('2021-02-11 10:00:00+00'),
			   (NULL), ('infinity'), ('2021-02-11 10:20:00.25+00'), ('-infinity')) v(t);
SELECT session_duration(t)
  FROM (VALUES (timestamp '2021-02-11 10:00:30'), ('2021-02-11 10:00:00'),
			   (NULL), ('infinity'), ('2021-02-11 10:20:00.25'), ('-infinity')) v(t);
SELECT pg_typeof(session_duration(t)) FROM (VALUES (timestamp '2021-02-11')) v(t);

-- days and hours as max - min has them, over a change of the clocks and far away
SELECT session_duration(t), max(t) - min(t) AS expected
  FROM (VALUES (timestamptz '2021-03-13 12:00'), ('2021-03-15 11:00')) v(t);
SELECT session_duration(t), max(t) - min(t) AS expected
  FROM (VALUES (timestamp '2021-03-13 12:00'), ('2021-03-15 11:00')) v(t);
SELECT session_duration(t), max(t) - min(t) AS expected
  FROM (VALUES (timestamp '4714-11-24 00:00 BC'), ('2021-02-11 00:00:00.000001')) v(t);
SELECT session_duration(t), max(t) - min(t) AS expected
  FROM (VALUES (timestamp '2000-01-01'), ('294276-12-31 23:59:59.999999')) v(t);
-- a date and a text are taken for times, as ever
SELECT session_duration(d) FROM (VALUES (date '2021-02-11'), ('2021-02-13')) v(d);

-- random events in sessions
CREATE TABLE random_events AS
SELECT i, abs(hashint8extended(i, 1) % 300) AS session,
	   CASE abs(hashint8extended(i, 2) % 20)
			WHEN 0 THEN NULL
			WHEN 1 THEN 'infinity'
			WHEN 2 THEN '-infinity'
			ELSE timestamptz '2021-02-11 00:00+00' +
				 (hashint8extended(i, 3) % 10000000000) * interval '1 millisecond'
	   END AS t
  FROM generate_series(1, 4000) i;
INSERT INTO random_events VALUES (4001, 1001, NULL), (4002, 1001, 'infinity'), (4003, 1002, '2021-01-01');
ANALYZE random_events;
CREATE FUNCTION check_sessions(OUT sessions bigint, OUT wrong bigint,
							   OUT without_time bigint, OUT whole interval, OUT whole_agrees boolean)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT count(*), count(*) FILTER (WHERE a::text IS DISTINCT FROM e::text
												  OR b::text IS DISTINCT FROM f::text),
					count(*) FILTER (WHERE a IS NULL)
			   FROM (SELECT session, session_duration(t) AS a, session_duration(t::timestamp) AS b,
							max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)) AS e,
							max(t::timestamp) FILTER (WHERE isfinite(t)) -
							min(t::timestamp) FILTER (WHERE isfinite(t)) AS f
					   FROM random_events GROUP BY session) s'
		INTO sessions, wrong, without_time;
	EXECUTE 'SELECT session_duration(t) FROM random_events' INTO whole;
	whole_agrees := whole::text = (SELECT (max(t) - min(t))::text FROM random_events WHERE isfinite(t));
END $$;
SELECT sessions, wrong, without_time, whole_agrees FROM check_sessions();

-- moving window frame
SELECT count(*) AS frames,
	   count(*) FILTER (WHERE moving IS DISTINCT FROM
			(SELECT max(b.t) - min(b.t) FROM random_events b
			  WHERE b.i BETWEEN frames.i - 3 AND frames.i + 1 AND isfinite(b.t))) AS wrong,
	   count(*) FILTER (WHERE moving IS NULL) AS without_time
  FROM (SELECT i, session_duration(t) OVER (ORDER BY i ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING) AS moving
		  FROM random_events WHERE i <= 300) frames
 WHERE i < 300;

-- parallel: the plan is partial, and the answers are those of a serial one
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
ALTER TABLE random_events SET (parallel_workers = 2);
SELECT pg_temp.plan_has('SELECT session_duration(t) FROM random_events', 'Partial %Aggregate') AS whole,
	   pg_temp.plan_has('SELECT session, session_duration(t) FROM random_events GROUP BY session', 'Partial %Aggregate') AS groups;
SELECT sessions, wrong, without_time, whole_agrees FROM check_sessions();
SELECT session_duration(t) AS none FROM random_events WHERE i > 4000 AND session = 1001;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
RESET parallel_leader_participation;

-- the state is an ordinary array that may be stored and merged
SELECT session_duration_transition(NULL::bigint[], timestamptz '2000-01-01 00:00:01+00');
SELECT session_duration_transition('{5,9}', timestamptz '2000-01-01 00:00:01+00');
SELECT session_duration_transition('{5,9}', timestamp '1999-12-31 23:59:59');
SELECT session_duration_transition('{5,9}', NULL::timestamp);
SELECT session_duration_transition(NULL, timestamp 'infinity');
SELECT session_duration_combine('{5,9}', '{2,7}'), session_duration_combine('{5,9}', '{6,12}'),
	   session_duration_combine(NULL, '{2,7}'), session_duration_combine('{2,7}', NULL),
	   session_duration_combine(NULL, NULL);
SELECT session_duration_final('{0,86400000001}'), session_duration_final(NULL);
-- called outside an aggregate it leaves its argument alone
SELECT s AS unchanged FROM (SELECT '{5,9}'::bigint[] AS s OFFSET 0) v
 WHERE session_duration_transition(s, timestamptz '2021-01-01') IS NOT NULL
   AND session_duration_combine(s, '{0,100}') IS NOT NULL;

-- what is no state, and what is no interval
\pset format unaligned
CREATE FUNCTION fails(query text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	RETURN 'does not fail';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;
SELECT state, fails(format('SELECT session_duration_transition(%s, timestamp %L)', state, '2021-01-01')) AS finite,
	   fails(format('SELECT session_duration_transition(%s, NULL::timestamp)', state)) AS not_finite,
	   fails(format('SELECT session_duration_combine(%s, NULL)', state)) AS on_the_left,
	   fails(format('SELECT session_duration_combine(%L, %s)', '{1,2}', state)) AS on_the_right,
	   fails(format('SELECT session_duration_final(%s)', state)) AS final
  FROM unnest(ARRAY['ARRAY[]::bigint[]', 'ARRAY[1]', 'ARRAY[1,2,3]', 'ARRAY[1,NULL]',
					'ARRAY[NULL,NULL]::bigint[]', 'ARRAY[ARRAY[1,2]]', 'ARRAY[ARRAY[1],ARRAY[2]]',
					'ARRAY[2,1]', 'ARRAY[-9223372036854775808,0]',
					'ARRAY[0,9223372036854775807]']) AS state;
SELECT fails('SELECT session_duration(t) FROM (VALUES (timestamp ''4713-01-01 BC''), (''294276-12-31'')) v(t)');
SELECT fails('SELECT session_duration(t) FROM (VALUES (timestamptz ''4713-01-01 BC''), (''294276-12-31'')) v(t)');
SELECT fails('SELECT session_duration(1)');
SELECT fails('SELECT session_duration(time ''10:00'')');

-- days have no time zone: no clock is put forward or back in them, whatever the session's zone
SET timezone = 'Europe/Berlin';
SELECT session_duration(d) AS duration, session_duration(d::timestamptz) AS of_moments
FROM (VALUES (date '2021-03-27'), ('2021-03-29'), (NULL), ('infinity'), ('-infinity')) v(d);
SELECT session_duration(d), session_duration(d) FILTER (WHERE d > '2021-10-30'), session_duration(d) FILTER (WHERE d IS NULL)
FROM (VALUES (date '2021-10-30'), ('2021-10-31'), (NULL)) v(d);
SELECT i, session_duration(date '2021-03-01' + i) OVER (ORDER BY i ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM generate_series(26, 30) i;
RESET timezone;
SELECT fails('SELECT session_duration(date ''5874897-12-31'')');

DROP FUNCTION fails, check_sessions;
DROP TABLE random_events;
