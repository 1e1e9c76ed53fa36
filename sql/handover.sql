-- States that travel from process to process: large ones by way of shared memory,
-- the leader's as they are, small ones and those of groups as bytes.  Whatever the
-- way, the answers are those of plain SQL.
\pset null '(null)'

CREATE TABLE rows_of (part int, a bigint, b bigint, t text, u uuid, n numeric)
	PARTITION BY LIST (part);
CREATE TABLE rows_0 PARTITION OF rows_of FOR VALUES IN (0) WITH (parallel_workers = 2);
CREATE TABLE rows_1 PARTITION OF rows_of FOR VALUES IN (1) WITH (parallel_workers = 2);
CREATE TABLE rows_2 PARTITION OF rows_of FOR VALUES IN (2) WITH (parallel_workers = 2);
-- keys of all processes and partitions, and some of one of them only
INSERT INTO rows_of
	SELECT i % 3, k, v, 'text ' || k, md5(k::text)::uuid, k / 4.0
	  FROM generate_series(1, 30000) i,
		   LATERAL (SELECT CASE WHEN i % 11 = 0 THEN NULL ELSE i * 7919 % 9001 END AS k,
						   CASE WHEN i % 13 = 0 THEN NULL ELSE i * 31 % (1 + i % 5) END AS v) x;
ANALYZE rows_of;

-- what is asked: several states at once, of all kinds of tables; two aggregates
-- with one state
CREATE TYPE answers AS (rate double precision, counts bigint[], texts bigint[],
	uuids bigint[], numbers bigint[], by_row double precision, dup_a bigint, dup_t bigint);
-- plain SQL is asked once for each condition: how the aggregates are run decides nothing of it
CREATE TEMP TABLE known (condition text PRIMARY KEY, result answers);
CREATE FUNCTION expected(condition text) RETURNS answers
LANGUAGE plpgsql AS $$
DECLARE
	result answers;
