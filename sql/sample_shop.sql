--
-- The sample shop: what it holds, that it is sound, that the same arguments give
-- the same rows, and that its bad rows are of every kind.  Every load is rolled
-- back: the raw tables are empty before and after.
--
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- One digest a table, whatever the order of the rows.
CREATE FUNCTION pg_temp.fingerprint() RETURNS TABLE (source text, digest text)
LANGUAGE plpgsql AS $$
BEGIN
	FOREACH source IN ARRAY '{users,addresses,products,promos,orders,order_items,events}'::text[] LOOP
		EXECUTE format($q$SELECT left(encode(sha256(convert_to(coalesce(
			string_agg(t::text, E'\n' ORDER BY t::text COLLATE "C"), ''), 'UTF8')), 'hex'), 16)
			FROM greenery.%I t$q$, source) INTO digest;
		RETURN NEXT;
	END LOOP;
END $$;

-- Each kind of bad row, as the query that finds it.  Written without our own
-- functions.
CREATE TEMP TABLE kinds (kind text, query text);
INSERT INTO kinds
SELECT 'duplicate ' || k, format('SELECT FROM greenery.%s WHERE %s IS NOT NULL GROUP BY %2$s HAVING count(*) > 1', t, k)
  FROM (VALUES ('users', 'user_id'), ('addresses', 'address_id'), ('products', 'product_id'),
			   ('promos', 'promo_id'), ('orders', 'order_id'), ('events', 'event_id')) v(t, k)
UNION ALL
SELECT 'null ' || t || '.' || k, format('SELECT FROM greenery.%s WHERE %s IS NULL', t, k)
  FROM (VALUES ('users', 'user_id'), ('addresses', 'address_id'), ('products', 'product_id'),
			   ('promos', 'promo_id'), ('orders', 'order_id'), ('events', 'event_id'),
			   ('order_items', 'order_id'), ('order_items', 'product_id'),
			   ('orders', 'user_id'), ('events', 'user_id'), ('events', 'session_id'),
			   ('orders', 'created_at'), ('events', 'created_at'),
			   ('products', 'price'), ('products', 'inventory'), ('order_items', 'quantity')) v(t, k)
