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
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	IF greenery.clean_text(user_id) IS NULL OR reason IS NULL OR btrim(reason, E' \t\n\r') = '' THEN
		RAISE EXCEPTION 'a user is excluded for a reason'
			USING ERRCODE = 'null_value_not_allowed',
				  HINT = 'For example greenery_exclude_user(''u1'', ''test account of the warehouse'').';
	END IF;
	-- as staging shows it
	user_id := greenery.clean_text(user_id);
	SELECT to_jsonb(x) INTO old FROM greenery.excluded_users x WHERE x.user_id = user_id;
	INSERT INTO greenery.excluded_users (user_id, reason) VALUES (user_id, reason)
	ON CONFLICT ON CONSTRAINT excluded_users_pkey
		DO UPDATE SET reason = excluded.reason, excluded_at = excluded.excluded_at, excluded_by = excluded.excluded_by;
	PERFORM greenery.record_change('excluded user', user_id, CASE WHEN old IS NULL THEN 'add' ELSE 'alter' END,
		old, (SELECT to_jsonb(x) FROM greenery.excluded_users x WHERE x.user_id = user_id));
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
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	user_id := greenery.clean_text(user_id);
	DELETE FROM greenery.excluded_users x WHERE x.user_id = user_id RETURNING to_jsonb(x) INTO old;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'user "%" is not excluded', user_id
			USING ERRCODE = 'undefined_object', HINT = 'greenery.excluded_users lists them.';
	END IF;
	PERFORM greenery.record_change('excluded user', user_id, 'drop', old, NULL::jsonb);
END
$include$;
COMMENT ON FUNCTION greenery.include_user(text) IS 'greenery_include_user(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_include_user(user_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_include_user(text) IS
	'Takes back greenery_exclude_user(). Error 42704 for a user that is not excluded.';
