-- retention: ClickHouse's example, then against bool_or
\i sql/include/helpers.sql

-- the example of ClickHouse's manual: users 0 to 4, 0 to 9 and 0 to 14 on three days
WITH visits AS (
	SELECT d, u FROM (VALUES (date '2020-01-01', 4), ('2020-01-02', 9), ('2020-01-03', 14)) AS v(d, last),
		   generate_series(0, last) u
), answers AS (
	SELECT u, retention(d = '2020-01-01', d = '2020-01-02', d = '2020-01-03') AS r FROM visits GROUP BY u
)
SELECT r, count(*), min(u), max(u) FROM answers GROUP BY r ORDER BY r;

-- without the first condition nothing counts; one row may meet several
SELECT retention(i = 1, i < 3, i = 9), retention(i = 9, i < 3), retention(true)
  FROM generate_series(1, 3) i;
-- no rows; NULL conditions; 64 of them
SELECT retention(true, false) FROM generate_series(1, 0);
SELECT retention(NULL, true), retention(true, NULL), retention(NULL);
SELECT retention(VARIADIC ARRAY(SELECT i % j = 0 FROM generate_series(1, 64) j)) = array_fill(true, ARRAY[64])
  FROM generate_series(1, 64) i;

-- errors
SELECT pg_temp.error_of(format('SELECT retention(VARIADIC %s) FROM generate_series(1, 2) i', args))
  FROM (VALUES (1, 'NULL'), (2, '''{}'''), (3, '''{{t},{f}}'''), (4, 'array_fill(true, ARRAY[i])'),
			   (5, 'array_fill(true, ARRAY[65])'), (6, 'CASE i WHEN 1 THEN ''{t}''::boolean[] END'))
	   AS v(n, args) ORDER BY n;
-- the support functions take what SQL hands them, and check it
SELECT pg_temp.error_of('SELECT ' || call)
  FROM (VALUES (1, 'retention_transition(''{}'', ''{t}'')'),
			   (2, 'retention_transition(''{t,NULL}'', ''{t,t}'')'),
			   (3, 'retention_transition(''{{t}}'', ''{t}'')'),
			   (4, 'retention_transition(''{t,t}'', ''{t}'')'),
			   (5, 'retention_transition(array_fill(true, ARRAY[65]), ''{t}'')'),
			   (6, 'retention_combine(''{t,t}'', ''{t}'')'),
			   (7, 'retention_combine(''{t,t}'', ''{t,NULL}'')'),
			   (8, 'retention_final(''{}'')'),
			   (9, 'retention_final(''{{t,f}}'')'))
	   AS v(n, call) ORDER BY n;
SELECT retention_transition(NULL, '{f,t}') AS first_row, retention_transition('{f,t}', '{t,f}') AS next_row,
	   retention_combine('{t,f,f}', '{f,f,t}') AS both, retention_combine(NULL, '{t,f}') AS "right",
	   retention_combine('{t,f}', NULL) AS "left", retention_combine(NULL, NULL) AS neither,
	   retention_final('{f,t}') AS none, retention_final('{t,f,t}') AS some, retention_final(NULL) AS no_rows;
-- called directly they change no array of the caller's
SELECT retention_transition(state, '{t,t}'), retention_combine(state, '{f,t}'), state
  FROM (SELECT ARRAY[i > 1, i > 2] AS state FROM generate_series(1, 1) i OFFSET 0) x;

CREATE TABLE retention_rows AS
	SELECT row_number() OVER () AS id, g, g % 240 AS h,
		   ARRAY(SELECT nullif(pg_temp.pick(format('%s-%s-%s', g, i, j), 10), 9) < 2
				   FROM generate_series(1, 1 + g % 5) j) AS met
	  FROM generate_series(1, 3000) g, generate_series(1, pg_temp.pick('n' || g, 12)) i;
CREATE INDEX ON retention_rows (g, id);
ANALYZE retention_rows;
CREATE TEMP TABLE expected AS
	SELECT g, ARRAY(SELECT coalesce(first AND any_[j], false) FROM generate_series(1, 1 + g % 5) j) AS r
	  FROM (SELECT g, bool_or(met[1]) AS first,
				   ARRAY[bool_or(met[1]), bool_or(met[2]), bool_or(met[3]), bool_or(met[4]), bool_or(met[5])] AS any_
			  FROM retention_rows GROUP BY g) x;
SELECT count(*) > 2500 AS enough, count(DISTINCT e.r) > 30 AS varied,
	   count(*) FILTER (WHERE a.r IS DISTINCT FROM e.r) AS differ
  FROM (SELECT g, retention(VARIADIC met) AS r FROM retention_rows GROUP BY g) a FULL JOIN expected e USING (g);
-- moving and growing frames
SELECT count(*) > 10000 AS enough,
	   count(*) FILTER (WHERE moving <> expected_moving OR growing <> expected_growing) AS differ
  FROM (SELECT g, id,
			   retention(VARIADIC met) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS moving,
			   retention(VARIADIC met) OVER (PARTITION BY g ORDER BY id) AS growing
		  FROM retention_rows) f,
	   LATERAL (SELECT retention(VARIADIC met) AS expected_moving
				  FROM retention_rows e WHERE e.g = f.g AND e.id BETWEEN f.id - 1 AND f.id + 1) m,
	   LATERAL (SELECT retention(VARIADIC met) AS expected_growing
				  FROM retention_rows e WHERE e.g = f.g AND e.id <= f.id) n;

CREATE TEMP TABLE serial_answers AS
	SELECT h, retention(VARIADIC met) AS r FROM retention_rows GROUP BY h;
ALTER TABLE retention_rows SET (parallel_workers = 3);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SET parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT h, retention(VARIADIC met) FROM retention_rows GROUP BY h', 'Partial') AS partial;
CREATE TEMP TABLE parallel_answers AS
	SELECT h, retention(VARIADIC met) AS r FROM retention_rows GROUP BY h;
SELECT count(*) AS groups, count(*) FILTER (WHERE p.r IS DISTINCT FROM s.r) AS differ
  FROM parallel_answers p FULL JOIN serial_answers s USING (h);
SELECT retention(VARIADIC met) AS nothing FROM retention_rows WHERE id < 0;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;

DROP TABLE retention_rows, expected, serial_answers, parallel_answers;
