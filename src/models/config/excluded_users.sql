-- Users whom all numbers leave out: staff, bots, testers.  Marts keep their rows.
CREATE TABLE greenery.excluded_users (
	user_id text PRIMARY KEY,
	reason text,
	excluded_at timestamptz NOT NULL DEFAULT now(),
	excluded_by text NOT NULL DEFAULT greenery.caller()
);
-- dumped: written by users
SELECT pg_catalog.pg_extension_config_dump('greenery.excluded_users', '');

COMMENT ON TABLE greenery.excluded_users IS
	'Users that all numbers leave out: staff, bots. Marts keep their rows, with is_excluded. greenery_exclude_user() and greenery_include_user() change it.';
COMMENT ON COLUMN greenery.excluded_users.user_id IS 'The user: stg_users.user_id.';
COMMENT ON COLUMN greenery.excluded_users.reason IS 'Why.';
COMMENT ON COLUMN greenery.excluded_users.excluded_at IS 'Since when.';
COMMENT ON COLUMN greenery.excluded_users.excluded_by IS 'By which role.';

CREATE FUNCTION greenery.exclude_user(user_id text, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $exclude$
BEGIN
	PERFORM greenery.exclude('user', user_id, reason, 'greenery_exclude_user(''u1'', ''test account of the warehouse'')');
END
$exclude$;
COMMENT ON FUNCTION greenery.exclude_user(text, text) IS 'greenery_exclude_user(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_exclude_user(user_id text, reason text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_exclude_user(text, text) IS
	'Leaves a user out of all numbers: staff, a bot, a test account. Live views follow at once, published tables with the next build. The reason and the role that calls are recorded. Error 22004 without a reason.';

CREATE FUNCTION greenery.include_user(user_id text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $include$
BEGIN
	PERFORM greenery.include('user', user_id);
END
$include$;
COMMENT ON FUNCTION greenery.include_user(text) IS 'greenery_include_user(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_include_user(user_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_include_user(text) IS
	'Takes back greenery_exclude_user(). Error 42704 for a user that is not excluded.';
