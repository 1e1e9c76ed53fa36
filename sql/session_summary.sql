-- session_summary: by hand, then against GROUP BY
\i sql/include/helpers.sql

-- a bounce is shorter than a minute and has no conversion
SELECT session_summary(s, timestamptz '2021-02-10 00:00+00' + sec * interval '1 second', c)
  FROM (VALUES (1, 0, false), (1, 59.999999, false),	-- a bounce
			   (2, 0, false), (2, 60, false),			-- none
			   (3, 5, true),							-- none: it converted
			   (4, 5, NULL),							-- a bounce of one event
			   (NULL, 0, true)) AS v(s, sec, c);
-- the type has names; an event without a finite time is an event all the same
SELECT (x).* FROM (SELECT session_summary(s, t::timestamptz, c) AS x
  FROM (VALUES ('a', NULL, true), ('b', 'infinity', false), ('b', '-infinity', false),
			   ('c', '2021-02-10 00:00', false), ('c', '2021-02-12 01:00', false), ('c', NULL, true)) AS v(s, t, c)) y;
-- times without time zone stand as they are, also when the clocks change
SELECT (session_summary(1, t::timestamp, false)).total_duration AS plain,
	   (session_summary(1, t::timestamptz, false)).total_duration AS zoned
  FROM (VALUES ('2021-03-13 12:00'), ('2021-03-14 12:00')) AS v(t);
-- no rows, none that count
SELECT session_summary(1, now(), true) FROM (SELECT WHERE false) x;
SELECT session_summary(NULL::int, now(), true), session_summary(1, NULL::timestamptz, NULL);
-- the ends of time; sums beyond 64 bits of microseconds
SELECT (session_summary(i, t, false)).total_duration, (session_summary(i, t, false)).average_duration
  FROM generate_series(1, 4) i, (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t);
-- errors
SELECT pg_temp.error_of(q) FROM (VALUES
	(1, 'SELECT session_summary(NULL, now(), true)'), (2, $$SELECT session_summary('a', now(), true)$$),
	(3, 'SELECT session_summary(point(1, 2), now(), true)'), (4, 'SELECT session_summary(1, 2, true)'))
	AS v(n, q) ORDER BY n;

-- 3,000 events, ids of every kind of type
\i sql/include/mixed_events.sql

-- against GROUP BY, for each type, for all rows and for groups of them
CREATE FUNCTION pg_temp.by_group_by(id name) RETURNS TABLE (grp int, x session_totals) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('
		SELECT g, ROW(count(*), sum(events), count(*) FILTER (WHERE duration < interval ''1 minute'' AND NOT converted),
					  count(*) FILTER (WHERE converted), sum(duration), avg(duration))::session_totals
		  FROM (SELECT v.g, count(*) AS events, bool_or(coalesce(bought, false)) AS converted,
					   max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)) AS duration
				  FROM mixed_events, LATERAL (VALUES (grp), (NULL)) AS v(g)
				 WHERE kind <> 4 AND %1$I IS NOT NULL GROUP BY v.g, %1$I) s
		 GROUP BY g', id);
END $$;
CREATE FUNCTION pg_temp.by_summary() RETURNS TABLE (id name, grp int, x session_totals) LANGUAGE plpgsql AS $$
BEGIN
	-- all types at once, since workers take their time to start
	RETURN QUERY EXECUTE (SELECT format('
		SELECT v.id::name, q.grp, v.x
		  FROM (SELECT grp, %1$s FROM mixed_events GROUP BY grp
				UNION ALL
				SELECT NULL, %1$s FROM mixed_events) q, LATERAL (VALUES %2$s) AS v(id, x)',
		string_agg(format('session_summary(%1$I, t, bought) FILTER (WHERE kind <> 4) AS %1$I', c.id), ', '),
		string_agg(format('(%1$L, q.%1$I)', c.id), ', ')) FROM id_columns c);
END $$;
-- the average is rounded, to a microsecond
CREATE FUNCTION pg_temp.differ(a session_totals, b session_totals) RETURNS boolean LANGUAGE sql
	RETURN coalesce((a.sessions, a.events, a.bounces, a.conversions, a.total_duration) IS DISTINCT FROM
					(b.sessions, b.events, b.bounces, b.conversions, b.total_duration), true)
		OR a.average_duration - b.average_duration NOT BETWEEN '-1 microsecond' AND '1 microsecond';