UNION ALL
SELECT 'empty ' || t || '.' || k, format('SELECT FROM greenery.%s WHERE %s = ''''', t, k)
  FROM (VALUES ('users', 'user_id'), ('orders', 'order_id'), ('addresses', 'zipcode')) v(t, k)
UNION ALL
SELECT 'dangling ' || t || '.' || k,
	   format('SELECT FROM greenery.%s f WHERE f.%s IS NOT NULL AND NOT EXISTS (SELECT FROM greenery.%s r WHERE r.%2$s = f.%2$s)', t, k, r)
  FROM (VALUES ('users', 'address_id', 'addresses'), ('orders', 'user_id', 'users'),
			   ('orders', 'promo_id', 'promos'), ('orders', 'address_id', 'addresses'),
			   ('order_items', 'order_id', 'orders'), ('order_items', 'product_id', 'products'),
			   ('events', 'user_id', 'users'), ('events', 'order_id', 'orders'),
			   ('events', 'product_id', 'products')) v(t, k, r)
UNION ALL
SELECT 'infinite ' || t || '.' || k, format('SELECT FROM greenery.%s WHERE NOT isfinite(%s)', t, k)
  FROM (VALUES ('users', 'created_at'), ('users', 'updated_at'), ('orders', 'created_at'),
			   ('orders', 'estimated_delivery_at'), ('orders', 'delivered_at'),
			   ('events', 'created_at')) v(t, k)
UNION ALL
VALUES
	('duplicate order item', 'SELECT FROM greenery.order_items GROUP BY order_id, product_id HAVING count(*) > 1'),
	('e-mail without @', 'SELECT FROM greenery.users WHERE email NOT LIKE ''%@%'''),
	('e-mail with two @', 'SELECT FROM greenery.users WHERE email LIKE ''%@%@%'''),
	('e-mail without a dotted domain', 'SELECT FROM greenery.users WHERE email NOT LIKE ''%@%.%'''),
	('e-mail with a blank', 'SELECT FROM greenery.users WHERE email LIKE ''% %'''),
	('e-mail without a local part', 'SELECT FROM greenery.users WHERE email LIKE ''@%'''),
	('one e-mail of several users', 'SELECT FROM greenery.users GROUP BY lower(btrim(email)) HAVING count(DISTINCT user_id) > 1 AND lower(btrim(email)) IS NOT NULL'),
	('unusable phone', 'SELECT FROM greenery.users WHERE phone_number !~ ''^[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}$'''),
	('updated before created', 'SELECT FROM greenery.users WHERE updated_at < created_at'),
	('negative zip code', 'SELECT FROM greenery.addresses WHERE zipcode LIKE ''-%'''),
	('price 0', 'SELECT FROM greenery.products WHERE price = 0'),
	('price below 0', 'SELECT FROM greenery.products WHERE price < 0'),
	('inventory 0', 'SELECT FROM greenery.products WHERE inventory = 0'),
	('inventory below 0', 'SELECT FROM greenery.products WHERE inventory < 0'),
	('discount 0', 'SELECT FROM greenery.promos WHERE discount = 0'),
	('discount below 0', 'SELECT FROM greenery.promos WHERE discount < 0'),
	('active promo without key', 'SELECT FROM greenery.promos WHERE promo_id IS NULL AND status = ''active'''),
	('order page without key', 'SELECT FROM greenery.events WHERE event_id IS NULL AND page_url ~ ''/(checkout|shipping)/'''),
	('promo status', 'SELECT FROM greenery.promos WHERE status NOT IN (''active'', ''inactive'')'),
	('order status', 'SELECT FROM greenery.orders WHERE status NOT IN (''preparing'', ''shipped'', ''delivered'', ''cancelled'')'),
	('event type', 'SELECT FROM greenery.events WHERE event_type NOT IN (''page_view'', ''add_to_cart'', ''checkout'', ''package_shipped'')'),
	('quantity 0', 'SELECT FROM greenery.order_items WHERE quantity = 0'),
	('quantity below 0', 'SELECT FROM greenery.order_items WHERE quantity < 0'),
	('delivered before ordered', 'SELECT FROM greenery.orders WHERE delivered_at < created_at'),
	('money does not add up',
	 'SELECT FROM greenery.orders o WHERE order_total <> order_cost + shipping_cost + coalesce(tax, 0)
		- coalesce(discount, (SELECT min(discount) FROM greenery.promos p WHERE p.promo_id = o.promo_id), 0)'),
	('items do not add up',
	 'SELECT FROM greenery.orders o JOIN (SELECT i.order_id, sum(i.quantity * i.unit_price) AS cost FROM greenery.order_items i
			GROUP BY 1) i USING (order_id)
		WHERE order_cost <> cost'),
	('order discount below 0', 'SELECT FROM greenery.orders WHERE discount < 0'),
	('tax below 0', 'SELECT FROM greenery.orders WHERE tax < 0'),
	('refund below 0', 'SELECT FROM greenery.orders WHERE refunded < 0'),
	('refund above total', 'SELECT FROM greenery.orders WHERE refunded > order_total'),
	('several currencies', 'SELECT FROM greenery.orders HAVING count(DISTINCT coalesce(currency, '''')) > 1'),
	('item price below 0', 'SELECT FROM greenery.order_items WHERE unit_price < 0'),
	('more sent back than ordered', 'SELECT FROM greenery.order_items WHERE returned_quantity > quantity'),
	('percent above 100', 'SELECT FROM greenery.promos WHERE percent > 100'),
	('amount and percentage', 'SELECT FROM greenery.promos WHERE discount > 0 AND percent > 0'),
	('user of the future', 'SELECT FROM greenery.users WHERE isfinite(created_at) AND created_at > now()'),
	('order of the future', 'SELECT FROM greenery.orders WHERE isfinite(created_at) AND created_at > now()'),
	('event of the future', 'SELECT FROM greenery.events WHERE isfinite(created_at) AND created_at > now()'),
	('checkout without order', 'SELECT FROM greenery.events WHERE event_type = ''checkout'' AND order_id IS NULL'),
	('shipment without order', 'SELECT FROM greenery.events WHERE event_type = ''package_shipped'' AND order_id IS NULL'),
	('view without product', 'SELECT FROM greenery.events WHERE event_type = ''page_view'' AND product_id IS NULL AND page_url LIKE ''%/product/%'''),
	('cart without product', 'SELECT FROM greenery.events WHERE event_type = ''add_to_cart'' AND product_id IS NULL'),
	('session of two users', 'SELECT FROM greenery.events GROUP BY session_id HAVING min(user_id) <> max(user_id)'),
	('session of a shipment only', 'SELECT FROM greenery.events GROUP BY session_id HAVING bool_and(event_type = ''package_shipped'')'),
	('order page before its user',
	 'SELECT FROM greenery.events e JOIN greenery.users u USING (user_id) WHERE e.created_at < u.created_at AND page_url ~ ''/(checkout|shipping)/'''),
	('price 0 looked at', 'SELECT FROM greenery.events JOIN greenery.products USING (product_id) WHERE event_type = ''page_view'' AND price = 0'),
	('price unknown looked at', 'SELECT FROM greenery.events JOIN greenery.products USING (product_id) WHERE event_type = ''page_view'' AND price IS NULL'),
	('inventory unknown looked at', 'SELECT FROM greenery.events JOIN greenery.products USING (product_id) WHERE event_type = ''page_view'' AND inventory IS NULL');
CREATE FUNCTION pg_temp.found() RETURNS TABLE (kind text, bad boolean)
LANGUAGE plpgsql
SET enable_nestloop = off	-- the tables have no statistics yet
AS $$
#variable_conflict use_column
DECLARE
	k record;
BEGIN
	FOR k IN SELECT * FROM kinds LOOP
		EXECUTE 'SELECT EXISTS (' || k.query || ')' INTO bad;
		kind := k.kind;
		RETURN NEXT;
	END LOOP;
END $$;

-- what the default shop holds
BEGIN;
SELECT * FROM greenery_load_sample_shop();
SELECT count(*) AS locked FROM pg_locks
 WHERE pid = pg_backend_pid() AND mode = 'ShareRowExclusiveLock'
   AND relation::regclass::text LIKE 'greenery.%';
SELECT * FROM pg_temp.fingerprint();
SELECT jsonb_object_agg(source, digest) AS first_run FROM pg_temp.fingerprint() \gset
SELECT * FROM greenery.products ORDER BY product_id COLLATE "C" LIMIT 2;
SELECT * FROM greenery.orders ORDER BY order_id COLLATE "C" LIMIT 2;

-- sound: no kind of bad row is there, and no order without an item.  Some visitors
-- never log in, and that is no fault.
SELECT count(*) AS kinds FROM kinds;
SELECT kind FROM pg_temp.found() WHERE bad IS DISTINCT FROM (kind = 'null events.user_id');
SELECT order_id FROM greenery.orders EXCEPT SELECT order_id FROM greenery.order_items;

-- users and their orders
WITH u AS (SELECT count(order_id) AS n FROM greenery.users LEFT JOIN greenery.orders USING (user_id) GROUP BY user_id)
SELECT count(*) FILTER (WHERE n = 0) BETWEEN 3 AND 13 AS some_never_order,
	   avg((n = 1)::int) BETWEEN 0.12 AND 0.27 AS one,
	   avg((n = 2)::int) BETWEEN 0.15 AND 0.30 AS two,
	   max(n) BETWEEN 7 AND 20 AS tail
  FROM u;
SELECT count(DISTINCT email) = count(*) AS emails_differ,
	   min(created_at) >= '2020-12-01' AND max(created_at) < '2022-01-31' AS registered_in_the_year,
	   count(DISTINCT address_id) < count(*) AS addresses_shared,
	   bool_and(updated_at >= created_at) AS updated_later
  FROM greenery.users;
SELECT bool_and(u.created_at < o.first_at - interval '1 hour') AS before_their_orders,
	   max(o.first_at - u.created_at) BETWEEN interval '40 days' AND interval '61 days' AS long_before
  FROM greenery.users u JOIN (SELECT user_id, min(created_at) AS first_at FROM greenery.orders GROUP BY 1) o USING (user_id);
SELECT bool_and(u.created_at <= e.first_at) AS before_their_visits
  FROM greenery.users u JOIN (SELECT user_id, min(created_at) AS first_at FROM greenery.events GROUP BY 1) e USING (user_id);
SELECT bool_and(zipcode ~ '^[0-9]{5}$') AS zipcodes, bool_or(zipcode LIKE '0%') AS leading_zero FROM greenery.addresses;
SELECT bool_and(inventory > 0) AS in_stock, count(DISTINCT name) = count(*) AS names_differ,
	   count(DISTINCT category) BETWEEN 5 AND 10 AND bool_and(category <> '') AS categories FROM greenery.products;
SELECT count(*) FILTER (WHERE status = 'active') AS active, bool_or(promo_id ~ ' ') AS blank,
	   bool_or(promo_id ~ '[A-Z]') AS capital, count(DISTINCT code) = count(*) AS codes FROM greenery.promos;

-- orders
SELECT min(o.created_at) >= '2021-02-01' AND max(o.created_at) < '2022-01-31' AS in_the_year,
	   max(o.created_at) - min(o.created_at) > interval '360 days' AS whole_year,
	   avg((promo_id IS NOT NULL)::int) BETWEEN 0.11 AND 0.23 AS promos,
	   avg((o.address_id <> u.address_id)::int) BETWEEN 0.2 AND 0.4 AS shipped_elsewhere,
	   avg((status = 'delivered')::int) BETWEEN 0.88 AND 0.97 AS delivered,
	   avg((estimated_delivery_at IS NULL)::int) FILTER (WHERE status = 'delivered') BETWEEN 0.02 AND 0.12 AS no_estimate,
	   bool_and((delivered_at IS NOT NULL) = (status = 'delivered')) AS delivered_at,
	   bool_and((tracking_id IS NULL) = (status IN ('preparing', 'cancelled'))
				AND (shipping_service IS NULL) = (tracking_id IS NULL)
				AND (tracking_id IS NOT NULL OR estimated_delivery_at IS NULL)) AS not_shipped,
	   bool_or(delivered_at < estimated_delivery_at) AS early,
	   bool_or(delivered_at = estimated_delivery_at) AS on_time,
	   bool_or(delivered_at > estimated_delivery_at) AS late,
	   min(order_total) > 0 AS totals,
	   count(DISTINCT channel) = 2 AS channels
  FROM greenery.orders o JOIN greenery.users u USING (user_id);
-- some are cancelled, but the last; what was sent back is refunded, and no more than
-- that is; and the last order is delivered or on its way, so that it is the present
SELECT avg((status = 'cancelled')::int) BETWEEN 0.02 AND 0.06 AS cancelled,
	   max(created_at) FILTER (WHERE status = 'cancelled') < max(created_at) - interval '4 days' AS not_the_last,
	   avg((refunded IS NOT NULL)::int) BETWEEN 0.01 AND 0.05 AS refunded,
	   bool_or(refunded = order_total) AS wholly, bool_or(refunded < order_total) AS in_part,
	   bool_and(status = 'delivered') FILTER (WHERE refunded IS NOT NULL) AS of_what_arrived
  FROM greenery.orders;
SELECT o.order_id, refunded, order_total, back
  FROM greenery.orders o
  LEFT JOIN (SELECT order_id, sum(returned_quantity * unit_price) AS back, bool_and(returned_quantity = quantity) AS everything
			   FROM greenery.order_items GROUP BY 1) i USING (order_id)
 WHERE refunded IS DISTINCT FROM CASE WHEN back IS NULL THEN NULL WHEN everything AND refunded = order_total THEN order_total
									  ELSE least(back, order_total) END;
-- a product has one price, or one before and one after a day of the year, and then
-- today's is the list price
SELECT count(*) FILTER (WHERE prices > 1) BETWEEN 3 AND 15 AS changed, max(prices) = 2 AS once, bool_and(list) AS list_today
  FROM (SELECT count(DISTINCT i.unit_price) AS prices,
			   (array_agg(i.unit_price ORDER BY o.created_at DESC))[1] = max(p.price) OR max(o.created_at) < '2021-12-01' AS list
		  FROM greenery.order_items i JOIN greenery.orders o USING (order_id) JOIN greenery.products p USING (product_id)
		 GROUP BY product_id) p;
SELECT min(n) = 1 AND max(n) BETWEEN 5 AND 7 AS basket, avg(n) BETWEEN 2.1 AND 2.7 AS mean_basket
  FROM (SELECT count(*) AS n FROM greenery.order_items GROUP BY order_id) i;

-- some are bought together, in more orders than any two others
SELECT count(*) FILTER (WHERE n >= 10) AS pairs, max(n) BETWEEN 15 AND 40 AS often
  FROM (SELECT count(*) AS n FROM greenery.order_items a JOIN greenery.order_items b USING (order_id)
		 WHERE a.product_id < b.product_id GROUP BY a.product_id, b.product_id) p;

-- the year: every month has orders and customers who are new, and every second
-- purchaser can be followed for 90 days
WITH f AS (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY created_at) AS n FROM greenery.orders)
SELECT count(DISTINCT date_trunc('month', created_at)) AS months,
	   count(DISTINCT date_trunc('month', created_at)) FILTER (WHERE n = 1) AS months_with_new,
	   avg((created_at < '2021-11-01')::int) FILTER (WHERE n = 1) BETWEEN 0.6 AND 0.85 AS can_be_followed
  FROM f;
