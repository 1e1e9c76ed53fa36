-- Who may do what.  Primitives keep EXECUTE for PUBLIC; nothing else does (finish.sql takes it
-- away).
--
-- No role but the owner has rights to write the gate's tables: what it may do it does through
-- functions that check and record.  The exceptions are raw tables, which loaders write, and
-- the deliveries of alerts, which greenery-notify writes.

CREATE FUNCTION greenery.privileges_of(kind text)
	RETURNS TABLE (privileges text, object text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $privileges$
#variable_conflict use_variable
BEGIN
	IF kind IS NULL OR kind NOT IN ('reader', 'analyst', 'loader', 'operator', 'notifier', 'builder') THEN
		RAISE EXCEPTION 'unknown kind of role: "%"', kind
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Kinds are "reader" (reads published marts and the state of builds, asks for tests), "analyst" (reads live models and raw tables too), "operator" (runs builds and tests, changes tests), "loader" (writes raw tables) and "notifier" (delivers alerts).';
	END IF;

	-- what is published, and how builds and tests stand
	IF kind IN ('reader', 'analyst', 'operator', 'builder') THEN
		RETURN QUERY
			VALUES ('USAGE', 'SCHEMA greenery_published'),
				   ('SELECT', 'TABLE @extschema@.greenery_build_progress'),
				   ('EXECUTE', 'FUNCTION @extschema@.greenery_request_change(text, bigint)'),
				   ('EXECUTE', 'FUNCTION @extschema@.greenery_timezone()'),
				   -- it refuses a reader, but says where the audited rate is
				   ('EXECUTE', 'FUNCTION @extschema@.greenery_repeat_rate(timestamptz, timestamptz)')
			UNION ALL
			-- what the views of schema greenery_published call runs as the reader
			SELECT 'EXECUTE', format('FUNCTION %s', f)
			FROM unnest(ARRAY['greenery.shareable_message(text)', 'greenery.relation_named(text)']) f
			UNION ALL
			SELECT 'SELECT', format('TABLE greenery_published.%I', c.relname)
			FROM pg_class c
			WHERE c.relnamespace = 'greenery_published'::regnamespace AND c.relkind IN ('r', 'p', 'v');
	END IF;

	-- what is live
	IF kind IN ('analyst', 'loader', 'operator', 'notifier', 'builder') THEN
		RETURN QUERY VALUES ('USAGE', 'SCHEMA greenery');
	END IF;
	IF kind IN ('analyst', 'builder') THEN
		RETURN QUERY
			SELECT 'SELECT', format('TABLE greenery.%I', c.relname)
			FROM pg_class c
			WHERE c.relnamespace = 'greenery'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
			UNION ALL
			-- whatever changes nothing
			SELECT 'EXECUTE', format('ROUTINE %s', p.oid::regprocedure)
			FROM pg_depend d
			JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
			JOIN pg_proc p ON p.oid = d.objid
			WHERE d.classid = 'pg_proc'::regclass
				AND d.refclassid = 'pg_extension'::regclass
				AND d.deptype = 'e'
				AND (p.pronamespace = 'greenery'::regnamespace OR p.proname LIKE 'greenery\_%')
				AND (p.provolatile <> 'v' AND p.prokind <> 'p'
					 OR p.proname IN ('greenery_test_sql'));
	END IF;

	IF kind = 'operator' THEN
		RETURN QUERY
			SELECT 'EXECUTE', format('ROUTINE %s', p.oid::regprocedure)
			FROM pg_depend d
			JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
			JOIN pg_proc p ON p.oid = d.objid
			WHERE d.classid = 'pg_proc'::regclass
				AND d.refclassid = 'pg_extension'::regclass
				AND d.deptype = 'e'
				AND p.pronamespace <> 'greenery'::regnamespace
				AND p.proname IN ('greenery_build', 'greenery_test', 'greenery_record_history',
								  'greenery_add_test', 'greenery_alter_test', 'greenery_drop_test',
								  'greenery_exclude_user', 'greenery_include_user',
								  'greenery_exclude_product', 'greenery_include_product',
								  'greenery_triage_request', 'greenery_decide_request',
								  'greenery_add_route', 'greenery_drop_route',
								  'greenery_queue_alert', 'greenery_retry_alerts',
								  'greenery_schedule', 'greenery_unschedule', 'greenery_schedule_status')
			UNION ALL
			-- what these call as the operator, and the lists that they change
			VALUES ('EXECUTE', 'FUNCTION greenery.require_pg_cron()'),
				   ('EXECUTE', 'FUNCTION greenery.about_to_write(text)'),
				   ('SELECT', 'TABLE greenery.alert_routes'),
				   ('SELECT', 'TABLE greenery.excluded_users'),
				   ('SELECT', 'TABLE greenery.excluded_products');
	ELSIF kind = 'loader' THEN
		RETURN QUERY
			SELECT 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE', format('TABLE %s', s.relation)
			FROM greenery.sources s
			UNION ALL
			VALUES ('SELECT', 'TABLE greenery.sources'),
				   -- indexes of the raw tables call it as the loader
				   ('EXECUTE', 'FUNCTION greenery.clean_text(text)');
	ELSIF kind = 'notifier' THEN
		RETURN QUERY VALUES
			('SELECT', 'TABLE greenery.alerts'),
			('SELECT', 'TABLE greenery.alert_routing'),
			('SELECT, INSERT, UPDATE', 'TABLE greenery.alert_deliveries');
	ELSIF kind = 'builder' THEN
		RETURN QUERY VALUES ('USAGE', 'SCHEMA greenery_build');
	END IF;
END
$privileges$;
COMMENT ON FUNCTION greenery.privileges_of(text) IS
	'What greenery_grant() grants to a kind of role, and greenery_set_builder() to the builder: one row per object, as GRANT takes them. Error 22023 for an unknown kind.';

CREATE FUNCTION greenery.check_role(role name) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check_role$
BEGIN
	IF role IS NULL OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE EXCEPTION 'role "%" does not exist', role
			USING ERRCODE = 'undefined_object',
				  HINT = 'CREATE ROLE makes one. Names are case-sensitive here.';
	END IF;
END
$check_role$;
COMMENT ON FUNCTION greenery.check_role(name) IS 'Raises error 42704 unless the role exists.';

CREATE FUNCTION greenery.grant_kind(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant_kind$
DECLARE
	p record;
BEGIN
	FOR p IN SELECT * FROM greenery.privileges_of(kind) LOOP
		EXECUTE format('GRANT %s ON %s TO %I', p.privileges, p.object, role);
	END LOOP;
	-- often PUBLIC has it
	IF NOT has_schema_privilege(role, '@extschema@'::regnamespace, 'USAGE') THEN
		IF NOT has_schema_privilege('@extschema@'::regnamespace, 'USAGE WITH GRANT OPTION') THEN
			RAISE WARNING 'role "%" may not use schema "%"', role, '@extschema@'
				USING HINT = format('Its owner must run: GRANT USAGE ON SCHEMA @extschema@ TO %I', role);
		ELSE
			EXECUTE format('GRANT USAGE ON SCHEMA @extschema@ TO %I', role);
		END IF;
	END IF;
	-- the shop's own tables belong to others
	IF kind IN ('analyst', 'builder') THEN
		FOR p IN
			SELECT DISTINCT r.name AS relation, n.nspname AS schema
			FROM greenery.source_bindings b, unnest(b.relations) r (name), pg_class c, pg_namespace n
			WHERE c.oid = greenery.relation_named(r.name) AND n.oid = c.relnamespace
				AND NOT (has_schema_privilege(role, n.oid, 'USAGE') AND has_table_privilege(role, c.oid, 'SELECT'))
			ORDER BY 1
		LOOP
			RAISE NOTICE 'role "%" cannot read % yet', role, p.relation
				USING HINT = format('Its owner must run: GRANT USAGE ON SCHEMA %I TO %I; GRANT SELECT ON %s TO %I', p.schema, role, p.relation, role);
		END LOOP;
	END IF;
END
$grant_kind$;
COMMENT ON FUNCTION greenery.grant_kind(name, text) IS 'Grants what greenery.privileges_of() says.';

CREATE FUNCTION greenery.grant(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant$
BEGIN
	PERFORM greenery.check_role(role);
	IF kind = 'builder' THEN
		RAISE EXCEPTION 'there is one builder'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'greenery_set_builder() names it.';
	END IF;
	PERFORM greenery.grant_kind(role, kind);
	PERFORM greenery.record_change('privilege', role::text, 'add', NULL::jsonb, to_jsonb(kind));
END
$grant$;
COMMENT ON FUNCTION greenery.grant(name, text) IS 'greenery_grant(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_grant(role name, kind text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_grant(name, text) IS
	'Grants a role what its work needs: reader (reads published marts and the state of builds and tests, asks for new tests), analyst (also reads live models, histories, results and raw tables), operator (runs builds and tests, changes tests, adds tests without SQL; reads what a reader reads), loader (writes raw tables) or notifier (greenery-notify). For the owner of the extension; to be called again after an update. Error 42704 for an unknown role, 22023 for an unknown kind.';

CREATE FUNCTION greenery.revoke_kind(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revoke_kind$
DECLARE
	p record;
BEGIN
	FOR p IN SELECT * FROM greenery.privileges_of(kind) LOOP
		EXECUTE format('REVOKE %s ON %s FROM %I', p.privileges, p.object, role);
	END LOOP;
END
$revoke_kind$;
COMMENT ON FUNCTION greenery.revoke_kind(name, text) IS 'Revokes what greenery.privileges_of() says.';

CREATE FUNCTION greenery.revoke(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revoke$
BEGIN
	PERFORM greenery.check_role(role);
	PERFORM greenery.revoke_kind(role, kind);
	PERFORM greenery.record_change('privilege', role::text, 'drop', to_jsonb(kind), NULL::jsonb);
END
$revoke$;
COMMENT ON FUNCTION greenery.revoke(name, text) IS 'greenery_revoke(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_revoke(role name, kind text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_revoke(name, text) IS
	'Takes back what greenery_grant() granted for that kind, and with it what another kind has in common with it: call greenery_grant() again for kinds that the role keeps. Errors as greenery_grant().';

CREATE FUNCTION greenery.set_builder(role name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $set_builder$
DECLARE
	old text;
	owner CONSTANT text := greenery.owner();
BEGIN
	-- builders do not change in the middle of a build
	PERFORM greenery.keep_builds_out();
	SELECT s.value INTO old FROM greenery.settings s WHERE s.name = 'builder';
	IF role IS NULL THEN
		DELETE FROM greenery.settings s WHERE s.name = 'builder';
	ELSE
		PERFORM greenery.check_role(role);
		INSERT INTO greenery.settings (name, value) VALUES ('builder', role)
		ON CONFLICT ON CONSTRAINT settings_pkey DO UPDATE SET value = excluded.value;
	END IF;
	IF old <> role IS NOT FALSE AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname = old) AND old <> owner THEN
		PERFORM greenery.revoke_kind(old::name, 'builder');
	END IF;
	-- an error where it must not be
	IF greenery.builder() <> owner THEN
		PERFORM greenery.grant_kind(role, 'builder');
	END IF;
	PERFORM greenery.record_change('setting', 'builder', CASE WHEN role IS NULL THEN 'drop' WHEN old IS NULL THEN 'add' ELSE 'alter' END,
								   to_jsonb(old), to_jsonb(role::text));
END
$set_builder$;
COMMENT ON FUNCTION greenery.set_builder(name) IS 'greenery_set_builder(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_set_builder(role name) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_set_builder(name) IS
	'Names the role with whose rights builds and greenery_test() run models, features, data tests and source functions, and grants it what greenery has; what else they read is for its owner to grant. The former builder loses what it was granted as such, and with it what a kind of greenery_grant() has in common with it: call that again for kinds that the role keeps. NULL: the owner of the extension. An owner that is not a superuser must be a member of the role, and the role must not be a superuser. For the owner of the extension. Errors: 42704 for an unknown role, 42501 for one that must not be the builder, 55006 during a build.';
