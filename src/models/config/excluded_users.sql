-- Users whom the indicators of repeat purchases leave out: staff, bots, testers.
-- Every other model counts them.
CREATE TABLE greenery.excluded_users (
	user_id text PRIMARY KEY,
	reason text,
	excluded_at timestamptz NOT NULL DEFAULT now(),
	excluded_by text NOT NULL DEFAULT current_user
);
-- dumped: written by users
SELECT pg_catalog.pg_extension_config_dump('greenery.excluded_users', '');

COMMENT ON TABLE greenery.excluded_users IS
	'Users left out of repeat_indicators, and of nothing else: staff, bots. Empty unless somebody inserts a row.';
COMMENT ON COLUMN greenery.excluded_users.user_id IS 'The user: stg_users.user_id.';
COMMENT ON COLUMN greenery.excluded_users.reason IS 'Why.';
COMMENT ON COLUMN greenery.excluded_users.excluded_at IS 'Since when.';
COMMENT ON COLUMN greenery.excluded_users.excluded_by IS 'By which role.';