SELECT greenery_repeat_horizon();

-- sessions, without those of the bot
CREATE TEMP TABLE session ON COMMIT DROP AS
	SELECT session_id, max(user_id) AS user_id,
		   bool_or(event_type = 'checkout') AS bought,
		   bool_or(event_type = 'add_to_cart') AS cart,
		   max(created_at) - min(created_at) AS duration,
		   count(*) AS events,
		   count(*) FILTER (WHERE event_type = 'checkout') AS checkouts,
		   min(created_at) FILTER (WHERE user_id IS NOT NULL) AS login,
		   max(created_at) FILTER (WHERE user_id IS NULL) AS anonymous,
		   count(DISTINCT visitor_id) AS visitors, bool_or(visitor_id IS NULL) AS no_visitor
	  FROM greenery.events WHERE event_type <> 'package_shipped' GROUP BY session_id;
SELECT avg(bought::int) BETWEEN 0.58 AND 0.67 AS conversion,
	   max(checkouts) = 1 AS one_checkout,
	   bool_and(cart) FILTER (WHERE bought) AS no_order_without_cart,
	   avg(cart::int) FILTER (WHERE NOT bought) BETWEEN 0.4 AND 0.65 AS abandoned,
	   avg((duration < interval '1 minute')::int) FILTER (WHERE NOT bought) BETWEEN 0.3 AND 0.6 AS bounced,
	   max(duration) < interval '20 minutes' AS duration
  FROM session WHERE user_id IS DISTINCT FROM (SELECT user_id FROM greenery.users WHERE last_name = 'Bot');
