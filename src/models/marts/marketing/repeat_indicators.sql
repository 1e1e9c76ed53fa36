-- Mart: repeat_indicators (marketing).  Grain: indicator and landmark.
--
-- Which signs tell that a user buys again?  Every indicator is brought into one
-- form, a number for each user and whether the user counts as "with", and judged
-- by one piece of SQL.  All purchasers of a row had the same time to come back.
CREATE VIEW greenery.repeat_indicators AS
WITH first_order AS (
	SELECT
		f.user_id,
		l.purchased_again_within AS came_back,
		extract(epoch FROM f.session_duration_without_purchase)::double precision AS session_duration_without_purchase,
		extract(epoch FROM f.mean_session_duration)::double precision AS mean_session_duration,
		f.sessions_without_purchase::double precision AS sessions_without_purchase,
		f.abandoned_carts::double precision AS abandoned_carts,
		f.bounced_sessions::double precision AS bounced_sessions,
		f.bounce_share,
		f.product_views::double precision AS product_views,
		f.repeat_product_views::double precision AS repeat_product_views,
		f.breadth::double precision AS breadth,
		f.depth,
		f.promo_used::integer::double precision AS promo_used,
		f.active_promotion::integer::double precision AS active_promotion,
		f.basket_size::double precision AS basket_size,
		f.distinct_products::double precision AS distinct_products,
		f.order_value::double precision AS order_value,
		f.night::integer::double precision AS night,
		f.weekend::integer::double precision AS weekend,
		f.weekend_afternoon::integer::double precision AS weekend_afternoon,
		f.estimated_delivery_days::double precision AS estimated_delivery_days,
		f.delivery_days::double precision AS delivery_days,
		f.delivery_late::integer::double precision AS delivered_late,
		f.delivery_early_or_on_time::integer::double precision AS delivered_early_or_on_time,
		-- whether it was known before the label was decided; the tables do not say
		-- when an estimate was made, but with the shipment it was
		coalesce(s.shipped_at < d.decided_at, false) AS shipment_in_time,
		coalesce(f.delivery_days < @extschema@.days_between(l.first_order_at, d.decided_at), false) AS delivery_in_time
	FROM greenery.user_repeat_features f
	JOIN greenery.user_repeat_labels l ON l.user_id = f.user_id
	CROSS JOIN LATERAL (
		SELECT CASE WHEN l.purchased_again_within THEN l.second_order_at
					ELSE l.first_order_at + l.horizon END AS decided_at
	) d
	LEFT JOIN (
		SELECT e.order_id, min(e.created_at) AS shipped_at
		FROM greenery.fact_events e
		WHERE e.event_type = 'package_shipped'
			AND isfinite(e.created_at)
		GROUP BY e.order_id
	) s ON s.order_id = f.first_order_id
	WHERE l.is_mature
		-- NOT IN, as an anti join with a table without statistics is expected to leave one row
		AND f.user_id NOT IN (SELECT x.user_id FROM greenery.excluded_users x)
), history AS (
	SELECT
		h.user_id,
		h.landmark_at,
		h.purchased_again_within AS came_back,
		h.purchase_frequency::double precision AS purchase_frequency,
		h.session_frequency,
		h.past_on_time_share,
		h.past_late_share
	FROM greenery.user_repeat_history h
	WHERE h.user_id NOT IN (SELECT x.user_id FROM greenery.excluded_users x)
), history_landmark AS MATERIALIZED (
	SELECT max(h.landmark_at) AS landmark_at FROM history h
), feature AS (
	SELECT 'first_order' AS landmark, v.feature, u.came_back, v.value
	FROM greenery.feature_values('first_order', NULL) v
	JOIN first_order u ON u.user_id = v.user_id
	UNION ALL
	SELECT 'history', v.feature, u.came_back, v.value
	FROM history_landmark n
	CROSS JOIN LATERAL greenery.feature_values('history', n.landmark_at) v
	JOIN history u ON u.user_id = v.user_id
), median AS MATERIALIZED (
	SELECT
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.mean_session_duration) AS mean_session_duration,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.product_views) AS product_views,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.breadth) AS breadth,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.basket_size) AS basket_size,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.distinct_products) AS distinct_products,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.order_value) AS order_value,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.estimated_delivery_days) AS estimated_delivery_days,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.delivery_days) AS delivery_days,
		-- a shop without events has no sessions that could be counted as 0, one without order
		-- items no baskets, and one without promos no orders that did without
		EXISTS (SELECT FROM greenery.fact_events) AS has_events,
		EXISTS (SELECT FROM greenery.fact_order_items_products) AS has_items,
		coalesce(bool_or(u.promo_used = 1), false) OR EXISTS (SELECT FROM greenery.stg_promos) AS has_promos
	FROM first_order u
), history_median AS MATERIALIZED (
	SELECT
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.purchase_frequency) AS purchase_frequency,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY u.session_frequency) AS session_frequency,
		EXISTS (SELECT FROM greenery.fact_events) AS has_events
	FROM history u
), feature_median AS MATERIALIZED (
	SELECT
		f.landmark,
		f.feature,
		-- true is 1, and false 0
		CASE min(k.kind) WHEN 'boolean' THEN 0.5
						 ELSE percentile_cont(0.5) WITHIN GROUP (ORDER BY f.value) END AS value
	FROM feature f
	JOIN greenery.features k ON k.name = f.feature
	GROUP BY f.landmark, f.feature
), counted AS MATERIALIZED (
	SELECT
		v.landmark,
		v.indicator,
		count(*) FILTER (WHERE v.is_with) AS users_with,
		count(*) FILTER (WHERE NOT v.is_with) AS users_without,
		count(*) FILTER (WHERE v.is_with AND v.came_back) AS repeaters_with,
		count(*) FILTER (WHERE NOT v.is_with AND v.came_back) AS repeaters_without,
		-- what AUC and p are computed from
		count(v.value) FILTER (WHERE v.came_back) AS repeaters,
		count(v.value) FILTER (WHERE NOT v.came_back) AS others,
		count(*) FILTER (WHERE NOT v.in_time AND v.value IS NOT NULL) AS late,
		@extschema@.roc_auc_interval(v.value, v.came_back) AS auc,
		@extschema@.mann_whitney(v.value, v.came_back) AS mann_whitney
	FROM (
		-- no VALUES: their expressions are made ready to run for every user again
		SELECT 'first_order' AS landmark, i.indicator, u.came_back, i.value, i.is_with, i.in_time
		FROM first_order u
		CROSS JOIN median m
		CROSS JOIN LATERAL (
			SELECT 'session_duration_without_purchase', u.session_duration_without_purchase, u.session_duration_without_purchase IS NOT NULL, true, m.has_events
			UNION ALL SELECT 'mean_session_duration', u.mean_session_duration, u.mean_session_duration > m.mean_session_duration, true, m.has_events
			UNION ALL SELECT 'sessions_without_purchase', u.sessions_without_purchase, u.sessions_without_purchase > 0, true, m.has_events
			UNION ALL SELECT 'abandoned_carts', u.abandoned_carts, u.abandoned_carts > 0, true, m.has_events
			UNION ALL SELECT 'bounced_sessions', u.bounced_sessions, u.bounced_sessions > 0, true, m.has_events
			UNION ALL SELECT 'bounce_share', u.bounce_share, u.bounce_share > 0, true, m.has_events
			UNION ALL SELECT 'product_views', u.product_views, u.product_views > m.product_views, true, m.has_events
			UNION ALL SELECT 'repeat_product_views', u.repeat_product_views, u.repeat_product_views > 0, true, m.has_events
			UNION ALL SELECT 'breadth', u.breadth, u.breadth > m.breadth, true, m.has_events
			UNION ALL SELECT 'depth', u.depth, u.depth > 1, true, m.has_events
			UNION ALL SELECT 'promo_used', u.promo_used, u.promo_used = 1, true, m.has_promos
			UNION ALL SELECT 'active_promotion', u.active_promotion, u.active_promotion = 1, true, true
			UNION ALL SELECT 'basket_size', u.basket_size, u.basket_size > m.basket_size, true, m.has_items
			UNION ALL SELECT 'distinct_products', u.distinct_products, u.distinct_products > m.distinct_products, true, m.has_items
			UNION ALL SELECT 'order_value', u.order_value, u.order_value > m.order_value, true, true
			UNION ALL SELECT 'night', u.night, u.night = 1, true, true
			UNION ALL SELECT 'weekend', u.weekend, u.weekend = 1, true, true
			UNION ALL SELECT 'weekend_afternoon', u.weekend_afternoon, u.weekend_afternoon = 1, true, true
			UNION ALL SELECT 'estimated_delivery_days', u.estimated_delivery_days, u.estimated_delivery_days > m.estimated_delivery_days, u.shipment_in_time, true
			UNION ALL SELECT 'delivery_days', u.delivery_days, u.delivery_days > m.delivery_days, u.delivery_in_time, true
			UNION ALL SELECT 'delivered_late', u.delivered_late, u.delivered_late = 1, u.delivery_in_time, true
			UNION ALL SELECT 'delivered_early_or_on_time', u.delivered_early_or_on_time, u.delivered_early_or_on_time = 1, u.delivery_in_time, true
		) i (indicator, value, is_with, in_time, has_data)
		WHERE i.has_data
		UNION ALL
		SELECT 'history', i.indicator, u.came_back, i.value, i.is_with, true
		FROM history u
		CROSS JOIN history_median m
		CROSS JOIN LATERAL (
			SELECT 'purchase_frequency', u.purchase_frequency, u.purchase_frequency > m.purchase_frequency, true
			UNION ALL SELECT 'session_frequency', u.session_frequency, u.session_frequency > m.session_frequency, m.has_events
			UNION ALL SELECT 'past_on_time_share', u.past_on_time_share, u.past_on_time_share > 0.5, true
			UNION ALL SELECT 'past_late_share', u.past_late_share, u.past_late_share > 0, true
		) i (indicator, value, is_with, has_data)
		WHERE i.has_data
		UNION ALL
		SELECT f.landmark, f.feature, f.came_back, f.value, f.value > m.value, true
		FROM feature f
		JOIN feature_median m ON m.landmark = f.landmark AND m.feature = f.feature
	) v
	GROUP BY v.landmark, v.indicator
)
SELECT
	t.indicator,
	t.landmark,
	t.kind,
	t.known_at,
	t.users,
	t.users_with,
	t.users_without,
	t.repeat_rate_with,
	t.repeat_rate_without,
	t.repeat_rate_with / nullif(t.repeat_rate_without, 0) AS lift,
	t.repeat_rate_with - t.repeat_rate_without AS rate_difference,
	t.difference[1] AS diff_low,
	t.difference[2] AS diff_high,
	t.auc[1] AS roc_auc,
	t.auc[2] AS auc_low,
	t.auc[3] AS auc_high,
	t.p_value,
	t.p_adjusted,
	CASE
		WHEN t.untested IS NOT NULL THEN t.untested
		WHEN t.p_adjusted < 0.05 AND t.direction > 0 THEN 'good sign'
		WHEN t.p_adjusted < 0.05 AND t.direction < 0 THEN 'bad sign'
		ELSE 'no signal'
	END AS verdict,
	t.detectable_difference,
	t.definition
