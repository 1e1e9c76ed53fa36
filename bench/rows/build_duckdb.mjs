// The marts as DuckDB's SQL: what a build makes, for a shop that DuckDB holds.
//
// The grain, the columns and the joins are those of src/models; written by hand,
// for what is quick there.  Left out, in its favour: the p-values and verdicts
// of the small marts about buying again (some dozen rows), whose grouping is here,
// and user_repeat_history, which is for the second landmark of repeat_indicators.

// What staging calls for each value.  SQL macros: DuckDB inlines them.
export const preparation = `
	CREATE OR REPLACE MACRO clean_text(x) AS nullif(trim(x), '');
	CREATE OR REPLACE MACRO digits_of(x) AS regexp_replace(x, '[^0-9]', '', 'g');
	CREATE OR REPLACE MACRO normalize_phone(x) AS
		CASE WHEN digits_of(x) SIMILAR TO '1?[0-9]{10}'
			 THEN regexp_replace(digits_of(x), '^1?([0-9]{3})([0-9]{3})([0-9]{4})$', '\\1-\\2-\\3') END;
	CREATE OR REPLACE MACRO is_email(x) AS regexp_full_match(x, '[^@\\s]+@[^@\\s]+\\.[^@\\s]+');
	-- 'https://host/a/b': the host is the third part
	CREATE OR REPLACE MACRO url_path_segment(url, n) AS nullif(split_part(url, '/', 3 + n), '');
	CREATE OR REPLACE MACRO days_between(a, b) AS date_diff('microsecond', a, b) / 86400000000.0;
	CREATE OR REPLACE MACRO num_nonnulls(a, b) AS (a IS NOT NULL)::integer + (b IS NOT NULL)::integer;
	CREATE OR REPLACE TABLE excluded_users (user_id varchar);
	CREATE OR REPLACE VIEW stg_users AS
	SELECT clean_text(user_id) AS user_id, clean_text(first_name) AS first_name, clean_text(last_name) AS last_name,
		   lower(clean_text(email)) AS email, normalize_phone(phone_number) AS phone_number,
		   clean_text(phone_number) AS phone_number_raw, created_at, updated_at, clean_text(address_id) AS address_id
	  FROM users;
	CREATE OR REPLACE VIEW stg_addresses AS
	SELECT clean_text(address_id) AS address_id, clean_text(address) AS address, clean_text(zipcode) AS zipcode,
		   clean_text(state) AS state, clean_text(country) AS country
	  FROM addresses;
	CREATE OR REPLACE VIEW stg_products AS
	SELECT clean_text(product_id) AS product_id, clean_text(name) AS name, price, inventory,
		   clean_text(category) AS category FROM products;
	CREATE OR REPLACE VIEW stg_promos AS
	SELECT clean_text(promo_id) AS promo_id, discount, clean_text(status) AS status,
		   clean_text(code) AS code, percent FROM promos;
	CREATE OR REPLACE VIEW stg_orders AS
	SELECT clean_text(order_id) AS order_id, clean_text(user_id) AS user_id, clean_text(promo_id) AS promo_id,
		   clean_text(address_id) AS address_id, created_at, order_cost, shipping_cost, order_total,
		   clean_text(tracking_id) AS tracking_id, clean_text(shipping_service) AS shipping_service,
		   estimated_delivery_at, delivered_at, clean_text(status) AS status, discount, tax, refunded,
		   clean_text(currency) AS currency,
		   coalesce(is_cancelled, false) OR coalesce(clean_text(status) = 'cancelled', false) AS is_cancelled,
		   clean_text(channel) AS channel, clean_text(session_id) AS session_id
	  FROM orders;
	CREATE OR REPLACE VIEW shop_currency AS
	SELECT coalesce(currency, '') AS currency FROM stg_orders GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1;
	CREATE OR REPLACE VIEW stg_order_items AS
	SELECT clean_text(order_id) AS order_id, clean_text(product_id) AS product_id, quantity,
		   unit_price, returned_quantity, clean_text(user_id) AS user_id, clean_text(currency) AS currency
	  FROM order_items;
	CREATE OR REPLACE VIEW stg_events AS
	SELECT clean_text(event_id) AS event_id, clean_text(session_id) AS session_id, clean_text(user_id) AS user_id,
		   clean_text(page_url) AS page_url, created_at, clean_text(event_type) AS event_type,
		   clean_text(order_id) AS order_id, clean_text(product_id) AS product_id,
		   clean_text(page_kind) AS page_kind, clean_text(visitor_id) AS visitor_id
	  FROM events;
	-- the histories as the first build has taken them
	CREATE OR REPLACE TABLE inventory_history AS
	SELECT product_id, inventory, now()::timestamp AS valid_from, NULL::timestamp AS valid_to FROM products;
	CREATE OR REPLACE TABLE promo_terms AS
	SELECT promo_id, discount, '-infinity'::timestamp AS valid_from, 'infinity'::timestamp AS valid_to FROM promos`;