-- some log in half-way, then they stay so; some never do, and these buy nothing
SELECT avg((login IS NULL)::int) BETWEEN 0.005 AND 0.05 AS never,
	   avg(coalesce(anonymous < login, false)::int) BETWEEN 0.04 AND 0.12 AS half_way,
	   bool_or(anonymous < login AND checkouts = 1) AS and_bought,
	   bool_or(anonymous < login AND checkouts = 0 AND cart) AS and_did_not,
	   bool_or(anonymous > login) AS logged_out,
	   bool_or(login IS NULL AND bought) AS guests
  FROM session;
-- one browser a visit, of two a user
SELECT bool_and(visitors = 1 AND NOT no_visitor) AS one_browser FROM session;
SELECT max(n) AS browsers, min(n) AS at_least
  FROM (SELECT user_id, count(DISTINCT visitor_id) AS n FROM greenery.events GROUP BY 1 HAVING user_id IS NOT NULL) v;
-- the bot: more than a fifth of all, each over in seconds, and it buys nothing
SELECT count(*) FILTER (WHERE s.user_id = b.user_id)::numeric / count(*) BETWEEN 0.21 AND 0.25 AS share,
	   max(duration) FILTER (WHERE s.user_id = b.user_id) AS duration,
	   max(events) FILTER (WHERE s.user_id = b.user_id) AS events,
	   count(*) FILTER (WHERE s.user_id = b.user_id AND bought) AS bought,
	   (SELECT count(*) FROM greenery.orders o WHERE o.user_id = max(b.user_id)) AS orders
  FROM session s, (SELECT user_id FROM greenery.users WHERE last_name = 'Bot') b;
