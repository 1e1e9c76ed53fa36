-- E-mail addresses.

CREATE FUNCTION @extschema@.is_email(email text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.is_email(text) IS
	'Whether a mail server would take the text for an address, by RFC 5321 and, for characters outside of ASCII, RFC 6531: exactly one @, a local part of 1 to 64 bytes, a domain of two or more labels of 1 to 63 bytes whose last is not a number, 254 bytes in all, without blanks or invisible characters, at the ends too. IP addresses are not accepted as domains. Of the quoted local parts that RFC 5321 allows, such as "john doe"@example.org, those with a blank or an @ between the quotation marks are refused, and so is an empty one: in a shop''s table they are mistakes. Does not tell whether the address exists. NULL for NULL; never raises an error.';

CREATE FUNCTION greenery.is_email(email text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'is_email';
COMMENT ON FUNCTION greenery.is_email(text) IS
	'is_email(), by a name that no other function can take.';
