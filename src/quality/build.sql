-- Builds: where marts are written and published, and what runs them.

CREATE SCHEMA greenery_build;
COMMENT ON SCHEMA greenery_build IS
	'Where a build writes marts before it tests and publishes them; empty between builds.';

CREATE SCHEMA greenery_published;
COMMENT ON SCHEMA greenery_published IS
	'The audited copy of every mart, as of the last build that published. For BI tools.';

-- One table a mart, with the view's columns and comments and the model's key.
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
		EXECUTE format('CREATE TABLE greenery_published.%I (LIKE %s INCLUDING COMMENTS, PRIMARY KEY (%s))',
					   m.model, m.relation,
					   (SELECT string_agg(quote_ident(k), ', ') FROM unnest(m.key) k));
		EXECUTE format('COMMENT ON TABLE greenery_published.%I IS %L', m.model,
					   'Published: ' || m.comment);
		-- dumped: a restored database shows what was published
		PERFORM pg_extension_config_dump(format('greenery_published.%I', m.model)::regclass, '');
	END LOOP;
END
$published$;

CREATE PROCEDURE @extschema@.greenery_build()
	LANGUAGE C AS 'MODULE_PATHNAME';
COMMENT ON PROCEDURE @extschema@.greenery_build() IS
	'Writes every mart, tests what was written, and publishes all marts together, or none: in one snapshot and one transaction. An error-level failure publishes nothing, is recorded, queues alerts, and raises error GR001 that names the failed tests; warnings publish and alert. To be called alone (25001 otherwise), with the rights of the caller; 55006 when another build is running.';
