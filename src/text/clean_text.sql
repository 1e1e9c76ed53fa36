-- What staging does to every text column.

CREATE FUNCTION @extschema@.clean_text(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.clean_text(text) IS
	'The text without white space at its ends, NULL when nothing is left, and for NULL. White space is that of ASCII and, in a UTF-8 database, that of Unicode (no-break, thin, ideographic spaces), zero-width characters and the byte order mark. Inside the text nothing changes.';

CREATE FUNCTION greenery.clean_text(value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'clean_text';
COMMENT ON FUNCTION greenery.clean_text(text) IS
	'clean_text(), by a name that no other function can take.';
