-- Builds: where marts are written and published, and what runs them.

CREATE SCHEMA greenery_build;
COMMENT ON SCHEMA greenery_build IS
	'Where a build writes marts before it tests and publishes them; empty between builds.';

CREATE SCHEMA greenery_published;
COMMENT ON SCHEMA greenery_published IS
	'The audited copy of every mart, as of the last build that published. For BI tools.';

-- Builds update rows of which a column has changed.  Pages keep room for them: the new
-- version stays on its page, and the index of the key needs no entry for it.
CREATE FUNCTION greenery.create_published(model text, relation text, key text[], comment text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create_published$
DECLARE
	cmd text;
BEGIN
	EXECUTE format('CREATE TABLE greenery_published.%I (LIKE %s INCLUDING COMMENTS, PRIMARY KEY (%s)) WITH (fillfactor = 90)',
				   model, relation, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k));
	EXECUTE format('COMMENT ON TABLE greenery_published.%I IS %L', model, 'Published: ' || comment);
	-- the owner's default privileges are not meant for it
	FOR cmd IN
		SELECT format('REVOKE ALL ON greenery_published.%I FROM %s', model,
					  CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
		  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
		 WHERE c.oid = format('greenery_published.%I', model)::regclass AND a.grantee <> c.relowner
		 GROUP BY a.grantee
	LOOP
		EXECUTE cmd;
	END LOOP;
END
$create_published$;
COMMENT ON FUNCTION greenery.create_published(text, text, text[], text) IS
	'Creates the published table of a model: the columns and comments of its relation, which is quoted where needed, and the model''s key.';

-- finish.sql calls it: the published tables of built-in marts are as their views are.
CREATE FUNCTION greenery.complete_published_tables() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $complete_published_tables$
DECLARE
	m record;
	cmd text;
BEGIN
	FOR m IN
		SELECT r.model, r.relation, r.key, v.oid AS view, p.oid AS published,
			obj_description(v.oid, 'pg_class') AS comment
		FROM greenery.models r
		JOIN pg_class v ON v.oid = greenery.relation_named(r.relation)
		LEFT JOIN pg_class p ON p.oid = greenery.relation_named('greenery_published.' || quote_ident(r.model))
		WHERE r.layer = 'mart' AND r.builtin
	LOOP
		IF m.published IS NULL THEN
			PERFORM greenery.create_published(m.model, m.relation, m.key, m.comment);
			CONTINUE;
		END IF;
		FOR cmd IN
			-- a new column of the mart: a view gets columns at its end
			SELECT format('ALTER TABLE greenery_published.%I ADD COLUMN %I %s%s', m.model, a.attname,
						  format_type(a.atttypid, a.atttypmod),
						  (SELECT format(' COLLATE %I.%I', n.nspname, c.collname)
						   FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
						   WHERE c.oid = a.attcollation))
			FROM pg_attribute a
			WHERE a.attrelid = m.view AND a.attnum > 0
				AND NOT EXISTS (SELECT FROM pg_attribute p
								WHERE p.attrelid = m.published AND p.attname = a.attname AND NOT p.attisdropped)
			ORDER BY a.attnum
		LOOP
			EXECUTE cmd;
		END LOOP;
		FOR cmd IN
			SELECT format('COMMENT ON COLUMN greenery_published.%I.%I IS %L', m.model, a.attname,
						  col_description(a.attrelid, a.attnum))
			FROM pg_attribute a
			JOIN pg_attribute p ON p.attrelid = m.published AND p.attname = a.attname AND NOT p.attisdropped
			WHERE a.attrelid = m.view AND a.attnum > 0
				AND col_description(p.attrelid, p.attnum) IS DISTINCT FROM col_description(a.attrelid, a.attnum)
			UNION ALL
			SELECT format('COMMENT ON TABLE greenery_published.%I IS %L', m.model, 'Published: ' || m.comment)
			WHERE obj_description(m.published, 'pg_class') IS DISTINCT FROM 'Published: ' || m.comment
		LOOP
			EXECUTE cmd;
		END LOOP;
	END LOOP;
END
$complete_published_tables$;
COMMENT ON FUNCTION greenery.complete_published_tables() IS
	'Gives each built-in mart its published table, and each published table the columns and comments of its mart. For scripts of the extension.';

CREATE FUNCTION greenery.fill_as_builder(relation regclass, query text) RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_fill_as_builder';
COMMENT ON FUNCTION greenery.fill_as_builder(regclass, text) IS
	'Runs a query with the rights of the builder, and stores its rows in a table of schema greenery_build that the transaction has made. Returns how many. Errors: 42501 unless the caller is the owner of the extension, 42804 when the columns are not the table''s.';

CREATE PROCEDURE @extschema@.greenery_build(accept_shrink boolean DEFAULT false)
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON PROCEDURE @extschema@.greenery_build(boolean) IS
	'Writes every mart, tests what was written, and publishes all marts together, or none: in one snapshot and one transaction. An error-level failure publishes nothing, is recorded, queues alerts, and raises error GR001 that names the failed tests; warnings publish and alert. accept_shrink publishes also where that deletes more rows than setting max_shrink allows, and is for the owner of the extension: 42501 otherwise. The caller needs the right to call and no other: models and tests run with the rights of the builder, see greenery_set_builder(). To be called alone (25001 otherwise); 55006 when another build is running.';
