--
-- Rank statistics of a score in two classes: roc_auc, roc_auc_interval,
-- mann_whitney.
--
-- compiling the queries would take longer than they do
SET jit = off;
\i sql/include/helpers.sql

CREATE FUNCTION rounded(float8[]) RETURNS numeric[]
	LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(round(v::numeric, 4) ORDER BY i) FROM unnest($1) WITH ORDINALITY u (v, i)';

--
-- Published figures
--

-- DeLong, DeLong & Clarke-Pearson, Biometrics 1988;44:837-845: albumin, total
-- protein and K-G score of patients with ovarian cancer.  SAS/STAT User's
-- Guide, "Comparing Receiver Operating Characteristic Curves", gives area and
-- 95 % limits: albumin 0.7366 (0.5549-0.9182), K-G score 0.7258
-- (0.5243-0.9273), total protein 0.6478 (0.4518-0.8439)
CREATE TEMP TABLE ovarian (albumin float8, protein float8, score float8, benefit boolean);
INSERT INTO ovarian VALUES
	(3.0, 5.8, 10, '0'), (3.2, 6.3, 5, '1'), (3.9, 6.8, 3, '1'), (2.8, 4.8, 6, '0'),
	(3.2, 5.8, 3, '1'), (0.9, 4.0, 5, '0'), (2.5, 5.7, 8, '0'), (1.6, 5.6, 5, '1'),
	(3.8, 5.7, 5, '1'), (3.7, 6.7, 6, '1'), (3.2, 5.4, 4, '1'), (3.8, 6.6, 6, '1'),
	(4.1, 6.6, 5, '1'), (3.6, 5.7, 5, '1'), (4.3, 7.0, 4, '1'), (3.6, 6.7, 4, '0'),
	(2.3, 4.4, 6, '1'), (4.2, 7.6, 4, '0'), (4.0, 6.6, 6, '0'), (3.5, 5.8, 6, '1'),
	(3.8, 6.8, 7, '1'), (3.0, 4.7, 8, '0'), (4.5, 7.4, 5, '1'), (3.7, 7.4, 5, '1'),
	(3.1, 6.6, 6, '1'), (4.1, 8.2, 6, '1'), (4.3, 7.0, 5, '1'), (4.3, 6.5, 4, '1'),
	(3.2, 5.1, 5, '1'), (2.6, 4.7, 6, '1'), (3.3, 6.8, 6, '0'), (1.7, 4.0, 7, '0'),
	(3.7, 6.1, 5, '1'), (3.3, 6.3, 7, '1'), (4.2, 7.7, 6, '1'), (3.5, 6.2, 5, '1'),
	(2.9, 5.7, 9, '0'), (2.1, 4.8, 7, '1'), (2.8, 6.2, 8, '0'), (4.0, 7.0, 7, '1'),
	(3.3, 5.7, 6, '1'), (3.7, 6.9, 5, '1'), (3.6, 6.6, 5, '1');
SELECT rounded(roc_auc_interval(albumin, benefit)) AS albumin,
	   rounded(roc_auc_interval(-score, benefit)) AS kg_score,
	   rounded(roc_auc_interval(protein, benefit)) AS protein
  FROM ovarian;

-- R, help of wilcox.test: ozone in May and August, W = 127.5, p = 0.0001208
CREATE TEMP TABLE ozone AS
	SELECT unnest('{41,36,12,18,NULL,28,23,19,8,NULL,7,16,11,14,18,14,34,6,30,11,1,11,4,32,
				   NULL,NULL,NULL,23,45,115,37}'::float8[]) AS ppb, true AS may
	UNION ALL
	SELECT unnest('{39,9,16,78,35,66,122,89,110,NULL,NULL,44,28,65,NULL,22,59,23,31,44,21,9,
				   NULL,45,168,73,NULL,76,118,84,85}'::float8[]), false;
