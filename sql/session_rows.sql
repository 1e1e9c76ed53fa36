-- session_rows: by hand, then against GROUP BY
\i sql/include/helpers.sql

SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- a row a session; NULL converts nothing, and is no session
SELECT (r).* FROM (SELECT unnest(session_rows(s, timestamptz '2021-02-10 00:00+00' + sec * interval '1 second', c)) AS r
  FROM (VALUES ('a', 60, false), ('b', 0, NULL), ('a', 0, true), ('a', 30, false), ('a', 0, false),
			   ('', 5, false), (NULL, 0, true)) AS v(s, sec, c)) x ORDER BY (r).session_id COLLATE "C";
-- an event without a finite time is an event all the same
SELECT (r).* FROM (SELECT unnest(session_rows(s, t::timestamptz, c)) AS r
  FROM (VALUES (1, NULL, true), (2, 'infinity', false), (2, '-infinity', false), (3, 'infinity', false),
			   (3, '2021-02-10 00:00', false), (3, '2021-02-12 01:00', false), (3, NULL, true), (3, '-infinity', false)) AS v(s, t, c)) x
 ORDER BY (r).session_id COLLATE "C";
-- times without time zone stand as they are, also when the clocks change
SET timezone = 'America/Los_Angeles';
SELECT s.*, pg_typeof(s.session_start) FROM unnest((SELECT session_rows(1, t::timestamp, false)
  FROM (VALUES ('2021-03-13 12:00'), ('2021-03-14 12:00')) AS v(t))) s;
SELECT s.*, pg_typeof(s.session_start) FROM unnest((SELECT session_rows(1, t::timestamptz, false)
  FROM (VALUES ('2021-03-13 12:00'), ('2021-03-14 12:00')) AS v(t))) s;
SET timezone = 'UTC';
-- no rows, none that count
SELECT session_rows(1, now(), true), session_rows(1, now()::timestamp, true) FROM (SELECT WHERE false) x;
SELECT session_rows(NULL::int, now(), true), session_rows(NULL::text, now()::timestamp, true),
	   session_rows(NULL::numeric, now(), true), session_rows(1, NULL::timestamptz, NULL);
-- the ends of time, and of numbers
SELECT (r).* FROM (SELECT unnest(session_rows(i, t, false)) AS r
  FROM (VALUES (9223372036854775807), (-9223372036854775808)) i(i),
	   (VALUES (timestamptz '4714-11-24 00:00:00+00 BC'), ('294276-12-31 23:59:59.999999+00')) v(t)) x ORDER BY (r).session_id COLLATE "C";
-- trailing blanks are not part of a char(n), but of a text
SELECT (SELECT array_agg(session_id || '|' ORDER BY session_id COLLATE "C") FROM unnest(session_rows(s::char(9), now(), false))) AS char,
	   (SELECT array_agg(session_id || '|' ORDER BY session_id COLLATE "C") FROM unnest(session_rows(s, now(), false))) AS text
  FROM (VALUES ('a '), ('a'), (' ')) v(s);
-- types whose text is not what they are compared by
SELECT (SELECT array_agg(session_id) FROM unnest((SELECT session_rows(true, now(), false)))) AS boolean,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows('x'::"char", now(), false)))) AS char,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows('pg_class'::regclass, now(), false)))) AS regclass,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows('\x00ff'::bytea, now(), false)))) AS bytea,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows(timestamptz '2021-02-10 00:00+00', now(), false)))) AS timestamptz,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows(ROW(1, NULL::int, 'a b'::text), now(), false)))) AS record,
	   (SELECT array_agg(session_id) FROM unnest((SELECT session_rows('{1,2}'::int[], now(), false)))) AS array;
-- errors
SELECT pg_temp.error_of(q) FROM (VALUES
	(1, 'SELECT session_rows(NULL, now(), true)'), (2, $$SELECT session_rows('a', now(), true)$$),
	(3, 'SELECT session_rows(point(1, 2), now(), true)'), (4, 'SELECT session_rows(1, 2, true)'))
	AS v(n, q) ORDER BY n;

-- 3,000 events, ids of every kind of type
\i sql/include/mixed_events.sql

