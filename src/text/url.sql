-- URLs of events.

CREATE FUNCTION @extschema@.url_path_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.url_path_segment(text, integer) IS
	'The n-th segment of a URL''s path, counted from 1: product is the first of https://greenery.com/product/x?a=1#f, whatever the host. NULL when there is none, and for NULL. Query and fragment are not part of the path, and repeated slashes count once. A URL may begin with its scheme, with // and a host, with the path''s slash, or with a host (a first segment with a dot or a port, and a slash after it). Nothing is decoded: %20 stays %20, and . and .. are segments. n below 1 is error 22023.';

CREATE FUNCTION greenery.url_path_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'url_path_segment';
COMMENT ON FUNCTION greenery.url_path_segment(text, integer) IS
	'url_path_segment(), by a name that no other function can take.';

CREATE FUNCTION @extschema@.url_page_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.url_page_segment(text, integer) IS
	'As url_path_segment(), but a first segment that is a language (en, pt-br, zh_Hant, es-419) is passed over, and escapes are decoded: the second of https://greenery.com/en/product/caf%C3%A9 is café. A segment whose bytes would not be UTF-8, or not be characters of the database, stays as it is, and so does a % that begins no escape.';

CREATE FUNCTION greenery.url_page_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'url_page_segment';
COMMENT ON FUNCTION greenery.url_page_segment(text, integer) IS
	'url_page_segment(), by a name that no other function can take.';

CREATE FUNCTION @extschema@.url_page_kind(url text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.url_page_kind(text) IS
	'product, checkout or shipping, if that is the first segment of a URL''s path, whatever its case, as url_page_segment() reads it; else other. NULL for NULL.';

CREATE FUNCTION greenery.url_page_kind(url text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'url_page_kind';
COMMENT ON FUNCTION greenery.url_page_kind(text) IS
	'url_page_kind(), by a name that no other function can take.';
