-- Copies of the published marts on the servers of a Citus cluster.
--
-- Copies, and not the published tables themselves: those are members of the extension, which Citus
-- could distribute and never take back, and DROP EXTENSION would leave their shards behind.
-- And a build knows the rows that it published by their row versions, which those of shards are
-- not.

CREATE FUNCTION greenery.is_distributed(relation regclass) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_is_distributed';
COMMENT ON FUNCTION greenery.is_distributed(regclass) IS
	'Whether a table is a distributed or reference table of Citus.';

-- By which column a mart's copy is distributed; NULL for a reference table.  Citus takes no NULL there.
CREATE FUNCTION greenery.distribution_column(model text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $distribution_column$
DECLARE
	published CONSTANT text := format('greenery_published.%I', model);
	col text;
	has_null boolean;
BEGIN
	FOREACH col IN ARRAY '{user_id,session_id}'::text[] LOOP
		IF EXISTS (SELECT FROM pg_attribute a
					WHERE a.attrelid = published::regclass AND a.attname = col AND a.atttypid = 'text'::regtype AND NOT a.attisdropped) THEN
			EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %I IS NULL)', published, col) INTO has_null;
			IF NOT has_null THEN
				RETURN col;
			END IF;
		END IF;
	END LOOP;
	RETURN NULL;
END
$distribution_column$;
COMMENT ON FUNCTION greenery.distribution_column(text) IS
	'By which column greenery_distribute_published() distributes a mart: user_id, else session_id, if it has one that is never NULL; else NULL, for a reference table.';

CREATE FUNCTION @extschema@.greenery_distribute_published(target name DEFAULT 'greenery_shards')
	RETURNS TABLE (model text, distributed_by text, rows bigint, inserted bigint, deleted bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $distribute_published$
#variable_conflict use_column
DECLARE
	m record;
	copy text;
	relation regclass;
	names text;
BEGIN
	PERFORM greenery.about_to_write('greenery_distribute_published');
	IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
		RAISE EXCEPTION 'extension "citus" is not installed in this database'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Published marts are distributed on a Citus cluster, from its coordinator.';
	END IF;
	IF target IS NULL OR target IN ('greenery', 'greenery_build', 'greenery_published') THEN
		RAISE EXCEPTION 'the copies need a schema of their own'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is made if there is none.';
	END IF;
	IF NOT EXISTS (SELECT FROM greenery_published.published_build) THEN
		RAISE EXCEPTION 'nothing has been published'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL @extschema@.greenery_build() first.';
	END IF;
	-- one connection for each server: reference tables and distributed ones in one transaction
	PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
	IF to_regnamespace(quote_ident(target)) IS NULL THEN
		EXECUTE format('CREATE SCHEMA %I', target);
	END IF;
	FOR m IN SELECT x.model, x.key FROM greenery.models x WHERE x.layer = 'mart' ORDER BY x.model COLLATE "C" LOOP
		model := m.model;
		copy := format('%I.%I', target, m.model);
		relation := to_regclass(copy);
		IF relation IS NULL THEN
			distributed_by := greenery.distribution_column(m.model);
			EXECUTE format('CREATE TABLE %s (LIKE greenery_published.%I)', copy, m.model);
			-- Citus wants the column in the key
			SELECT string_agg(quote_ident(k.name), ', ') INTO names
			FROM (SELECT DISTINCT u.name FROM unnest(m.key || distributed_by) u (name) WHERE u.name IS NOT NULL) k;
			EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (%s)', copy, names);
			IF distributed_by IS NULL THEN
				EXECUTE 'SELECT pg_catalog.create_reference_table($1)' USING copy::regclass;
			ELSE
				EXECUTE 'SELECT pg_catalog.create_distributed_table($1, $2)' USING copy::regclass, distributed_by;
			END IF;
		ELSIF NOT greenery.is_distributed(relation)
			  OR (SELECT c.relowner <> current_user::regrole FROM pg_class c WHERE c.oid = relation) THEN
			-- what is attached to another role's table would run with the caller's rights
			RAISE EXCEPTION 'table % is not a copy that role "%" has made', copy, current_user
				USING ERRCODE = 'wrong_object_type', HINT = 'Name another schema.';
		ELSE
			EXECUTE 'SELECT pg_catalog.column_to_column_name(p.logicalrelid, p.partkey) FROM pg_catalog.pg_dist_partition p WHERE p.logicalrelid = $1'
				INTO distributed_by USING relation;
		END IF;
		-- by difference: rows of which one server has none that is equal
		SELECT string_agg(quote_ident(k), ', ') INTO names FROM unnest(m.key) k;
		EXECUTE format('CREATE TEMP TABLE greenery_differs ON COMMIT DROP AS
						SELECT coalesce(c.key, p.key) AS key, c.key IS NOT NULL AS is_there, p.key IS NOT NULL AS is_published
						  FROM (SELECT ARRAY[%1$s]::text[] AS key, hash_record_extended(t, 0) AS hash FROM %2$s t) c
						  FULL JOIN (SELECT ARRAY[%1$s]::text[] AS key, hash_record_extended(t, 0) AS hash FROM greenery_published.%3$I t) p
							ON p.key = c.key AND p.hash = c.hash
						 WHERE c.key IS NULL OR p.key IS NULL', names, copy, m.model);
		EXECUTE format('DELETE FROM %s t WHERE ARRAY[%s]::text[] IN (SELECT d.key FROM pg_temp.greenery_differs d WHERE d.is_there)', copy, names);
		GET DIAGNOSTICS deleted = ROW_COUNT;
		EXECUTE format('INSERT INTO %s SELECT * FROM greenery_published.%I t WHERE ARRAY[%s]::text[] IN (SELECT d.key FROM pg_temp.greenery_differs d WHERE d.is_published)', copy, m.model, names);
		GET DIAGNOSTICS inserted = ROW_COUNT;
		EXECUTE format('SELECT count(*) FROM greenery_published.%I', m.model) INTO rows;
		DROP TABLE pg_temp.greenery_differs;
		RETURN NEXT;
	END LOOP;
END
$distribute_published$;
COMMENT ON FUNCTION @extschema@.greenery_distribute_published(name) IS
	'Copies the published marts to the servers of a Citus cluster, into a schema that is made if there is none, and brings the copies up to date when it is called again, after each build: one row a mart, with the rows that it has, and those that were inserted and deleted. A mart with a column user_id that is never NULL is distributed by it, else one with such a session_id, and all others become reference tables. Only rows that differ are written, all in one transaction. Runs with the caller''s rights, who owns the copies. Errors: 55000 without Citus, or when nothing has been published; 42809 for a table of that name which is not such a copy; 22023 for a schema of the extension; 42883 for a model of your own with a column whose type cannot be hashed.';
