-- session_count: by hand, then against lag() and sessionize
\i sql/include/helpers.sql

-- a pause as long as the gap does not end a session, a microsecond more does
SELECT session_count(u, t, '30 minutes') AS "4", session_count(u, t, '0') AS "6", session_count(1, t, '29 minutes') AS "3"
  FROM (VALUES ('a', timestamp '2021-02-10 10:00'), ('a', '2021-02-10 10:30'), ('a', '2021-02-10 11:00:00.000001'),
			   ('b', '2021-02-10 11:00:00.000001'), ('b', '2021-02-10 11:00:00.000001'), ('c', '2021-02-10 10:10'), ('c', '2021-02-10 10:11'),
			   ('d', NULL), ('d', 'infinity'), ('e', '-infinity'), (NULL, '2021-02-10 12:00')) AS v(u, t);
-- a day is 24 hours, also when the clocks change
SELECT session_count(1, t, '1 day') AS "1", session_count(1, t, '23:59:59') AS "2", session_count(1, t::timestamp, '1 day') AS "2 by the clock"
  FROM (VALUES (timestamptz '2021-03-13 12:00 America/Los_Angeles'), ('2021-03-14 13:00 America/Los_Angeles')) AS v(t);
-- no rows, none that count; the ends of time
SELECT session_count(1, now(), '1 hour') FROM (SELECT WHERE false) x;
SELECT session_count(NULL::int, now(), '1 hour'), session_count(1, NULL::timestamp, '1 hour'), session_count(1, timestamptz 'infinity', '1 hour');
SELECT session_count(1, t, '106751991 days') FROM (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t);
-- errors
SELECT pg_temp.error_of(format('SELECT session_count(%s) FROM (VALUES (1, now()), (2, now()), (3, now())) AS v(i, t)', args))
  FROM (VALUES (1, 'i, t, NULL'), (2, 'i, t, ''1 month'''), (3, 'i, t, ''-1 second'''), (4, 'i, t, ''2000000000 days'''),
			   (5, 'i, t, i * interval ''1 hour'''), (6, 'NULL, t, ''1 hour'''), (7, '''a'', t, ''1 hour'''), (8, 'point(1, 2), t, ''1 hour'''),
			   (9, 'NULL::int, NULL::timestamp, NULL'), (10, 'i, t, CASE i WHEN 3 THEN interval ''1 day'' ELSE ''24 hours'' END'))
	   AS v(n, args) ORDER BY n;

-- 3,000 events, ids of every kind of type
\i sql/include/mixed_events.sql

