-- YAML for other tools.

-- A string of JSON is a double-quoted scalar of YAML, but for characters that YAML does not
-- print or takes for the end of a line: DEL, the C1 controls (NEL among them), the line and
-- paragraph separators, the byte order mark, and two that are no characters.  A character of
-- another encoding than Unicode or ISO 8859 may have the number of one of these.
CREATE FUNCTION greenery.yaml_text(value text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN j.text !~ j.special THEN j.text
				ELSE (SELECT string_agg(CASE WHEN c.char ~ j.special
											 THEN '\u' || lpad(to_hex(ascii(c.char)), 4, '0')
											 ELSE c.char END, '' ORDER BY c.n)
						FROM regexp_split_to_table(j.text, '') WITH ORDINALITY c (char, n)) END
	FROM (SELECT to_json(value)::text AS text,
				 CASE WHEN getdatabaseencoding() = 'UTF8' THEN '[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]'
					  WHEN getdatabaseencoding() ~ '^(LATIN|ISO_8859)' THEN '[\u007f-\u009f]'
					  ELSE '\u007f' END AS special
		  OFFSET 0) j;
END;
COMMENT ON FUNCTION greenery.yaml_text(text) IS
	'Any text as a double-quoted scalar of YAML, on one line. NULL for NULL.';

-- dbt reads its YAML files as templates of Jinja: a brace that would begin one is put in by one
CREATE FUNCTION greenery.dbt_text(value text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT greenery.yaml_text(regexp_replace(value, '\{(?=[{%#])', '{{ ''{'' }}', 'g'));
END;
COMMENT ON FUNCTION greenery.dbt_text(text) IS
	'Any text as a double-quoted scalar of YAML that dbt, which takes it for a template of Jinja, renders as that text. NULL for NULL.';
