-- funnel_counts: by hand, then against window_funnel and GROUP BY
\i sql/include/helpers.sql

SELECT funnel_counts('1 hour', s, timestamptz '2021-02-10 00:00+00' + m * interval '1 minute', e = 'view', e = 'cart', e = 'buy')
  FROM (VALUES (1, 0, 'view'), (1, 5, 'cart'), (1, 60, 'buy'),		-- 3
			   (2, 0, 'view'), (2, 5, 'cart'), (2, 61, 'buy'),		-- 2: too late
			   (3, 0, 'cart'), (3, 5, 'buy'),						-- 0: no first step
			   (4, 0, 'other'),										-- 0
			   (5, NULL, 'view'),									-- 0: no time
			   (6, 5, 'view'), (6, 0, 'cart'),						-- 1: in the wrong order
			   (NULL, 0, 'view')) AS v(s, m, e);
-- one row for two steps counts once; an array is the same as its elements
SELECT funnel_counts('1 hour', 1, now(), true, true), funnel_counts('1 hour', 1, now(), VARIADIC '{t,t}'::boolean[]),
	   funnel_counts('1 hour', 1, now(), VARIADIC '{f}'::boolean[]), funnel_counts('1 hour', 1, now(), NULL, true), funnel_counts('1 hour', 1, now(), true, NULL);
-- 8, 9 and 64 steps
SELECT cardinality(c), c[n + 1] AS "1", (SELECT sum(x) FROM unnest(c) x) AS "1"
  FROM (SELECT n, funnel_counts('1 day', 'x'::text, timestamptz '2021-02-10' + i * interval '1 minute',
							 VARIADIC ARRAY(SELECT j = i FROM generate_series(1, n) j)) AS c
		  FROM generate_series(1, 64) i, (VALUES (8), (9), (64)) AS v(n) GROUP BY n) x;
