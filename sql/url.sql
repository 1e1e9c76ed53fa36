-- Segments of a URL's path, and what page it is

SELECT u AS url, url_path_segment(u, 1) AS first, url_path_segment(u, 2) AS second
FROM unnest(ARRAY[
	'https://greenery.com/product/x?a=1#f',
	'https://www.greenery.com/checkout/4c8e',
	'HTTP://HOST/shipping/1/',
	'ftp://user:secret@host.example:21/a/b',
	'android-app://shop/a/b',
	-- no path
	'https://greenery.com', 'https://greenery.com/', 'https://greenery.com?u=/a/b',
	'https://greenery.com#/a/b', 'https://', '//', '//host', '/', '?', '#', '', 'https://host//',
	-- without scheme
	'//host/p', '//host/p/q', '/product/x', 'product/x', 'product',
	-- without scheme, with a host
	'www.greenery.com/checkout/1', 'www.greenery.com:8080/checkout/1', 'localhost:8080/checkout/1',
	'www.greenery.com/', 'www.greenery.com',
	-- no hosts
	'index.html', '../a/b', './a', '.well-known/a', ':80/a', 'a:/b', 'a:b/c', 'a:/1/b',
	-- a scheme is letters first, and followed by two slashes
	'1http://host/a', 'http:/host/a', '://host/a',
	-- the path ends with the query and the fragment
	'/a?b/c', '/a#b/c', '/a#b?c', '/a/b?c#d/e', '/?/a', 'http://h/a?u=http://k/b', '/a/https://k/b',
	-- repeated slashes, and what is not decoded or resolved
	'http://host//a///b/', '///a//b', '/a//', '/%2Fa%20b/c+d', '/./..', '/a;v=1/b', '/a b/c',
	'/produit/é', E'/\u65E5\u672C/\u8A9E']) u;

-- any number of segments
SELECT n, url_path_segment('https://host/a/bb/ccc', n) FROM generate_series(1, 5) n;
SELECT url_path_segment('/a', 2147483647);
SELECT url_path_segment(NULL, 1), url_path_segment('/a', NULL);

-- there is no segment 0
SELECT url_path_segment('', -2147483648);
\set VERBOSITY sqlstate
SELECT url_path_segment('/a', 0);
\set VERBOSITY default

-- against split_part(), over paths of all lengths behind all kinds of fronts
CREATE TEMP TABLE generated AS
SELECT front, path, n
FROM unnest(ARRAY['', 'http://h.example', '//h', 'h.example', 'h:1', 's+3-.x://u@h:1']) front,
	 unnest(ARRAY['/', '/a', '/a/', '/a/b', '/a/b/c.html', '/aa.b/b:1/c/d/e', '/' || repeat('a/', 1000)]) path,
	 generate_series(1, 6) n;
SELECT count(*),
	   count(*) FILTER (WHERE url_path_segment(front || path || tail, n)
						IS DISTINCT FROM nullif(split_part(path, '/', n + 1), '')) AS different
FROM generated, unnest(ARRAY['', '?', '?x=/y/z', '#', '#/y?z', '?a#b']) tail;

-- long ones
SELECT url_path_segment(repeat('/', 1000000) || 'a', 1),
	   length(url_path_segment('/' || repeat('x', 1000000), 1)),
	   url_path_segment(repeat('/a', 500000), 500000),
	   url_path_segment(repeat('/a', 500000), 500001);

-- What page a URL is, and of which product: the host does not matter, nor the case of the first
-- segment, nor a language before it; escapes are decoded.
SELECT u AS url, url_page_kind(u) AS kind, url_page_segment(u, 1) AS first, url_page_segment(u, 2) AS second
FROM unnest(ARRAY[
	'https://greenery.com/product/caf%C3%A9', 'https://greenery.com/PRODUCT/p1', '/en/product/p1', '/pt-br/Checkout/o1?x=/a', '/EN_us/shipping/o1',
	'/zh-Hant/product/p1', '/zh-hant-tw/product/p1', '/es-419/product/p1', 'www.x.com/product/p1', 'www.x.com/en/product/p1', 'x.com:8080/product/p1',
	'//x.com/de/product/p1', '/%70roduct/p1', '/%50%52%4F%44%55%43%54/p1', '/%65n/product/p1', '/product/a%2Fb%20c+d', '/product/%D0%BA%D0%BE%D1%82',
	-- no languages: of another form, or two of them
	'/eng/product/p1', '/e/product/p1', '/en-/product/p1', '/en-u/product/p1', '/en-us1/product/p1', '/e1/product/p1', '/en/fr/product/p1', '/en:us/product/p1',
	-- pages that are something else
	'/products/p1', '/product-list', '/en', '/en/', '', '/', 'product', '/product/', '/shipping', '/xproduct/1', '/a/product/p1', '/en?/product/p1',
	-- no escapes, and bytes that are no characters: as they stand, all of them
	'/product/100%', '/product/%4', '/product/%zz%41', '/product/%', '/product/%%41', '/product/%C3', '/product/a%C3%28%41', '/product/%00', '/product/%FF',
	'/product/%ED%A0%80', '/product/%C0%80', '/product/%F4%90%80%80', '/product/café%21', '/product/%25%34%31', '/product/%f0%9f%98%80']) u;
SELECT url_page_kind(NULL), url_page_segment(NULL, 1), url_page_segment('/a', NULL);
\set VERBOSITY sqlstate
SELECT url_page_segment('/a', 0);
\set VERBOSITY default
-- each byte, written as an escape, comes back; those from 80 on are none by themselves
SELECT count(*) FILTER (WHERE url_page_segment('/' || e || 'xyz', 1) = chr(greatest(i, 1)) || 'xyz') AS decoded,
	count(*) FILTER (WHERE url_page_segment('/' || e || 'xyz', 1) = e || 'xyz') AS as_they_are
FROM generate_series(0, 255) i, LATERAL (SELECT '%' || lpad(to_hex(i), 2, '0') AS e) x;
-- characters of each length, by the server's own encoding
SELECT count(*) AS characters, count(*) FILTER (WHERE url_page_segment('/product/' || e, 2) IS DISTINCT FROM chr(i)) AS wrong
FROM generate_series(1, 1114111, 97) i
CROSS JOIN LATERAL (SELECT regexp_replace(encode(convert_to(chr(CASE WHEN i BETWEEN 55296 AND 57343 THEN 1 ELSE i END), 'UTF8'), 'hex'), '..', '%\&', 'g') AS e) x
WHERE i NOT BETWEEN 55296 AND 57343;
SELECT length(url_page_segment('/' || repeat('%41', 300000), 1)), url_page_kind('/' || repeat('%41', 300000)),
	length(url_page_segment('/' || repeat('%C3', 300000), 1));