CREATE TEMP TABLE expected AS SELECT id, e.* FROM id_columns, pg_temp.by_group_by(id) e;
SELECT a.id, count(*), count(*) FILTER (WHERE (a.x).sessions > 0 AND (a.x).bounces > 0 AND (a.x).conversions > 0) AS telling,
	   count(*) FILTER (WHERE pg_temp.differ(a.x, e.x)) AS wrong
  FROM pg_temp.by_summary() a LEFT JOIN expected e ON e.id = a.id AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id ORDER BY a.id;
-- anonymous rows; text in a collation that takes different strings for equal,
-- where there is ICU
SELECT count(*) FILTER (WHERE pg_temp.differ(x, (SELECT e.x FROM expected e WHERE e.id = 'by_pair' AND e.grp IS NULL))) AS wrong
  FROM (SELECT session_summary(CASE WHEN n IS NOT NULL THEN ROW(n % 3, n) END, t, bought) FILTER (WHERE kind <> 4) AS x FROM mixed_events) y;
\i sql/include/ignore_case.sql
SELECT (session_summary(s COLLATE ignore_case, now(), false)).sessions = CASE WHEN :'has_icu'::boolean THEN 1 ELSE 2 END AS by_collation,
	   (session_summary(s, now(), false)).sessions AS by_bytes
  FROM (VALUES ('Visit'), ('visit')) v(s);
-- moving frames
SELECT count(*) AS frames, count(*) FILTER (WHERE m::text <> e::text) AS wrong
  FROM (SELECT i, session_summary(by_text, t, bought) OVER (ORDER BY i ROWS BETWEEN 9 PRECEDING AND 2 FOLLOWING) AS m
		  FROM mixed_events WHERE i <= 250) f,
	   LATERAL (SELECT session_summary(by_numeric, t, bought) AS e FROM mixed_events x WHERE x.i BETWEEN f.i - 9 AND least(f.i + 2, 250)) y;
-- a growing frame, with the log in every state of its life
SELECT count(*) AS frames, count(*) FILTER (WHERE (x).sessions <> least(i, 5000) OR (x).events <> i
		OR (x).total_duration <> greatest(i - 5000, 0) * interval '5 seconds') AS wrong
  FROM (SELECT i, CASE WHEN i % 500 = 0 THEN session_summary(i % 5000, timestamp '2021-02-10' + i / 5000 * interval '5 seconds', false)
					   OVER (ORDER BY i) END AS x FROM generate_series(0, 9999) i WHERE i > 0) y WHERE x IS NOT NULL;
-- few sessions of many rows, in any order: most rows are dropped on the way
CREATE TABLE long_sessions AS
	SELECT i, pg_temp.pick(i::text, 97) AS s, timestamptz '2021-02-10 00:00+00' + pg_temp.pick('t' || i, 86400) * interval '1 second' AS t
	  FROM generate_series(1, 70000) i;
SELECT count(*) AS types, count(*) FILTER (WHERE pg_temp.differ(a, e)) AS wrong
  FROM (SELECT ROW(count(*), sum(n), count(*) FILTER (WHERE d < '1 minute' AND NOT c), count(*) FILTER (WHERE c), sum(d), avg(d))::session_totals AS e
		  FROM (SELECT count(*) AS n, bool_or(i = 55555) AS c, max(t) - min(t) AS d FROM long_sessions GROUP BY s) g) e,
	   (SELECT session_summary(s, t, i = 55555), session_summary(s::text, t, i = 55555), session_summary(s::numeric, t, i = 55555)
		  FROM long_sessions) AS x(a1, a2, a3), LATERAL (VALUES (a1), (a2), (a3)) AS v(a);
-- as a shop writes them: in the order of time, some sessions at a time, so that
-- most rows find their session under way; now and then one comes back later
CREATE TABLE shop_events AS
	SELECT i, CASE WHEN pg_temp.pick('b' || i, 50) = 0 THEN i / 400 ELSE i / 40 * 4 + pg_temp.pick('s' || i, 9) END AS s,
		   CASE pg_temp.pick('n' || i, 30) WHEN 0 THEN NULL WHEN 1 THEN 'infinity'
				ELSE timestamptz '2021-02-10 00:00+00' + (i + pg_temp.pick('m' || i, 5)) * interval '1 second' END AS t,
		   pg_temp.pick('c' || i, 30) = 0 AS bought
	  FROM generate_series(1, 30000) i;
