-- Who may do what.  Primitives keep EXECUTE for PUBLIC; nothing else does (the
-- script's last part takes it away).

-- Tables that record who did something are granted by column: who and when are
-- their defaults, and not for the writer to say.
CREATE FUNCTION greenery.privileges_of(kind text)
	RETURNS TABLE (privileges text, object text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $privileges$
BEGIN
	IF kind IS NULL OR kind NOT IN ('reader', 'analyst', 'loader', 'operator', 'notifier') THEN
		RAISE EXCEPTION 'unknown kind of role: "%"', kind
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Kinds are "reader" (reads published marts, asks for tests), "analyst" (reads live models and raw tables too), "operator" (runs tests and builds too), "loader" (writes raw tables) and "notifier" (delivers alerts).';
	END IF;

	-- published marts
	IF kind IN ('reader', 'analyst', 'operator') THEN
		RETURN QUERY
			VALUES ('USAGE', 'SCHEMA greenery_published'),
				   ('EXECUTE', 'FUNCTION @extschema@.greenery_request_change(text, bigint)'),
				   -- it refuses a reader, but says where the audited rate is
				   ('EXECUTE', 'FUNCTION @extschema@.greenery_repeat_rate(timestamptz, timestamptz)')
			UNION ALL
			SELECT CASE kind WHEN 'operator' THEN 'SELECT, INSERT, UPDATE, DELETE' ELSE 'SELECT' END,
				format('TABLE greenery_published.%I', c.relname)
			FROM pg_class c
			WHERE c.relnamespace = 'greenery_published'::regnamespace AND c.relkind IN ('r', 'p');
	END IF;

	-- what is live
	IF kind IN ('analyst', 'loader', 'operator', 'notifier') THEN
		RETURN QUERY VALUES ('USAGE', 'SCHEMA greenery');
	END IF;
	IF kind IN ('analyst', 'operator') THEN
		RETURN QUERY
			SELECT 'SELECT', format('TABLE greenery.%I', c.relname)
			FROM pg_class c
			WHERE c.relnamespace = 'greenery'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
			UNION ALL
			-- analysts: whatever changes nothing
			SELECT 'EXECUTE', format('ROUTINE %s', p.oid::regprocedure)
			FROM pg_depend d
			JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
			JOIN pg_proc p ON p.oid = d.objid
			WHERE d.classid = 'pg_proc'::regclass
				AND d.refclassid = 'pg_extension'::regclass
				AND d.deptype = 'e'
				AND (p.pronamespace = 'greenery'::regnamespace OR p.proname LIKE 'greenery\_%')
				AND (p.provolatile <> 'v' AND p.prokind <> 'p'
					 OR kind = 'operator' AND p.proname NOT IN ('greenery_grant', 'greenery_revoke'));
	END IF;

	IF kind = 'operator' THEN
		RETURN QUERY VALUES
			('CREATE', 'SCHEMA greenery_build'),
			('USAGE', 'SCHEMA greenery_build'),
			('CREATE', 'SCHEMA greenery_published'),
			-- LOCK TABLE
			('UPDATE', 'TABLE greenery.build_lock'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.excluded_users'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.features'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.promo_history'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.inventory_history'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.order_status_history'),
			-- builtin is not theirs to set
			('INSERT (model, relation, layer, key), DELETE', 'TABLE greenery.models'),
			('INSERT (model, kind, column_name, args, warn_above, error_above, owner, description, enabled), UPDATE (args, warn_above, error_above, owner, description, enabled), DELETE',
			 'TABLE greenery.test_definitions'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.test_overrides'),
			('INSERT (test_id, action, before, after)', 'TABLE greenery.test_changes'),
			('INSERT (user_id, reason), UPDATE (reason), DELETE', 'TABLE greenery.excluded_users'),
			('INSERT, DELETE', 'TABLE greenery.features'),
			('INSERT (models), UPDATE, DELETE', 'TABLE greenery.builds'),
			('INSERT, DELETE', 'TABLE greenery.build_models'),
			('INSERT, DELETE', 'TABLE greenery.mart_states'),
			('INSERT, DELETE', 'TABLE greenery.test_states'),
			('INSERT, DELETE', 'TABLE greenery.source_states'),
			('INSERT, DELETE', 'TABLE greenery.test_results'),
			('INSERT, DELETE', 'TABLE greenery.test_failures'),
			('INSERT, DELETE', 'TABLE greenery.alerts'),
			('INSERT, UPDATE, DELETE', 'TABLE greenery.alert_routes'),
			('UPDATE, DELETE', 'TABLE greenery.alert_deliveries');
	ELSIF kind = 'loader' THEN
		RETURN QUERY
			SELECT 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE', format('TABLE greenery.%I', t)
			FROM unnest(ARRAY['users', 'addresses', 'products', 'promos',
							  'orders', 'order_items', 'events']) t;
	ELSIF kind = 'notifier' THEN
		RETURN QUERY VALUES
			('SELECT', 'TABLE greenery.alerts'),
			('SELECT', 'TABLE greenery.alert_routing'),
			('SELECT, INSERT, UPDATE', 'TABLE greenery.alert_deliveries');
	END IF;
END
$privileges$;
COMMENT ON FUNCTION greenery.privileges_of(text) IS
	'What greenery_grant() grants to a kind of role: one row an object, as GRANT takes them. Error 22023 for an unknown kind.';

CREATE FUNCTION @extschema@.greenery_grant(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant$
DECLARE
	p record;
BEGIN
	IF role IS NULL OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE EXCEPTION 'role "%" does not exist', role
			USING ERRCODE = 'undefined_object',
				  HINT = 'CREATE ROLE makes one. Names are case-sensitive here.';
	END IF;
	FOR p IN SELECT * FROM greenery.privileges_of(kind) LOOP
		EXECUTE format('GRANT %s ON %s TO %I', p.privileges, p.object, role);
	END LOOP;
	-- often PUBLIC has it; the schema may belong to someone else
	IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE') THEN
		EXECUTE format('GRANT USAGE ON SCHEMA @extschema@ TO %I', role);
	END IF;
END
$grant$;
COMMENT ON FUNCTION @extschema@.greenery_grant(name, text) IS
	'Grants a role what its work needs: reader (reads published marts, asks for new tests), analyst (also reads live models, histories, results and raw tables, calls what changes nothing), operator (also runs tests and builds, makes tests and models), loader (writes raw tables) or notifier (greenery-notify). To be called by the owner of the extension, again after an update. What a bound table or a model''s own view needs is granted by its owner. Error 42704 for an unknown role, 22023 for an unknown kind.';

CREATE FUNCTION @extschema@.greenery_revoke(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revoke$
DECLARE
	p record;
BEGIN
	IF role IS NULL OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE EXCEPTION 'role "%" does not exist', role
			USING ERRCODE = 'undefined_object';
	END IF;
	FOR p IN SELECT * FROM greenery.privileges_of(kind) LOOP
		EXECUTE format('REVOKE %s ON %s FROM %I', p.privileges, p.object, role);
	END LOOP;
END
$revoke$;
COMMENT ON FUNCTION @extschema@.greenery_revoke(name, text) IS
	'Takes back what greenery_grant() granted for that kind, and with it what another kind has in common with it: call greenery_grant() again for kinds that the role keeps. Errors as greenery_grant().';
