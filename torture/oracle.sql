-- What must be so after a build, asked without any code of a build's.
CREATE SCHEMA oracle;

-- What builds use, for live views of this session
CREATE FUNCTION oracle.take_settings() RETURNS void LANGUAGE sql AS $$
	SELECT set_config('greenery.' || name, value, false) FROM public.greenery_settings();
	SELECT set_config('TimeZone', value, false) FROM public.greenery_settings() WHERE name = 'timezone'
$$;

-- Published tables that are not what their live views say, as multisets of rows
CREATE FUNCTION oracle.marts() RETURNS TABLE (model text, missing bigint, extra bigint, a_missing text, an_extra text) LANGUAGE plpgsql AS $$
DECLARE
	m record;
BEGIN
	FOR m IN SELECT * FROM greenery.models r WHERE r.layer = 'mart' ORDER BY r.model COLLATE "C" LOOP
		model := m.model;
		EXECUTE format($q$
			WITH live AS MATERIALIZED (SELECT to_jsonb(t)::text AS r FROM %1$s t),
				 published AS MATERIALIZED (SELECT to_jsonb(t)::text AS r FROM greenery_published.%2$I t),
				 a AS (SELECT r FROM live EXCEPT ALL SELECT r FROM published),
				 b AS (SELECT r FROM published EXCEPT ALL SELECT r FROM live)
			SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT min(r) FROM a), (SELECT min(r) FROM b)$q$, m.relation, m.model)
		INTO missing, extra, a_missing, an_extra;
		IF missing + extra > 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;

-- All that is published, to see whether it has changed
CREATE FUNCTION oracle.checksum() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text;
	one text;
	whole text := '';
