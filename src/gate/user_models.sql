-- The users' own models: any view joins dependency order, tests and publishing.

-- What must not happen in the middle of a build.
CREATE FUNCTION greenery.keep_builds_out() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $keep_out$
BEGIN
	IF NOT greenery.keep_builds_out(wait => false) THEN
		RAISE EXCEPTION 'a build is running'
			USING ERRCODE = 'object_in_use',
				  DETAIL = 'Builds, and what must not run beside one, take turns.',
				  HINT = 'greenery_build_progress shows how far a build is. Try again when it has ended.';
	END IF;
END
$keep_out$;
COMMENT ON FUNCTION greenery.keep_builds_out() IS
	'Takes the lock of builds until the end of the transaction; error 55006 when a build holds it.';

CREATE FUNCTION greenery.check_model(relation regclass) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_check_model';
COMMENT ON FUNCTION greenery.check_model(regclass) IS
	'Raises an error unless a build can compute a relation: 42501 for a view that does not belong to the builder and for what the builder may not read, 0A000 for one that reads published tables or itself, or calls what cannot be looked into.';

CREATE FUNCTION greenery.add_model(relation regclass, key text[]) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $add_model$
#variable_conflict use_variable
DECLARE
	name text;
	schema name;
	registered text;
	relkind "char";
	persistence "char";
	bad text;
	cmd text;
	tests bigint[];
BEGIN
	IF relation IS NULL OR key IS NULL THEN
		RAISE EXCEPTION 'a model needs a relation and a key'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM greenery.keep_builds_out();

	SELECT c.relname, n.nspname, format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence
	  INTO name, schema, registered, relkind, persistence
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE c.oid = relation;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'relation with OID % does not exist', relation::oid
			USING ERRCODE = 'undefined_table';
	END IF;
	IF relkind NOT IN ('v', 'm', 'r', 'p', 'f') THEN
		RAISE EXCEPTION '% is neither a view nor a table', registered
			USING ERRCODE = 'wrong_object_type';
	END IF;
	IF persistence = 't' THEN
		RAISE EXCEPTION '% is temporary and cannot be a model', registered
			USING ERRCODE = 'invalid_table_definition',
				  DETAIL = 'Other sessions, and later builds, do not see it.';
	END IF;
	IF schema IN ('greenery', 'greenery_build', 'greenery_published', 'pg_catalog', 'information_schema') THEN
		RAISE EXCEPTION '% is not a relation of your own', registered
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Make a view over it in another schema.';
	END IF;

	-- a build tells models apart by their names
	IF EXISTS (SELECT FROM greenery.models m WHERE m.model = name OR m.relation = registered) THEN
		RAISE EXCEPTION 'model "%" exists already', name
			USING ERRCODE = 'duplicate_object',
				  HINT = CASE WHEN EXISTS (SELECT FROM greenery.models m WHERE m.relation = registered)
							  THEN format('greenery_drop_model(%L) removes it.', name)
							  ELSE 'Its published table has that name. Rename the view.' END;
	END IF;
	SELECT format('%I.%I', n.nspname, c.relname) INTO bad
	  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	 WHERE c.oid <> relation AND c.relname = name AND n.nspname IN ('greenery', 'greenery_published')
	 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'relation % stands in the way of model "%"', bad, name
			USING ERRCODE = 'duplicate_table',
				  DETAIL = 'The published table of a model has the name of the model.',
				  HINT = 'Rename the view.';
	END IF;
	PERFORM greenery.check_model(relation);

	-- columns
	IF array_ndims(key) IS DISTINCT FROM 1 OR array_position(key, NULL) IS NOT NULL THEN
		RAISE EXCEPTION 'the key of a model is a list of column names'
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'For example ''{order_id}'' or ''{order_id,product_id}''.';
	END IF;
	SELECT k INTO bad FROM unnest(key) k GROUP BY k HAVING count(*) > 1 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'column "%" is in the key more than once', bad
			USING ERRCODE = 'duplicate_column';
	END IF;
	SELECT k INTO bad FROM unnest(key) k
	 WHERE NOT EXISTS (SELECT FROM pg_attribute a
						WHERE a.attrelid = relation AND a.attname = k
						  AND a.attnum > 0 AND NOT a.attisdropped)
	 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'column "%" of relation % does not exist', bad, registered
			USING ERRCODE = 'undefined_column',
				  DETAIL = 'The key names it.';
	END IF;
	PERFORM greenery.create_published(name, registered, key,
									  coalesce(obj_description(relation, 'pg_class'), registered));

	FOR cmd IN
		-- constraints are the source's business: here they would break publishing
		SELECT format('ALTER TABLE greenery_published.%I ALTER COLUMN %I DROP NOT NULL', name, a.attname)
		  FROM pg_attribute a
		 WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
		   AND a.attnotnull AND a.attname <> ALL (key)
		UNION ALL
		-- who may read the other marts may read this one
		SELECT format('GRANT %s ON greenery_published.%I TO %s', string_agg(g.privilege_type, ', '), name,
					  CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END)
		  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
		 WHERE c.oid = 'greenery_published.metrics'::regclass
		   AND g.grantee <> c.relowner
		   AND g.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
		 GROUP BY g.grantee
	LOOP
		EXECUTE cmd;
	END LOOP;

	INSERT INTO greenery.models (model, relation, layer, key) VALUES (name, registered, 'mart', key);
	WITH added AS (
		INSERT INTO greenery.test_definitions (model, kind, column_name, args, error_above, description)
		SELECT registered, t.kind, t.column_name, t.args, '0', t.description
		  FROM greenery.model_tests('mart', key, 'row', '{}') t
		 ORDER BY t.ordinal
		RETURNING test_definitions.test_id)
	SELECT array_agg(a.test_id) INTO tests FROM added a;
	INSERT INTO greenery.test_changes (test_id, action, after)
	SELECT t.test_id, 'add', to_jsonb(t)
	  FROM greenery.data_tests t
	 WHERE t.test_id = ANY (tests)
	 ORDER BY t.test_id;
	PERFORM greenery.record_change('model', name, 'add', NULL::jsonb,
								   (SELECT to_jsonb(m) FROM greenery.models m WHERE m.model = name));
	RETURN name;
