-- Who may do what.  Primitives keep EXECUTE for PUBLIC; nothing else does (the
-- script's last part takes it away).

CREATE FUNCTION @extschema@.greenery_grant(role name, kind text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant$
DECLARE
	cmd text;
BEGIN
	IF role IS NULL OR NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role) THEN
		RAISE EXCEPTION 'role "%" does not exist', role
			USING ERRCODE = 'undefined_object',
				  HINT = 'CREATE ROLE makes one. Names are case-sensitive here.';
	END IF;
	IF kind IS NULL OR kind NOT IN ('analyst', 'loader') THEN
		RAISE EXCEPTION 'unknown kind of role: "%"', kind
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Kinds are "analyst" (reads live models and raw tables) and "loader" (writes raw tables).';
	END IF;

	FOR cmd IN
		SELECT format('GRANT USAGE ON SCHEMA greenery TO %I', role)
		UNION ALL
		SELECT format('GRANT SELECT ON ALL TABLES IN SCHEMA greenery TO %I', role)
		WHERE kind = 'analyst'
		UNION ALL
		-- whatever changes nothing
		SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, role)
		FROM pg_depend d
		JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
		JOIN pg_proc p ON p.oid = d.objid
		WHERE kind = 'analyst'
			AND d.classid = 'pg_proc'::regclass
			AND d.refclassid = 'pg_extension'::regclass
			AND d.deptype = 'e'
			AND p.provolatile <> 'v'
			AND (p.pronamespace = 'greenery'::regnamespace OR p.proname LIKE 'greenery\_%')
		UNION ALL
		SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON greenery.%I TO %I', t, role)
		FROM unnest(ARRAY['users', 'addresses', 'products', 'promos',
						  'orders', 'order_items', 'events']) t
		WHERE kind = 'loader'
	LOOP
		EXECUTE cmd;
	END LOOP;
END
$grant$;
COMMENT ON FUNCTION @extschema@.greenery_grant(name, text) IS
	'Grants a role what its work needs: analyst (reads live models, histories and raw tables, calls what changes nothing) or loader (writes raw tables). To be called by the owner of the extension, again after an update. Error 42704 for an unknown role, 22023 for an unknown kind.';
