-- Shops of 800 users with equal or different chances to come back, and what the breakdowns
-- say of them.  Deterministic: a number decides a shop.
\set ECHO none

-- between 0 and 1, the same for the same text
CREATE FUNCTION pg_temp.draw(what text) RETURNS double precision LANGUAGE sql IMMUTABLE AS
	$$SELECT ('x' || left(md5(what), 12))::bit(48)::bigint / 281474976710656.0::double precision$$;

-- First orders come over 180 days, second ones at a constant hazard, by which a share returns
-- within 90 days, and data end on day 270: so horizon auto is 90 days.
-- No effect: half of the users return in time, and promos follow one another in time.
-- An effect: 400 users of whom 0.4 return, against 400 of whom 0.6 do.
CREATE FUNCTION pg_temp.simulate(shop integer, has_effect boolean) RETURNS void LANGUAGE plpgsql AS $simulate$
BEGIN
	TRUNCATE greenery.addresses, greenery.products, greenery.promos, greenery.orders, greenery.order_items;
	CREATE TEMP TABLE IF NOT EXISTS simulated (n integer, at double precision, back double precision,
		promo text, state integer, delivery double precision, product integer);
	TRUNCATE simulated;
	INSERT INTO simulated
	SELECT n, at, at + -ln(1 - pg_temp.draw(k || 'again')) / (-ln(1 - share) / 90),
		CASE WHEN has_effect THEN CASE WHEN n <= 400 THEN 'with' END
			 WHEN pg_temp.draw(k || 'promo') < 0.6 THEN 'season ' || trunc(at / 60) END,
		CASE WHEN has_effect THEN (n <= 400)::int ELSE trunc(pg_temp.draw(k || 'state') * 10) END,
		CASE WHEN has_effect THEN 1.5 + (n <= 400)::int ELSE 0.5 + pg_temp.draw(k || 'delivery') * 5 END,
		CASE WHEN has_effect THEN (n <= 400)::int ELSE trunc(pg_temp.draw(k || 'product') * 10) END
	FROM generate_series(1, 800) n
	CROSS JOIN LATERAL (SELECT format('%s %s %s ', shop, has_effect, n) AS k) k
	CROSS JOIN LATERAL (SELECT pg_temp.draw(k || 'first') * 180 AS at,
							   CASE WHEN NOT has_effect THEN 0.5 WHEN n <= 400 THEN 0.4 ELSE 0.6 END AS share) f;
	INSERT INTO greenery.addresses (address_id, state) SELECT state::text, 'state ' || state FROM simulated GROUP BY state;
	INSERT INTO greenery.products (product_id, name) SELECT product::text, 'plant' FROM simulated GROUP BY product;
	INSERT INTO greenery.orders (order_id, user_id, promo_id, address_id, created_at, delivered_at)
	SELECT n || 'a', n::text, promo, state, timestamptz '2021-01-01 00:00+00' + at * interval '24 hours',
		timestamptz '2021-01-01 00:00+00' + (at + delivery) * interval '24 hours'
	FROM simulated
	UNION ALL
	SELECT n || 'b', n::text, NULL, state, timestamptz '2021-01-01 00:00+00' + back * interval '24 hours', NULL
	FROM simulated WHERE back <= 270;
	INSERT INTO greenery.order_items (order_id, product_id, quantity) SELECT n || 'a', product, 1 FROM simulated;
END
$simulate$;

-- How many of the four tables of a shop have a sign
CREATE FUNCTION pg_temp.tables_with_a_sign() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(DISTINCT v.t) FROM (
		SELECT 'promo' AS t, verdict FROM greenery.repeat_by_promo
		UNION ALL SELECT 'state', verdict FROM greenery.repeat_by_state
		UNION ALL SELECT 'delivery', verdict FROM greenery.repeat_by_delivery_days
		UNION ALL SELECT 'product', verdict FROM greenery.product_reorder
	) v WHERE v.verdict IN ('good sign', 'bad sign')
$$;

-- Of many shops: the tables looked at, those with a sign, and the shops with a sign in each table
CREATE FUNCTION pg_temp.simulations(shops integer, has_effect boolean)
	RETURNS TABLE (shops_made bigint, tables bigint, with_sign numeric, all_four bigint) LANGUAGE plpgsql AS $$
DECLARE
	signs bigint[] := '{}';
BEGIN
	FOR shop IN 1..shops LOOP
		PERFORM pg_temp.simulate(shop, has_effect);
		signs := signs || pg_temp.tables_with_a_sign();
	END LOOP;
	RETURN QUERY SELECT count(*), count(*) * 4, sum(s), count(*) FILTER (WHERE s = 4) FROM unnest(signs) s;
END
$$;
\set ECHO all
