-- is_email(): what a mail server would take

SELECT e AS email, is_email(e)
FROM unnest(ARRAY[
	'gkernan1@51.la', 'khearmon0@netvibes.com', 'a@b.co', 'first.last+tag@sub.domain.example',
	'A.B@EXAMPLE.COM', '1@2.c3', 'a@b.c', '!#$%&''*+-/=?^_`{|}~@x.org', 'a-@x-y.org', 'a@xn--bcher-kva.example',
	'a@b--c.org', 'a@1.2.3.co', '_@x.org',
	-- quoted
	'"a.b"@x.org', '"a..b"@x.org', '"(a)"@x.org', '"a\"b"@x.org', '"a\\"@x.org', '"."@x.org',
	'""@x.org', '"@x.org', '"a@x.org', 'a"b@x.org', '"a"b@x.org', '"a"b"@x.org', '"a\"@x.org', '"a b"@x.org',
	'"a\ b"@x.org', '"a@b"@x.org', '"a".b@x.org',
	-- the @
	'', '@', 'a', 'a@', '@x.org', 'a.x.org', 'a@@x.org', 'a@b@x.org', 'a@b.org@', '@@',
	-- local part
	'.a@x.org', 'a.@x.org', 'a..b@x.org', '.@x.org', 'a(b)@x.org', 'a,b@x.org', 'a;b@x.org', 'a:b@x.org',
	'a<b@x.org', 'a[b@x.org', 'a\b@x.org', '(a)b@x.org',
	-- domain
	'a@localhost', 'a@x', 'a@x.', 'a@.x', 'a@.x.org', 'a@x..org', 'a@x.org.', 'a@.', 'a@-x.org', 'a@x-.org',
	'a@x.-org', 'a@x.org-', 'a@x_y.org', 'a@x.org/', 'a@"x".org', 'a@x,org', 'a@x.123', 'a@x.1a',
	'a@127.0.0.1', 'a@[127.0.0.1]', 'a@[IPv6:::1]',
	-- blanks and what comes with copy and paste
	' a@x.org', 'a@x.org ', 'a @x.org', 'a@ x.org', 'a b@x.org', 'a@x. org', E'a@x.org\n', E'\ta@x.org',
	E'a\rb@x.org', E'a@x\x7F.org', E'a\x01@x.org', '<a@x.org>', 'mailto:a@x.org', 'A <a@x.org>', 'a@x.org,b@x.org']) e;

SELECT is_email(NULL);

-- characters outside of ASCII
SELECT what, is_email(e)
FROM (VALUES
	('umlaut in both', E'm\u00FCller@b\u00FCcher.example'), ('Chinese', E'\u7528\u6237@\u4F8B\u5B50.\u5E7F\u544A'),
	('Devanagari', E'\u0905\u091C\u092F@\u0921\u093E\u091F\u093E.\u092D\u093E\u0930\u0924'),
	('emoji', E'\U0001F600@x.org'), ('quoted', E'"\u00E9"@x.org'), ('domain in ideographs', E'a@\u3005\u3007.jp'),
	('no-break space', E'a@x.org\u00A0'), ('thin space', E'a\u2009@x.org'), ('ideographic space', E'a@\u3000x.org'),
	('zero-width space', E'\u200Ba@x.org'), ('byte order mark', E'\uFEFFa@x.org'), ('soft hyphen', E'a@x\u00ADy.org'),
	('bidi mark', E'\u202Ea@x.org'), ('quoted, invisible', E'"a\u200B"@x.org'), ('Hangul filler', E'\u3164@x.org'),
	('next line', E'a\u0085@x.org'), ('control', E'a\u0080@x.org'), ('noncharacter', E'a\uFFFE@x.org'),
	('replacement character', E'\uFFFD@x.org'),
	('full-width @', E'a\uFF20x.org'), ('full-width letters', E'a@\uFF58.org'), ('ideographic stop', E'a@x\u3002y.org'),
	('full-width stop', E'a@x\uFF0Eorg'), ('en dash', E'a@x\u2013y.org'), ('curly quote', E'a@x\u2019y.org')) t(what, e);

