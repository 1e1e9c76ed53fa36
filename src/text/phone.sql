-- North American phone numbers.

CREATE FUNCTION @extschema@.normalize_phone(phone text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.normalize_phone(text) IS
	'The North American phone number in a text, as ###-###-####: (831) 155-1615, +1 831.155.1615, 1-831-155-1615, full-width digits and digits of other scripts, an extension (dropped). NULL for NULL and for text that is not such a number, never a guess; phone_problem() says why. Does not ask whether area and exchange code exist. Never raises an error.';

CREATE FUNCTION @extschema@.normalize_phone(phone text, strict boolean) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.normalize_phone(text, boolean) IS
	'As normalize_phone(phone); with strict true also NULL when area or exchange code break the North American Numbering Plan (area code 2-9 first, not N11, N9X, 37X or 96X; exchange code 2-9 first, not N11). NULL when either argument is NULL.';

CREATE FUNCTION @extschema@.phone_problem(phone text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.phone_problem(text) IS
	'Why normalize_phone() gives NULL; NULL when it gives a number, and for NULL. A stable code: empty (nothing but blanks), too_short, too_long (also any text above 1024 bytes), multiple (two numbers), bad_country (another country, or an unknown international prefix), has_letters, bad_character (unbalanced parentheses, a misplaced plus, symbols), bad_extension, bad_grouping (ten digits grouped as another country does, such as (55) 1234-5678), bad_area (area code begins with 0). The first problem from the left counts, and digits are counted only in a text without others.';

CREATE FUNCTION @extschema@.phone_problem(phone text, strict boolean) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.phone_problem(text, boolean) IS
	'As phone_problem(phone); with strict true also bad_area and bad_exchange for codes that the North American Numbering Plan does not allow, see normalize_phone(phone, strict). NULL when either argument is NULL.';

CREATE FUNCTION greenery.normalize_phone(phone text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'normalize_phone';
COMMENT ON FUNCTION greenery.normalize_phone(text) IS
	'normalize_phone(), by a name that no other function can take.';
