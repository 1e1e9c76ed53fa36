-- normalize_phone() and phone_problem()

-- the dresses of a number, and what is none
SELECT p AS phone, normalize_phone(p), phone_problem(p)
FROM unnest(ARRAY[
	'831-155-1615', '(831) 155-1615', '(831)155-1615', '831.155.1615', '831 155 1615',
	'831/155-1615', '8311551615', '831-1551615', '831155-1615', '831 155 16 15',
	'  831-155-1615  ', '831-155-1615.', '831 - 155 - 1615',
	'118-153-0530', '1181530530', '142-118-3385', '611-363-2349', '611-405-9278',
	-- with the country
	'+1 831.155.1615', '+18311551615', '+1 (831) 155 1615', '(+1) 831-155-1615', '+ 1 831 155 1615',
	'1-831-155-1615', '1 (831) 155-1615', '1(831)155-1615', '(1) 831 155 1615', '18311551615',
	'1831-155-1615', '0018311551615', '00 1 831 155 1615', '011 1 831 155 1615', '011-18311551615',
	'tel:+1-831-155-1615', 'TEL: 831-155-1615', 'tel:8311551615', '+1 83 11 55 16 15',
	-- with an extension
	'831-155-1615 x12', '831-155-1615x1', '(831) 155-1615 ext. 12', '831-155-1615 EXT 12',
	'831-155-1615 extn: 12', '831-155-1615 extension 1234567', '831-155-1615 #12', '831-155-1615, 12',
	'831-155-1615, ext. 12', 'tel:+1-831-155-1615;ext=12', '831-155-1615 (x12)', '831-155-1615 ext #12',
	'(831-155-1615 x12)', '831-155-1615 x12.', '831-155-1615 - x 12',
	-- nothing, too little, too much
	'', ' ', E'\t\n', 'tel:', '+', '+1', '1', '155-1615', '155-1615 x12', '831-155-161', '1-831-155-161',
	'+1 831 155 161', '831-155-16150', '1-831-155-16150', '+1 831 155 16150', '8 831 155 1615',
	'0 831 155 1615', '+1 1 831 155 1615', '+1 (0) 831 155 1615',
	-- two numbers
	'831-155-1615 / 831-155-1616', '831-155-1615 831-155-1616', '831-155-1615, 831-155-1616',
	'831-155-1615; 155-1616', '+1 831 155 1615 / +1 831 155 1616', '831-155-1615,1551616',
	-- other countries
	'+831 155 1615', '+44 20 7946 0958', '+7 831 155 16 15', '+0 831 155 1615', '+00 1 831 155 1615',
	'0044 20 7946 0958', '011 44 20 7946 0958', '00 831 155 1615', '00 1 831 155 161', '011 1 831 155 16150',
	-- 0 is no area code but the trunk prefix of others
	'01 23 45 67 89', '0123456789', '(01) 2345 6789', '1-031-155-1615', '+1 031 155 1615', '000-000-0000',
	-- ten and eleven digits of others, and what is no phone number at all
	'(55) 1234-5678', '98765 43210', '12 34 56 78 90', '138 1234 5678', '151 12345678', '1831-155-161',
	'192.168.100.1', '2020-10-23 20', '8 3 1 1 5 5 1 6 1 5',
	-- letters
	'1-800-FLOWERS', '831-155-CALL', 'call 831-155-1615', '831-155-1615 home', '831-155-1615 or 1616',
	'n/a', 'x', 'ext 12', 'xxx-xxx-xxxx', '8.311551615E9', '831-155-1615;phone-context=+1',
	'telephone:831-155-1615', 'tel 831-155-1615', 'tel:tel:831-155-1615', '831 tel:155-1615', 'é831-155-1615',
	-- characters
	'831@155-1615', '831_155_1615', '$8311551615', '-831-155-1615', '.8311551615', '-', '(831 155-1615',
	'831) 155-1615', '((831)) 155-1615', '() 831-155-1615', '(831-155-1615', '[831] 155-1615', '*831-155-1615',
	'831+155-1615', '++1 831 155 1615', '831-155-1615+', '831-+155-1615', '#831-155-1615', ', 831-155-1615',
	E'831\x01155-1615', '831:155:1615', '831-155-1615 (x12',
	-- extensions that are none
	'831-155-1615 x', '831-155-1615 ext.', '831-155-1615 #', '831-155-1615,', '831-155-1615 x12345678',
	'831-155-1615 x1 2', '831-155-1615 x12-3', '831-155-1615 x@1', '831-155-1615 ()',
	'831-155-1615 x1 x2', '831-155-1615 x1 home', '831-155-1615, 12, 13']) p;