const purchasers = `
	SELECT user_id, min(promo_id) FILTER (WHERE order_number = 1) AS promo_id,
		   min(state) FILTER (WHERE order_number = 1) AS state,
		   min(delivery_days) FILTER (WHERE order_number = 1) AS delivery_days,
		   min(delivered_at) FILTER (WHERE order_number = 1) AS delivered_at,
		   CASE WHEN min(order_id) <> max(order_id) THEN min(created_at) FILTER (WHERE order_number = 2) END AS second_order_at,
		   min(order_id) <> max(order_id) AS purchased_again
	  FROM fact_user_orders WHERE user_id IS NOT NULL GROUP BY user_id`;

const repeat_by = (group, column) => `
	SELECT ${group} AS ${column}, count(*) AS users, count(*) FILTER (WHERE purchased_again) AS repeaters,
		   count(*) FILTER (WHERE purchased_again)::double / count(*) AS rate
	  FROM (${purchasers}) AS p GROUP BY 1`;

// In the order of a build
export const marts = {
	cohort_retention: `
		WITH first AS (
			SELECT user_id, date_trunc('month', min(created_at)) AS cohort FROM stg_orders
			 WHERE order_id IS NOT NULL AND user_id IS NOT NULL GROUP BY user_id),
		active AS (
			SELECT f.cohort, date_diff('month', f.cohort, o.created_at) AS period, count(DISTINCT f.user_id) AS users
			  FROM first AS f JOIN stg_orders AS o ON o.user_id = f.user_id
			 WHERE o.order_id IS NOT NULL GROUP BY 1, 2)
		SELECT c.cohort, a.period, c.users, a.users AS active_users, a.users::double / c.users AS retention
		  FROM active AS c JOIN active AS a ON a.cohort = c.cohort WHERE c.period = 0`,
	dim_active_promos: `
		SELECT promo_id, discount FROM stg_promos WHERE status = 'active'`,
	dim_order_products: `
		SELECT o.order_id, coalesce(i.product_ids, []) AS product_ids, coalesce(i.distinct_products, 0) AS distinct_products,
			   coalesce(i.units, 0) AS units, coalesce(i.items_amount, 0) AS items_amount
		  FROM stg_orders AS o
		  LEFT JOIN (SELECT s.order_id, list(DISTINCT s.product_id ORDER BY s.product_id) AS product_ids,
							count(DISTINCT s.product_id) AS distinct_products, sum(s.quantity) AS units,
							sum(s.quantity * coalesce(s.unit_price, p.price)) AS items_amount
					   FROM stg_order_items AS s LEFT JOIN stg_products AS p ON p.product_id = s.product_id
					  GROUP BY s.order_id) AS i ON i.order_id = o.order_id
		 WHERE o.order_id IS NOT NULL`,
	dim_products: `
		SELECT p.product_id, p.name, p.price, p.inventory, coalesce(i.units_sold, 0) AS units_sold,
			   coalesce(i.orders, 0) AS orders, p.inventory > 0 AS is_in_stock
		  FROM stg_products AS p
		  LEFT JOIN (SELECT product_id, sum(quantity) AS units_sold, count(DISTINCT order_id) AS orders
					   FROM stg_order_items GROUP BY product_id) AS i ON i.product_id = p.product_id`,
	dim_users: `
		SELECT u.*, a.address, a.zipcode, a.state, a.country, used.addresses, coalesce(o.orders, 0) AS orders,
			   o.first_order_at, o.last_order_at, coalesce(o.lifetime_value, 0) AS lifetime_value,
			   coalesce(o.orders >= 2, false) AS is_repeat_purchaser
		  FROM stg_users AS u
		  LEFT JOIN stg_addresses AS a ON a.address_id = u.address_id
		  LEFT JOIN (SELECT user_id, count(DISTINCT order_id) AS orders, min(created_at) AS first_order_at,
							max(created_at) AS last_order_at, sum(order_total) AS lifetime_value
					   FROM stg_orders WHERE order_id IS NOT NULL GROUP BY user_id) AS o ON o.user_id = u.user_id
		  LEFT JOIN (SELECT user_id, list({address_id: address_id, first_used: first_used, last_used: last_used,
									kinds: CASE WHEN registered AND shipped THEN ['registered', 'shipped']
												WHEN registered THEN ['registered'] ELSE ['shipped'] END}
									ORDER BY first_used, address_id) AS addresses
					   FROM (SELECT user_id, address_id, min(first_used) AS first_used, max(last_used) AS last_used,
									bool_or(registered) AS registered, bool_or(NOT registered) AS shipped
							   FROM (SELECT user_id, address_id, created_at AS first_used, created_at AS last_used, false AS registered
									   FROM stg_orders WHERE order_id IS NOT NULL
									 UNION ALL
									 SELECT user_id, address_id, created_at, greatest(created_at, updated_at), true FROM stg_users) AS x
							  WHERE address_id IS NOT NULL GROUP BY user_id, address_id) AS k
					  GROUP BY user_id) AS used ON used.user_id = u.user_id`,
	fact_events: `
		SELECT event_id, session_id, user_id, created_at, event_type,
			   CASE url_path_segment(page_url, 1) WHEN 'product' THEN 'product' WHEN 'checkout' THEN 'checkout'
					WHEN 'shipping' THEN 'shipping' ELSE 'other' END AS page_kind,
			   product_id, order_id, event_type IS DISTINCT FROM 'package_shipped' AS is_own_event, page_url
		  FROM stg_events`,
	fact_order_items_products: `
		SELECT i.order_id, i.product_id, i.quantity, p.price, i.quantity * coalesce(i.unit_price, p.price) AS amount, p.name
		  FROM stg_order_items AS i LEFT JOIN stg_products AS p ON p.product_id = i.product_id`,
	fact_promo_orders: `
		SELECT o.order_id, o.promo_id, o.promo_id IS NOT NULL AS has_promo, p.promo_orders,
			   p.promo_orders / p.all_orders AS promo_share, o.user_id, o.created_at, o.order_total
		  FROM stg_orders AS o
		  LEFT JOIN (SELECT promo_id, count(*) AS promo_orders, sum(count(*)) OVER () AS all_orders
					   FROM stg_orders WHERE order_id IS NOT NULL GROUP BY promo_id) AS p ON p.promo_id = o.promo_id
		 WHERE o.order_id IS NOT NULL`,
	fact_user_sessions: `
		SELECT replace(replace(session_id, '\\', '\\\\'), ':', '\\:') || ':' || coalesce(user_id, '') AS session_user_key, *,
			   duration < interval '1 minute' AND checkouts = 0 AS is_bounce, checkouts > 0 AS has_purchase,
			   add_to_carts > 0 AND checkouts = 0 AS is_cart_abandoned
		  FROM (SELECT session_id, user_id,
					   min(created_at) FILTER (WHERE own) AS session_start, max(created_at) FILTER (WHERE own) AS session_end,
					   max(created_at) FILTER (WHERE own) - min(created_at) FILTER (WHERE own) AS duration,
					   count(*) FILTER (WHERE own) AS events,
					   count(*) FILTER (WHERE event_type = 'page_view') AS page_views,
					   count(*) FILTER (WHERE event_type = 'add_to_cart') AS add_to_carts,
					   count(*) FILTER (WHERE event_type = 'checkout') AS checkouts,
					   count(*) FILTER (WHERE NOT own) AS shipments, min(created_at) FILTER (WHERE NOT own) AS shipped_at
				  FROM (SELECT *, event_type IS DISTINCT FROM 'package_shipped' AS own FROM stg_events) AS e
				 WHERE session_id IS NOT NULL GROUP BY session_id, user_id) AS s`,
	fact_user_content_pageviews: `
		SELECT e.event_id, e.user_id, e.session_id, e.created_at, e.product_id, p.name AS product_name, p.price, p.inventory,
			   h.inventory AS inventory_at_view,
			   p.inventory <= 0 OR p.inventory < coalesce(d.units, 0) AS is_at_risk_of_stockout, e.page_kind, e.page_url
		  FROM (SELECT event_id, user_id, session_id, created_at,
					   coalesce(product_id, CASE WHEN page_kind = 'product' THEN url_path_segment(page_url, 2) END) AS product_id,
					   page_kind, page_url
				  FROM fact_events WHERE event_type = 'page_view' AND page_kind NOT IN ('checkout', 'shipping')) AS e
		  LEFT JOIN stg_products AS p ON p.product_id = e.product_id
		  LEFT JOIN inventory_history AS h ON h.product_id = e.product_id AND h.valid_from <= e.created_at
			   AND e.created_at < coalesce(h.valid_to, 'infinity'::timestamp)
		  LEFT JOIN (SELECT i.product_id, sum(i.quantity) AS units
					   FROM stg_order_items AS i JOIN stg_orders AS o ON o.order_id = i.order_id,
							(SELECT max(created_at) AS as_of FROM stg_orders) AS n
					  WHERE o.created_at > n.as_of - interval '7 days' AND o.created_at <= n.as_of
					  GROUP BY i.product_id) AS d ON d.product_id = e.product_id`,
	fact_user_order_pageviews: `
		SELECT e.event_id, e.user_id, e.session_id, e.created_at, coalesce(e.order_id, url_path_segment(e.page_url, 2)) AS order_id,
			   e.page_kind, e.event_type, u.created_at AS user_created_at
		  FROM fact_events AS e LEFT JOIN stg_users AS u ON u.user_id = e.user_id
		 WHERE e.page_kind IN ('checkout', 'shipping')`,
	fact_user_orders: `
		SELECT o.order_id, o.user_id, o.created_at, o.order_number, o.previous_order_at,
			   days_between(o.previous_order_at, o.created_at) AS days_since_previous_order, o.order_cost, o.shipping_cost,
			   t.discount, o.order_total, o.promo_id, o.promo_id IS NOT NULL AS has_promo, i.units, i.distinct_products,
			   i.items_amount, o.address_id, a.state, a.country, o.status, o.shipping_service, o.estimated_delivery_at,
			   o.delivered_at, days_between(o.created_at, o.delivered_at) AS delivery_days,
			   days_between(o.created_at, o.estimated_delivery_at) AS estimated_delivery_days,
			   CASE WHEN o.delivered_at < o.estimated_delivery_at THEN 'early'
					WHEN o.delivered_at = o.estimated_delivery_at THEN 'on_time'
					WHEN o.delivered_at > o.estimated_delivery_at THEN 'late' ELSE 'unknown' END AS timeliness,
			   coalesce(o.delivered_at IS NULL AND o.estimated_delivery_at < n.as_of, false) AS is_overdue
		  FROM (SELECT *, CASE WHEN user_id IS NOT NULL THEN row_number() OVER w END AS order_number,
					   CASE WHEN user_id IS NOT NULL THEN lag(created_at) OVER w END AS previous_order_at
				  FROM stg_orders WHERE order_id IS NOT NULL
				WINDOW w AS (PARTITION BY user_id ORDER BY created_at, order_id)) AS o
		 CROSS JOIN (SELECT max(created_at) AS as_of FROM stg_orders) AS n
		  LEFT JOIN dim_order_products AS i ON i.order_id = o.order_id
		  LEFT JOIN stg_addresses AS a ON a.address_id = o.address_id
		  LEFT JOIN promo_terms AS t ON t.promo_id = o.promo_id AND t.valid_from <= o.created_at AND o.created_at < t.valid_to`,
	product_sessions: `
		SELECT session_id, product_id, bool_or(step = 1) AS viewed, bool_or(step = 2) AS added, bool_or(step = 3) AS bought
		  FROM (SELECT session_id,
					   coalesce(product_id, CASE WHEN page_kind = 'product' THEN url_path_segment(page_url, 2) END) AS product_id,
					   CASE event_type WHEN 'page_view' THEN 1 ELSE 2 END AS step
				  FROM fact_events WHERE event_type IN ('page_view', 'add_to_cart')
				UNION ALL
				SELECT e.session_id, i.product_id, 3
				  FROM stg_events AS e JOIN stg_order_items AS i ON i.order_id = e.order_id
				 WHERE e.event_type = 'checkout') AS x
		 WHERE session_id IS NOT NULL AND product_id IS NOT NULL GROUP BY session_id, product_id`,
	session_funnel: `
		SELECT 'all' AS scope, count(*) AS sessions, count(*) FILTER (WHERE page_views > 0) AS sessions_viewed,
			   count(*) FILTER (WHERE add_to_carts > 0) AS sessions_added, count(*) FILTER (WHERE checkouts > 0) AS sessions_bought,
			   count(*) FILTER (WHERE page_views > 0 AND add_to_carts > 0)::double
				   / nullif(count(*) FILTER (WHERE page_views > 0), 0) AS view_to_cart_rate,
			   count(*) FILTER (WHERE add_to_carts > 0 AND checkouts > 0)::double
				   / nullif(count(*) FILTER (WHERE add_to_carts > 0), 0) AS cart_to_purchase_rate,
			   count(*) FILTER (WHERE checkouts > 0)::double / nullif(count(*), 0) AS conversion_rate
		  FROM fact_user_sessions WHERE events > 0`,
	metrics: `
		SELECT v.name, v.numerator / nullif(v.denominator, 0) AS value, v.numerator, v.denominator
		  FROM (SELECT count(*) AS orders, count(promo_id) AS promo_orders, sum(order_total) AS money,
					   count(order_total) AS priced_orders, sum(units) AS units, sum(distinct_products) AS products,
					   sum(delivery_days) AS delivery_days, count(delivery_days) AS deliveries,
					   count(*) FILTER (WHERE timeliness = 'late') AS late,
					   count(*) FILTER (WHERE timeliness IN ('early', 'on_time')) AS in_time,
					   count(user_id) AS user_orders
				  FROM fact_user_orders) AS o
		 CROSS JOIN (SELECT count(*) AS users, count(*) FILTER (WHERE low < high) AS repeaters
					   FROM (SELECT min(order_id) AS low, max(order_id) AS high
							   FROM fact_user_orders WHERE user_id IS NOT NULL GROUP BY user_id) AS u) AS r
		 CROSS JOIN (SELECT count(*) AS sessions, count(*) FILTER (WHERE checkouts > 0) AS purchases,
							count(*) FILTER (WHERE is_bounce) AS bounces, count(*) FILTER (WHERE add_to_carts > 0) AS carts,
							count(*) FILTER (WHERE is_cart_abandoned) AS abandoned
					   FROM fact_user_sessions WHERE events > 0) AS s
		 CROSS JOIN LATERAL (VALUES
			('repeat_rate', r.repeaters::double, r.users::double), ('conversion_rate', s.purchases, s.sessions),
			('average_order_value', o.money, o.priced_orders), ('bounce_rate', s.bounces, s.sessions),
			('cart_abandonment_rate', s.abandoned, s.carts), ('late_delivery_rate', o.late, o.late + o.in_time),
			('on_time_or_early_rate', o.in_time, o.late + o.in_time), ('promo_use_rate', o.promo_orders, o.orders),
			('units_per_order', o.units, o.orders), ('products_per_order', o.products, o.orders),
			('orders_per_purchaser', o.user_orders, r.users), ('delivery_days', o.delivery_days, o.deliveries))
			AS v(name, numerator, denominator)`,
	product_funnel: `
		SELECT p.product_id, p.name, coalesce(s.sessions_viewed, 0) AS sessions_viewed,
			   coalesce(s.sessions_added, 0) AS sessions_added, coalesce(s.sessions_bought, 0) AS sessions_bought,
			   s.viewed_and_added, s.added_and_bought, s.viewed_and_bought, s.all_steps,
			   s.viewed_and_bought::double / nullif(s.sessions_viewed, 0) AS conversion_rate
		  FROM stg_products AS p
		  LEFT JOIN (SELECT product_id, count(*) FILTER (WHERE viewed) AS sessions_viewed,
							count(*) FILTER (WHERE added) AS sessions_added, count(*) FILTER (WHERE bought) AS sessions_bought,
							count(*) FILTER (WHERE viewed AND added) AS viewed_and_added,
							count(*) FILTER (WHERE added AND bought) AS added_and_bought,
							count(*) FILTER (WHERE viewed AND bought) AS viewed_and_bought,
							count(*) FILTER (WHERE viewed AND added AND bought) AS all_steps
					   FROM product_sessions GROUP BY product_id) AS s ON s.product_id = p.product_id`,
	product_reorder: `
		SELECT b.product_id, count(*) AS buyers, count(*) FILTER (WHERE b.reordered) AS reorder_buyers,
			   count(*) FILTER (WHERE b.began) AS first_order_buyers,
			   count(*) FILTER (WHERE b.began AND u.purchased_again) AS first_order_repeaters
		  FROM (SELECT i.product_id, o.user_id, min(o.order_id) <> max(o.order_id) AS reordered,
					   bool_or(o.order_number = 1) AS began
				  FROM fact_order_items_products AS i JOIN fact_user_orders AS o ON o.order_id = i.order_id
				 WHERE o.user_id IS NOT NULL GROUP BY i.product_id, o.user_id) AS b
		  JOIN (${purchasers}) AS u ON u.user_id = b.user_id
		 GROUP BY b.product_id`,
	user_repeat_features: `
		WITH first AS (
			SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY order_number) AS position,
				   min(order_id) OVER (PARTITION BY user_id) <> max(order_id) OVER (PARTITION BY user_id) AS purchased_again
			  FROM fact_user_orders WHERE user_id IS NOT NULL QUALIFY position = 1),
		known AS (
			SELECT e.user_id, e.session_id, e.event_type,
				   CASE WHEN e.event_type = 'checkout' AND e.order_id = f.order_id THEN f.created_at ELSE e.created_at END AS happened_at,
				   coalesce(e.product_id, CASE WHEN url_path_segment(e.page_url, 1) = 'product'
											   THEN url_path_segment(e.page_url, 2) END) AS product_id
			  FROM stg_events AS e JOIN first AS f ON f.user_id = e.user_id
			 WHERE e.event_type IS DISTINCT FROM 'package_shipped' AND happened_at <= f.created_at),
		sessions AS (
			SELECT user_id, count(*) AS sessions, count(*) FILTER (WHERE checkouts = 0) AS without_purchase,
				   count(*) FILTER (WHERE checkouts = 0 AND adds > 0) AS abandoned_carts,
				   count(*) FILTER (WHERE checkouts = 0 AND seconds < 60) AS bounced,
				   avg(seconds) FILTER (WHERE checkouts = 0) AS seconds_without_purchase, avg(seconds) AS mean_seconds
			  FROM (SELECT user_id, session_id, date_diff('microsecond', min(happened_at), max(happened_at)) / 1e6 AS seconds,
						   count(*) FILTER (WHERE event_type = 'checkout') AS checkouts,
						   count(*) FILTER (WHERE event_type = 'add_to_cart') AS adds
					  FROM known WHERE session_id IS NOT NULL GROUP BY user_id, session_id) AS s
			 GROUP BY user_id),
		viewed AS (
			SELECT user_id, sum(views) AS product_views, count(*) FILTER (WHERE views > 0) AS breadth
			  FROM (SELECT user_id, product_id, count(*) FILTER (WHERE event_type = 'page_view') AS views
					  FROM known WHERE product_id IS NOT NULL GROUP BY user_id, product_id) AS p
			 GROUP BY user_id)
		SELECT o.user_id, o.order_id AS first_order_id, o.created_at AS first_order_at,
			   coalesce(s.sessions, 0) AS session_frequency, s.seconds_without_purchase, s.mean_seconds,
			   coalesce(s.without_purchase, 0) AS sessions_without_purchase, coalesce(s.abandoned_carts, 0) AS abandoned_carts,
			   coalesce(s.bounced, 0) AS bounced_sessions, s.bounced / s.sessions AS bounce_share,
			   coalesce(v.product_views, 0) AS product_views, coalesce(v.product_views - v.breadth, 0) AS repeat_product_views,
			   coalesce(v.breadth, 0) AS breadth, v.product_views / nullif(v.breadth, 0) AS depth, o.has_promo AS promo_used,
			   o.units AS basket_size, o.distinct_products, o.order_total AS order_value, hour(o.created_at) < 6 AS night,
			   isodow(o.created_at) >= 6 AS weekend,
			   isodow(o.created_at) >= 6 AND hour(o.created_at) BETWEEN 12 AND 17 AS weekend_afternoon,
			   o.estimated_delivery_days, o.delivery_days, o.timeliness = 'late' AS delivery_late, o.purchased_again
		  FROM first AS o
		  LEFT JOIN sessions AS s ON s.user_id = o.user_id
		  LEFT JOIN viewed AS v ON v.user_id = o.user_id`,
	user_repeat_labels: `
		SELECT u.user_id, u.first_order_at, u.second_order_at, n.as_of - u.first_order_at AS follow_up,
			   u.first_order_at <= n.as_of - interval '90 days' AS is_mature,
			   coalesce(u.second_order_at <= u.first_order_at + interval '90 days', false) AS purchased_again_within
		  FROM (SELECT user_id, created_at AS first_order_at, lead(created_at) OVER w AS second_order_at,
					   row_number() OVER w AS position
				  FROM fact_user_orders WHERE user_id IS NOT NULL
				WINDOW w AS (PARTITION BY user_id ORDER BY order_number) QUALIFY position = 1) AS u,
			   (SELECT max(created_at) AS as_of FROM stg_orders) AS n`,
	repeat_indicators: `
		WITH u AS (
			SELECT l.purchased_again_within AS came_back, f.session_frequency::double AS session_frequency,
				   f.seconds_without_purchase::double AS seconds_without_purchase, f.mean_seconds::double AS mean_seconds,
				   f.sessions_without_purchase::double AS sessions_without_purchase, f.abandoned_carts::double AS abandoned_carts,
				   f.bounced_sessions::double AS bounced_sessions, f.bounce_share::double AS bounce_share,
				   f.product_views::double AS product_views, f.repeat_product_views::double AS repeat_product_views,
				   f.breadth::double AS breadth, f.depth::double AS depth, f.basket_size::double AS basket_size,
				   f.distinct_products::double AS distinct_products, f.order_value::double AS order_value,
				   f.night::double AS night, f.weekend::double AS weekend, f.weekend_afternoon::double AS weekend_afternoon,
				   f.promo_used::double AS promo_used, f.delivery_late::double AS delivery_late,
				   f.delivery_days::double AS delivery_days, f.estimated_delivery_days::double AS estimated_delivery_days
			  FROM user_repeat_features AS f JOIN user_repeat_labels AS l ON l.user_id = f.user_id WHERE l.is_mature),
		v AS (UNPIVOT u ON COLUMNS(* EXCLUDE came_back) INTO NAME indicator VALUE value),
		m AS (SELECT indicator, median(value) AS middle FROM v GROUP BY indicator)
		SELECT v.indicator, count(*) FILTER (WHERE value > middle) AS users_with,
			   count(*) FILTER (WHERE value <= middle) AS users_without,
			   count(*) FILTER (WHERE value > middle AND came_back) AS repeaters_with,
			   count(*) FILTER (WHERE value <= middle AND came_back) AS repeaters_without
		  FROM v JOIN m ON m.indicator = v.indicator GROUP BY v.indicator`,
	repeat_by_delivery_days: `${repeat_by('floor(delivery_days)::integer', 'delivery_days')} HAVING floor(delivery_days) IS NOT NULL`,
	repeat_by_promo: repeat_by("coalesce(promo_id, '(none)')", 'promo_id'),
	repeat_by_state: repeat_by("coalesce(state, '(unknown)')", 'state'),
};