FROM (
	SELECT
		r.*,
		@extschema@.holm(CASE WHEN r.untested IS NULL THEN r.p_value END) OVER (PARTITION BY r.landmark) AS p_adjusted,
		CASE r.kind WHEN 'boolean' THEN r.repeat_rate_with - r.repeat_rate_without
					ELSE r.auc[1] - 0.5 END AS direction
	FROM (
		SELECT
			i.*,
			coalesce(c.users_with, 0) AS users_with,
			coalesce(c.users_without, 0) AS users_without,
			coalesce(c.users_with + c.users_without, 0) AS users,
			c.repeaters_with::double precision / nullif(c.users_with, 0) AS repeat_rate_with,
			c.repeaters_without::double precision / nullif(c.users_without, 0) AS repeat_rate_without,
			@extschema@.newcombe_interval(c.repeaters_with, c.users_with, c.repeaters_without, c.users_without) AS difference,
			c.auc,
			CASE
				WHEN c.users_with + c.users_without = 0 THEN NULL
				WHEN i.kind = 'boolean'
					THEN @extschema@.fisher_exact(c.repeaters_with, c.users_with - c.repeaters_with,
												 c.repeaters_without, c.users_without - c.repeaters_without)
				ELSE c.mann_whitney
			END AS p_value,
			CASE
				WHEN coalesce(c.users_with + c.users_without, 0) = 0 THEN 'no data'
				-- Where users are split by the value, the commonest one stands on one
				-- side, and each user on the other side differs from it; where they
				-- are split by whether there is a value, it has to be counted.
				WHEN least(c.users_with, c.users_without, c.repeaters, c.others) < 10
					OR i.indicator = 'session_duration_without_purchase'
					   AND (SELECT sum(n.users) - max(n.users)
							FROM (SELECT count(*) AS users FROM first_order u
								  WHERE u.session_duration_without_purchase IS NOT NULL
								  GROUP BY u.session_duration_without_purchase) n) < 10
					THEN 'too few'
				WHEN c.late * 10 > c.users_with + c.users_without THEN 'known too late'
			END AS untested,
			-- with the rate that all of them have, a gap as wide as this is found in
			-- 80 of 100 shops (two-sided test at 5 %, normal approximation)
			(1.959963984540054 + 0.8416212335729143)
				* sqrt((c.repeaters_with + c.repeaters_without)
					   * (c.users_with + c.users_without - c.repeaters_with - c.repeaters_without)
					   / nullif(c.users_with + c.users_without, 0)::double precision
					   / nullif(c.users_with * c.users_without, 0)) AS detectable_difference
		FROM (
			-- FULL JOIN: what is wanted may be added, and so may anything else
			SELECT
				coalesce(d.indicator, f.name) AS indicator,
				coalesce(f.landmark, d.landmark) AS landmark,
				coalesce(f.kind, d.kind) AS kind,
				coalesce(d.known_at, 'as recorded') AS known_at,
				concat_ws(' ',
					d.definition,
					CASE
						WHEN f.kind = 'numeric' THEN format('Column %s of %s: above the median.', f.value_column, f.relation)
						WHEN f.kind = 'boolean' THEN format('Column %s of %s.', f.value_column, f.relation)
						WHEN d.kind IS NULL THEN 'The shop''s tables do not know it; greenery_add_feature() tells where it is known.'
					END) AS definition
			FROM greenery.indicators d
			FULL JOIN greenery.features f ON f.name = d.indicator
		) i
		LEFT JOIN counted c ON c.landmark = i.landmark AND c.indicator = i.indicator
	) r
) t;

