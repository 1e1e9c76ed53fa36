-- Staging: stg_users.  Grain: user.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
-- E-mails are lowered under "C": a Turkish locale would turn I into a dotless i.
CREATE VIEW greenery.stg_users AS
SELECT
	s.user_id AS user_id,
	@extschema@.clean_text(s.first_name) AS first_name,
	@extschema@.clean_text(s.last_name) AS last_name,
	(lower(@extschema@.clean_text(s.email) COLLATE "C")) COLLATE "default" AS email,
	@extschema@.normalize_phone(s.phone_number) AS phone_number,
	@extschema@.clean_text(s.phone_number) AS phone_number_raw,
	s.created_at AS created_at,
	s.updated_at AS updated_at,
	s.address_id AS address_id,
	s.attributes AS attributes
FROM greenery.source_users() s;

COMMENT ON VIEW greenery.stg_users IS 'One row per user, as the shop''s system has it, cleaned.';
COMMENT ON COLUMN greenery.stg_users.first_name IS 'First name, trimmed.';
COMMENT ON COLUMN greenery.stg_users.last_name IS 'Last name, trimmed.';
COMMENT ON COLUMN greenery.stg_users.email IS 'E-mail address, trimmed and in lower case.';
COMMENT ON COLUMN greenery.stg_users.phone_number IS 'Phone number as ###-###-####; NULL when what was entered is not a North American number.';
COMMENT ON COLUMN greenery.stg_users.phone_number_raw IS 'Phone number as entered.';
COMMENT ON COLUMN greenery.stg_users.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_users', 'greenery.users');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_users', 'greenery.stg_users', 'staging', '{user_id}', 1,
	grain => 'user');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(3, 'greenery.stg_users', 'email', 'email', '{}', '0', NULL,
	 'Every e-mail address is one that a mail server would take.', true),
	(4, 'greenery.stg_users', 'expression', NULL, '{"expression": "phone_number_raw IS NULL OR phone_number IS NOT NULL"}', '0', NULL,
	 'Every phone number is usable: what was entered is a North American number.', true),
	(5, 'greenery.stg_users', 'relationships', 'address_id', '{"to": "greenery.stg_addresses", "field": "address_id"}', NULL, '0',
	 'Every registered address exists.', true),
	(6, 'greenery.stg_users', 'expression', NULL, '{"expression": "updated_at >= created_at"}', NULL, '0',
	 'No user was changed before being created.', true),
	(7, 'greenery.stg_users', 'expression', NULL, '{"expression": "isfinite(created_at) AND isfinite(updated_at)"}', NULL, '0',
	 'Times of users are finite.', true),
	(8, 'greenery.stg_users', 'matches', 'phone_number', '{"pattern": "^[0-9]{3}-[0-9]{3}-[0-9]{4}$"}', NULL, '0',
	 'Cleaned phone numbers are ###-###-####. Holds by construction.', true),
	(9, 'greenery.stg_users', 'row_count', NULL, '{"min": 1}', NULL, '0',
	 'There are users: an empty table is a load that failed.', true),
	-- as for orders
	(10, 'greenery.stg_users', 'expression', NULL, '{"expression": "created_at <= (SELECT greenery.clock()) + interval ''5 minutes''"}', NULL, '0',
	 'No user registered in the future, by more than five minutes: a mistyped year.', true),
	(11, 'greenery.stg_users', 'expression', NULL, '{"expression": "strpos(email, ''@'') > 0"}', NULL, '0',
	 'Every e-mail address has an @: without, the column holds something else.', true),
	(12, 'greenery.stg_users', 'unique', 'email', '{}', '0', NULL,
	 'No two users have one e-mail address: that may be one person with two accounts.', true);
