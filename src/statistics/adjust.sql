-- Adjustment of p values for many tests.

CREATE FUNCTION @extschema@.holm_adjust(p_values double precision[])
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_holm_adjust';
COMMENT ON FUNCTION @extschema@.holm_adjust(double precision[]) IS
	'The p values of one family of tests, adjusted by Holm''s step-down method (Scandinavian Journal of Statistics 1979;6:65-70), in the same places. A NULL element stays NULL and does not count as a test; a NULL array gives NULL. An error when an element is not between 0 and 1.';

-- not STRICT: the server does not look at strictness for a window function
CREATE FUNCTION @extschema@.holm(p double precision)
	RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE WINDOW
	AS 'MODULE_PATHNAME', 'greenery_holm_window';
COMMENT ON FUNCTION @extschema@.holm(double precision) IS
	'Window function: this row''s p value, adjusted by Holm''s step-down method (Scandinavian Journal of Statistics 1979;6:65-70) for all tests in the partition, whatever the window''s order and frame. A NULL p stays NULL and does not count as a test; an error when p is not between 0 and 1.';
