-- Staging: stg_orders.  Grain: order.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_orders AS
SELECT
	s.order_id AS order_id,
	s.user_id AS user_id,
	s.promo_id AS promo_id,
	s.address_id AS address_id,
	s.created_at AS created_at,
	s.order_cost AS order_cost,
	s.shipping_cost AS shipping_cost,
	s.order_total AS order_total,
	s.tracking_id AS tracking_id,
	@extschema@.clean_text(s.shipping_service) AS shipping_service,
	s.estimated_delivery_at AS estimated_delivery_at,
	s.delivered_at AS delivered_at,
	@extschema@.clean_text(s.status) AS status,
	s.discount AS discount,
	s.tax AS tax,
	s.refunded AS refunded,
	@extschema@.clean_text(s.currency) AS currency,
	-- as one expression: without statistics the planner expects half of the orders
	coalesce(s.is_cancelled OR @extschema@.clean_text(s.status) = 'cancelled', false) AS is_cancelled,
	@extschema@.clean_text(s.channel) AS channel,
	s.session_id AS session_id,
	s.attributes AS attributes
FROM greenery.source_orders() s;

COMMENT ON VIEW greenery.stg_orders IS 'One row per order, whatever its status, cleaned.';
COMMENT ON COLUMN greenery.stg_orders.is_cancelled IS 'Whether the order is cancelled: the source says so, or status is cancelled. A cancelled order counts in no number.';
COMMENT ON COLUMN greenery.stg_orders.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_orders', 'greenery.orders');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_orders', 'greenery.stg_orders', 'staging', '{order_id}', 50,
	grain => 'order');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(52, 'greenery.stg_orders', 'not_null', 'user_id', '{}', '0', NULL,
	 'Every order has its user: guests are in no number about users.', true),
	(53, 'greenery.stg_orders', 'relationships', 'user_id', '{"to": "greenery.stg_users", "field": "user_id"}', NULL, '0',
	 'Every user who ordered exists.', true),
	(54, 'greenery.stg_orders', 'relationships', 'promo_id', '{"to": "greenery.stg_promos", "field": "promo_id"}', NULL, '0',
	 'Every promo used exists.', true),
	(55, 'greenery.stg_orders', 'relationships', 'address_id', '{"to": "greenery.stg_addresses", "field": "address_id"}', NULL, '0',
	 'Every address shipped to exists.', true),
	(56, 'greenery.stg_orders', 'accepted_values', 'status', '{"values": ["preparing", "shipped", "delivered", "cancelled"]}', NULL, '0',
	 'An order is preparing, shipped, delivered or cancelled.', true),
	(57, 'greenery.stg_orders', 'expression', NULL, '{"expression": "delivered_at >= created_at"}', NULL, '0',
	 'No order is delivered before it is made.', true),
	(58, 'greenery.stg_orders', 'expression', NULL, '{"expression": "isfinite(created_at) AND isfinite(delivered_at) AND isfinite(estimated_delivery_at)"}', NULL, '0',
	 'Times of orders are finite.', true),
	(59, 'greenery.stg_orders', 'row_count', NULL, '{"min": 1}', NULL, '0',
	 'There are orders: an empty table is a load that failed.', true),
	(60, 'greenery.stg_orders', 'not_null', 'created_at', '{}', NULL, '0',
	 'Every order has its time.', true),
	-- a subquery: the clock is read once; five minutes, because clocks differ
	(61, 'greenery.stg_orders', 'expression', NULL, '{"expression": "created_at <= (SELECT greenery.clock()) + interval ''5 minutes''"}', NULL, '0',
	 'No order lies in the future, by more than five minutes: a mistyped year.', true),
	(63, 'greenery.stg_orders', 'expression', NULL, '{"where": "order_total IS NOT NULL AND NOT is_cancelled AND (user_id IN (SELECT u.user_id FROM greenery.excluded_users u)) IS NOT TRUE", "expression": "EXISTS (SELECT FROM greenery.shop_currency c JOIN greenery.stg_orders o ON coalesce(o.currency, '''') = c.currency)"}', '0', NULL,
	 'There is one currency to add up money in. Where orders have several, or none has the one that is set, greenery_set(''currency'', ...) says which; till then lifetime values and metrics of money are NULL.', true),
	(64, 'greenery.stg_orders', 'range', 'discount', '{"min": 0}', NULL, '0',
	 'No discount of an order is negative: it is the amount taken off.', true),
	(65, 'greenery.stg_orders', 'range', 'tax', '{"min": 0}', NULL, '0',
	 'No tax of an order is negative.', true),
	(66, 'greenery.stg_orders', 'range', 'refunded', '{"min": 0}', NULL, '0',
	 'No refund is negative: it is the amount given back.', true),
	(67, 'greenery.stg_orders', 'expression', NULL, '{"expression": "refunded <= order_total + 0.005"}', '0', NULL,
	 'No more is given back than was paid.', true);