-- against GROUP BY, for each type, for all rows and for groups of them
CREATE TEMP TABLE expected (id name, grp int, s session_row);
CREATE FUNCTION pg_temp.expect(id name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('
		INSERT INTO expected
		SELECT %1$L, v.g, ROW(min(%1$I::text), min(t) FILTER (WHERE isfinite(t)), max(t) FILTER (WHERE isfinite(t)),
							  max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)),
							  count(*), bool_or(coalesce(bought, false)))::session_row
		  FROM mixed_events, LATERAL (VALUES (grp), (NULL)) AS v(g)
		 WHERE kind <> 4 AND %1$I IS NOT NULL GROUP BY v.g, %1$I', id);
END $$;
SELECT count(pg_temp.expect(id)::text) AS expected FROM id_columns;
CREATE TEMP TABLE id_texts (id name, text text);
DO $$
DECLARE
	id name;
BEGIN
	FOR id IN SELECT c.id FROM id_columns c LOOP
		EXECUTE format('INSERT INTO id_texts SELECT DISTINCT %1$L::name, %1$I::text FROM mixed_events WHERE %1$I IS NOT NULL', id);
	END LOOP;
END $$;
-- those that are in one only, where ids are compared as their type does; and
-- those whose id is no text of a row
CREATE FUNCTION pg_temp.compare(id name, type text, OUT sessions bigint, OUT telling bigint, OUT wrong bigint, OUT strange bigint) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('
		WITH actual AS MATERIALIZED (
				SELECT grp, (s).* FROM (SELECT grp, unnest(session_rows(%1$I, t, bought) FILTER (WHERE kind <> 4)) AS s
										  FROM mixed_events GROUP BY grp) x
				UNION ALL
				SELECT NULL, (s).* FROM (SELECT unnest(session_rows(%1$I, t, bought) FILTER (WHERE kind <> 4)) AS s FROM mixed_events) x),
			 a AS (SELECT grp, session_id::%2$s, session_start, session_end, duration, events, converted FROM actual),
			 e AS (SELECT grp, (s).session_id::%2$s, (s).session_start, (s).session_end, (s).duration, (s).events, (s).converted
					 FROM expected WHERE id = %1$L)
		SELECT (SELECT count(*) FROM actual),
			   (SELECT count(*) FROM actual WHERE converted AND duration > interval ''0'' AND events > 2),
			   (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE e) x) + (SELECT count(*) FROM (TABLE e EXCEPT ALL TABLE a) x),
			   (SELECT count(*) FROM actual WHERE session_id NOT IN (SELECT text FROM id_texts WHERE id = %1$L))',
		id, type) INTO sessions, telling, wrong, strange;
END $$;
SELECT id, c.sessions = (SELECT count(*) FROM expected e WHERE e.id = i.id) AS all, c.telling > 0 AS telling, c.wrong, c.strange
  FROM id_columns i, pg_temp.compare(id, type) c ORDER BY id;
-- text in a collation that takes different strings for equal, where there is ICU
\i sql/include/ignore_case.sql
SELECT (SELECT array_agg((session_id, events)::text ORDER BY session_id COLLATE "C") FROM unnest(session_rows(s COLLATE ignore_case, now(), false))) =
	   CASE WHEN :'has_icu'::boolean THEN '{"(Visit,3)"}'::text[] ELSE '{"(Visit,1)","(visit,2)"}' END AS by_collation,
	   (SELECT array_agg((session_id, events)::text ORDER BY session_id COLLATE "C") FROM unnest(session_rows(s, now(), false))) AS by_bytes
  FROM (VALUES ('Visit'), ('visit'), ('visit')) v(s);
-- moving frames, and a growing one
CREATE FUNCTION pg_temp.sorted(rows session_row[]) RETURNS text LANGUAGE sql
	RETURN (SELECT coalesce(string_agg(r::text, ';' ORDER BY r::text COLLATE "C"), '') FROM unnest(rows) r);
