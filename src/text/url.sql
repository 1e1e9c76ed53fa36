-- URLs of events.

CREATE FUNCTION @extschema@.url_path_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.url_path_segment(text, integer) IS
	'The n-th segment of a URL''s path, counted from 1: product is the first of https://greenery.com/product/x?a=1#f, whatever the host. NULL when there is none, and for NULL. Query and fragment are not part of the path, and repeated slashes count once. A URL may begin with its scheme, with // and a host, with the path''s slash, or with a host (a first segment with a dot or a port, and a slash after it). Nothing is decoded: %20 stays %20, and . and .. are segments. n below 1 is error 22023.';

CREATE FUNCTION greenery.url_path_segment(url text, n integer) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'url_path_segment';
COMMENT ON FUNCTION greenery.url_path_segment(text, integer) IS
	'url_path_segment(), by a name that no other function can take.';
