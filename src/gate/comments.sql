-- Comments on columns, which BI tools show.  What a column means is written once, where it
-- comes from: at the raw table, or at the first model that has it.  Models take it over, and
-- write themselves only what differs.

CREATE FUNCTION greenery.inherit_comments(relation text, VARIADIC sources text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $inherit_comments$
#variable_conflict use_variable
DECLARE
	inherited record;
	raw record;
BEGIN
	FOR inherited IN
		SELECT DISTINCT ON (a.attnum) a.attname, s.name AS source,
			-- being a key is not inherited
			regexp_replace(col_description(f.attrelid, f.attnum), ' Key(, with [^.]*)?\.$', '') AS comment
		FROM pg_attribute a
		CROSS JOIN LATERAL unnest(sources) WITH ORDINALITY s (name, n)
		JOIN pg_attribute f ON f.attrelid = greenery.relation_named(s.name) AND f.attname = a.attname
			AND f.attnum > 0 AND NOT f.attisdropped AND col_description(f.attrelid, f.attnum) IS NOT NULL
		WHERE a.attrelid = greenery.relation_named(relation) AND a.attnum > 0 AND NOT a.attisdropped
			AND col_description(a.attrelid, a.attnum) IS NULL
		ORDER BY a.attnum, s.n
	LOOP
		-- what a raw table refers to is the raw tables; a staging view refers to staging views
		IF EXISTS (SELECT FROM greenery.sources r WHERE r.relation = inherited.source) THEN
			FOR raw IN SELECT split_part(r.relation, '.', 2) AS name, split_part(r.staging, '.', 2) AS staging FROM greenery.sources r LOOP
				inherited.comment := regexp_replace(inherited.comment, '\m' || raw.name || '\.(?=\w)', raw.staging || '.', 'g');
			END LOOP;
		END IF;
		EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', relation, inherited.attname, inherited.comment);
	END LOOP;
END
$inherit_comments$;
COMMENT ON FUNCTION greenery.inherit_comments(text, text[]) IS
	'Comments those columns of a model that have no comment yet: each with the comment of the column of its name in the first of the sources that has one. For scripts of the extension.';

CREATE FUNCTION greenery.comment_key(relation text, key text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $comment_key$
#variable_conflict use_variable
DECLARE
	k record;
BEGIN
	FOR k IN
		SELECT a.attname, col_description(a.attrelid, a.attnum) AS comment,
			(SELECT string_agg(o.name, ' and ' ORDER BY o.n)
			 FROM unnest(key) WITH ORDINALITY o (name, n) WHERE o.name <> a.attname) AS others
		FROM pg_attribute a
		WHERE a.attrelid = greenery.relation_named(relation) AND a.attname = ANY (key)
			AND col_description(a.attrelid, a.attnum) IS NOT NULL
	LOOP
		EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', relation, k.attname,
					   k.comment || coalesce(' Key, with ' || k.others || '.', ' Key.'));
	END LOOP;
END
$comment_key$;
COMMENT ON FUNCTION greenery.comment_key(text, text[]) IS
	'Says in the comments of a model''s key columns that they are its key.';