-- an order names its session; one checkout an order, in its user's session, about when the
-- order was written; shipped under the same session id hours later, if at all
SELECT count(*) = (SELECT count(*) FROM greenery.orders) AND count(DISTINCT c.order_id) = count(*) AS checkouts,
	   bool_and(c.user_id = o.user_id) AS same_user,
	   bool_and(c.session_id = o.session_id) AS named,
	   bool_and(abs(extract(epoch FROM c.created_at - o.created_at)) <= 5) AS about_then,
	   bool_or(c.created_at > o.created_at) AS some_after,
	   bool_and((s.event_id IS NULL) = (o.status IN ('preparing', 'cancelled'))) AS shipped,
	   bool_and(s.session_id = c.session_id AND s.user_id = c.user_id) AS same_session,
	   bool_and(s.created_at - o.created_at BETWEEN interval '2 hours' AND interval '9 hours') AS hours_later,
	   bool_or(EXISTS (SELECT FROM greenery.events e WHERE e.session_id = c.session_id
						 AND e.event_type = 'page_view' AND e.created_at > o.created_at)) AS goes_on
  FROM greenery.events c
  JOIN greenery.orders o USING (order_id)
  LEFT JOIN greenery.events s ON s.order_id = c.order_id AND s.event_type = 'package_shipped'
 WHERE c.event_type = 'checkout';