SELECT count(*) AS frames, count(*) FILTER (WHERE pg_temp.sorted(m) <> e) AS wrong,
	   count(*) FILTER (WHERE pg_temp.sorted(g) <> f) AS wrong_growing
  FROM (SELECT i, session_rows(by_text, t, bought) OVER (ORDER BY i ROWS BETWEEN 9 PRECEDING AND 2 FOLLOWING) AS m,
			   session_rows(by_varchar, t, bought) OVER (ORDER BY i) AS g
		  FROM mixed_events WHERE i <= 250) w,
	   LATERAL (SELECT coalesce(string_agg(r::text, ';' ORDER BY r::text COLLATE "C"), '') AS e
				  FROM (SELECT ROW(by_text, min(t) FILTER (WHERE isfinite(t)), max(t) FILTER (WHERE isfinite(t)),
								   max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)),
								   count(*), bool_or(coalesce(bought, false))) AS r
						  FROM mixed_events x WHERE x.i BETWEEN w.i - 9 AND least(w.i + 2, 250) AND n IS NOT NULL GROUP BY by_text) y) z,
	   LATERAL (SELECT coalesce(string_agg(r::text, ';' ORDER BY r::text COLLATE "C"), '') AS f
				  FROM (SELECT ROW(by_varchar, min(t) FILTER (WHERE isfinite(t)), max(t) FILTER (WHERE isfinite(t)),
								   max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)),
								   count(*), bool_or(coalesce(bought, false))) AS r
						  FROM mixed_events x WHERE x.i <= w.i AND n IS NOT NULL GROUP BY by_varchar) y) u;

-- many sessions: as a shop writes them, in the order of time, some at a time, and
-- now and then one comes back later; texts of up to 5,000 bytes
CREATE TABLE shop_events (i int, part int, s int, t timestamptz, bought boolean, long text) PARTITION BY LIST (part);
CREATE TABLE shop_events_0 PARTITION OF shop_events FOR VALUES IN (0) WITH (parallel_workers = 2);
CREATE TABLE shop_events_1 PARTITION OF shop_events FOR VALUES IN (1) WITH (parallel_workers = 2);
INSERT INTO shop_events
	SELECT i, i % 2, s, CASE pg_temp.pick('n' || i, 30) WHEN 0 THEN NULL WHEN 1 THEN 'infinity'
				ELSE timestamptz '2021-02-10 00:00+00' + (i + pg_temp.pick('m' || i, 5)) * interval '1 second' END,
		   pg_temp.pick('c' || i, 30) = 0, repeat('long ', CASE WHEN s % 500 = 0 THEN 1000 ELSE s % 60 END) || s
	  FROM generate_series(1, 30000) i,
		   LATERAL (SELECT CASE WHEN pg_temp.pick('b' || i, 50) = 0 THEN i / 400 ELSE i / 40 * 8 + pg_temp.pick('s' || i, 13) END AS s) x;
ANALYZE shop_events;
CREATE TEMP TABLE shop_sessions AS
	SELECT s, long, min(t) FILTER (WHERE isfinite(t)) AS first, max(t) FILTER (WHERE isfinite(t)) AS last,
		   max(t) FILTER (WHERE isfinite(t)) - min(t) FILTER (WHERE isfinite(t)) AS duration,
		   count(*) AS events, bool_or(bought) AS bought
	  FROM shop_events GROUP BY s, long;