-- SciPy, mannwhitneyu: age at diagnosis of diabetes, U = 17, asymptotic p with
-- continuity correction 0.1113
CREATE TEMP TABLE diabetes AS
	SELECT unnest('{19,22,16,29,24}'::float8[]) AS age, true AS male
	UNION ALL
	SELECT unnest('{20,11,17,12}'::float8[]), false;
SELECT round((roc_auc(ppb, may) * 26 * 26)::numeric, 4) AS w,
	   round(mann_whitney(ppb, may)::numeric, 7) AS p
  FROM ozone;
SELECT round((roc_auc(age, male) * 5 * 4)::numeric, 4) AS u,
	   round(mann_whitney(age, male)::numeric, 4) AS p
  FROM diabetes;

--
-- Against the definitions
--

-- 300 groups of 2 to 61 rows, from all tied to hardly any tie, some NULLs
CREATE TEMP TABLE scores AS
	SELECT g, i,
		   CASE WHEN (g + i) % 23 <> 0 THEN noise % ties + CASE WHEN label THEN shift ELSE 0 END
		   END::float8 AS score,
		   CASE WHEN (g * i) % 29 <> 28 THEN label END AS label
	  FROM generate_series(1, 300) g, generate_series(1, 2 + g % 60) i,
		   LATERAL (SELECT ((g * 7919::bigint + i) * 48271 % 2147483647) / 7 AS noise,
						   (ARRAY[1, 2, 5, 20, 100000])[1 + g % 5] AS ties,
						   g % 3 AS shift,
						   ((g * 104729::bigint + i) * 69621 % 2147483647) / 11 % (2 + g % 4) = 0 AS label) r;

-- area: every pair of a true and a false row
CREATE TEMP VIEW pairs AS
	SELECT g, t.i AS t, f.i AS f,
		   CASE WHEN t.score > f.score THEN 1 WHEN t.score = f.score THEN 0.5 ELSE 0 END::float8 AS won
	  FROM scores t JOIN scores f USING (g)
	 WHERE t.label AND NOT f.label AND t.score IS NOT NULL AND f.score IS NOT NULL;

-- variance: that of the rows' means over their pairs
CREATE TEMP VIEW by_definition AS
	SELECT g, auc, pairs, v1 / n1 + v0 / n0 AS variance
	  FROM (SELECT g, avg(won) AS auc, count(*) AS pairs FROM pairs GROUP BY g) p
	  JOIN (SELECT g, var_samp(mean) AS v1, count(*) AS n1
			  FROM (SELECT g, avg(won) AS mean FROM pairs GROUP BY g, t) m GROUP BY g) a USING (g)
	  JOIN (SELECT g, var_samp(mean) AS v0, count(*) AS n0
			  FROM (SELECT g, avg(won) AS mean FROM pairs GROUP BY g, f) m GROUP BY g) b USING (g);

CREATE TEMP TABLE ours AS
	SELECT g, roc_auc(score, label) AS auc, roc_auc_interval(score, label) AS ci,
		   mann_whitney(score, label) AS p
	  FROM scores GROUP BY g;

SELECT count(*) AS groups, count(d.variance) AS with_variance,
	   count(DISTINCT d.auc) > 100 AS varied,
	   count(*) FILTER (WHERE abs(o.auc - d.auc) > 1e-13) AS auc_differs,
	   count(*) FILTER (WHERE o.ci[1] <> o.auc) AS areas_differ,
	   count(*) FILTER (WHERE (o.ci[2] IS NULL) <> (d.variance IS NULL)
						OR abs(o.ci[2] - greatest(0, d.auc - 1.959963984540054 * sqrt(d.variance))) > 1e-12
						OR abs(o.ci[3] - least(1, d.auc + 1.959963984540054 * sqrt(d.variance))) > 1e-12)
		AS interval_differs
  FROM ours o JOIN by_definition d USING (g);

-- groups that the definition cannot see have an empty class
SELECT count(*) AS groups, count(auc) + count(ci) + count(p) AS answers
  FROM ours WHERE g NOT IN (SELECT g FROM pairs);

