-- purchasers: who bought, what is known of their first order, and whether they
-- came back.  Grain: user with at least one order.  What the breakdowns and the marts
-- about first orders read; not a mart itself.
--
-- One pass over the orders: a user has one order of number 1, whose values the
-- aggregates pick, and two different orders when the smallest id is not the largest.
-- Grouped, and not filtered by the number: the planner knows without statistics that
-- each user comes once, and joins accordingly.
--
-- Whether they came back is asked of equal times: those who came first have had longer.
-- Subqueries that give one value: who does not ask for the label does not compute it.
CREATE VIEW greenery.purchasers AS
WITH present AS MATERIALIZED (
	SELECT h.horizon, n.as_of - h.horizon AS mature_until
	FROM greenery.as_of n
	CROSS JOIN greenery.repeat_horizon h
)
SELECT
	o.user_id,
	min(o.promo_id) FILTER (WHERE o.order_number = 1) AS promo_id,
	min(o.state) FILTER (WHERE o.order_number = 1) AS state,
	min(o.delivery_days) FILTER (WHERE o.order_number = 1) AS delivery_days,
	min(o.delivered_at) FILTER (WHERE o.order_number = 1) AS delivered_at,
	-- "C" is the fastest
	CASE WHEN min(o.order_id COLLATE "C") <> max(o.order_id COLLATE "C")
		 THEN min(o.created_at) FILTER (WHERE o.order_number = 2) END AS second_order_at,
	min(o.order_id COLLATE "C") <> max(o.order_id COLLATE "C") AS purchased_again,
	(min(o.order_id COLLATE "C") FILTER (WHERE o.order_number = 1)) COLLATE "default" AS first_order_id,
	min(o.created_at) FILTER (WHERE o.order_number = 1) AS first_order_at,
	min(o.units) FILTER (WHERE o.order_number = 1) AS units,
	min(o.distinct_products) FILTER (WHERE o.order_number = 1) AS distinct_products,
	-- amounts of different currencies are not compared; a scalar subquery: computed once
	min(o.order_total) FILTER (
		WHERE o.order_number = 1
			AND coalesce(o.currency, '') = (SELECT c.currency FROM greenery.shop_currency c)) AS order_total,
	min(o.estimated_delivery_days) FILTER (WHERE o.order_number = 1) AS estimated_delivery_days,
	(min(o.timeliness COLLATE "C") FILTER (WHERE o.order_number = 1)) COLLATE "default" AS timeliness,
	(SELECT p.horizon FROM present p) AS horizon,
	coalesce(isfinite(min(o.created_at) FILTER (WHERE o.order_number = 1))
			 AND min(o.created_at) FILTER (WHERE o.order_number = 1) <= (SELECT p.mature_until FROM present p),
			 false) AS is_mature,
	-- asked only of times that can be added to
	CASE WHEN isfinite(min(o.created_at) FILTER (WHERE o.order_number = 1))
			  AND min(o.created_at) FILTER (WHERE o.order_number = 1) <= (SELECT p.mature_until FROM present p)
		 THEN coalesce(min(o.order_id COLLATE "C") <> max(o.order_id COLLATE "C")
					   AND min(o.created_at) FILTER (WHERE o.order_number = 2)
						   <= min(o.created_at) FILTER (WHERE o.order_number = 1) + (SELECT p.horizon FROM present p),
					   false)
	END AS purchased_again_within
FROM greenery.fact_user_orders o
WHERE o.user_id IS NOT NULL
	AND NOT o.is_cancelled
	AND NOT o.is_excluded
GROUP BY o.user_id;

COMMENT ON VIEW greenery.purchasers IS
	'One row per user with at least one order: the first order, and whether there was another. Cancelled orders do not count, and excluded users are left out.';
COMMENT ON COLUMN greenery.purchasers.user_id IS 'The user.';
COMMENT ON COLUMN greenery.purchasers.promo_id IS 'The promo that the first order used; NULL for none.';
COMMENT ON COLUMN greenery.purchasers.state IS 'State that the first order was shipped to; NULL when unknown.';
COMMENT ON COLUMN greenery.purchasers.delivery_days IS 'Days from the first order to its delivery, with fractions; NULL while it has not arrived.';
COMMENT ON COLUMN greenery.purchasers.delivered_at IS 'When the first order arrived; NULL while it has not.';
COMMENT ON COLUMN greenery.purchasers.second_order_at IS 'When the user ordered again; NULL for never so far.';
COMMENT ON COLUMN greenery.purchasers.purchased_again IS 'Whether the user has two or more orders so far.';
COMMENT ON COLUMN greenery.purchasers.first_order_id IS 'The first order: fact_user_orders.order_id.';
COMMENT ON COLUMN greenery.purchasers.first_order_at IS 'When the user ordered first; NULL when unknown.';
COMMENT ON COLUMN greenery.purchasers.units IS 'Units in the first order.';
COMMENT ON COLUMN greenery.purchasers.distinct_products IS 'Different products in the first order.';
COMMENT ON COLUMN greenery.purchasers.order_total IS 'What the first order cost; NULL when that was not in the shop''s currency: see shop_currency.';
COMMENT ON COLUMN greenery.purchasers.estimated_delivery_days IS 'Days from the first order to its estimated delivery, with fractions; NULL without estimate.';
COMMENT ON COLUMN greenery.purchasers.timeliness IS 'Delivery of the first order against its estimate: early, on_time, late or unknown.';
COMMENT ON COLUMN greenery.purchasers.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';
COMMENT ON COLUMN greenery.purchasers.is_mature IS 'Whether the first order lies at least the horizon before greenery_as_of().';
COMMENT ON COLUMN greenery.purchasers.purchased_again_within IS
	'Whether the second order came within the horizon of the first, the last moment included; NULL for a user who is not mature.';

INSERT INTO greenery.intermediate_models (view) VALUES ('purchasers');