-- what was bought was first seen, then put into the cart, then bought
SELECT bool_and(seen < carted AND carted < c.created_at) AS funnel
  FROM greenery.events c
  JOIN greenery.order_items i USING (order_id)
  CROSS JOIN LATERAL (
	SELECT min(e.created_at) FILTER (WHERE e.event_type = 'page_view') AS seen,
		   min(e.created_at) FILTER (WHERE e.event_type = 'add_to_cart') AS carted
	  FROM greenery.events e WHERE e.session_id = c.session_id AND e.product_id = i.product_id) e
 WHERE c.event_type = 'checkout';
SELECT event_type, regexp_replace(page_url, '[0-9a-f-]{36}', 'ID') AS page_url,
	   bool_and(substr(page_url, 34, 36) = product_id OR substr(page_url, 35, 36) = order_id) AS own_id
  FROM greenery.events GROUP BY 1, 2 ORDER BY event_type COLLATE "C", regexp_replace(page_url, '[0-9a-f-]{36}', 'ID') COLLATE "C";
-- what brought a visit stands in the URL of its first page
SELECT avg((source IS NOT NULL)::int) BETWEEN 0.2 AND 0.4 AS brought, count(DISTINCT source) AS sources,
	   bool_and(NOT later) AS first_page_only
  FROM (SELECT (array_agg(substring(page_url FROM '[?].*') ORDER BY e.created_at, event_type DESC))[1] AS source,
			   count(*) FILTER (WHERE page_url LIKE '%?%') > 1
			   OR bool_or(page_url LIKE '%?%' AND e.created_at > s.started) AS later
		  FROM greenery.events e
		  JOIN (SELECT session_id, min(created_at) AS started FROM greenery.events GROUP BY 1) s USING (session_id)
		 WHERE user_id IS DISTINCT FROM (SELECT user_id FROM greenery.users WHERE last_name = 'Bot')
		 GROUP BY session_id) s;

-- full tables are left alone
SAVEPOINT loaded;
SELECT * FROM greenery_load_sample_shop();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO loaded;
TRUNCATE greenery.users, greenery.addresses, greenery.products, greenery.orders, greenery.order_items, greenery.events;
SELECT * FROM greenery_load_sample_shop();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- the same rows again, whatever the plan
BEGIN;
SET LOCAL plan_cache_mode = force_generic_plan;
SET LOCAL work_mem = '64kB';
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL timezone = 'Asia/Kolkata';
SELECT sum(rows) > 5000 AS loaded FROM greenery_load_sample_shop(130, 2.8, 1);
SET LOCAL timezone = 'UTC';
SELECT source FROM pg_temp.fingerprint() WHERE digest IS DISTINCT FROM :'first_run'::jsonb ->> source;
ROLLBACK;
-- another seed, another shop: only the promos are always the same
BEGIN;
SELECT sum(rows) > 5000 AS loaded FROM greenery_load_sample_shop(seed => -9223372036854775808);
SELECT source FROM pg_temp.fingerprint() WHERE digest = :'first_run'::jsonb ->> source;
SELECT kind FROM pg_temp.found() WHERE bad AND kind <> 'null events.user_id';
ROLLBACK;
-- without events the rest is the same
BEGIN;
SELECT rows FROM greenery_load_sample_shop(with_events => false) WHERE source = 'events';
SELECT source FROM pg_temp.fingerprint() WHERE digest IS DISTINCT FROM :'first_run'::jsonb ->> source;
ROLLBACK;

