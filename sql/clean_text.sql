-- clean_text(): blanks at both ends go, nothing left is NULL

-- what it is to staging
SELECT v, '[' || clean_text(v) || ']' AS cleaned
FROM unnest(ARRAY['a', 'a b', ' a', 'a ', '  a  b  ', E'\t\n\x0B\f\r a \r\n', '', ' ',
				  E'\t', NULL, '-', '.', E'\x01 a', 'été ']) v;

-- every character that counts as a blank, out of planes 0 and 1
SELECT string_agg(to_hex(c), ' ' ORDER BY c) AS blanks
FROM generate_series(1, x'1FFFF'::int) c
WHERE c NOT BETWEEN x'D800'::int AND x'DFFF'::int AND clean_text(chr(c)) IS NULL;

-- nothing is lost inside of the text
SELECT clean_text(v) = v AS same
FROM (VALUES (E'a \u00A0\u200B b'), (E'\u00E9'), (E'\u65E5\u672C \u8A9E'),
			 (E'\U0001F600 \U0001F600')) t(v);

-- a column of blanks and other characters, against btrim()
CREATE TEMP TABLE alphabet AS
SELECT (row_number() OVER () - 1)::int AS n, ch
FROM unnest(ARRAY[' ', E'\t', E'\n', E'\x0B', E'\f', E'\r', E'\u0085', E'\u00A0',
				  E'\u1680', E'\u2000', E'\u2005', E'\u200A', E'\u200B', E'\u200D',
				  E'\u2028', E'\u2029', E'\u202F', E'\u205F', E'\u2060', E'\u3000',
				  E'\uFEFF',
				  -- look alike in some of their bytes
				  'a', '0', E'\u00E0', E'\u0080', E'\u200E', E'\u2010', E'\u3001',
				  E'\uFEFE', E'\U00010000', E'\U0001F600', E'\x1F']) ch;
CREATE TEMP TABLE generated AS
SELECT i, (SELECT coalesce(string_agg(ch, '' ORDER BY k), '')
		   FROM generate_series(1, get_byte(h, 0) % 8) k
				JOIN alphabet ON n = get_byte(h, k + 8)
					% CASE WHEN get_byte(h, k) < 128 THEN 21 ELSE 32 END) AS v
FROM (SELECT i, sha256(convert_to(i::text, 'UTF8')) AS h
	  FROM generate_series(1, 10000) i OFFSET 0) s;

SELECT count(*) FILTER (WHERE clean_text(v) IS NULL) > 500 AS some_empty,
	   count(*) FILTER (WHERE clean_text(v) = v) > 100 AS some_clean,
	   count(*) FILTER (WHERE clean_text(v) IS DISTINCT FROM
						nullif(btrim(v, (SELECT string_agg(ch, '') FROM alphabet WHERE n < 21)), ''))
	   AS different
FROM generated;

-- values of every size and way of storage
CREATE TEMP TABLE stored (kind text, v text);
ALTER TABLE stored ALTER v SET STORAGE EXTERNAL;
INSERT INTO stored SELECT 'short', repeat('x', n) FROM unnest(ARRAY[1, 126, 127]) n;
INSERT INTO stored SELECT 'out of line', repeat('x', n) FROM unnest(ARRAY[3000, 100000]) n;
INSERT INTO stored SELECT 'out of line', '  ' || repeat('x', 100000) || '  ';
ALTER TABLE stored ALTER v SET STORAGE EXTENDED;
INSERT INTO stored SELECT 'compressed', repeat('x', 100000);
INSERT INTO stored SELECT 'compressed', repeat(' ', 100000) || 'x' || repeat(E'\u3000', 100000);
INSERT INTO stored SELECT 'compressed', repeat(E'\u200B ', 100000);
SELECT kind, length(v), length(clean_text(v)), clean_text(v) = btrim(v, E' \u3000') AS right
FROM stored ORDER BY kind, length(v);