-- p: midranks by window, z = (|U - mean| - 1/2) / deviation, and the normal
-- tail by the series of Abramowitz & Stegun 26.2.10, good to 1e-9 for z < 4.5
WITH ranked AS (
	SELECT g, label, tied, rank() OVER (PARTITION BY g ORDER BY score) + (tied - 1) / 2.0 AS midrank
	  FROM (SELECT g, score, label, count(*) OVER (PARTITION BY g, score) AS tied
			  FROM scores WHERE score IS NOT NULL AND label IS NOT NULL) s
), u AS (
	SELECT g, count(*) FILTER (WHERE label) AS n1, count(*) FILTER (WHERE NOT label) AS n0,
		   count(*)::numeric AS n, sum(midrank) FILTER (WHERE label) AS rank_sum,
		   -- each of t tied rows brings its share of t^3 - t
		   sum((tied * tied - 1)::numeric) AS ties
	  FROM ranked GROUP BY g
), z AS (
	SELECT g, greatest(0, abs(rank_sum - n1 * (n1 + 1) / 2 - n1 * n0 / 2.0) - 0.5)::float8
			  / sqrt(nullif(n1 * n0 / 12.0 * (n + 1 - ties / (n * (n - 1))), 0))::float8 AS z
	  FROM u WHERE n1 > 0 AND n0 > 0
), tail AS (
	SELECT g, z, 1 - 2 / sqrt(2 * pi()) *
		   (SELECT sum((-1) ^ k * z ^ (2 * k + 1)
					   / (factorial(k)::float8 * 2.0::float8 ^ k * (2 * k + 1)))
			  FROM generate_series(0, 60) k) AS p
	  FROM z
)
SELECT count(*) AS groups, count(*) FILTER (WHERE t.z IS NULL) AS all_tied,
	   count(*) FILTER (WHERE o.p < 0.05) > 20 AS some_small,
	   count(*) FILTER (WHERE abs(o.p - t.p) > 1e-9 AND z < 4.5) AS differ,
	   count(*) FILTER (WHERE z >= 4.5 AND o.p > 1e-5) AS tail_differs,
	   count(*) FILTER (WHERE z IS NULL AND o.p <> 1) AS tied_differs
  FROM tail t JOIN ours o USING (g);

-- labels turned: area and limits mirror, p stays
SELECT count(*) FILTER (WHERE abs(o.auc + t.auc - 1) > 1e-13 OR abs(o.ci[2] + t.ci[3] - 1) > 1e-12
						OR o.p <> t.p) AS differ
  FROM ours o
  JOIN (SELECT g, roc_auc(score, NOT label) AS auc, roc_auc_interval(score, NOT label) AS ci,
			   mann_whitney(score, NOT label) AS p
		  FROM scores GROUP BY g) t USING (g);

--
-- Edges
--

-- nothing; only NULLs; one row; one class; a label or score missing
SELECT roc_auc(s, l), roc_auc_interval(s, l), mann_whitney(s, l)
  FROM (SELECT 1::float8, true WHERE false) t (s, l);
SELECT name, roc_auc(s, l), roc_auc_interval(s, l), mann_whitney(s, l)
  FROM (VALUES ('1 all null', NULL::float8, NULL::boolean), ('1 all null', NULL, true),
			   ('1 all null', 1, NULL),
			   ('2 one row', 1, true),
			   ('3 one class', 1, false), ('3 one class', 2, false),
			   ('4 one pair', 2, true), ('4 one pair', 1, false), ('4 one pair', 0, NULL),
			   ('5 tied pair', 1, true), ('5 tied pair', 1, false),
			   ('6 one true row', 2, true), ('6 one true row', 1, false), ('6 one true row', 3, false),
			   ('7 all tied', 5, true), ('7 all tied', 5, true),
			   ('7 all tied', 5, false), ('7 all tied', 5, false)) t (name, s, l)
 GROUP BY name ORDER BY name;