COMMENT ON VIEW greenery.repeat_indicators IS
	'One row per sign that a user may buy again, or not, and a verdict on it: users with the sign against users without it, all followed equally long. An association, not a cause.';
COMMENT ON COLUMN greenery.repeat_indicators.landmark IS
	'When users are looked at: first_order (each at their first order, greenery_repeat_horizon() before greenery_as_of() at the latest) or history (all who had ordered, at one moment, that long before greenery_as_of()).';
COMMENT ON COLUMN greenery.repeat_indicators.kind IS 'boolean or numeric; NULL for what the shop''s tables do not know.';
COMMENT ON COLUMN greenery.repeat_indicators.known_at IS
	'When its value is known: first order, landmark, shipment or delivery (of the first order), or as recorded.';
COMMENT ON COLUMN greenery.repeat_indicators.users IS 'Users for whom it is known, with and without the sign.';
COMMENT ON COLUMN greenery.repeat_indicators.users_with IS 'Users with the sign: see definition.';
COMMENT ON COLUMN greenery.repeat_indicators.users_without IS 'Users without it.';
COMMENT ON COLUMN greenery.repeat_indicators.repeat_rate_with IS 'Share of the users with the sign who bought again in time.';
COMMENT ON COLUMN greenery.repeat_indicators.repeat_rate_without IS 'Share of the users without it who bought again in time.';
COMMENT ON COLUMN greenery.repeat_indicators.lift IS 'repeat_rate_with divided by repeat_rate_without; NULL when that is 0.';
COMMENT ON COLUMN greenery.repeat_indicators.rate_difference IS 'repeat_rate_with less repeat_rate_without.';
COMMENT ON COLUMN greenery.repeat_indicators.diff_low IS 'Lower end of the difference''s 95 % confidence interval (Newcombe''s method 10).';
COMMENT ON COLUMN greenery.repeat_indicators.diff_high IS 'Upper end of that interval.';
COMMENT ON COLUMN greenery.repeat_indicators.roc_auc IS
	'Probability that someone who bought again had a higher value than someone who did not, ties counted half; 0.5 tells nothing.';
