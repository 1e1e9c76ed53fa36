-- roc_auc: published figures, then against all pairs
\i sql/include/helpers.sql

-- Hanley and McNeil, Radiology 143 (1982) 29-36, table I: 109 CT images rated
-- 1 to 5 by one reader; the paper gives an area of 0.893 and W = 0.893
SELECT round(roc_auc(rating, abnormal)::numeric, 3) AS area
  FROM (VALUES (1, 33, 3), (2, 6, 2), (3, 6, 2), (4, 11, 11), (5, 2, 33)) AS v(rating, normal_, abnormal_),
	   LATERAL (SELECT false AS abnormal FROM generate_series(1, normal_)
				UNION ALL SELECT true FROM generate_series(1, abnormal_)) x;

-- perfect, reversed, all tied, one pair of each kind
SELECT roc_auc(i, i > 5) AS perfect, roc_auc(-i, i > 5) AS reversed, roc_auc(7, i > 5) AS tied,
	   roc_auc(i % 2, i > 5) AS mixed
  FROM generate_series(1, 10) i;
-- a class that does not occur, no rows, NULLs
SELECT roc_auc(i, true), roc_auc(i, false), roc_auc(i, NULL), roc_auc(NULL, i > 1) FROM generate_series(1, 3) i;
SELECT roc_auc(1, true) FROM generate_series(1, 0);
SELECT roc_auc(s, l) FROM (VALUES (1, false), (NULL, true), (2, true), (3, NULL), (0, true)) AS v(s, l);
-- infinities, NaN above them and equal to itself, both zeros equal, subnormals
SELECT roc_auc(s, l) FROM (VALUES ('-infinity'::float8, false), ('infinity', true)) AS v(s, l);
SELECT roc_auc(s, l) FROM (VALUES ('infinity'::float8, false), ('NaN', true)) AS v(s, l);
SELECT roc_auc(s, l) FROM (VALUES ('NaN'::float8, false), ('-NaN', true)) AS v(s, l);
SELECT roc_auc(s, l) FROM (VALUES ('-0'::float8, false), ('0', true)) AS v(s, l);
SELECT roc_auc(s, l) FROM (VALUES ('-5e-324'::float8, false), ('0', true), ('-0', true), ('5e-324', true)) AS v(s, l);
SELECT roc_auc(s, l) FROM (VALUES ('-2'::float8, false), ('-1', true), ('-1e308', false), ('-1e-308', true)) AS v(s, l);

CREATE TABLE scores AS
	SELECT row_number() OVER () AS id, g, g % 240 AS h,
		   (ARRAY['NaN', 'infinity', '-infinity', '-0', '0', '1', '1.5', '-1', '-1e300', '5e-324', NULL, '2'])
			[1 + pg_temp.pick(format('s%s-%s', g, i), 12)]::float8 AS score,
		   nullif(pg_temp.pick(format('l%s-%s', g, i), 9), 8) < 4 AS label
	  FROM generate_series(1, 3000) g, generate_series(1, pg_temp.pick('n' || g, 16)) i;
CREATE INDEX ON scores (g, id);
ANALYZE scores;
CREATE TEMP TABLE areas AS
	SELECT g, roc_auc(score, label) AS area FROM scores GROUP BY g;
SELECT count(*) > 2500 AS enough, count(e.area) > 1500 AS varied, count(DISTINCT e.area) > 100 AS very,
	   count(*) FILTER (WHERE a.area IS DISTINCT FROM e.area) AS differ
  FROM areas a LEFT JOIN
	   (SELECT t.g, sum(CASE WHEN t.score > f.score THEN 2 WHEN t.score = f.score THEN 1 ELSE 0 END)::float8 / (2 * count(*)) AS area
		  FROM scores t JOIN scores f USING (g)
		 WHERE t.label AND NOT f.label AND t.score IS NOT NULL AND f.score IS NOT NULL
		 GROUP BY t.g) e USING (g);
-- in another order
SELECT count(*) AS differ
  FROM (SELECT g, roc_auc(score, label ORDER BY md5(id::text)) AS mixed,
			   roc_auc(score, label ORDER BY score DESC, label) AS backward FROM scores GROUP BY g) x
  JOIN areas USING (g)
 WHERE mixed IS DISTINCT FROM area OR backward IS DISTINCT FROM area;
