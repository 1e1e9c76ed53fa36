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
BEGIN
	EXECUTE format('CREATE TABLE greenery_published.%I (LIKE %s INCLUDING COMMENTS, PRIMARY KEY (%s)) WITH (fillfactor = 90)',
				   model, relation, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(key) k));
	EXECUTE format('COMMENT ON TABLE greenery_published.%I IS %L', model, 'Published: ' || comment);
END
$create_published$;
COMMENT ON FUNCTION greenery.create_published(text, text, text[], text) IS
	'Creates the published table of a model: the columns and comments of its relation, which is quoted where needed, and the model''s key.';

-- One table a mart
DO $published$
DECLARE
	m record;
BEGIN
	FOR m IN
		SELECT r.model, r.key, to_regclass(r.relation) AS relation,
			obj_description(to_regclass(r.relation), 'pg_class') AS comment
		FROM greenery.models r
		WHERE r.layer = 'mart' AND r.builtin
	LOOP
		PERFORM greenery.create_published(m.model, m.relation::text, m.key, m.comment);
		-- dumped: a restored database shows what was published
		PERFORM pg_extension_config_dump(format('greenery_published.%I', m.model)::regclass, '');
	END LOOP;
END
$published$;

CREATE PROCEDURE @extschema@.greenery_build()
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON PROCEDURE @extschema@.greenery_build() IS
	'Writes every mart, tests what was written, and publishes all marts together, or none: in one snapshot and one transaction. An error-level failure publishes nothing, is recorded, queues alerts, and raises error GR001 that names the failed tests; warnings publish and alert. To be called alone (25001 otherwise), with the rights of the caller; 55006 when another build is running.';