COMMENT ON COLUMN greenery.repeat_indicators.auc_low IS 'Lower end of its 95 % confidence interval (DeLong).';
COMMENT ON COLUMN greenery.repeat_indicators.auc_high IS 'Upper end of that interval.';
COMMENT ON COLUMN greenery.repeat_indicators.p_value IS
	'p value of this indicator alone: Fisher''s exact test (boolean) or the Mann-Whitney test (numeric), two-sided. Of a row that is not tested it proves nothing.';
COMMENT ON COLUMN greenery.repeat_indicators.p_adjusted IS
	'p value adjusted for the number of indicators tested at this landmark, by Holm''s method; NULL for a row that is not tested.';
COMMENT ON COLUMN greenery.repeat_indicators.verdict IS
	'no data (the shop has nothing that could tell: no events, no order items, no promos, no deliveries); too few (fewer than 10 users with it, without it, who came back, who did not, or with another value than the commonest); known too late (for more than a tenth of the users after it was decided whether they came back); good sign or bad sign (p_adjusted below 0.05); no signal.';
COMMENT ON COLUMN greenery.repeat_indicators.detectable_difference IS
	'How wide a gap between the two rates these numbers of users would show with a probability of 80 %, if it were the only one tested. A narrower one may be there, unseen.';
COMMENT ON COLUMN greenery.repeat_indicators.definition IS 'What the indicator is, and which users count as with it.';
SELECT greenery.inherit_comments('greenery.repeat_indicators', 'greenery.indicators');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('repeat_indicators', 'greenery.repeat_indicators', 'mart', '{indicator,landmark}', 420,
	by_construction => '{not_null,unique}', shrink_test_id => 429);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(423, 'greenery.repeat_indicators', 'expression', NULL, '{"expression": "p_value BETWEEN 0 AND 1 AND p_adjusted BETWEEN p_value AND 1 AND repeat_rate_with BETWEEN 0 AND 1 AND repeat_rate_without BETWEEN 0 AND 1"}', NULL, '0',
	 'Rates and p values lie between 0 and 1. Holds by construction.', true);
