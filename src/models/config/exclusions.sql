-- What users and products that are left out have in common: tables excluded_users and
-- excluded_products are alike.

CREATE FUNCTION greenery.exclude(kind text, id text, reason text, example text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $exclude$
DECLARE
	-- as staging shows it
	cleaned CONSTANT text := greenery.clean_text(id);
	old jsonb;
	new jsonb;
BEGIN
	IF cleaned IS NULL OR reason IS NULL OR btrim(reason, E' \t\n\r') = '' THEN
		RAISE EXCEPTION 'a % is excluded for a reason', kind
			USING ERRCODE = 'null_value_not_allowed', HINT = format('For example %s.', example);
	END IF;
	EXECUTE format('SELECT to_jsonb(x) FROM greenery.%I x WHERE x.%I = $1',
				   'excluded_' || kind || 's', kind || '_id')
		INTO old USING cleaned;
	EXECUTE format('INSERT INTO greenery.%1$I AS x (%2$I, reason) VALUES ($1, $2)
					ON CONFLICT (%2$I)
						DO UPDATE SET reason = excluded.reason, excluded_at = excluded.excluded_at, excluded_by = excluded.excluded_by
					RETURNING to_jsonb(x)',
				   'excluded_' || kind || 's', kind || '_id')
		INTO new USING cleaned, reason;
	PERFORM greenery.record_change('excluded ' || kind, cleaned, CASE WHEN old IS NULL THEN 'add' ELSE 'alter' END, old, new);
END
$exclude$;
COMMENT ON FUNCTION greenery.exclude(text, text, text, text) IS
	'Leaves out what is of a kind, user or product, for a reason; the example of such a call is for the hint. Error 22004 without id or reason.';

CREATE FUNCTION greenery.include(kind text, id text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $include$
DECLARE
	cleaned CONSTANT text := greenery.clean_text(id);
	old jsonb;
BEGIN
	EXECUTE format('DELETE FROM greenery.%I x WHERE x.%I = $1 RETURNING to_jsonb(x)',
				   'excluded_' || kind || 's', kind || '_id')
		INTO old USING cleaned;
	IF old IS NULL THEN
		RAISE EXCEPTION '% "%" is not excluded', kind, cleaned
			USING ERRCODE = 'undefined_object', HINT = format('greenery.%I lists them.', 'excluded_' || kind || 's');
	END IF;
	PERFORM greenery.record_change('excluded ' || kind, cleaned, 'drop', old, NULL::jsonb);
END
$include$;
COMMENT ON FUNCTION greenery.include(text, text) IS
	'Takes back greenery.exclude(). Error 42704 for what is not excluded.';