-- of four types at once
CREATE FUNCTION pg_temp.same(session_row[], text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	same boolean;
BEGIN
	EXECUTE format('
		WITH e AS (SELECT %s::text, first, last, duration, events, bought FROM shop_sessions),
			 a AS (SELECT * FROM unnest($1))
		SELECT NOT EXISTS (TABLE a EXCEPT ALL TABLE e) AND NOT EXISTS (TABLE e EXCEPT ALL TABLE a)', $2) INTO same USING $1;
	RETURN same;
END $$;
CREATE FUNCTION pg_temp.shop_query(sorted text DEFAULT '') RETURNS text LANGUAGE sql
	RETURN format('SELECT session_rows(s, t, bought %1$s) AS a1, session_rows(long, t, bought %1$s) AS a2,
						  session_rows(s::numeric, t, bought %1$s) AS a3, session_rows(md5(s::text)::uuid, t, bought %1$s) AS a4
					 FROM shop_events', sorted);
CREATE FUNCTION pg_temp.shop_agrees(sorted text DEFAULT '') RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
	q record;
BEGIN
	EXECUTE pg_temp.shop_query(sorted) INTO q;
	RETURN ARRAY[pg_temp.same(q.a1, 's'), pg_temp.same(q.a2, 'long'), pg_temp.same(q.a3, 's'), pg_temp.same(q.a4, 'md5(s::text)::uuid')];
END $$;
SELECT (SELECT count(*) > 5000 FROM shop_sessions) AS telling, pg_temp.shop_agrees('ORDER BY i') AS ordered,
	   pg_temp.shop_agrees('ORDER BY i DESC') AS backwards, pg_temp.shop_agrees('ORDER BY md5(i::text)') AS shuffled;
-- asked for on the way, the answers change nothing
SELECT count(*) AS answers, count(*) FILTER (WHERE cardinality(a) <> n OR (SELECT sum(events) FROM unnest(a)) <> i
		OR (SELECT count(*) FROM unnest(a) x WHERE x.converted) <> bought) AS wrong, bool_or(i = 30000 AND pg_temp.same(a, 'long')) AS last_agrees
  FROM (SELECT i, session_rows(long, t, bought) OVER (ORDER BY (i - 1) / 3000) AS a FROM shop_events) w,
	   LATERAL (SELECT count(DISTINCT s) AS n, count(DISTINCT s) FILTER (WHERE x.bought) AS bought FROM shop_events x WHERE x.i <= w.i) y
 WHERE i % 3000 = 0;

-- parallel equals serial; with the leader out, every state crosses a process
BEGIN;
ALTER FUNCTION session_rows_combine(internal, internal) COST 1;
ALTER TABLE mixed_events SET (parallel_workers = 3);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT session_rows(by_text, t, bought) FROM mixed_events', 'Partial Aggregate') AS whole,
	   pg_temp.plan_has('SELECT grp, session_rows(by_text, t, bought) FROM mixed_events GROUP BY grp', 'Partial HashAggregate') AS groups;
SELECT id, c.sessions = (SELECT count(*) FROM expected e WHERE e.id = i.id) AS all, c.telling > 0 AS telling, c.wrong, c.strange
  FROM id_columns i, pg_temp.compare(id, type) c ORDER BY id;
SELECT session_rows(by_text, t, bought) AS nothing FROM mixed_events WHERE i < 0;
SELECT pg_temp.plan_has(pg_temp.shop_query(), 'Partial Aggregate') AS shop, pg_temp.shop_agrees() AS leader_out;
SET LOCAL parallel_leader_participation = on;
SELECT pg_temp.plan_has(pg_temp.shop_query(), 'Partial Aggregate') AS shop, pg_temp.shop_agrees() AS leader_in;
SET LOCAL max_parallel_workers = 0;
SELECT pg_temp.shop_agrees() AS leader_alone;
SET LOCAL max_parallel_workers TO DEFAULT;
SET LOCAL enable_partitionwise_aggregate = on;
SELECT pg_temp.plan_has(pg_temp.shop_query(), 'Gather') AS gathers, pg_temp.shop_agrees() AS partitions;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT pg_temp.plan_has(pg_temp.shop_query(), 'Gather') AS gathers, pg_temp.plan_has(pg_temp.shop_query(), 'Partial Aggregate') AS partial,
	   pg_temp.shop_agrees() AS partitions;
SET LOCAL max_parallel_workers_per_gather = 3;
-- states of another kind, in memory and from bytes, and these where others are due
CREATE AGGREGATE pg_temp.foreign_state(double precision, boolean) (
	SFUNC = ranked_scores_add, STYPE = internal, FINALFUNC = session_rows_final);
CREATE AGGREGATE public.foreign_bytes("any", timestamptz, boolean) (
	SFUNC = session_summary_transition, STYPE = internal, FINALFUNC = session_rows_final,
	COMBINEFUNC = session_rows_combine, SERIALFUNC = session_summary_serialize,
	DESERIALFUNC = session_rows_deserialize, PARALLEL = SAFE);
CREATE AGGREGATE public.bytes_abroad("any", timestamptz, boolean) (
	SFUNC = session_rows_transition, STYPE = internal, FINALFUNC = session_summary_final,
	COMBINEFUNC = session_summary_combine, SERIALFUNC = session_rows_serialize,
	DESERIALFUNC = session_summary_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT pg_temp.foreign_state(1, true)');
SELECT leader, pg_temp.error_of('SELECT foreign_bytes(by_text, t, bought) FROM mixed_events'),
	   pg_temp.error_of('SELECT bytes_abroad(by_text, t, bought) FROM mixed_events')
  FROM (VALUES ('off'), ('on')) v(leader), LATERAL set_config('parallel_leader_participation', leader, true) c WHERE c = leader;
DROP AGGREGATE public.foreign_bytes("any", timestamptz, boolean), public.bytes_abroad("any", timestamptz, boolean);
ALTER FUNCTION session_rows_combine(internal, internal) COST 40000000;
COMMIT;
DROP TABLE mixed_events, shop_events;
DROP TYPE two_part_id, weekday, order_number;
DROP COLLATION ignore_case;
RESET timezone;
RESET datestyle;
RESET intervalstyle;
