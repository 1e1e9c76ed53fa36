--
-- Intervals and tests of proportions: wilson_interval, newcombe_interval,
-- fisher_exact.
--
-- Published figures have their source beside them.  Numbers are rounded, since
-- the last digits of a logarithm or of erfc are the platform's.
--
-- compiling the queries would take longer than they do
SET jit = off;
\i sql/include/helpers.sql

CREATE FUNCTION rounded(float8[], digits int DEFAULT 4) RETURNS numeric[]
	LANGUAGE sql IMMUTABLE AS
	'SELECT array_agg(round(v::numeric, digits) ORDER BY i) FROM unnest($1) WITH ORDINALITY u (v, i)';

-- p to four significant digits
CREATE FUNCTION significant(float8) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$SELECT to_char($1, '9.999EEEE')$$;

-- the SQLSTATE and text of the error that a statement ends in
--
-- Wilson
--

-- Newcombe, Statistics in Medicine 1998;17:857-872, table I, method 3:
-- 0.2553-0.3662, 0.0624-0.1605, 0-0.1611, 0.0061-0.1718
SELECT x, n, rounded(wilson_interval(x, n))
  FROM (VALUES (81, 263), (15, 148), (0, 20), (1, 29)) t (x, n);

-- The ends are the two p at which the score test just rejects, (p - x/n)^2 =
-- z^2 p (1 - p) / n.  z of standard tables: 0.674490, 1.281552, 1.644854,
-- 1.959964, 2.575829, 3.290527, 4.891638
SELECT confidence, round((abs(w[i] - x / n) / sqrt(w[i] * (1 - w[i]) / n))::numeric, 6) AS z,
	   count(*) AS ends
  FROM unnest('{0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999999}'::float8[]) confidence,
	   unnest('{7, 10, 13, 200}'::float8[]) n,
	   unnest('{1, 3, 6}'::float8[]) x,
	   wilson_interval(x::bigint, n::bigint, confidence) w,
	   generate_series(1, 2) i
 GROUP BY 1, 2 ORDER BY 1;

-- the far tail has its own branch: P(|Z| > 7.130506) = 1e-12 by erfc
SELECT round(sqrt(1 / w[1] - 1)::numeric, 3) AS z FROM wilson_interval(1, 1, 1 - 1e-12) w;

-- 0 and 1 are exact, everything stays inside, and the rate is in its interval
SELECT bool_and(w[1] = 0) FILTER (WHERE x = 0) AS low_exact,
	   bool_and(w[1] > 0) FILTER (WHERE x > 0) AS low_inside,
	   bool_and(w[2] = 1) FILTER (WHERE x = n) AS high_exact,
	   bool_and(w[2] < 1) FILTER (WHERE x < n) AS high_inside,
	   bool_and(x::float8 / n BETWEEN w[1] AND w[2]) AS holds_rate,
	   count(*)
  FROM generate_series(1, 60) n, generate_series(0, n) x,
	   unnest('{0.01, 0.5, 0.95, 0.999999999}'::float8[]) c, wilson_interval(x, n, c) w;

-- the largest counts there are
SELECT rounded(wilson_interval(0, 9223372036854775807), 6),
	   rounded(wilson_interval(4611686018427387904, 9223372036854775807), 6),
	   rounded(wilson_interval(9223372036854775807, 9223372036854775807), 6);

-- no one, and NULL
SELECT wilson_interval(0, 0), wilson_interval(NULL, 5), wilson_interval(1, NULL),
	   wilson_interval(1, 5, NULL);

-- no counts, no level
SELECT pg_temp.error_of('SELECT wilson_interval(' || args || ')')
  FROM unnest('{"3, 2", "1, 0", "-1, 2", "0, -1", "1, 2, 0", "1, 2, 1", "1, 2, -0.5",
				"1, 2, 95", "1, 2, ''NaN''", "1, 2, ''Infinity''", "-1, 0"}'::text[]) args;
SELECT wilson_interval(1, 2, 95);
SELECT wilson_interval(3, 2);

--
-- Newcombe
--

-- Newcombe, Statistics in Medicine 1998;17:873-890, table II, method 10
SELECT x1, n1, x2, n2, rounded(newcombe_interval(x1, n1, x2, n2)),
	   rounded(newcombe_interval(x1, n1, x2, n2)) = published::numeric[] AS as_published
  FROM (VALUES (56, 70, 48, 80, '{0.0524, 0.3339}'),
			   (9, 10, 3, 10, '{0.1705, 0.8090}'),
			   (6, 7, 2, 7, '{0.0582, 0.8062}'),
			   (5, 56, 0, 29, '{-0.0381, 0.1926}'),
			   (0, 10, 0, 20, '{-0.1611, 0.2775}'),
			   (0, 10, 0, 10, '{-0.2775, 0.2775}'),
			   (10, 10, 0, 20, '{0.6791, 1.0000}'),
			   (10, 10, 0, 10, '{0.6075, 1.0000}')) t (x1, n1, x2, n2, published);

-- against the definition in SQL, over Wilson's intervals, whatever the level;
-- groups swapped, the signs turn; always within [-1, 1]
SELECT bool_and(abs(d[1] - (p1 - p2 - sqrt((p1 - w1[1]) ^ 2 + (w2[2] - p2) ^ 2))) < 1e-12) AS low,
	   bool_and(abs(d[2] - (p1 - p2 + sqrt((w1[2] - p1) ^ 2 + (p2 - w2[1]) ^ 2))) < 1e-12) AS high,
	   bool_and(abs(d[1] + turned[2]) < 1e-12 AND abs(d[2] + turned[1]) < 1e-12) AS turned,
	   bool_and(d[1] >= -1 AND d[2] <= 1) AS within,
	   count(*)
  FROM unnest('{1, 2, 7, 15}'::int[]) n1, generate_series(0, n1) x1,
	   unnest('{1, 4, 11}'::int[]) n2, generate_series(0, n2) x2,
	   unnest('{0.5, 0.95, 0.999}'::float8[]) c,
	   newcombe_interval(x1, n1, x2, n2, c) d, newcombe_interval(x2, n2, x1, n1, c) turned,
	   wilson_interval(x1, n1, c) w1, wilson_interval(x2, n2, c) w2,
	   LATERAL (SELECT x1::float8 / n1, x2::float8 / n2) p (p1, p2);

