-- url_path_segment(): segments of a URL's path

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