-- no rows, none that count
SELECT funnel_counts('1 hour', 1, now(), true) FROM (SELECT WHERE false) x;
SELECT funnel_counts('1 hour', NULL::int, now(), true), funnel_counts('1 hour', 1, 'infinity', true, true);
-- errors
SELECT pg_temp.error_of(format('SELECT funnel_counts(%s) FROM (VALUES (1, now()), (2, now()), (3, now())) AS v(i, t)', args))
  FROM (VALUES (1, 'NULL, i, t, true'), (2, '''1 month'', i, t, true'), (3, '''-1 second'', i, t, true'),
			   (4, 'i * interval ''1 hour'', i, t, true'), (5, '''1 hour'', NULL, t, true'), (6, '''1 hour'', ''a'', t, true'),
			   (7, '''1 hour'', i, t, VARIADIC NULL'), (8, '''1 hour'', i, t, VARIADIC NULL::boolean[]'),
			   (9, '''1 hour'', i, t, VARIADIC ''{}''::boolean[]'), (10, '''1 hour'', i, t, VARIADIC ''{{t,t},{t,f}}''::boolean[]'),
			   (11, '''1 hour'', i, t, VARIADIC array_fill(true, ARRAY[i])'), (12, '''1 hour'', i, t, VARIADIC array_fill(true, ARRAY[65])'),
			   (13, '''1 hour'', i, t, ' || array_to_string(array_fill('true'::text, ARRAY[65]), ', ')),
			   (14, '''1 hour'', i, t, true, i'), (15, '''1 hour'', i, t, true, ''true'''), (16, '''1 hour'', i, t, VARIADIC ARRAY[i]'),
			   (17, '''1 hour'', i, t'), (18, '''1 hour'', point(1, 2), t, true'), (19, 'CASE i WHEN 3 THEN NULL ELSE interval ''1 hour'' END, NULL::int, t, true'))
	   AS v(n, args) ORDER BY n;

-- 3,000 events, ids of every kind of type
\i sql/include/mixed_events.sql

-- against window_funnel and GROUP BY, for each type, for all rows and groups, with
-- steps that exclude each other and steps that do not, few and many
CREATE FUNCTION pg_temp.by_group_by(id name, steps text) RETURNS TABLE (grp int, x bigint[]) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('
		SELECT gs.g, array_agg(coalesce(n, 0) ORDER BY d.d)
		  FROM (SELECT DISTINCT grp AS g FROM mixed_events UNION SELECT NULL) gs CROSS JOIN generate_series(0, cardinality(ARRAY[%2$s])) AS d(d)
		  LEFT JOIN (SELECT g, depth AS d, count(*) AS n
					   FROM (SELECT v.g, window_funnel(''40 minutes'', t, %3$s) AS depth
							   FROM mixed_events, LATERAL (VALUES (grp), (NULL)) AS v(g)
							  WHERE bought IS NOT NULL AND %1$I IS NOT NULL GROUP BY v.g, %1$I) s
					  GROUP BY g, depth) c ON c.g IS NOT DISTINCT FROM gs.g AND c.d = d.d
		 GROUP BY gs.g', id, regexp_replace(steps, 'kind|i\M', '1', 'g'), steps);
END $$;
CREATE FUNCTION pg_temp.by_counts(steps text) RETURNS TABLE (id name, grp int, x bigint[]) LANGUAGE plpgsql AS $$
BEGIN
	-- all types at once, since workers take their time to start
	RETURN QUERY EXECUTE (SELECT format('
		SELECT v.id::name, q.grp, v.x
		  FROM (SELECT grp, %1$s FROM mixed_events GROUP BY grp
				UNION ALL
				SELECT NULL, %1$s FROM mixed_events) q, LATERAL (VALUES %2$s) AS v(id, x)',
		string_agg(format('funnel_counts(''40 minutes'', %1$I, t, %2$s) FILTER (WHERE bought IS NOT NULL) AS %1$I', c.id, steps), ', '),
		string_agg(format('(%1$L, q.%1$I)', c.id), ', ')) FROM id_columns c);
END $$;
CREATE TEMP TABLE funnels (few boolean, steps text);
INSERT INTO funnels VALUES (true, 'kind IN (0, 1), kind > 0, kind = 2, kind <> 3'),
	(false, 'kind < 4, kind > 0, true, kind > 1, kind < 3, kind < 5, kind <> 2, kind <> 1, kind > 2, kind < 4');
CREATE TEMP TABLE expected AS SELECT id, steps, e.* FROM id_columns, funnels, pg_temp.by_group_by(id, steps) e;
SELECT a.id, f.few, count(*), bool_or(0 < ALL (a.x[1:4])) AS telling,
	   count(*) FILTER (WHERE a.x IS DISTINCT FROM e.x) AS wrong
  FROM funnels f CROSS JOIN LATERAL pg_temp.by_counts(f.steps) a
  LEFT JOIN expected e ON e.id = a.id AND e.steps = f.steps AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id, f.few ORDER BY a.id, f.few;
-- moving frames
SELECT count(*) AS frames, count(*) FILTER (WHERE m <> e) AS wrong
  FROM (SELECT i, funnel_counts('5 minutes', n % 5, t, kind < 3, kind > 1, kind = 4) OVER (ORDER BY i ROWS BETWEEN 29 PRECEDING AND 2 FOLLOWING) AS m
		  FROM mixed_events WHERE i <= 250) f,
	   LATERAL (SELECT funnel_counts('5 minutes', (n % 5)::numeric, t, kind < 3, kind > 1, kind = 4) AS e FROM mixed_events x WHERE x.i BETWEEN f.i - 29 AND least(f.i + 2, 250)) y;
-- few sessions of many rows, in any order: rows are dropped on the way, none that a
-- chain could use
CREATE TABLE long_sessions AS
	SELECT i, pg_temp.pick(i::text, 97) AS s, timestamptz '2021-02-10 00:00+00' + pg_temp.pick('t' || i, 600) * interval '1 second' AS t
	  FROM generate_series(1, 70000) i;
SELECT count(*) AS types, count(*) FILTER (WHERE a <> e) AS wrong, max(a[13]) > 0 AS telling
  FROM (SELECT array_agg(coalesce(n, 0) ORDER BY d) AS e FROM generate_series(0, 12) d
		  LEFT JOIN (SELECT depth, count(*) AS n
					   FROM (SELECT window_funnel('2 minutes', t, VARIADIC ARRAY(SELECT j % 4 = i % 4 AND i % 97 < 50 + s FROM generate_series(1, 12) j)) AS depth
							   FROM long_sessions GROUP BY s) x GROUP BY depth) y ON depth = d) e,
	   (SELECT funnel_counts('2 minutes', s, t, VARIADIC steps), funnel_counts('2 minutes', s::text, t, VARIADIC steps), funnel_counts('2 minutes', s::numeric, t, VARIADIC steps)
		  FROM long_sessions, LATERAL (SELECT ARRAY(SELECT j % 4 = i % 4 AND i % 97 < 50 + s FROM generate_series(1, 12) j) AS steps) l) AS x(a1, a2, a3),
	   LATERAL (VALUES (a1), (a2), (a3)) AS v(a);

-- parallel equals serial; with the leader out, every state crosses a process.
BEGIN;
ALTER TABLE mixed_events SET (parallel_workers = 3);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT funnel_counts(''1 hour'', by_text, t, true) FROM mixed_events', 'Partial Aggregate') AS whole,
	   pg_temp.plan_has('SELECT grp, funnel_counts(''1 hour'', by_text, t, true) FROM mixed_events GROUP BY grp', 'Partial HashAggregate') AS groups;
SELECT a.id, f.few, count(*), count(*) FILTER (WHERE a.x IS DISTINCT FROM e.x) AS wrong
  FROM funnels f CROSS JOIN LATERAL pg_temp.by_counts(f.steps) a
  LEFT JOIN expected e ON e.id = a.id AND e.steps = f.steps AND e.grp IS NOT DISTINCT FROM a.grp
 GROUP BY a.id, f.few ORDER BY a.id, f.few;
SELECT funnel_counts('1 hour', by_text, t, true) AS nothing FROM mixed_events WHERE i < 0;
SELECT pg_temp.error_of('SELECT funnel_counts(i % 2 * interval ''1 hour'', by_text, t, true) FROM mixed_events');
SELECT left(pg_temp.error_of('SELECT funnel_counts(''1 hour'', by_text, t, VARIADIC array_fill(true, ARRAY[1 + i % 2])) FROM mixed_events'), 5);
-- a state of another kind, from bytes
CREATE AGGREGATE public.foreign_bytes("any", timestamptz, boolean) (
	SFUNC = session_summary_transition, STYPE = internal, FINALFUNC = funnel_counts_final,
	COMBINEFUNC = funnel_counts_combine, SERIALFUNC = session_summary_serialize,
	DESERIALFUNC = funnel_counts_deserialize, PARALLEL = SAFE);
SELECT pg_temp.error_of('SELECT foreign_bytes(by_text, t, true) FROM mixed_events');
DROP AGGREGATE public.foreign_bytes("any", timestamptz, boolean);
COMMIT;
DROP TABLE mixed_events, long_sessions;
DROP TYPE two_part_id, weekday;
DROP DOMAIN order_number;
