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

-- The published table of each built-in mart that has none yet
CREATE FUNCTION greenery.create_published_tables() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create_published_tables$
DECLARE
	m record;
BEGIN
	FOR m IN
		SELECT r.model, r.relation, r.key,
			obj_description(greenery.relation_named(r.relation), 'pg_class') AS comment
		FROM greenery.models r
		WHERE r.layer = 'mart' AND r.builtin
			AND greenery.relation_named('greenery_published.' || quote_ident(r.model)) IS NULL
	LOOP
		PERFORM greenery.create_published(m.model, m.relation, m.key, m.comment);
	END LOOP;
END
$create_published_tables$;
COMMENT ON FUNCTION greenery.create_published_tables() IS
	'Creates the published tables of built-in marts that have none yet.';

CREATE FUNCTION greenery.fill_as_builder(relation regclass, query text) RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_fill_as_builder';
COMMENT ON FUNCTION greenery.fill_as_builder(regclass, text) IS
	'Runs a query with the rights of the builder, and stores its rows in a table of schema greenery_build that the transaction has made. Returns how many. Errors: 42501 unless the caller is the owner of the extension, 42804 when the columns are not the table''s.';

CREATE PROCEDURE @extschema@.greenery_build(accept_shrink boolean DEFAULT false)
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON PROCEDURE @extschema@.greenery_build(boolean) IS
	'Writes every mart, tests what was written, and publishes all marts together, or none: in one snapshot and one transaction. An error-level failure publishes nothing, is recorded, queues alerts, and raises error GR001 that names the failed tests; warnings publish and alert. accept_shrink publishes also where that deletes more rows than setting max_shrink allows, and is for the owner of the extension: 42501 otherwise. The caller needs the right to call and no other: models and tests run with the rights of the builder, see greenery_set_builder(). To be called alone (25001 otherwise); 55006 when another build is running.';
