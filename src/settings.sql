-- Settings, as SQL reads them.  They follow the session's GUCs, which parallel
-- workers inherit: STABLE and PARALLEL SAFE.

CREATE FUNCTION @extschema@.greenery_timezone() RETURNS text
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_timezone() IS
	'Setting greenery.timezone: the time zone in which the shop''s days, hours and months are counted.';

CREATE FUNCTION @extschema@.greenery_as_of_setting() RETURNS timestamptz
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_as_of_setting() IS
	'Setting greenery.as_of; NULL when it is not set. greenery_as_of() is the moment that marts use.';

CREATE FUNCTION @extschema@.greenery_currency_setting() RETURNS text
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_currency_setting() IS
	'Setting greenery.currency; NULL when it is not set. View greenery.shop_currency has the currency that marts use.';

CREATE FUNCTION @extschema@.greenery_stock_cover() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_stock_cover() IS
	'Setting greenery.stock_cover in hours: a product is at risk of a stock-out when its inventory is below the units ordered in this long. A day counts as 24 hours.';

CREATE FUNCTION @extschema@.greenery_session_gap() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_session_gap() IS
	'Setting greenery.session_gap: a longer pause starts a new session where the events have no session id.';

CREATE FUNCTION @extschema@.greenery_repeat_horizon_setting() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_repeat_horizon_setting() IS
	'Setting greenery.repeat_horizon; NULL when it is auto.';

CREATE FUNCTION @extschema@.greenery_alert_cooldown() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_alert_cooldown() IS
	'Setting greenery.alert_cooldown in hours: how long a data test or a build must keep failing before people are told again. A day counts as 24 hours.';

CREATE FUNCTION @extschema@.greenery_retention() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_retention() IS
	'Setting greenery.retention in hours: how long builds, test results, keys of failing rows and delivered alerts are kept. A day counts as 24 hours.';

-- The same for what is looked up by name at each call: beside greenery_NAME() others may put a
-- function of that name whose arguments all have defaults, and the call would be ambiguous.
CREATE FUNCTION greenery.timezone() RETURNS text
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_timezone';
COMMENT ON FUNCTION greenery.timezone() IS
	'greenery_timezone(), by a name that no other function can take.';

CREATE FUNCTION greenery.as_of_setting() RETURNS timestamptz
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_as_of_setting';
COMMENT ON FUNCTION greenery.as_of_setting() IS
	'greenery_as_of_setting(), by a name that no other function can take.';

CREATE FUNCTION greenery.currency_setting() RETURNS text
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_currency_setting';
COMMENT ON FUNCTION greenery.currency_setting() IS
	'greenery_currency_setting(), by a name that no other function can take.';

CREATE FUNCTION greenery.stock_cover() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_stock_cover';
COMMENT ON FUNCTION greenery.stock_cover() IS
	'greenery_stock_cover(), by a name that no other function can take.';

CREATE FUNCTION greenery.session_gap() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_session_gap';
COMMENT ON FUNCTION greenery.session_gap() IS
	'greenery_session_gap(), by a name that no other function can take.';

CREATE FUNCTION greenery.repeat_horizon_setting() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_repeat_horizon_setting';
COMMENT ON FUNCTION greenery.repeat_horizon_setting() IS
	'greenery_repeat_horizon_setting(), by a name that no other function can take.';

CREATE FUNCTION greenery.alert_cooldown() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_alert_cooldown';
COMMENT ON FUNCTION greenery.alert_cooldown() IS
	'greenery_alert_cooldown(), by a name that no other function can take.';

CREATE FUNCTION greenery.retention() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_retention';
COMMENT ON FUNCTION greenery.retention() IS
	'greenery_retention(), by a name that no other function can take.';

-- What builds use.  A session's own settings are for the live views that it reads.
CREATE TABLE greenery.settings (
	name text PRIMARY KEY,
	value text NOT NULL
);
-- dumped: set by users
SELECT pg_catalog.pg_extension_config_dump('greenery.settings', '');

COMMENT ON TABLE greenery.settings IS
	'Settings of builds that are not the default, and the builder. greenery_set() and greenery_set_builder() change them. Settings of a session are for live views.';
COMMENT ON COLUMN greenery.settings.name IS 'A setting, without "greenery."; or builder.';
COMMENT ON COLUMN greenery.settings.value IS 'Its value.';

