CREATE FUNCTION @extschema@.byte_count(value text) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.byte_count(text) IS
	'How many bytes a text has.';
