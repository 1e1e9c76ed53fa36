-- Intervals and tests of proportions.  NULL for a NULL argument, throughout.

CREATE FUNCTION @extschema@.wilson_interval(successes bigint, total bigint,
		confidence double precision DEFAULT 0.95)
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_wilson_interval';
COMMENT ON FUNCTION @extschema@.wilson_interval(bigint, bigint, double precision) IS
	'Confidence interval {low, high} of the rate successes / total: Wilson''s score interval (1927; method 3 of Newcombe, Statistics in Medicine 1998;17:857-872). Always within [0, 1]. NULL when total is 0; an error when successes exceed total or confidence is not between 0 and 1.';

CREATE FUNCTION @extschema@.newcombe_interval(x1 bigint, n1 bigint, x2 bigint, n2 bigint,
		confidence double precision DEFAULT 0.95)
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_newcombe_interval';
COMMENT ON FUNCTION @extschema@.newcombe_interval(bigint, bigint, bigint, bigint, double precision) IS
	'Confidence interval {low, high} of the difference of two independent rates, x1 / n1 - x2 / n2: Newcombe''s hybrid score interval, method 10 of Statistics in Medicine 1998;17:873-890. Always within [-1, 1]. NULL when n1 or n2 is 0; an error when a count exceeds its total or confidence is not between 0 and 1.';

CREATE FUNCTION @extschema@.fisher_exact(a bigint, b bigint, c bigint, d bigint)
	RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'greenery_fisher_exact_test';
COMMENT ON FUNCTION @extschema@.fisher_exact(bigint, bigint, bigint, bigint) IS
	'Two-sided p value of Fisher''s exact test (Fisher, Statistical Methods for Research Workers, 1934) for the table of counts a b / c d: the probability, with all margins fixed, of a table no more probable than this one, as R''s fisher.test computes it. 1 when a margin is 0. An error for a negative count or a sum above 2^53.';
