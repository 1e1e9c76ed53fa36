--
-- Holm's adjustment: holm_adjust on arrays, holm() over windows.
--
-- compiling the queries would take longer than they do
SET jit = off;

CREATE FUNCTION rounded(float8[]) RETURNS numeric[]
	LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(round(v::numeric, 6) ORDER BY i) FROM unnest($1) WITH ORDINALITY u (v, i)';

-- R, p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"): 0.05 0.08 0.09 0.09 0.09;
-- Wikipedia, "Holm-Bonferroni method", 0.01, 0.04, 0.03, 0.005 of which at 5 %
-- the first and the last are rejected: 0.03, 0.06, 0.06, 0.02
SELECT rounded(holm_adjust('{0.01, 0.02, 0.03, 0.04, 0.05}')),
	   rounded(holm_adjust('{0.01, 0.04, 0.03, 0.005}'));

-- capped at 1; ties; ends; one test; no test
SELECT rounded(holm_adjust('{0.6, 0.2, 0.9}')) AS capped,
	   rounded(holm_adjust('{0.02, 0.01, 0.02, 0.01}')) AS ties,
	   holm_adjust('{0, 1}') AS ends, holm_adjust('{0.3}') AS one, holm_adjust('{}') AS none;

-- NULL is no test
SELECT rounded(holm_adjust('{0.01, NULL, 0.04, NULL, 0.03, 0.005}')) AS some_null,
	   holm_adjust('{NULL, NULL}') AS all_null, holm_adjust(NULL) AS null_array;

-- the array keeps its shape
SELECT holm_adjust('[0:2]={0.5,0.125,NULL}') AS bounds,
	   holm_adjust('{{0.125,0.25},{NULL,0.5}}') AS dimensions;

-- against the definition in SQL: no adjusted p is below an earlier one
CREATE TEMP TABLE tests AS
	SELECT family, i,
		   CASE WHEN (family * i) % 7 = 3 THEN NULL
				ELSE ((family * 48271 + i * 69621) % 997) % (20 * family) / 1000.0 END::float8 AS p
	  FROM generate_series(1, 40) family, generate_series(1, family) i;

CREATE TEMP VIEW by_definition AS
	SELECT family, i,
		   CASE WHEN p IS NOT NULL THEN max(least(1, p * (tested - place + 1)))
				OVER (PARTITION BY family ORDER BY p, place) END AS adjusted
	  FROM (SELECT *, count(p) OVER (PARTITION BY family) AS tested,
				   row_number() OVER (PARTITION BY family ORDER BY p, i) AS place
			  FROM tests) t;

WITH by_window AS (
	SELECT family, i, holm(p) OVER (PARTITION BY family) AS adjusted FROM tests
), by_array AS (
	SELECT family, ord AS i, adjusted
	  FROM (SELECT family, holm_adjust(array_agg(p ORDER BY i)) AS a FROM tests GROUP BY family) f,
		   unnest(a) WITH ORDINALITY u (adjusted, ord)
)
SELECT count(*) AS rows, count(d.adjusted) AS tested, count(DISTINCT d.adjusted) > 100 AS varied,
	   count(*) FILTER (WHERE w.adjusted IS DISTINCT FROM a.adjusted) AS window_differs,
	   count(*) FILTER (WHERE abs(w.adjusted - d.adjusted) > 1e-14
						OR (w.adjusted IS NULL) <> (d.adjusted IS NULL)) AS definition_differs
  FROM by_definition d JOIN by_window w USING (family, i) JOIN by_array a USING (family, i);

-- the family is the partition, whatever the window's order and frame
SELECT count(*) FILTER (WHERE holm IS DISTINCT FROM framed OR holm IS DISTINCT FROM excluded) AS differ,
	   count(*)
  FROM (SELECT holm(p) OVER (PARTITION BY family) AS holm,
			   holm(p) OVER (PARTITION BY family ORDER BY p DESC
							 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS framed,
			   holm(p) OVER (PARTITION BY family ORDER BY i
							 RANGE UNBOUNDED PRECEDING EXCLUDE CURRENT ROW) AS excluded
		  FROM tests) t;

-- partitions of one row, of NULLs only, none at all
SELECT i, p, holm(p) OVER (PARTITION BY i)
  FROM (VALUES (1, 0.5::float8), (2, NULL), (2, NULL), (3, 0.25), (3, NULL)) t (i, p)
 ORDER BY i, p;
SELECT holm(p) OVER () FROM tests WHERE false;

-- what is no p value
SELECT holm_adjust('{0.5, 1.5}');
\set VERBOSITY sqlstate
SELECT holm_adjust('{-0.1}');
SELECT holm_adjust('{NaN}');
SELECT holm(p) OVER () FROM (VALUES (0.5), (-1)) t (p);
SELECT holm(0.5);
\set VERBOSITY default

DROP VIEW by_definition;
DROP TABLE tests;
DROP FUNCTION rounded;