-- likewise; in no order, so that few do; and first the one, then the other
SELECT input, count(*) AS types, min((a).sessions) > 3000 AS telling, count(*) FILTER (WHERE pg_temp.differ(a, e)) AS wrong
  FROM (SELECT ROW(count(*), sum(n), count(*) FILTER (WHERE d < '1 minute' AND NOT c), count(*) FILTER (WHERE c), sum(d), avg(d))::session_totals AS e
		  FROM (SELECT count(*) AS n, bool_or(bought) AS c, max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)) AS d
				  FROM shop_events GROUP BY s) g) e,
	   (SELECT 'ordered' AS input, session_summary(s, t, bought ORDER BY i) AS a1, session_summary(s::text, t, bought ORDER BY i) AS a2,
			   session_summary(s::numeric, t, bought ORDER BY i) AS a3, session_summary(md5(s::text)::uuid, t, bought ORDER BY i DESC) AS a4 FROM shop_events
		UNION ALL
		SELECT 'shuffled', session_summary(s, t, bought ORDER BY md5(i::text)), session_summary(s::text, t, bought ORDER BY md5(i::text)),
			   session_summary(s::numeric, t, bought ORDER BY md5(i::text)), session_summary(md5(s::text)::uuid, t, bought ORDER BY md5(i::text)) FROM shop_events
		UNION ALL
		SELECT 'both', session_summary(s, t, bought ORDER BY least(i, 15000), md5(i::text)), session_summary(s::text, t, bought ORDER BY least(i, 15000), md5(i::text)),
			   session_summary(s::numeric, t, bought ORDER BY greatest(i, 15000), md5(i::text)), session_summary(md5(s::text)::uuid, t, bought ORDER BY greatest(i, 15000), md5(i::text))
		  FROM shop_events) x, LATERAL (VALUES (a1), (a2), (a3), (a4)) AS v(a)
 GROUP BY input ORDER BY input;
-- asked for on the way, 811 times, the answers change nothing
SELECT count(*) AS frames, count(*) FILTER (WHERE pg_temp.differ(m, e)) AS wrong
  FROM (SELECT i, CASE WHEN i % 1777 = 0 OR i = 30000 THEN session_summary(s, t, bought) OVER (ORDER BY i / 37) END AS m FROM shop_events) f,
	   LATERAL (SELECT session_summary(s, t, bought ORDER BY md5(x.i::text)) AS e FROM shop_events x WHERE x.i / 37 <= f.i / 37) y
 WHERE m IS NOT NULL;

-- parallel equals serial; with the leader out, every state crosses a process.
BEGIN;
ALTER TABLE mixed_events SET (parallel_workers = 3);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT session_summary(by_text, t, bought) FROM mixed_events', 'Partial Aggregate') AS whole,
	   pg_temp.plan_has('SELECT grp, session_summary(by_text, t, bought) FROM mixed_events GROUP BY grp', 'Partial HashAggregate') AS groups;
SELECT a.id, count(*), count(*) FILTER (WHERE pg_temp.differ(a.x, e.x)) AS wrong
  FROM pg_temp.by_summary() a LEFT JOIN expected e ON e.id = a.id AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id ORDER BY a.id;
SELECT session_summary(by_text, t, bought) AS nothing FROM mixed_events WHERE i < 0;
ALTER TABLE long_sessions SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT session_summary(s, t, true) FROM long_sessions', 'Partial Aggregate') AS long,
	   (SELECT session_summary(s, t, i = 55555)::text FROM long_sessions) =
	   (SELECT session_summary(s::numeric, t, i = 55555)::text FROM long_sessions) AS same;
ALTER TABLE shop_events SET (parallel_workers = 3);
SELECT pg_temp.plan_has('SELECT session_summary(s, t, true) FROM shop_events', 'Partial Aggregate') AS shop,
	   (SELECT session_summary(s::text, t, bought)::text FROM shop_events) =
	   (SELECT session_summary(s::text, t, bought ORDER BY md5(i::text))::text FROM shop_events) AS same;
-- states of another kind, in memory and from bytes
CREATE AGGREGATE pg_temp.foreign_state(double precision, boolean) (
	SFUNC = ranked_scores_add, STYPE = internal, FINALFUNC = session_summary_final);
CREATE AGGREGATE public.foreign_bytes("any", timestamptz, interval) (
	SFUNC = session_count_transition, STYPE = internal, FINALFUNC = session_summary_final,
	COMBINEFUNC = session_summary_combine, SERIALFUNC = session_count_serialize,
	DESERIALFUNC = session_summary_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT pg_temp.foreign_state(1, true)');
SELECT pg_temp.error_of('SELECT foreign_bytes(by_text, t, ''1 hour'') FROM mixed_events');
DROP AGGREGATE public.foreign_bytes("any", timestamptz, interval);
COMMIT;
DROP TABLE mixed_events, long_sessions, shop_events;
DROP TYPE two_part_id, weekday;
DROP DOMAIN order_number;
DROP COLLATION ignore_case;
