-- texts in databases of other encodings: the same answers, and never an error
SELECT current_database() AS home \gset
CREATE DATABASE greenery_latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE greenery_win1252 TEMPLATE template0 ENCODING 'WIN1252' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE greenery_euc_jp TEMPLATE template0 ENCODING 'EUC_JP' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE DATABASE greenery_sql_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';

\c greenery_latin1
CREATE EXTENSION greenery;
-- chr(160) is the no-break space, chr(173) the soft hyphen, chr(183) the middle dot
SELECT normalize_phone('831' || chr(160) || '155' || chr(183) || '1615' || chr(173)) AS dressed,
	   phone_problem('831-155-1615 ' || chr(233)) AS letter,
	   phone_problem('831-155-1615' || chr(128)) AS control,
	   is_email('a' || chr(233) || '@x.org') AS accent, is_email('a' || chr(160) || '@x.org') AS blank,
	   is_email(repeat(chr(233), 32) || '@x.org') AS bytes_64, is_email(repeat(chr(233), 33) || '@x.org') AS bytes_66,
	   is_email(repeat(chr(233), 1000000)) AS long,
	   clean_text(' ' || chr(233) || E'\t') = chr(233) AS trimmed,
	   url_path_segment('/' || chr(233) || '/b', 1) = chr(233) AS segment;
-- URLs are in UTF-8: escapes become the database's own characters; a euro is none of LATIN1's, and
-- a segment with both is left alone
SELECT url_page_segment('/product/caf%C3%A9', 2) = 'caf' || chr(233) AS decoded, url_page_segment('/product/%E2%82%AC', 2) AS euro,
	   url_page_segment('/product/%E9', 2) AS no_utf8, url_page_segment('/product/' || chr(233) || '%C3%A9', 2) = chr(233) || '%C3%A9' AS both,
	   url_page_kind('/en/%70roduct/x') AS kind;
-- every character has an answer
SELECT count(*), count(phone_problem(chr(c))) AS problems, count(is_email(chr(c) || '@x.org')) AS answers,
	   count(clean_text(chr(c))) AS texts
FROM generate_series(1, 255) c;

\c greenery_win1252
CREATE EXTENSION greenery;
-- five bytes stand for nothing there, but a column can hold them
SELECT c, phone_problem('831-155-1615' || chr(c)), is_email('a' || chr(c) || '@x.org'),
	   clean_text(chr(c) || ' ') = chr(c) AS trimmed
FROM unnest(ARRAY[129, 141, 143, 144, 157]) c;
-- the en dash
SELECT normalize_phone('831' || chr(150) || '155' || chr(150) || '1615');

\c greenery_euc_jp
CREATE EXTENSION greenery;
-- full-width 831-155-1615 in parentheses and with an ideographic space, and a code that stands for nothing
SELECT normalize_phone(convert_from('\xa1caa3b8a3b3a3b1a1cba1a1a3b1a3b5a3b5a1dda3b1a3b6a3b1a3b5', 'EUC_JP')) AS dressed,
	   phone_problem(convert_from('\xa9a1', 'EUC_JP')) AS nothing,
	   phone_problem(convert_from('\xc5c5cfc3', 'EUC_JP')) AS ideographs,
	   is_email(convert_from('\xc5c5cfc3', 'EUC_JP') || '@x.org') AS local,
	   is_email(convert_from('\xa9a1', 'EUC_JP') || '@x.org') AS unknown,
	   clean_text(convert_from('\x20c5c520', 'EUC_JP')) = convert_from('\xc5c5', 'EUC_JP') AS trimmed,
	   url_path_segment(convert_from('\x2fc5c52fcfc3', 'EUC_JP'), 2) = convert_from('\xcfc3', 'EUC_JP') AS segment;

\c greenery_sql_ascii
CREATE EXTENSION greenery;
-- any bytes will do
SELECT url_page_segment('/product/caf%C3%A9', 2) = 'caf' || E'\xC3\xA9' AS decoded, length(url_page_segment('/%FF', 1)), url_page_segment('/%00', 1);
-- bytes without an encoding are taken for UTF-8 if they are that
CREATE TABLE bytes (n int, v text);
\copy bytes from stdin
1	\xef\xbc\x9831-155-1615
2	831-155-1615\xff
3	831-155-161\xef\xbc
4	\xe9@x.org
5	\xc3\xa9@x.org
6	\x20\xc2\xa0\x20
\.
SELECT n, normalize_phone(v), phone_problem(v), is_email(v), octet_length(clean_text(v)) FROM bytes ORDER BY n;

\c :home
DROP DATABASE greenery_latin1;
DROP DATABASE greenery_win1252;
DROP DATABASE greenery_euc_jp;
DROP DATABASE greenery_sql_ascii;