-- classes wholly apart, both ways
SELECT label, rounded(roc_auc_interval(i, (i > 10) = label)),
	   round(mann_whitney(i, (i > 10) = label)::numeric, 6) AS p
  FROM generate_series(1, 20) i, (VALUES (true), (false)) l (label)
 GROUP BY label ORDER BY label;

-- infinities are ends, NaN is above them, zeros are one
SELECT roc_auc(s, true) FILTER (WHERE false) AS none,
	   roc_auc(s, l) AS auc
  FROM (VALUES ('-Infinity'::float8, false), ('Infinity', true), ('Infinity', false),
			   ('NaN', true), ('NaN', false), ('0', true), ('-0', false)) t (s, l);
SELECT a, b, roc_auc(CASE WHEN l THEN a ELSE b END, l)
  FROM (VALUES ('NaN'::float8, 'Infinity'::float8), ('Infinity', 'NaN'), ('NaN', 'NaN'), ('-0', '0'),
			   ('-Infinity', '-1e308'), ('1e-320', '0')) t (a, b),
	   (VALUES (true), (false)) l (l)
 GROUP BY a, b ORDER BY a, b;

-- other numeric types come by the usual casts
SELECT roc_auc(s::int, l) = roc_auc(s::numeric, l) AND roc_auc(s::real, l) = roc_auc(s, l) AS same
  FROM (VALUES (1::float8, true), (2, false), (3, true)) t (s, l);

-- the tie sum of a large group, by hand: 100,000 rows of each class and of each
-- score, U = 50,250 x 100,000, z = (25,000,000 - 1/2) / sqrt(10^10 / 12 x
-- (200,001 - 50,000.25)) = 2.2361, whose tails hold 0.0253
SELECT roc_auc(s, l) AS auc, round(mann_whitney(s, l)::numeric, 4) AS p
  FROM (SELECT i % 2, i <= 100500 AND i % 2 = 1 OR i > 100500 AND i % 2 = 0
		  FROM generate_series(1, 200000) i) t (s, l);

--
-- Whatever the order, the worker, the frame
--

CREATE TABLE rank_rows AS
	SELECT i, (i * 48271::bigint % 2147483647) % 5000 AS fine, i % 3 AS coarse,
		   (i * 69621::bigint % 2147483647) % 7 > 4 AS label
	  FROM generate_series(1, 30000) i;
ANALYZE rank_rows;

\set question 'SELECT roc_auc(fine, label) AS a, roc_auc(coarse, label) AS b, roc_auc_interval(fine, label) AS c, roc_auc_interval(coarse, label) AS d, mann_whitney(fine, label) AS e, mann_whitney(coarse, label) AS f FROM rank_rows'

SET max_parallel_workers_per_gather = 0;
SELECT pg_temp.plan_has(:'question', 'Partial Aggregate') AS partial;
CREATE TEMP TABLE serial AS :question;
CREATE TEMP TABLE ordered AS :question;
TRUNCATE ordered;
INSERT INTO ordered
	SELECT roc_auc(fine, label ORDER BY i DESC), roc_auc(coarse, label ORDER BY label),
		   roc_auc_interval(fine, label ORDER BY label, i DESC), roc_auc_interval(coarse, label ORDER BY fine DESC),
		   mann_whitney(fine, label ORDER BY fine), mann_whitney(coarse, label ORDER BY i % 17)
	  FROM rank_rows;
SET max_parallel_workers_per_gather = 3;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT pg_temp.plan_has(:'question', 'Partial Aggregate') AS partial;
CREATE TEMP TABLE parallel AS :question;
-- processes that see rows, rows that do not count, or none
\set few 'SELECT i % 2 = 0 AS even, roc_auc(nullif(fine, 11), label) AS auc FROM rank_rows WHERE i <= 100 OR label IS NULL GROUP BY 1'
SELECT pg_temp.plan_has(:'few', 'Partial') AS partial;
CREATE TEMP TABLE parallel_few AS :few;
SELECT pg_temp.plan_has('SELECT roc_auc(fine, label) FROM rank_rows WHERE i % 2 = 5', 'Partial Aggregate') AS partial;
SELECT roc_auc(fine, label), mann_whitney(fine, label) FROM rank_rows WHERE i % 2 = 5;
SET max_parallel_workers_per_gather = 0;
SELECT count(*), count(*) FILTER (WHERE p.auc IS DISTINCT FROM s.auc) AS differ
  FROM parallel_few p FULL JOIN (:few) s USING (even);