-- lengths, counted in bytes
SELECT what, octet_length(e), is_email(e)
FROM (VALUES
	('local', repeat('a', 64) || '@x.org'), ('local', repeat('a', 65) || '@x.org'),
	('local', repeat(E'\u00E9', 32) || '@x.org'), ('local', repeat(E'\u00E9', 32) || 'a@x.org'),
	('quoted', '"' || repeat('a', 62) || '"@x.org'), ('quoted', '"' || repeat('a', 63) || '"@x.org'),
	('label', 'a@' || repeat('b', 63) || '.org'), ('label', 'a@' || repeat('b', 64) || '.org'),
	('label', 'a@' || repeat(E'\u00E9', 31) || 'b.org'), ('label', 'a@' || repeat(E'\u00E9', 32) || '.org'),
	('last label', 'a@b.' || repeat('c', 63)), ('last label', 'a@b.' || repeat('c', 64)),
	('whole', 'a@' || repeat(repeat('b', 49) || '.', 5) || 'cc'),
	('whole', 'a@' || repeat(repeat('b', 49) || '.', 5) || 'ccc'),
	('labels', 'a@' || repeat('b.', 125) || 'cc'), ('labels', 'a@' || repeat('b.', 126) || 'c'),
	('dots', repeat('.', 100) || '@' || repeat('.', 100)), ('at signs', repeat('@', 250)),
	('long', repeat('a', 10000000)), ('long', repeat('a', 10000000) || '@x.org'),
	('long', 'a@' || repeat('x.', 5000000) || 'org'), ('long', repeat(E'\u00E9@', 1000000))) t(what, e);

-- every ASCII character, in every place
SELECT place, string_agg(chr(c), '' ORDER BY c) FILTER (WHERE is_email(replace(e, 'X', chr(c)))) AS taken
FROM generate_series(1, 127) c,
	 (VALUES (1, 'first', 'Xa@x.org'), (2, 'local', 'aXa@x.org'), (3, 'last of local', 'aX@x.org'),
			 (4, 'quoted', '"aXa"@x.org'), (5, 'escaped', '"\X"@x.org'), (6, 'label', 'a@xXy.org'),
			 (7, 'first of label', 'a@Xy.org'), (8, 'last of label', 'a@xX.org'),
			 (9, 'last label', 'a@x.oXg'), (10, 'whole last label', 'a@x.X')) t(n, place, e)
GROUP BY n, place ORDER BY n;

-- no blank and nothing invisible anywhere, whatever Unicode calls it
SELECT count(*)
FROM unnest(ARRAY[9, 10, 11, 12, 13, 32, x'85'::int, x'A0'::int, x'AD'::int, x'1680'::int, x'180E'::int,
				  x'2028'::int, x'2029'::int, x'202F'::int, x'205F'::int, x'2060'::int, x'3000'::int,
				  x'FEFF'::int] || ARRAY(SELECT generate_series(x'2000'::int, x'200F'::int))) c,
	 unnest(ARRAY['a@x.org', '"a"@x.org', 'a.b@x.y.org']) e, generate_series(0, 11) i
WHERE is_email(overlay(e PLACING chr(c) FROM i + 1 FOR 0));

-- against a regular expression, over addresses put together at random
CREATE TEMP TABLE generated AS
SELECT (SELECT string_agg(a[1 + get_byte(h, k) % CASE WHEN get_byte(h, k + 16) < 200 THEN 8
												ELSE cardinality(a) END], '' ORDER BY k)
		FROM generate_series(1, 2 + get_byte(h, 0) % 14) k,
			 LATERAL (SELECT '{a,b,@,.,1,x.y,c,@d.e,-,.,Z,+,_,"\"",\\,"(",")"," ",é,"[","\t",@}'::text[] AS a) l) AS e
FROM (SELECT sha256(convert_to('email' || i, 'UTF8')) AS h
	  FROM generate_series(1, 20000) i OFFSET 0) s;
SELECT count(*) FILTER (WHERE is_email(e)) > 500 AS good,
	   count(*) FILTER (WHERE is_email(e) IS DISTINCT FROM
			(e ~ (E'^([-a-zA-Z0-9+_\u00E9]+(\\.[-a-zA-Z0-9+_\u00E9]+)*|"([]a-zA-Z0-9+_.()[\u00E9-]|\\\\[!-?A-~])+")'
				  || E'@([a-zA-Z0-9\u00E9]([-a-zA-Z0-9\u00E9]*[a-zA-Z0-9\u00E9])?\\.)+'
				  || E'[a-zA-Z0-9\u00E9]([-a-zA-Z0-9\u00E9]*[a-zA-Z0-9\u00E9])?$')
			 AND e !~ '[.][0-9]+$' AND e !~ '@.*@')) AS different
FROM generated;

-- in every way of storage
CREATE TEMP TABLE stored (n int, e text);
ALTER TABLE stored ALTER e SET STORAGE EXTERNAL;
INSERT INTO stored VALUES (1, 'a@x.org'), (2, repeat('a', 200) || '@x.org'), (3, repeat('a', 5000) || '@x.org');
ALTER TABLE stored ALTER e SET STORAGE EXTENDED;
INSERT INTO stored VALUES (4, repeat('a', 100000) || '@x.org'), (5, 'a@' || repeat(repeat('b', 60) || '.', 4) || 'org');
SELECT n, is_email(e) FROM stored ORDER BY n;
