-- Mart: dim_users.  Grain: user.
--
-- A user may have used many addresses, and users share addresses: the orders
-- give a user's addresses, never a join back by address alone.
CREATE VIEW greenery.dim_users AS
SELECT
	u.user_id,
	u.first_name,
	u.last_name,
	u.email,
	u.phone_number,
	u.phone_number_raw,
	u.created_at,
	u.updated_at,
	u.address_id,
	a.address,
	a.zipcode,
	a.state,
	a.country,
	coalesce(used.addresses, '[]') AS addresses,
	coalesce(o.orders, 0) AS orders,
	o.first_order_at,
	o.last_order_at,
	-- who has not ordered has spent nothing, in any currency that is known
	CASE WHEN o.user_id IS NOT NULL THEN o.lifetime_value
		 WHEN (SELECT c.currency FROM greenery.shop_currency c) IS NOT NULL THEN 0 END AS lifetime_value,
	coalesce(o.orders >= 2, false) AS is_repeat_purchaser,
	coalesce(u.user_id IN (SELECT u.user_id FROM greenery.excluded_users u), false) AS is_excluded
FROM greenery.stg_users u
-- twice, for the planner: see fact_user_orders
LEFT JOIN greenery.stg_addresses a
	ON a.address_id = u.address_id AND (a.address_id = u.address_id) IS TRUE
LEFT JOIN (
	SELECT
		s.user_id,
		count(DISTINCT s.order_id COLLATE "C") AS orders,
		min(s.created_at) AS first_order_at,
		max(s.created_at) AS last_order_at,
		-- a scalar subquery: computed once
		sum(s.order_total - coalesce(s.refunded, 0))
			FILTER (WHERE coalesce(s.currency, '') = (SELECT c.currency FROM greenery.shop_currency c)) AS lifetime_value
	FROM greenery.stg_orders s
	WHERE s.order_id IS NOT NULL
		AND NOT s.is_cancelled
	GROUP BY s.user_id
) o ON o.user_id = u.user_id
LEFT JOIN (
	SELECT
		k.user_id,
		jsonb_agg(
			jsonb_build_object(
				'address_id', k.address_id,
				'first_used', @extschema@.greenery_json_time(k.first_used),
				'last_used', @extschema@.greenery_json_time(k.last_used),
				'kinds', CASE
					WHEN k.registered AND k.shipped THEN '["registered", "shipped"]'::jsonb
					WHEN k.registered THEN '["registered"]'::jsonb
					ELSE '["shipped"]'::jsonb
				END)
			ORDER BY k.first_used, k.address_id COLLATE "C") AS addresses
	FROM (
		SELECT
			x.user_id,
			x.address_id,
			min(x.first_used) AS first_used,
			max(x.last_used) AS last_used,
			bool_or(x.registered) AS registered,
			bool_or(NOT x.registered) AS shipped
		FROM (
			SELECT s.user_id, s.address_id, s.created_at AS first_used,
				s.created_at AS last_used, false AS registered
			FROM greenery.stg_orders s
			WHERE s.order_id IS NOT NULL
				AND NOT s.is_cancelled
			UNION ALL
			SELECT r.user_id, r.address_id, r.created_at,
				greatest(r.created_at, r.updated_at), true
			FROM greenery.stg_users r
		) x
		WHERE x.address_id IS NOT NULL
		GROUP BY x.user_id, x.address_id
	) k
	GROUP BY k.user_id
) used ON used.user_id = u.user_id;

COMMENT ON VIEW greenery.dim_users IS
	'One row per user: how to reach them, every address they used, and what they bought. Cancelled orders do not count; excluded users have their rows, with is_excluded.';
COMMENT ON COLUMN greenery.dim_users.address_id IS 'The current address: the registered one.';
COMMENT ON COLUMN greenery.dim_users.address IS 'Street and house number of the current address.';
COMMENT ON COLUMN greenery.dim_users.zipcode IS 'Zip code of the current address, as text: leading zeros count.';
COMMENT ON COLUMN greenery.dim_users.state IS 'State of the current address.';
COMMENT ON COLUMN greenery.dim_users.country IS 'Country of the current address.';
COMMENT ON COLUMN greenery.dim_users.addresses IS
	'Every address ever used, as a JSON array of {address_id, first_used, last_used, kinds}, ordered by first_used and id; kinds holds registered, shipped or both; times are UTC. A registered address counts as used from registration to the last change of the user''s data.';
COMMENT ON COLUMN greenery.dim_users.orders IS 'How many orders, 0 for none.';
COMMENT ON COLUMN greenery.dim_users.first_order_at IS 'When the user first ordered; NULL for never.';
COMMENT ON COLUMN greenery.dim_users.last_order_at IS 'When the user last ordered; NULL for never.';
COMMENT ON COLUMN greenery.dim_users.lifetime_value IS 'Sum of order_total less refunded over the user''s orders in the shop''s currency (view shop_currency); 0 without orders. NULL when no total of theirs in that currency is known, and for all users when the shop has several currencies and setting greenery.currency names none.';
COMMENT ON COLUMN greenery.dim_users.is_repeat_purchaser IS 'Whether the user has two orders or more.';
COMMENT ON COLUMN greenery.dim_users.is_excluded IS 'Whether all numbers leave the user out: see excluded_users.';
SELECT greenery.inherit_comments('greenery.dim_users', 'greenery.stg_users');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('dim_users', 'greenery.dim_users', 'mart', '{user_id}', 250,
	grain => 'user');