-- small and odd shops are sound too
BEGIN;
SELECT * FROM greenery_load_sample_shop(1, 0.1);
SELECT kind FROM pg_temp.found() WHERE bad AND kind <> 'null events.user_id';
ROLLBACK;
BEGIN;
SELECT source, rows FROM greenery_load_sample_shop(2, 300, 7) WHERE source IN ('users', 'orders');
SELECT kind FROM pg_temp.found() WHERE bad AND kind <> 'null events.user_id';
ROLLBACK;
-- bulk buyers are a long tail.  First orders come with growth and seasons: more of them
-- in April than in August, most in December; three in ten are customers of old.  Then
-- a third come back in the next month, and a quarter or a fifth in each later one.
BEGIN;
SELECT rows FROM greenery_load_sample_shop(3000, seed => 4, with_events => false) WHERE source = 'orders';
SELECT avg((n = 0)::int) BETWEEN 0.05 AND 0.08 AS none, avg((n = 1)::int) BETWEEN 0.15 AND 0.25 AS one,
	   avg((n = 2)::int) BETWEEN 0.20 AND 0.27 AS two, max(n) > 20 AS tail
  FROM (SELECT count(order_id) AS n FROM greenery.users LEFT JOIN greenery.orders USING (user_id) GROUP BY user_id) u;
CREATE TEMP TABLE u ON COMMIT DROP AS
SELECT user_id, date_trunc('month', min(created_at) AT TIME ZONE 'UTC') AS cohort, min(created_at) AS first_at FROM greenery.orders GROUP BY 1;
SELECT count(DISTINCT cohort) AS cohorts,
	   count(*) FILTER (WHERE cohort = '2021-04-01') > 1.5 * count(*) FILTER (WHERE cohort = '2021-08-01') AS spring,
	   count(*) FILTER (WHERE cohort = '2021-12-01') > 1.8 * count(*) FILTER (WHERE cohort = '2021-08-01') AS christmas,
	   avg((first_at < timestamptz '2022-01-31' - interval '90 days')::int) BETWEEN 0.7 AND 0.8 AS followed_for_90_days
  FROM u;
SELECT k, avg(again::int) BETWEEN CASE k WHEN 1 THEN 0.30 ELSE 0.17 END AND CASE k WHEN 1 THEN 0.50 WHEN 2 THEN 0.35 ELSE 0.26 END AS retention
  FROM (SELECT k, EXISTS (SELECT FROM greenery.orders o WHERE o.user_id = u.user_id
							AND date_trunc('month', o.created_at AT TIME ZONE 'UTC') = u.cohort + k * interval '1 month') AS again
		  FROM u, generate_series(1, 6) AS k WHERE u.cohort < '2021-07-01') c
 GROUP BY k ORDER BY k;
SELECT kind FROM pg_temp.found() WHERE bad;
ROLLBACK;

-- bad rows: every kind is there, and the sound rows are the same
BEGIN;
SELECT * FROM greenery_load_sample_shop(bad_rows => true);
SELECT kind FROM pg_temp.found() WHERE bad IS NOT TRUE;
-- one fault a row: no order has a wrong sum but those that are to have one
SELECT order_id
  FROM greenery.orders o
  JOIN (SELECT i.order_id, sum(i.quantity * i.unit_price) AS cost FROM greenery.order_items i GROUP BY 1) i USING (order_id)
 WHERE order_cost <> cost
	OR order_total <> order_cost + shipping_cost + coalesce(tax, 0)
					  - coalesce(discount, (SELECT min(discount) FROM greenery.promos p WHERE p.promo_id = o.promo_id), 0)
 ORDER BY order_id COLLATE "C";
ROLLBACK;
BEGIN;
SELECT source, rows FROM greenery_load_sample_shop(bad_rows => true, with_events => false) WHERE source = 'events';
SELECT kind FROM pg_temp.found() WHERE bad IS NOT TRUE;
ROLLBACK;

