-- Source: users.  Grain: user.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.users (
	user_id text,
	first_name text,
	last_name text,
	email text,
	phone_number text,
	created_at timestamptz,
	updated_at timestamptz,
	address_id text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.users', '');

COMMENT ON TABLE greenery.users IS
	'Raw: One row per registered user, as the shop''s system exports it. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.users.user_id IS 'Identifier of the user.';
COMMENT ON COLUMN greenery.users.first_name IS 'First name as entered.';
COMMENT ON COLUMN greenery.users.last_name IS 'Last name as entered.';
COMMENT ON COLUMN greenery.users.email IS 'E-mail address as entered.';
COMMENT ON COLUMN greenery.users.phone_number IS 'Phone number as entered, in any format.';
COMMENT ON COLUMN greenery.users.created_at IS 'When the user registered.';
COMMENT ON COLUMN greenery.users.updated_at IS 'When the user''s data last changed.';
COMMENT ON COLUMN greenery.users.address_id IS 'The registered address: addresses.address_id.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX users_user_id_idx ON greenery.users (greenery.clean_text(user_id));

SELECT greenery.register_source('users', 1);