SELECT newcombe_interval(0, 0, 1, 2), newcombe_interval(1, 2, 0, 0),
	   newcombe_interval(NULL, 2, 1, 2), newcombe_interval(1, 2, 1, 2, NULL);

SELECT pg_temp.error_of('SELECT newcombe_interval(' || args || ')')
  FROM unnest('{"3, 2, 1, 2", "1, 2, 3, 2", "-1, 2, 1, 2", "1, 2, 1, -2", "1, 2, 1, 2, 1",
				"0, 0, 3, 2"}'::text[]) args;

--
-- Fisher
--

-- Fisher, The Design of Experiments, 1935, the lady tasting tea: 0.4857;
-- R, help of fisher.test, Convictions of like-sex twins (Fisher, Journal of the
-- Royal Statistical Society 1935;98:39-82): 0.0005367;
-- Wikipedia, "Fisher's exact test", men and women studying: 0.002759
SELECT round(fisher_exact(3, 1, 1, 3)::numeric, 4) AS tea,
	   round(fisher_exact(2, 15, 10, 3)::numeric, 7) AS convictions,
	   round(fisher_exact(1, 9, 11, 3)::numeric, 6) AS studying;

-- every table up to a total of 12, against the definition: numeric arithmetic
-- with factorials is exact here
WITH margins AS (
	SELECT n, row1, col1
	  FROM generate_series(0, 12) n, generate_series(0, n) row1, generate_series(0, n) col1
), tables AS (
	SELECT n, row1, col1, x,
		   factorial(n) / (factorial(x) * factorial(row1 - x) * factorial(col1 - x)
						   * factorial(n - row1 - col1 + x)) AS weight
	  FROM margins, generate_series(greatest(0, row1 + col1 - n), least(row1, col1)) x
), defined AS (
	SELECT t.n, t.row1, t.col1, t.x,
		   sum(o.weight) FILTER (WHERE o.weight <= t.weight) / sum(o.weight) AS p
	  FROM tables t JOIN tables o USING (n, row1, col1)
	 GROUP BY t.n, t.row1, t.col1, t.x
)
SELECT count(*) AS tables, count(*) FILTER (WHERE p < 1) AS not_trivial,
	   count(*) FILTER (WHERE abs(p - fisher_exact(x, row1 - x, col1 - x, n - row1 - col1 + x))
						<= 1e-13 * p) AS equal
  FROM defined;

-- larger ones, by exact rational arithmetic outside the server: 3.420e-02,
-- 2.820e-02, 9.479e-16, 2.202e-05, 4.412e-02
SELECT a, b, c, d, significant(fisher_exact(a, b, c, d))
  FROM (VALUES (120, 880, 90, 910), (1200, 8800, 1100, 8900), (0, 1000, 50, 950),
			   (30, 9970, 5, 9995), (2100, 2900, 2000, 3000)) t (a, b, c, d);

-- another table is exactly as probable as this one, which rounding must not
-- hide: 0.1588 with it, 0.0873 without
SELECT round(fisher_exact(5, 4, 2, 10)::numeric, 4) AS p;

-- turning the table over keeps p; one of these stands far in the tail
SELECT count(DISTINCT significant(fisher_exact(q.a, q.b, q.c, q.d))) AS answers
  FROM (VALUES (5003000, 4997000, 5000000, 5000000), (700, 300, 100, 900),
			   (1, 100000, 40, 100000)) t (a, b, c, d),
	   LATERAL (VALUES (a, b, c, d), (b, a, d, c), (c, d, a, b), (d, c, b, a),
					   (a, c, b, d), (d, b, c, a)) q (a, b, c, d)
 GROUP BY t;

-- of millions p is near that of the chi-square test with Yates's correction:
-- z = (|ad - bc| - n / 2) sqrt(n / (r1 r2 c1 c2)) = 1.4991, whose tails hold 0.1339
SELECT round(fisher_exact(5003353, 4996647, 5000000, 5000000)::numeric, 4) AS p;

-- an empty margin leaves one table only; the smallest answers: 2 / (800 choose
-- 400) is 1.064e-239
SELECT fisher_exact(0, 0, 0, 0) AS nothing, fisher_exact(0, 0, 3, 4) AS empty_row,
	   fisher_exact(3, 0, 4, 0) AS empty_column, fisher_exact(10, 10, 10, 10) AS mode,
	   significant(fisher_exact(400, 0, 0, 400)) AS tiny,
	   fisher_exact(100000, 0, 0, 100000) AS below_double_precision;

SELECT fisher_exact(NULL, 1, 1, 1), fisher_exact(1, 1, 1, NULL);

SELECT pg_temp.error_of('SELECT fisher_exact(' || args || ')')
  FROM unnest('{"-1, 1, 1, 1", "1, 1, 1, -1", "9007199254740992, 1, 0, 0",
				"9223372036854775807, 9223372036854775807, 1, 1",
				"1, 1, 1, 9223372036854775807"}'::text[]) args;
SELECT fisher_exact(9007199254740992, 0, 0, 0) AS at_the_limit;
SELECT fisher_exact(1, 1, 1, 9223372036854775807);

DROP FUNCTION rounded, significant;