-- Buying again within seven days, among those with seven days left: without an
-- effect it has nothing to do with the first order, with one it has.
CREATE FUNCTION pg_temp.repeaters() RETURNS TABLE (feature text, difference numeric, tolerance numeric)
LANGUAGE sql AS $$
	WITH o AS (
		SELECT *, row_number() OVER w AS n, lead(created_at) OVER w AS next_at
		  FROM (SELECT * FROM greenery.orders WHERE status <> 'cancelled') s
		  JOIN (SELECT order_id, count(*) AS basket FROM greenery.order_items GROUP BY 1) i USING (order_id)
		WINDOW w AS (PARTITION BY user_id ORDER BY created_at, order_id COLLATE "C")),
	f AS (
		SELECT coalesce(next_at - created_at <= interval '168 hours', false)::int AS again, v.*
		  FROM o CROSS JOIN LATERAL (VALUES
			('promo', promo_id IS NOT NULL),
			('basket above 2', basket > 2),
			('night', extract(hour FROM created_at) < 6),
			('weekend', extract(isodow FROM created_at) > 5),
			('monday', extract(isodow FROM created_at) = 1),
			('expensive', order_total > 300)) v(feature, has)
		 WHERE n = 1 AND created_at < '2022-01-24')
	SELECT feature, avg(again) FILTER (WHERE has) - avg(again) FILTER (WHERE NOT has),
		   -- three standard errors
		   3 * sqrt(avg(again) * (1 - avg(again)) * (1.0 / count(*) FILTER (WHERE has) + 1.0 / count(*) FILTER (WHERE NOT has)))
	  FROM f GROUP BY feature
$$;
BEGIN;
SELECT rows FROM greenery_load_sample_shop(3000, with_events => false) WHERE source = 'orders';
SELECT feature, abs(difference) < tolerance AS nothing FROM pg_temp.repeaters() ORDER BY feature;
ROLLBACK;
BEGIN;
SELECT rows > 8400 AS more FROM greenery_load_sample_shop(3000, effect => 0.8, with_events => false) WHERE source = 'orders';
SELECT feature, abs(difference) < tolerance AS nothing FROM pg_temp.repeaters() ORDER BY feature;
-- 0.8 of those who would not have bought again, about two thirds
SELECT round(difference, 1) AS difference FROM pg_temp.repeaters() WHERE feature = 'promo';
SELECT kind FROM pg_temp.found() WHERE bad AND kind <> 'null events.user_id';
ROLLBACK;
BEGIN;
SELECT rows > 0 AS sound_with_events FROM greenery_load_sample_shop(effect => 1) WHERE source = 'events';
SELECT kind FROM pg_temp.found() WHERE bad AND kind <> 'null events.user_id';
SELECT count(*) > 364 AS more, count(*) = (SELECT count(*) FROM greenery.events WHERE event_type = 'checkout') AS checkouts,
	   max(created_at) < '2022-01-31' AS in_the_year
  FROM greenery.orders;
ROLLBACK;

-- bad arguments
SELECT greenery_load_sample_shop(0);
\echo :LAST_ERROR_SQLSTATE
SELECT greenery_load_sample_shop(-1);
SELECT greenery_load_sample_shop(NULL);
SELECT greenery_load_sample_shop(2147483647);
SELECT greenery_load_sample_shop(130, 0);
\echo :LAST_ERROR_SQLSTATE
SELECT greenery_load_sample_shop(130, -2.8);
SELECT greenery_load_sample_shop(130, 'NaN');
SELECT greenery_load_sample_shop(130, 'Infinity');
SELECT greenery_load_sample_shop(130, NULL);
SELECT greenery_load_sample_shop(100000000, 11);
SELECT greenery_load_sample_shop(seed => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT greenery_load_sample_shop(bad_rows => NULL);
SELECT greenery_load_sample_shop(with_events => NULL);
SELECT greenery_load_sample_shop(effect => -0.1);
\echo :LAST_ERROR_SQLSTATE
SELECT greenery_load_sample_shop(effect => 1.1);
SELECT greenery_load_sample_shop(effect => 'NaN');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT greenery_load_sample_shop();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- nothing stays
SELECT source FROM pg_temp.fingerprint() WHERE digest <> left(encode(sha256(''), 'hex'), 16);
\i sql/include/empty_tables.sql