-- moving and growing frames
SELECT count(*) > 10000 AS enough,
	   count(*) FILTER (WHERE moving IS DISTINCT FROM expected_moving OR growing IS DISTINCT FROM expected_growing) AS differ
  FROM (SELECT g, id,
			   roc_auc(score, label) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING) AS moving,
			   roc_auc(score, label) OVER (PARTITION BY g ORDER BY id) AS growing
		  FROM scores) f,
	   LATERAL (SELECT roc_auc(score, label) AS expected_moving
				  FROM scores e WHERE e.g = f.g AND e.id BETWEEN f.id - 3 AND f.id + 1) m,
	   LATERAL (SELECT roc_auc(score, label) AS expected_growing
				  FROM scores e WHERE e.g = f.g AND e.id <= f.id) n;

-- many rows: few scores, which are merged as the buffer fills, and all different;
-- expected from the counts for each score
CREATE TABLE many_scores AS
	SELECT i, pg_temp.pick('f' || i, 7)::float8 AS few, pg_temp.pick('v' || i, 1000000) + i / 1e6 AS different,
		   pg_temp.pick('l' || i, 5) < 2 AS label
	  FROM generate_series(1, 30000) i;
CREATE TEMP TABLE many_areas AS
	SELECT roc_auc(few, label) AS few, roc_auc(different, label) AS different FROM many_scores;
SELECT count(*) FILTER (WHERE few = (
			SELECT sum(n1 * (2 * below + n0))::float8 / (2 * sum(n1) * sum(n0))::float8
			  FROM (SELECT n1, n0, sum(n0) OVER (ORDER BY few) - n0 AS below
					  FROM (SELECT few, count(*) FILTER (WHERE label) AS n1, count(*) FILTER (WHERE NOT label) AS n0
							  FROM many_scores GROUP BY few) c) d)) AS few,
	   count(*) FILTER (WHERE different = (
			SELECT sum(2 * below) FILTER (WHERE label)::float8 / (2 * count(*) FILTER (WHERE label) * count(*) FILTER (WHERE NOT label))::float8
			  FROM (SELECT label, count(*) FILTER (WHERE NOT label) OVER (ORDER BY different) AS below
					  FROM many_scores) d)) AS different
  FROM many_areas;

CREATE TEMP TABLE serial_areas AS
	SELECT h, roc_auc(score, label) AS area FROM scores GROUP BY h;
ALTER TABLE scores SET (parallel_workers = 3);
ALTER TABLE many_scores SET (parallel_workers = 3);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SET parallel_leader_participation = off;
SELECT pg_temp.plan_has('SELECT h, roc_auc(score, label) FROM scores GROUP BY h', 'Partial') AS partial,
	   pg_temp.plan_has('SELECT roc_auc(few, label) FROM many_scores', 'Partial') AS partial_too;
CREATE TEMP TABLE parallel_areas AS
	SELECT h, roc_auc(score, label) AS area FROM scores GROUP BY h;
SELECT count(*) AS groups, count(*) FILTER (WHERE p.area IS DISTINCT FROM s.area) AS differ
  FROM parallel_areas p FULL JOIN serial_areas s USING (h);
CREATE TEMP TABLE parallel_many AS
	SELECT roc_auc(few, label) AS few, roc_auc(different, label) AS different FROM many_scores;
SELECT p = m AS same FROM parallel_many p, many_areas m;
SELECT roc_auc(few, label) AS nothing FROM many_scores WHERE i < 0;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;

-- a state of another kind
CREATE AGGREGATE pg_temp.foreign_state(interval, timestamptz, boolean[]) (
	SFUNC = window_funnel_transition, STYPE = internal, FINALFUNC = roc_auc_final);
SELECT pg_temp.error_of('SELECT pg_temp.foreign_state(''1 hour'', now(), ''{t}'')');

DROP TABLE scores, areas, many_scores, many_areas, serial_areas, parallel_areas, parallel_many;
