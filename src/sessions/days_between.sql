-- Time between two moments.

CREATE FUNCTION @extschema@.days_between(first timestamptz, last timestamptz) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.days_between(timestamptz, timestamptz) IS
	'Days from first to last, negative when last comes before first. A day is 24 hours, in every time zone. To 16 digits after the point, without trailing zeros: four days are 4, six hours 0.25. NULL when either is NULL or infinite.';