-- against lag(), for each type, for all rows and for groups of them
CREATE FUNCTION pg_temp.by_lag(id name) RETURNS TABLE (grp int, x bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('
		SELECT g, count(*) FILTER (WHERE pause IS NULL OR pause > interval ''4 minutes'')
		  FROM (SELECT v.g, t - lag(t) OVER (PARTITION BY v.g, %1$I ORDER BY t) AS pause
				  FROM mixed_events, LATERAL (VALUES (grp), (NULL)) AS v(g)
				 WHERE kind <> 4 AND %1$I IS NOT NULL AND isfinite(t)) s
		 GROUP BY g', id);
END $$;
CREATE FUNCTION pg_temp.by_count() RETURNS TABLE (id name, grp int, x bigint) LANGUAGE plpgsql AS $$
BEGIN
	-- all types at once, since workers take their time to start
	RETURN QUERY EXECUTE (SELECT format('
		SELECT v.id::name, q.grp, v.x
		  FROM (SELECT grp, %1$s FROM mixed_events GROUP BY grp
				UNION ALL
				SELECT NULL, %1$s FROM mixed_events) q, LATERAL (VALUES %2$s) AS v(id, x)',
		string_agg(format('session_count(%1$I, t, ''4 minutes'') FILTER (WHERE kind <> 4) AS %1$I', c.id), ', '),
		string_agg(format('(%1$L, q.%1$I)', c.id), ', ')) FROM id_columns c);
END $$;
CREATE TEMP TABLE expected AS SELECT id, e.* FROM id_columns, pg_temp.by_lag(id) e;
SELECT a.id, count(*), max(a.x) > 1000 AS telling, count(*) FILTER (WHERE a.x IS DISTINCT FROM e.x) AS wrong
  FROM pg_temp.by_count() a LEFT JOIN expected e ON e.id = a.id AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id ORDER BY a.id;
-- against sessionize
SELECT session_count(by_text, t, '4 minutes') = (SELECT sum(m) FROM (SELECT max(s) AS m
		FROM (SELECT by_text, sessionize(t, '4 minutes') OVER (PARTITION BY by_text ORDER BY t) AS s
				FROM mixed_events WHERE by_text IS NOT NULL) a GROUP BY by_text) b) AS same
  FROM mixed_events;
-- moving frames
SELECT count(*) AS frames, count(*) FILTER (WHERE m <> e) AS wrong
  FROM (SELECT i, session_count(n % 5, t, '4 minutes') OVER (ORDER BY i ROWS BETWEEN 29 PRECEDING AND 2 FOLLOWING) AS m
		  FROM mixed_events WHERE i <= 250) f,
	   LATERAL (SELECT session_count((n % 5)::numeric, t, '4 minutes') AS e FROM mixed_events x WHERE x.i BETWEEN f.i - 29 AND least(f.i + 2, 250)) y;
-- few users of many rows, in any order: most rows are dropped on the way, none
-- that links others, whatever comes later
CREATE TABLE long_sessions AS
	SELECT i, pg_temp.pick(i::text, 97) AS s, timestamptz '2021-02-10 00:00+00' + pg_temp.pick('t' || i, 86400) * interval '1 second' AS t
	  FROM generate_series(1, 70000) i;
SELECT gap, session_count(s, t, gap) > 2 * 97 AS telling, session_count(s, t, gap) - lag AS "0",
	   session_count(s::text, t, gap) - lag AS "0", session_count(s::numeric, t, gap) - lag AS "0"
  FROM long_sessions, (VALUES (interval '1 second'), ('1 minute'), ('5 minutes')) g(gap),
	   LATERAL (SELECT count(*) FILTER (WHERE pause IS NULL OR pause > gap) AS lag
				  FROM (SELECT t - lag(t) OVER (PARTITION BY s ORDER BY t) AS pause FROM long_sessions) l) l
 GROUP BY gap, lag ORDER BY gap;
-- as a shop writes them: in the order of time, some sessions at a time, so that
-- most rows find their session under way; now and then one comes back later
CREATE TABLE shop_events AS
	SELECT i, CASE WHEN pg_temp.pick('b' || i, 50) = 0 THEN i / 400 ELSE i / 40 * 4 + pg_temp.pick('s' || i, 9) END AS s,
		   CASE pg_temp.pick('n' || i, 30) WHEN 0 THEN NULL WHEN 1 THEN 'infinity'
				ELSE timestamptz '2021-02-10 00:00+00' + (i + pg_temp.pick('m' || i, 5)) * interval '1 second' END AS t,
		   pg_temp.pick('c' || i, 30) = 0 AS bought
	  FROM generate_series(1, 30000) i;
-- likewise, and backward; in no order, so that few do
SELECT gap, lag > 3000 AS telling, session_count(s, t, gap ORDER BY i) - lag AS "0", session_count(s::text, t, gap ORDER BY i) - lag AS "0",
	   session_count(s::numeric, t, gap ORDER BY i) - lag AS "0", session_count(s, t, gap ORDER BY i DESC) - lag AS "0",
	   session_count(s, t, gap ORDER BY md5(i::text)) - lag AS "0", session_count(s::text, t, gap ORDER BY least(i, 15000), md5(i::text)) - lag AS "0"
  FROM shop_events, (VALUES (interval '0'), ('2 seconds'), ('5 seconds'), ('1 minute'), ('1 day')) g(gap),
	   LATERAL (SELECT count(*) FILTER (WHERE pause IS NULL OR pause > gap) AS lag
				  FROM (SELECT t - lag(t) OVER (PARTITION BY s ORDER BY t) AS pause FROM shop_events WHERE isfinite(t)) l) l
 GROUP BY gap, lag ORDER BY gap;
-- asked for on the way, 811 times, the answers change nothing
SELECT count(*) AS frames, count(*) FILTER (WHERE m <> e) AS wrong
  FROM (SELECT i, CASE WHEN i % 1777 = 0 OR i = 30000 THEN session_count(s, t, '5 seconds') OVER (ORDER BY i / 37) END AS m FROM shop_events) f,
	   LATERAL (SELECT session_count(s, t, '5 seconds' ORDER BY md5(x.i::text)) AS e FROM shop_events x WHERE x.i / 37 <= f.i / 37) y
 WHERE m IS NOT NULL;

-- parallel equals serial; with the leader out, every state crosses a process.
BEGIN;
ALTER TABLE mixed_events SET (parallel_workers = 3);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT session_count(by_text, t, ''1 hour'') FROM mixed_events', 'Partial Aggregate') AS whole,
	   pg_temp.plan_has('SELECT grp, session_count(by_text, t, ''1 hour'') FROM mixed_events GROUP BY grp', 'Partial HashAggregate') AS groups;
SELECT a.id, count(*), count(*) FILTER (WHERE a.x IS DISTINCT FROM e.x) AS wrong
  FROM pg_temp.by_count() a LEFT JOIN expected e ON e.id = a.id AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id ORDER BY a.id;
SELECT session_count(by_text, t, '1 hour') AS nothing FROM mixed_events WHERE i < 0;
SELECT pg_temp.error_of('SELECT session_count(by_text, t, i % 2 * interval ''1 hour'') FROM mixed_events');
ALTER TABLE long_sessions SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT session_count(s, t, ''1 minute'') FROM long_sessions', 'Partial Aggregate') AS long,
	   session_count(s, t, '1 minute') = session_count(s::numeric, t, '1 minute') AS same FROM long_sessions;
ALTER TABLE shop_events SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT session_count(s, t, ''5 seconds'') FROM shop_events', 'Partial Aggregate') AS shop,
	   (SELECT session_count(s::text, t, '5 seconds') FROM shop_events) =
	   (SELECT session_count(s::text, t, '5 seconds' ORDER BY md5(i::text)) FROM shop_events) AS same;
-- a state of another kind, from bytes
CREATE AGGREGATE public.foreign_bytes("any", timestamptz, boolean) (
	SFUNC = session_summary_transition, STYPE = internal, FINALFUNC = session_count_final,
	COMBINEFUNC = session_count_combine, SERIALFUNC = session_summary_serialize,
	DESERIALFUNC = session_count_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT foreign_bytes(by_text, t, true) FROM mixed_events');
DROP AGGREGATE public.foreign_bytes("any", timestamptz, boolean);
COMMIT;
DROP TABLE mixed_events, long_sessions, shop_events;
DROP TYPE two_part_id, weekday;
DROP DOMAIN order_number;