BEGIN
	SELECT (k.result).* INTO result FROM known k WHERE k.condition = expected.condition;
	IF FOUND THEN
		RETURN result;
	END IF;
	EXECUTE format('
		WITH r AS MATERIALIZED (SELECT * FROM rows_of WHERE %1$s),
			 p AS (SELECT count(DISTINCT b) AS orders FROM r WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a),
			 c AS (SELECT count(*) AS users, count(*) FILTER (WHERE orders > 1) AS again FROM p),
			 d AS (SELECT count(*) AS n FROM r WHERE a IS NOT NULL GROUP BY a)
		SELECT again::float8 / nullif(users, 0), ARRAY[users, again], ARRAY[users, again],
			   ARRAY[users, again], ARRAY[users, again],
			   (SELECT (count(*) FILTER (WHERE n > 1))::float8 / nullif(count(*), 0) FROM d),
			   (SELECT count(*) FILTER (WHERE n > 1) FROM d), (SELECT count(*) FILTER (WHERE n > 1) FROM d)
		  FROM c', condition) INTO result;
	INSERT INTO known VALUES (condition, result);
	RETURN result;
END $$;
CREATE FUNCTION query(condition text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT 'SELECT repeat_rate(a, b), repeat_counts(a, b), repeat_counts(t, b), repeat_counts(u, b),
				   repeat_counts(n, b), repeat_rate_by_row(a), duplicate_count(a), duplicate_count(t)
			  FROM rows_of WHERE ' || condition $$;
CREATE FUNCTION agrees(condition text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	result answers;
BEGIN
	EXECUTE query(condition) INTO result;
	RETURN result = expected(condition);
END $$;
CREATE FUNCTION plan_has(query text, node text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	line text;
	has boolean = false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		has := has OR line LIKE '%' || node || '%';
	END LOOP;
	RETURN has;
END $$;

-- the same of those that collect whole sessions
CREATE FUNCTION sessions_query(condition text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT 'SELECT (s).sessions, (s).events, (s).conversions, visits, depths[1], depths[2], depths[3]
			  FROM (SELECT session_summary(t, timestamp ''2021-01-01'' + b * interval ''1 hour'', b = 1) AS s,
						   session_count(u, timestamp ''2021-01-01'' + b * interval ''1 hour'', ''1 minute'') AS visits,
						   funnel_counts(''1 day'', n, timestamptz ''2021-01-01'' + b * interval ''1 hour'',
										 b < 2, b >= 2) AS depths
					  FROM rows_of WHERE ' || condition || ') x' $$;
CREATE TEMP TABLE known_sessions (condition text PRIMARY KEY, result bigint[]);
CREATE FUNCTION sessions_agree(condition text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	result bigint[];
	expected bigint[];
BEGIN
	EXECUTE 'SELECT ARRAY[sessions, events, conversions, visits, coalesce(d1, 0), coalesce(d2, 0), coalesce(d3, 0)]
			   FROM (' || sessions_query(condition) || ') y(sessions, events, conversions, visits, d1, d2, d3)'
		INTO result;
	SELECT k.result INTO expected FROM known_sessions k WHERE k.condition = sessions_agree.condition;
	IF NOT FOUND THEN
		-- a visit an hour; two different rows, the first step not after the second
		EXECUTE format('
			WITH r AS MATERIALIZED (SELECT * FROM rows_of WHERE %s),
				 g AS (SELECT min(b) AS first, max(b) AS last FROM r WHERE a IS NOT NULL GROUP BY n)
			SELECT ARRAY[count(DISTINCT t), count(t), count(DISTINCT t) FILTER (WHERE b = 1),
						 count(DISTINCT (u, b)) FILTER (WHERE u IS NOT NULL AND b IS NOT NULL),
						 (SELECT count(*) FROM g WHERE first >= 2 OR first IS NULL),
						 (SELECT count(*) FROM g WHERE first < 2 AND last < 2),
						 (SELECT count(*) FROM g WHERE first < 2 AND last >= 2)]
			  FROM r', condition) INTO expected;
		INSERT INTO known_sessions VALUES (condition, expected);
	END IF;
	IF result <> expected THEN
		RAISE NOTICE '% is not %', result, expected;
	END IF;
	RETURN result = expected;
END $$;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;

-- the leader reads rows too; it does not; it alone does; no one has a row
SELECT plan_has(query('true'), 'Gather') AS gathers, agrees('true'), agrees('a < 100'), agrees('a < 0'),
	   plan_has(sessions_query('true'), 'Gather') AS gathers_too, sessions_agree('true'), sessions_agree('a < 100');
SET parallel_leader_participation = off;
SELECT plan_has(query('true'), 'Gather') AS gathers, agrees('true'), agrees('a < 100'), agrees('a < 0'),
	   plan_has(sessions_query('true'), 'Gather') AS gathers_too, sessions_agree('true'), sessions_agree('a < 100');
SET parallel_leader_participation = on;
SET max_parallel_workers = 0;
SELECT plan_has(query('true'), 'Gather') AS gathers, agrees('true'), agrees('a < 0'),
	   sessions_agree('true');
RESET max_parallel_workers;

-- partitions aggregated one by one, in all processes
SET enable_partitionwise_aggregate = on;
SELECT plan_has(query('true'), 'Partial Aggregate') AS partial, plan_has(query('true'), 'Gather') AS gathers,
	   agrees('true'), agrees('part <> 1'), sessions_agree('true');
SET parallel_leader_participation = off;
SELECT agrees('true'), agrees('part <> 1');
SET parallel_leader_participation = on;
-- and without any other process
SET max_parallel_workers_per_gather = 0;
SELECT plan_has(query('true'), 'Partial Aggregate') AS partial, plan_has(query('true'), 'Gather') AS gathers,
	   agrees('true'), sessions_agree('true');
SET max_parallel_workers_per_gather = 2;
RESET enable_partitionwise_aggregate;

-- groups, whose states may be gone when they are combined
SELECT plan_has('SELECT part, repeat_counts(a, b) FROM rows_of GROUP BY part', 'Partial') AS partial;
SELECT part, repeat_counts(a, b) = (expected('part = ' || part)).counts AS agrees
  FROM rows_of GROUP BY part ORDER BY part;
SET enable_hashagg = off;
SELECT part, repeat_counts(a, b) = (expected('part = ' || part)).counts AS agrees
  FROM rows_of GROUP BY part ORDER BY part;
RESET enable_hashagg;

-- run again and again, with workers each time
SET enable_material = off;
SELECT plan_has('SELECT x, s.* FROM generate_series(1, 3) x LEFT JOIN LATERAL
	(SELECT repeat_counts(a, b) AS c, duplicate_count(t) AS d FROM rows_of) s ON s.d > x', 'Gather') AS gathers;
SELECT x, c = (expected('true')).counts AS counts, d = (expected('true')).dup_t AS duplicates
  FROM generate_series(1, 3) x
  LEFT JOIN LATERAL (SELECT repeat_counts(a, b) AS c, duplicate_count(t) AS d FROM rows_of) s ON s.d > x
 ORDER BY x;
RESET enable_material;
PREPARE again(int) AS
	SELECT repeat_counts(a, b), (SELECT repeat_counts(u, b) FROM rows_of WHERE part = $1)
	  FROM rows_of WHERE part = $1;
SET plan_cache_mode = force_generic_plan;
CREATE FUNCTION parts_agree() RETURNS SETOF boolean LANGUAGE plpgsql AS $$
DECLARE
	counts bigint[];
	uuids bigint[];
BEGIN
	FOR part IN 0..2 LOOP
		EXECUTE format('EXECUTE again(%s)', part) INTO counts, uuids;
		RETURN NEXT counts = (expected('part = ' || part)).counts AND uuids = counts;
	END LOOP;
END $$;
SELECT * FROM parts_agree();
RESET plan_cache_mode;
DEALLOCATE again;

-- A message holds less than a gigabyte.  States that need not be sent, since they are
-- in shared memory, may be larger, whatever the types of their values; of the others a
-- worker says that they are too large.
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE query;
	RETURN 'none';
EXCEPTION WHEN program_limit_exceeded THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', message, regexp_replace(detail, '\d+', '#'), hint);
END $$;
SET greenery.max_state_message = '40kB';
SELECT agrees('true'), sessions_agree('true');
SELECT refusal('SELECT part, repeat_counts(n, b) FROM rows_of GROUP BY part');
SELECT split_part(refusal(format('SELECT part, %s FROM rows_of GROUP BY part', call)), E'\n', 1)
  FROM unnest(ARRAY['repeat_counts(t, b)', 'duplicate_count(n)',
	'session_count(n, timestamptz ''2021-01-01'' + a * interval ''1 hour'', ''1 minute'')',
	'session_summary(n, timestamptz ''2021-01-01'' + a * interval ''1 hour'', true)',
	'window_funnel(''1 day'', timestamptz ''2021-01-01'' + a * interval ''1 hour'', b < 2, b < 3)']) call;
SET max_parallel_workers_per_gather = 0;
SELECT refusal('SELECT part, repeat_counts(n, b) FROM rows_of GROUP BY part');
RESET greenery.max_state_message;

DROP FUNCTION refusal, sessions_agree, sessions_query, parts_agree, plan_has, agrees, query, expected;
DROP TABLE rows_of, known, known_sessions;
DROP TYPE answers;