-- The record of all changes but those of data tests, which test_changes has.
CREATE TABLE greenery.changes (
	change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	changed_by text NOT NULL,
	object text NOT NULL CHECK (object IN ('setting', 'model', 'feature', 'excluded user', 'excluded product', 'alert route', 'privilege', 'binding')),
	name text NOT NULL,
	action text NOT NULL CHECK (action IN ('add', 'alter', 'drop')),
	before jsonb,
	after jsonb
);
-- dumped: the audit
SELECT pg_catalog.pg_extension_config_dump('greenery.changes', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.changes_change_id_seq', '');

COMMENT ON TABLE greenery.changes IS
	'Every change of a setting, model, feature, excluded user or product, alert route, privilege or binding: who, when, before and after. Changes of data tests are in test_changes.';
COMMENT ON COLUMN greenery.changes.change_id IS 'Identifier, growing with time.';
COMMENT ON COLUMN greenery.changes.changed_at IS 'When.';
COMMENT ON COLUMN greenery.changes.changed_by IS 'By which role.';
COMMENT ON COLUMN greenery.changes.object IS 'setting, model, feature, excluded user or product, alert route, privilege or binding.';
COMMENT ON COLUMN greenery.changes.name IS 'Which one.';
COMMENT ON COLUMN greenery.changes.action IS 'add, alter or drop.';
COMMENT ON COLUMN greenery.changes.before IS 'What it was before; NULL for add.';
COMMENT ON COLUMN greenery.changes.after IS 'What it is since; NULL for drop.';

CREATE FUNCTION greenery.record_change(object text, name text, action text, before jsonb, after jsonb)
	RETURNS void
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
	INSERT INTO greenery.changes (changed_by, object, name, action, before, after)
	VALUES (greenery.caller(), object, name, action, before, after);
END;
COMMENT ON FUNCTION greenery.record_change(text, text, text, jsonb, jsonb) IS
	'Records a change in greenery.changes, with the role that called.';

CREATE FUNCTION greenery.setting_defaults() RETURNS text[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_setting_defaults';
COMMENT ON FUNCTION greenery.setting_defaults() IS
	'The settings that builds take from greenery.settings, each followed by its default.';

CREATE FUNCTION greenery.check_setting(name text, value text) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_check_setting';
COMMENT ON FUNCTION greenery.check_setting(text, text) IS
	'Raises an error unless builds have such a setting, 42704, and it can have that value, 22023.';

CREATE FUNCTION @extschema@.greenery_settings()
	RETURNS TABLE (name text, value text, default_value text)
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT d.known[i.n], coalesce(s.value, d.known[i.n + 1]), d.known[i.n + 1]
	FROM (SELECT greenery.setting_defaults() AS known) d
	CROSS JOIN LATERAL generate_series(1, cardinality(d.known), 2) i (n)
	LEFT JOIN greenery.settings s ON s.name = d.known[i.n];
END;
COMMENT ON FUNCTION @extschema@.greenery_settings() IS
	'The settings that builds and greenery_test() use, one row each: greenery_set() changes them. Live views follow the session''s own settings of the same names.';

CREATE FUNCTION greenery.set(name text, value text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $set$
#variable_conflict use_variable
DECLARE
	old text;
BEGIN
	IF name IS NULL THEN
		RAISE EXCEPTION 'a setting needs a name'
			USING ERRCODE = 'null_value_not_allowed', HINT = 'greenery_settings() lists them.';
	END IF;
	-- whether builds know it, and its value
	PERFORM greenery.check_setting(name, coalesce(value,
		(SELECT d.known[array_position(d.known, name) + 1] FROM (SELECT greenery.setting_defaults()) d (known)), ''));
	SELECT s.value INTO old FROM greenery.settings s WHERE s.name = name;
	IF value IS NULL THEN
		DELETE FROM greenery.settings s WHERE s.name = name;
	ELSE
		INSERT INTO greenery.settings (name, value) VALUES (name, value)
		ON CONFLICT ON CONSTRAINT settings_pkey DO UPDATE SET value = excluded.value;
	END IF;
	IF value IS DISTINCT FROM old THEN
		PERFORM greenery.record_change('setting', name, CASE WHEN value IS NULL THEN 'drop' WHEN old IS NULL THEN 'add' ELSE 'alter' END,
									   to_jsonb(old), to_jsonb(value));
	END IF;
END
$set$;
COMMENT ON FUNCTION greenery.set(text, text) IS 'greenery_set(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_set(name text, value text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_set(text, text) IS
	'Sets what builds and greenery_test() use for a setting, named without "greenery."; NULL brings back the default. Recorded in greenery.changes. For the owner of the extension. Errors: 42704 for a setting that builds do not have, 22023 for a value that it cannot have.';