BEGIN
	FOR m IN SELECT model FROM greenery.models WHERE layer = 'mart' ORDER BY model COLLATE "C" LOOP
		EXECUTE format('SELECT md5(coalesce(string_agg(h, '','' ORDER BY h COLLATE "C"), '''')) FROM (SELECT md5(to_jsonb(t)::text) h FROM greenery_published.%I t) x', m) INTO one;
		whole := whole || m || '=' || one || ';';
	END LOOP;
	RETURN whole;
END $$;

CREATE FUNCTION oracle.last_build() RETURNS bigint LANGUAGE sql AS 'SELECT max(build_id) FROM greenery.builds';

-- Tests of which the last build says something else than greenery_test(): tests of shrinking
-- are for builds, and those of recency follow the clock.  A sample is a choice where more keys
-- fail than max_failures: then only the length of the two must be the same.
CREATE FUNCTION oracle.tests() RETURNS TABLE (test_id bigint, model text, kind text, build text, test text) LANGUAGE sql AS $$
	WITH built AS (
		SELECT r.test_id, r.model, r.kind, r.status, r.failures, r.total, r.share, r.message,
			(SELECT jsonb_agg(f.failing_key ORDER BY f.failing_key) FROM greenery.test_failures f
			  WHERE f.build_id = r.build_id AND f.test_id = r.test_id) AS sample
		FROM greenery.test_results r WHERE r.build_id = oracle.last_build()
	), live AS (
		SELECT t.test_id, t.model, t.kind, t.status, t.failures, t.total, t.share, t.message,
			(SELECT jsonb_agg(x ORDER BY x) FROM jsonb_array_elements(t.sample) x) AS sample
		FROM public.greenery_test() t
	)
	SELECT coalesce(b.test_id, l.test_id), coalesce(b.model, l.model), coalesce(b.kind, l.kind),
		format('%s %s/%s %s %s', b.status, b.failures, b.total, b.message, left(b.sample::text, 300)),
		format('%s %s/%s %s %s', l.status, l.failures, l.total, l.message, left(l.sample::text, 300))
	FROM built b FULL JOIN live l USING (test_id)
	WHERE coalesce(b.kind, l.kind) NOT IN ('shrink', 'recency')
		-- a build that fails does not compute what is made of a model that it could not test
		AND NOT (b.message LIKE 'model % failed or was skipped' AND b.status = 'skipped'
				 AND EXISTS (SELECT FROM greenery.builds x WHERE x.build_id = oracle.last_build() AND x.status = 'failed'))
		AND ((b.status, b.failures, b.total, b.share) IS DISTINCT FROM (l.status, l.failures, l.total, l.share)
			 OR coalesce(jsonb_array_length(b.sample), 0) <> coalesce(jsonb_array_length(l.sample), 0)
			 OR b.sample IS DISTINCT FROM l.sample
				AND jsonb_array_length(b.sample) < (SELECT value::integer FROM public.greenery_settings() WHERE name = 'max_failures'))
$$;

-- Histories: what is open is what the source says (nothing where its rows contradict each
-- other), and no row has ended to be followed at once by one that says the same
CREATE FUNCTION oracle.histories() RETURNS TABLE (history text, key text, problem text) LANGUAGE plpgsql AS $$
DECLARE
	h record;
BEGIN
	FOR h IN SELECT * FROM greenery.histories x ORDER BY x.history LOOP
		RETURN QUERY EXECUTE format($q$
			SELECT %1$L::text, coalesce(o.%2$I, s.%2$I), format('open %%s, source %%s', to_jsonb(o), to_jsonb(s))
			FROM (SELECT %2$I, %4$s FROM greenery.%1$I WHERE valid_to IS NULL) o
			FULL JOIN (SELECT %2$I, %5$s FROM greenery.%3$I WHERE %2$I IS NOT NULL GROUP BY %2$I) s ON s.%2$I = o.%2$I
			WHERE to_jsonb(o) IS DISTINCT FROM to_jsonb(s)
			UNION ALL
			SELECT %1$L, x.%2$I, format('ended at %%s and began again, the same', x.valid_to)
			FROM greenery.%1$I x JOIN greenery.%1$I y ON y.%2$I = x.%2$I AND y.valid_from = x.valid_to
			WHERE (%6$s) IS NOT DISTINCT FROM (%7$s)$q$,
			h.history, h.key, h.staging,
			(SELECT string_agg(format('%I', c), ', ' ORDER BY n) FROM unnest(h.columns) WITH ORDINALITY u (c, n)),
			(SELECT string_agg(format('CASE WHEN count(%1$I) = count(*) AND min(%1$I) = max(%1$I) THEN min(%1$I) END AS %1$I', c), ', ' ORDER BY n)
			   FROM unnest(h.columns) WITH ORDINALITY u (c, n)),
			(SELECT 'ROW(' || string_agg(format('x.%I', c), ', ' ORDER BY n) || ')' FROM unnest(h.columns) WITH ORDINALITY u (c, n)),
			(SELECT 'ROW(' || string_agg(format('y.%I', c), ', ' ORDER BY n) || ')' FROM unnest(h.columns) WITH ORDINALITY u (c, n)));
	END LOOP;
END $$;

-- What is kept of a build that has published, where it is not so
CREATE FUNCTION oracle.records() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT 'metrics_history: ' || coalesce(h.name, m.name)
	FROM (SELECT * FROM greenery.metrics_history WHERE build_id = oracle.last_build()) h
	FULL JOIN greenery_published.metrics m ON m.name = h.name
	WHERE (h.value, h.numerator, h.denominator) IS DISTINCT FROM (m.value, m.numerator, m.denominator)
	UNION ALL
	SELECT 'published_build: ' || coalesce((SELECT string_agg(build_id::text, ', ') FROM greenery_published.published_build), 'none')
	WHERE (SELECT array_agg(build_id) FROM greenery_published.published_build) IS DISTINCT FROM ARRAY[oracle.last_build()]
	UNION ALL
	SELECT format('build %s is said to run', build_id) FROM greenery.builds WHERE status = 'running'
	UNION ALL
	SELECT format('greenery_build.%I is left', relname) FROM pg_class WHERE relnamespace = 'greenery_build'::regnamespace
$$;