END
$add_model$;
COMMENT ON FUNCTION greenery.add_model(regclass, text[]) IS 'greenery_add_model(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_add_model(relation regclass, key text[]) RETURNS text
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_add_model(regclass, text[]) IS
	'Makes a view or table a model: builds write, test and publish it, after all models it reads. Returns its name, which is the relation''s, and that of its table in greenery_published; who may read the other published tables may read it. key names the columns that identify a row. Tests of the key, and of kind shrink, are added; greenery_add_test() adds more. A view must belong to the builder, whose rights it is computed with. For the owner of the extension. Errors: 42703 and 42701 for key columns that do not exist or are named twice, 42710 and 42P07 for a name that is taken, 42809 and 42P16 for what cannot be a model, 42501 for a view that does not belong to the builder, 0A000 for a model that no build could compute, 55006 during a build.';

CREATE FUNCTION greenery.drop_model(name text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop_model$
DECLARE
	old greenery.models;
BEGIN
	PERFORM greenery.keep_builds_out();
	SELECT * INTO old FROM greenery.models m WHERE m.model = name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'model "%" does not exist', name
			USING ERRCODE = 'undefined_object',
				  HINT = 'greenery.models lists them.';
	END IF;
	IF old.builtin THEN
		RAISE EXCEPTION 'model "%" is built in', name
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;

	EXECUTE format('DROP TABLE IF EXISTS greenery_published.%I', name);
	INSERT INTO greenery.test_changes (test_id, action, before)
	SELECT t.test_id, 'drop', to_jsonb(t)
	  FROM greenery.data_tests t
	 WHERE t.model = old.relation
	 ORDER BY t.test_id;
	DELETE FROM greenery.test_definitions t WHERE t.model = old.relation;
	DELETE FROM greenery.models m WHERE m.model = name;
	PERFORM greenery.record_change('model', name, 'drop', to_jsonb(old), NULL::jsonb);
END
$drop_model$;
COMMENT ON FUNCTION greenery.drop_model(text) IS 'greenery_drop_model(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_drop_model(name text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_drop_model(text) IS
	'Takes a model that was added with greenery_add_model() out of builds: its published table and its tests are dropped; their results, and the view, are kept. Errors: 42704 for an unknown model, 55000 for a built-in one, 55006 during a build, 2BP01 when other objects depend on the published table.';
