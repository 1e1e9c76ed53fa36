-- Lengths of time that do not depend on the session's time zone.

CREATE FUNCTION greenery.fixed_length(length interval, argument text) RETURNS interval
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_fixed_length';
COMMENT ON FUNCTION greenery.fixed_length(interval, text) IS
	'A length of time in hours, a day being 24 of them: what a window adds to a time. NULL for NULL; error 22023, naming the argument, when it has months, is infinite or is negative.';