SELECT (SELECT s FROM serial s) = (SELECT p FROM parallel p) AS parallel_is_serial,
	   (SELECT s FROM serial s) = (SELECT o FROM ordered o) AS order_does_not_matter;

-- one state for all three
SELECT count(*) AS aggregates,
	   count(DISTINCT (aggtransfn::oid, aggcombinefn::oid, aggserialfn::oid, aggdeserialfn::oid,
					   aggtranstype, agginitval, aggtransspace)) AS states,
	   bool_and(aggfinalmodify = 'r' AND NOT aggfinalextra) AS read_only
  FROM pg_aggregate
 WHERE aggfnoid IN ('roc_auc'::regproc, 'roc_auc_interval'::regproc, 'mann_whitney'::regproc);

-- frames that move, and frames that grow on one state
CREATE TEMP TABLE few_rows AS SELECT * FROM rank_rows WHERE i <= 303;
SELECT count(*) AS rows, count(DISTINCT moving) > 50 AS varied,
	   count(*) FILTER (WHERE moving IS DISTINCT FROM (SELECT roc_auc(fine, label) FROM few_rows r
													   WHERE r.i BETWEEN t.i - 20 AND t.i + 3)) AS moving_differs,
	   count(*) FILTER (WHERE growing IS DISTINCT FROM (SELECT roc_auc_interval(fine, label) FROM few_rows r
														WHERE r.i <= t.i)) AS growing_differs,
	   count(*) FILTER (WHERE growing_p IS DISTINCT FROM (SELECT mann_whitney(coarse, label) FROM few_rows r
														  WHERE r.i <= t.i)) AS growing_p_differs
  FROM (SELECT i, roc_auc(fine, label) OVER (ORDER BY i ROWS BETWEEN 20 PRECEDING AND 3 FOLLOWING) AS moving,
			   roc_auc_interval(fine, label) OVER (ORDER BY i) AS growing,
			   mann_whitney(coarse, label) OVER (ORDER BY i) AS growing_p
		  FROM few_rows) t
 WHERE i <= 300;

--
-- States from nowhere
--
-- the state of another aggregate
CREATE AGGREGATE foreign_state(bigint) (SFUNC = int8_avg_accum, STYPE = internal,
	FINALFUNC = roc_auc_final);
SELECT pg_temp.error_of('SELECT foreign_state(1)');
SELECT foreign_state(1);
DROP AGGREGATE foreign_state(bigint);

-- the bytes of another aggregate: avg(bigint) writes our state as if it were
-- its own
CREATE AGGREGATE foreign_bytes(double precision, boolean) (SFUNC = ranked_scores_add,
	STYPE = internal, FINALFUNC = roc_auc_final, COMBINEFUNC = ranked_scores_combine,
	SERIALFUNC = int8_avg_serialize, DESERIALFUNC = ranked_scores_deserialize, PARALLEL = SAFE);
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has('SELECT foreign_bytes(fine, label) FROM rank_rows', 'Partial Aggregate') AS partial;
SELECT pg_temp.error_of('SELECT foreign_bytes(fine, label) FROM rank_rows');
RESET max_parallel_workers_per_gather;
DROP AGGREGATE foreign_bytes(double precision, boolean);

-- arguments of other types
SELECT pg_temp.error_of('SELECT roc_auc(''a''::text, true)'), pg_temp.error_of('SELECT mann_whitney(1.0, 1)');

DROP TABLE rank_rows;
DROP FUNCTION rounded(float8[]);