SELECT normalize_phone(NULL), phone_problem(NULL), normalize_phone(NULL, true),
	   phone_problem(NULL, false), normalize_phone('831-155-1615', NULL), phone_problem('', NULL);

-- characters outside of ASCII
SELECT what, normalize_phone(p), phone_problem(p)
FROM (VALUES
	('full-width', E'\uFF0B\uFF11\u3000\uFF08\uFF18\uFF13\uFF11\uFF09\uFF11\uFF15\uFF15\uFF0D\uFF11\uFF16\uFF11\uFF15 \uFF58\uFF11\uFF12'),
	('full-width vanity', E'\uFF18\uFF10\uFF10 FLOWERS'),
	('Arabic-Indic', E'\u0668\u0663\u0661-\u0661\u0665\u0665-\u0661\u0666\u0661\u0665'),
	('Persian', E'\u06F8\u06F3\u06F1-\u06F1\u06F5\u06F5-\u06F1\u06F6\u06F1\u06F5'),
	('Devanagari', E'\u096E\u0969\u0967 \u0967\u096B\u096B \u0967\u096C\u0967\u096B'),
	('mathematical', E'\U0001D7E0\U0001D7DB\U0001D7D9 155 1615'),
	('no-break spaces', E'\u00A0831\u202F155\u20091615\u2003'),
	('hyphens', E'831\u2010155\u20111615'), ('dashes', E'831\u2013155\u20141615'),
	('minus', E'831\u2212155\u22121615'), ('dots', E'831\u00B7155\u20221615'),
	('long vowel mark', E'831\u30FC155\u30FC1615'),
	('invisible', E'\uFEFF\u202A8\u200B31-1\u00AD55-1615\u202C'),
	('invisible in words', E't\u200Bel:831-155-1615 e\u200Dxt 12'),
	('only invisible', E'\u200B\u2060\uFEFF'),
	('Cyrillic letter', E'831-155-1615 \u0434\u043E\u0431'), ('ideograph', E'\u96FB831-155-1615'),
	('symbol', E'\u260E 831-155-1615'), ('emoji', E'\U0001F4DE831-155-1615'),
	('superscript', E'831-155-161\u2075'), ('Kelvin sign', E'831-155-1615 \u212A12'),
	('control', E'831-155-1615\u0080')) t(what, p);

-- every decimal digit counts for what it is worth; these are the zeros in planes 0 and 1 (Unicode 16, category Nd)
WITH digits AS (
	SELECT c, normalize_phone('831-155-161' || chr(c)) AS p
	FROM generate_series(1, x'1FFFF'::int) c
	WHERE c NOT BETWEEN x'D800'::int AND x'DFFF'::int
		AND normalize_phone('831-155-161' || chr(c)) IS NOT NULL)
SELECT count(*) AS digits, count(*) FILTER (WHERE right(p, 1) = '0') AS sets,
	   count(*) FILTER (WHERE right(p, 1)::int <>
						c - (SELECT max(z.c) FROM digits z
							 WHERE right(z.p, 1) = '0' AND z.c <= d.c)) AS wrong,
	   string_agg(to_hex(c), ' ' ORDER BY c) FILTER (WHERE right(p, 1) = '0') AS zeros
FROM digits d;

