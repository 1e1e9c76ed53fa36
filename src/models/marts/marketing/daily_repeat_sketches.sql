-- Mart: daily_repeat_sketches (marketing).  Grain: day.
--
-- The repeat rate of any days: rollup() their sketches.
CREATE VIEW greenery.daily_repeat_sketches AS
SELECT
	o.order_date AS day,
	count(*) AS orders,
	@extschema@.repeat_sketch_agg(o.user_id, o.order_id) AS sketch
FROM greenery.fact_user_orders o
WHERE NOT o.is_cancelled
	AND NOT o.is_excluded
	AND isfinite(o.created_at)
GROUP BY o.order_date;

COMMENT ON VIEW greenery.daily_repeat_sketches IS
	'One row per day with orders: a sketch of who ordered. rollup() of the sketches of some days says who ordered again within these days: repeat_rate(rollup(sketch)). Cancelled orders, orders of excluded users and orders without a finite time are left out.';
COMMENT ON COLUMN greenery.daily_repeat_sketches.day IS 'Day of the orders, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.daily_repeat_sketches.orders IS 'How many orders, those of guests included.';
COMMENT ON COLUMN greenery.daily_repeat_sketches.sketch IS
	'repeat_sketch_agg(user_id, order_id) of these orders; orders of guests are not in it. Up to 4096 users it is exact.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
-- The last order of a day that is cancelled takes a row away.
SELECT greenery.register_model('daily_repeat_sketches', 'greenery.daily_repeat_sketches', 'mart', '{day}', 590,
	grain => 'day', by_construction => '{not_null,unique}', shrink_warns => true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(593, 'greenery.daily_repeat_sketches', 'not_null', 'sketch', '{}', NULL, '0',
	 'Every day has a sketch. Holds by construction.', true);