-- all dresses of all numbers give the number
CREATE TEMP TABLE numbers AS
SELECT lpad((1000000000 + (i::bigint * 8999999917) % 9000000000)::text, 10, '0') AS d
FROM generate_series(0, 11) i;
CREATE TEMP TABLE dresses AS
SELECT d, front || replace(replace(replace(form, 'A', substr(d, 1, 3)), 'B', substr(d, 4, 3)),
						   'C', substr(d, 7)) || tail AS p
FROM numbers,
	 unnest(ARRAY['', ' ', '+1', '+1 ', '1-', '1 ', '1.', '001', '00 1 ', '0111', '011-1-',
				  'tel:', 'tel:+1-', '(+1) ', E'\t']) front,
	 unnest(ARRAY['ABC', 'A-B-C', 'A B C', 'A.B.C', '(A) B-C', '(A)B-C', 'A/B C', 'A-BC', 'AB-C', ' A - B - C']) form,
	 unnest(ARRAY['', ' ', 'x1', ' x12', ' ext. 123', ';ext=1234', ' #12345', ', 1', E'\r\n', '.']) tail;
CREATE TEMP TABLE costumes AS
SELECT d, p FROM dresses
UNION ALL
SELECT d, translate(p, '0123456789+-.()/x#;,= ',
					E'\uFF10\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16\uFF17\uFF18\uFF19\uFF0B\uFF0D\uFF0E\uFF08\uFF09\uFF0F\uFF58\uFF03\uFF1B\uFF0C\uFF1D\u3000')
FROM dresses
UNION ALL
SELECT d, translate(p, '0123456789-. ',
					E'\u0966\u0967\u0968\u0969\u096A\u096B\u096C\u096D\u096E\u096F\u2013\u00B7\u00A0')
FROM dresses
UNION ALL
SELECT d, regexp_replace(upper(p), '(.)', E'\u200B\\1\u202C', 'g') FROM dresses;
SELECT count(*),
	   count(*) FILTER (WHERE normalize_phone(p) IS DISTINCT FROM
						substr(d, 1, 3) || '-' || substr(d, 4, 3) || '-' || substr(d, 7)) AS different,
	   count(*) FILTER (WHERE normalize_phone(normalize_phone(p)) IS DISTINCT FROM normalize_phone(p)) AS unstable
FROM costumes;

-- one digit less or more is no number in any dress, and never another one
SELECT count(*), count(normalize_phone(less)) AS less, count(normalize_phone(more)) AS more
FROM (SELECT regexp_replace(p, '(\d{2})(\D*(?:x.*|ext.*|;.*|#.*|,.*)?)$', '\2') AS less,
			 regexp_replace(p, '(\d)(\D*(?:x.*|ext.*|;.*|#.*|,.*)?)$', '\1\1\1\2') AS more
	  FROM dresses) t;

-- against an independent formulation, over texts put together at random
CREATE TEMP TABLE generated AS
SELECT i, (SELECT coalesce(string_agg(piece, '' ORDER BY k), '')
		   FROM generate_series(0, 7) k,
				LATERAL (SELECT CASE k WHEN 0 THEN ARRAY['', '', '', '', '+1', '+', '1', '1 ', '00', '0111', '001', ' ', '(', '+44', '2', '0']
								WHEN 1 THEN ARRAY['', '', '', '', '(', '(', '-', ' ']
								WHEN 2 THEN ARRAY['831', '831', '118', '142', '083', '83', '8311', '8']
								WHEN 3 THEN ARRAY['', '-', ' ', '.', ') ', ')', ')', '(']
								WHEN 4 THEN ARRAY['155', '155', '405', '055', '15', '1551', '155', '9278']
								WHEN 5 THEN ARRAY['', '-', ' ', '.', '/', ' - ', ')', '+']
								WHEN 6 THEN ARRAY['1615', '1615', '3385', '16 15', '161', '16150', '1615', '1-615']
								WHEN 7 THEN ARRAY['', '', '', '', ' ', '.', 'x12', ' ext. 12', '#1', ';ext=1', ', 12', ')', 'x', ' x12345678', ' home', ' 8311551616']
								END AS pieces) c,
				LATERAL (SELECT pieces[1 + get_byte(h, k) % CASE WHEN get_byte(h, k + 8) < 180 THEN 2
													  ELSE cardinality(pieces) END] AS piece) e) AS p
FROM (SELECT i, sha256(convert_to('phone' || i, 'UTF8')) AS h
	  FROM generate_series(1, 10000) i OFFSET 0) s;
CREATE FUNCTION phone_by_regexp(p text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN body ~ '^[^()]*(\([^()]*\d[^()]*\)[^()]*)*$'
				 AND (body ~ '^[ (]*\+[ (]*1[- ./()]*[1-9]([- ./()]*\d){9}[- ./()]*$'
					  OR body ~ '^[ (]*(00|011)[- ./()]*1[- ./()]*[1-9]([- ./()]*\d){9}[- ./()]*$'
					  OR body ~ '^[ (]*(1[- ./()]*)?[1-9]\d\d[- ./()]*\d{3}[- ./()]*\d\d[- ./()]*\d\d[- ./()]*$')
				THEN regexp_replace(right(regexp_replace(body, '\D', '', 'g'), 10),
									'(...)(...)(....)', '\1-\2-\3') END
	FROM regexp_replace(p, '((x|ext\.|#|;ext=) ?\d{1,7}|, ?\d{1,6})$', '') body
$$;
SELECT count(DISTINCT p) > 2000 AS many,
	   count(*) FILTER (WHERE normalize_phone(p) IS NOT NULL) > 1000 AS good,
	   count(*) FILTER (WHERE normalize_phone(p) IS DISTINCT FROM phone_by_regexp(p)) AS different
FROM generated;
SELECT DISTINCT phone_problem(p, true) COLLATE "C" AS problem FROM generated ORDER BY 1;

-- a number is missing exactly when there is a problem, and strictness only adds some
CREATE TEMP TABLE garbage AS
SELECT (SELECT coalesce(string_agg(ch, '' ORDER BY k), '')
		FROM generate_series(1, get_byte(h, 0) % 22) k,
			 LATERAL (SELECT ('{0,1,2,3,4,5,6,7,8,9,1,8,3,5," ",-,.,/,(,),+,x,e,t,:,;,"\,",#,*,@,' ||
							  E'\u00A0,\u200B,\uFF11,\u0668,\u2013,\uFF0B,\u00E9,\u260E}')::text[] AS a) l,
			 LATERAL (SELECT a[1 + get_byte(h, k) % CASE WHEN get_byte(h, k + 1) < 200 THEN 16
													ELSE cardinality(a) END] AS ch) c) AS p
FROM (SELECT sha256(convert_to('garbage' || i, 'UTF8')) AS h
	  FROM generate_series(1, 10000) i OFFSET 0) s;
SELECT count(*) FILTER (WHERE normalize_phone(p) IS NOT NULL) > 10000 AS good,
	   count(*) FILTER (WHERE (normalize_phone(p) IS NULL) = (phone_problem(p) IS NULL)) AS lenient,
	   count(*) FILTER (WHERE (normalize_phone(p, true) IS NULL) = (phone_problem(p, true) IS NULL)) AS strict,
	   count(*) FILTER (WHERE normalize_phone(p, false) IS DISTINCT FROM normalize_phone(p)
						OR phone_problem(p, false) IS DISTINCT FROM phone_problem(p)) AS not_strict,
	   count(*) FILTER (WHERE normalize_phone(p, true) <> normalize_phone(p)
						OR phone_problem(p) IS NOT NULL AND phone_problem(p, true) <> phone_problem(p)) AS both,
	   count(*) FILTER (WHERE normalize_phone(p) !~ '^[1-9]\d\d-\d{3}-\d{4}$') AS form
FROM (SELECT p FROM garbage UNION ALL SELECT p FROM generated UNION ALL SELECT p FROM dresses) t;

-- strict: the numbering plan
SELECT phone_problem('831-155-1615', true), phone_problem('142-118-3385', true),
	   phone_problem('611-363-2349', true), normalize_phone('(212) 555-0199', true),
	   normalize_phone('+1 212 555 0199', true), phone_problem('+44 20 7946 0958', true);
SELECT count(*) FILTER (WHERE ok) AS areas,
	   count(*) FILTER (WHERE ok <> (code ~ '^[2-9][0-8]\d$' AND code !~ '^(.11|37.|96.)$')) AS different
FROM (SELECT code, normalize_phone(code || '-555-0199', true) IS NOT NULL AS ok
	  FROM (SELECT lpad(i::text, 3, '0') AS code FROM generate_series(0, 999) i) c) t;
SELECT count(*) FILTER (WHERE ok) AS exchanges,
	   count(*) FILTER (WHERE ok <> (code ~ '^[2-9]\d\d$' AND code !~ '^.11$')) AS different,
	   count(*) FILTER (WHERE NOT ok AND phone_problem('212-' || code || '-0199', true) <> 'bad_exchange') AS others
FROM (SELECT code, normalize_phone('212-' || code || '-0199', true) IS NOT NULL AS ok
	  FROM (SELECT lpad(i::text, 3, '0') AS code FROM generate_series(0, 999) i) c) t;

-- long texts, in every way of storage
SELECT phone_problem(repeat(' ', 1012) || '831-155-1615'), phone_problem(repeat(' ', 1013) || '831-155-1615'),
	   phone_problem(repeat('9', 1000)),
	   phone_problem(repeat('8', 10000000)), phone_problem(repeat('x', 10000000));
CREATE TEMP TABLE stored (n int, v text);
INSERT INTO stored VALUES (1, repeat(' ', 1000) || '831-155-1615'), (2, repeat('8', 100000));
ALTER TABLE stored ALTER v SET STORAGE EXTERNAL;
INSERT INTO stored VALUES (3, '831-155-1615'), (4, repeat('8', 3000)), (5, repeat('8', 100000));
SELECT n, normalize_phone(v), phone_problem(v) FROM stored ORDER BY n;
-- plain texts take a short cut, which a tab is no part of: numbers with
-- whatever between the digits, the same with one character changed, and noise
WITH draws AS (
	SELECT i, md5('phone' || i) AS h, ('x' || substr(md5('pick' || i), 1, 7))::bit(28)::int AS pick
	  FROM generate_series(1, 20000) i),
numbers AS (
	SELECT i, pick, (ARRAY['', '+1 ', '1-', '1', '(', '+', '1 (', '001', '01'])[1 + pick % 9]
			|| translate(substr(h, 1, 3), 'abcdef', '234567') || (ARRAY['-', ') ', '.', ' ', '', ')', '/', ' - '])[1 + pick / 9 % 8]
			|| translate(substr(h, 4, 3), 'abcdef', '234567') || (ARRAY['-', '.', ' ', '', '/'])[1 + pick / 72 % 5]
			|| translate(substr(h, 7, 4), 'abcdef', '234567') AS phone
	  FROM draws),
texts AS (
	SELECT 'number' AS kind, phone FROM numbers
	UNION ALL
	SELECT 'changed', overlay(phone PLACING substr('0123456789 -./()+x,;#:', 1 + pick / 360 % 22, pick / 7920 % 2)
							  FROM 1 + pick / 15840 % length(phone) FOR 1) FROM numbers
	UNION ALL
	SELECT 'noise', translate(h, 'abcdef', ' -./1+') FROM draws)
SELECT kind, count(normalize_phone(phone)) > 1000 AS numbers, count(phone_problem(phone)) > 1000 AS problems,
	   count(*) FILTER (WHERE (normalize_phone(phone), phone_problem(phone)) IS DISTINCT FROM
						(normalize_phone(E'\t' || phone), phone_problem(E'\t' || phone))) AS differ,
	   count(*) FILTER (WHERE replace(normalize_phone(phone), '-', '') <>
						right(regexp_replace(phone, '[^0-9]', '', 'g'), 10)) AS wrong
  FROM texts WHERE phone !~ '[x,;#]' GROUP BY kind ORDER BY kind;
