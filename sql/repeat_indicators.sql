--
-- Who will buy again: every statistic once more in plain SQL, and no verdict on
-- anything but what is there.
--
SET client_min_messages = warning;
SET jit = off;
\i sql/include/helpers.sql
CREATE FUNCTION pg_temp.load(users integer, seed bigint, effect numeric DEFAULT 0) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE greenery.users, greenery.addresses, greenery.products, greenery.promos, greenery.orders, greenery.order_items, greenery.events;
	PERFORM public.greenery_load_sample_shop(users, seed => seed, effect => effect);
	ANALYZE greenery.orders, greenery.order_items, greenery.events;
END $$;

-- an empty shop: every indicator has its row, and no data
CREATE TEMP TABLE of_nothing AS SELECT * FROM greenery.repeat_indicators;
SELECT landmark, kind, known_at, verdict, count(*), sum(users) AS users, count(p_value) AS p, count(roc_auc) AS auc, count(detectable_difference) AS detectable
FROM of_nothing GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- and what there is to know is said of each
SELECT count(*) FROM of_nothing WHERE definition IS NULL OR landmark IS NULL;

BEGIN;
SELECT pg_temp.load(400, 3);
-- a history of promos that reaches back to the middle
INSERT INTO greenery.promo_history VALUES ('x', 'active', 1, '2021-05-05', '2021-09-12'), ('x', 'inactive', 1, '2021-09-12', NULL);
-- users who are left out, of the indicators alone
INSERT INTO greenery.excluded_users SELECT user_id, 'staff' FROM greenery.users ORDER BY user_id LIMIT 20;
CREATE TEMP TABLE r ON COMMIT DROP AS SELECT * FROM greenery.repeat_indicators;
SELECT count(*), count(DISTINCT (indicator, landmark)) FROM r;
-- one landmark each; at history what only it knows
SELECT array_agg(indicator ORDER BY indicator) FROM r WHERE landmark = 'history';

-- the users of both landmarks with their values, from features and labels
CREATE TEMP TABLE u ON COMMIT DROP AS
SELECT 'first_order' AS landmark, f.user_id, v.*, l.purchased_again_within AS y
FROM greenery.user_repeat_features f JOIN greenery.user_repeat_labels l USING (user_id), LATERAL (VALUES
	('session_duration_without_purchase', 'present', extract(epoch FROM f.session_duration_without_purchase)::float8),
	('mean_session_duration', 'median', extract(epoch FROM f.mean_session_duration)),
	('sessions_without_purchase', '0', f.sessions_without_purchase), ('abandoned_carts', '0', f.abandoned_carts),
	('bounced_sessions', '0', f.bounced_sessions), ('bounce_share', '0', f.bounce_share),
	('product_views', 'median', f.product_views), ('repeat_product_views', '0', f.repeat_product_views),
	('breadth', 'median', f.breadth), ('depth', '1', f.depth),
	('promo_used', 'true', f.promo_used::int), ('active_promotion', 'true', f.active_promotion::int),
	('basket_size', 'median', f.basket_size), ('distinct_products', 'median', f.distinct_products), ('order_value', 'median', f.order_value),
	('night', 'true', f.night::int), ('weekend', 'true', f.weekend::int), ('weekend_afternoon', 'true', f.weekend_afternoon::int),
	('estimated_delivery_days', 'median', f.estimated_delivery_days), ('delivery_days', 'median', f.delivery_days),
	('delivered_late', 'true', f.delivery_late::int), ('delivered_early_or_on_time', 'true', f.delivery_early_or_on_time::int)) v (indicator, rule, x)
WHERE l.is_mature
UNION ALL
SELECT 'history', h.user_id, v.*, h.purchased_again_within
FROM greenery_repeat_features() h, LATERAL (VALUES
	('purchase_frequency', 'median', h.purchase_frequency::float8), ('session_frequency', 'median', h.session_frequency),
	('past_on_time_share', '0.5', h.past_on_time_share), ('past_late_share', '0', h.past_late_share)) v;
DELETE FROM u USING greenery.excluded_users e WHERE e.user_id = u.user_id;
CREATE TEMP TABLE w ON COMMIT DROP AS
SELECT u.landmark, u.indicator, u.rule, u.x, u.y,
	CASE rule WHEN 'present' THEN u.x IS NOT NULL WHEN 'true' THEN u.x = 1 WHEN 'median' THEN u.x > m.median ELSE u.x > rule::float8 END AS has
FROM u JOIN (SELECT landmark, indicator, percentile_disc(0.5) WITHIN GROUP (ORDER BY x) AS median FROM u GROUP BY 1, 2) m USING (landmark, indicator);
CREATE TEMP TABLE c ON COMMIT DROP AS
SELECT landmark, indicator, rule, count(has) AS n, count(*) FILTER (WHERE has) AS n1, count(*) FILTER (WHERE NOT has) AS n0,
	count(*) FILTER (WHERE has AND y) AS x1, count(*) FILTER (WHERE NOT has AND y) AS x0,
	count(x) FILTER (WHERE y) AS pos, count(x) FILTER (WHERE NOT y) AS neg,
	count(x) - coalesce((SELECT max(k) FROM (SELECT count(*) AS k FROM w v WHERE (v.landmark, v.indicator) = (w.landmark, w.indicator) AND v.x IS NOT NULL GROUP BY v.x) k), 0) AS differing
FROM w GROUP BY landmark, indicator, rule;
-- all computed indicators are there
SELECT count(*) FROM c JOIN r USING (landmark, indicator);
-- counts, rates, lift and difference: must be none
SELECT indicator FROM r JOIN c USING (landmark, indicator)
WHERE (users, users_with, users_without) <> (n, n1, n0)
	OR abs(repeat_rate_with - x1::float8 / n1) > 1e-12 OR abs(repeat_rate_without - x0::float8 / n0) > 1e-12
	OR abs(lift - (x1::float8 / n1) / (x0::float8 / n0)) > 1e-9
	OR abs(rate_difference - (x1::float8 / n1 - x0::float8 / n0)) > 1e-12
	OR (r.kind = 'boolean') <> (rule = 'true');
-- Newcombe's method 10, from Wilson's limits by their formula; must be none
CREATE FUNCTION pg_temp.wilson(x float8, n float8, side int) RETURNS float8 LANGUAGE sql AS $$
	SELECT (2 * x + z * z + side * z * sqrt(z * z + 4 * x * (1 - x / n))) / (2 * (n + z * z)) FROM (SELECT 1.959963984540054::float8) q (z) $$;
SELECT indicator, diff_low, diff_high FROM r JOIN c USING (landmark, indicator), LATERAL (
	SELECT x1::float8 / n1 AS p1, x0::float8 / n0 AS p0, pg_temp.wilson(x1, n1, -1) AS l1, pg_temp.wilson(x1, n1, 1) AS h1, pg_temp.wilson(x0, n0, -1) AS l0, pg_temp.wilson(x0, n0, 1) AS h0) i
WHERE abs(diff_low - (p1 - p0 - sqrt((p1 - l1) ^ 2 + (h0 - p0) ^ 2))) < 1e-9 IS NOT TRUE
	OR abs(diff_high - (p1 - p0 + sqrt((h1 - p1) ^ 2 + (p0 - l0) ^ 2))) < 1e-9 IS NOT TRUE;
-- AUC by all pairs; must be none
SELECT r.indicator, roc_auc, a.auc FROM r JOIN (
	SELECT a.landmark, a.indicator, avg(CASE WHEN a.x > b.x THEN 1 WHEN a.x = b.x THEN 0.5 ELSE 0 END)::float8 AS auc
	FROM w a JOIN w b USING (landmark, indicator) WHERE a.y AND NOT b.y AND a.x IS NOT NULL AND b.x IS NOT NULL GROUP BY 1, 2) a USING (landmark, indicator)
WHERE abs(roc_auc - auc) > 1e-9;
-- its interval by DeLong's placements, for some of either kind; must be none
SELECT r.indicator, auc_low, auc_high, d.auc, d.se FROM r JOIN (
	SELECT p.indicator, p.auc, sqrt(p.var / p.n + q.var / q.n) AS se
	FROM (SELECT indicator, avg(v) AS auc, var_samp(v) AS var, count(*) AS n FROM (
			SELECT a.indicator, a.ctid, avg(CASE WHEN a.x > b.x THEN 1 WHEN a.x = b.x THEN 0.5 ELSE 0 END)::float8 AS v
			FROM w a JOIN w b USING (landmark, indicator) WHERE a.y AND NOT b.y AND a.x IS NOT NULL AND b.x IS NOT NULL GROUP BY a.indicator, a.ctid) s GROUP BY indicator) p
	JOIN (SELECT indicator, var_samp(v) AS var, count(*) AS n FROM (
			SELECT b.indicator, b.ctid, avg(CASE WHEN a.x > b.x THEN 1 WHEN a.x = b.x THEN 0.5 ELSE 0 END)::float8 AS v
			FROM w a JOIN w b USING (landmark, indicator) WHERE a.y AND NOT b.y AND a.x IS NOT NULL AND b.x IS NOT NULL GROUP BY b.indicator, b.ctid) s GROUP BY indicator) q USING (indicator)
) d USING (indicator)
WHERE r.indicator IN ('basket_size', 'night', 'session_frequency', 'past_late_share')
	AND (abs(auc_low - greatest(0, d.auc - 1.959963984540054 * d.se)) < 1e-9 AND abs(auc_high - least(1, d.auc + 1.959963984540054 * d.se)) < 1e-9) IS NOT TRUE;
-- Fisher: the sum of all tables no more probable than this one; must be none
CREATE FUNCTION pg_temp.log_choose(n bigint, k bigint) RETURNS float8 LANGUAGE sql AS $$
	SELECT coalesce(sum(ln((n - k + i)::float8 / i)), 0) FROM generate_series(1, k) i $$;
SELECT r.indicator, p_value, f.p FROM r JOIN c USING (landmark, indicator), LATERAL (
	SELECT sum(q.p) FILTER (WHERE q.p <= o.p * (1 + 1e-7)) AS p
	FROM (SELECT exp(pg_temp.log_choose(n1, k) + pg_temp.log_choose(n0, x1 + x0 - k) - pg_temp.log_choose(n, x1 + x0)) AS p
		  FROM generate_series(greatest(0, x1 + x0 - n0), least(n1, x1 + x0)) k) q,
		 (SELECT exp(pg_temp.log_choose(n1, x1) + pg_temp.log_choose(n0, x0) - pg_temp.log_choose(n, x1 + x0)) AS p) o) f
WHERE r.kind = 'boolean' AND abs(p_value - f.p) < 1e-9 IS NOT TRUE;
-- Mann-Whitney by midranks, its normal approximation with tie and continuity correction:
-- how far from the mean, compared with the p value; must be none
SELECT r.indicator, p_value, z FROM r JOIN (
	SELECT landmark, indicator, pos, neg,
		(greatest(abs(rank_sum - pos * (n + 1) / 2.0) - 0.5, 0) / sqrt(pos::float8 * neg / 12 * (n + 1 - ties / (n * (n - 1.0)))))::float8 AS z
	FROM (SELECT landmark, indicator, count(*) FILTER (WHERE y) AS pos, count(*) FILTER (WHERE NOT y) AS neg, count(*) AS n, sum(rank) FILTER (WHERE y) AS rank_sum,
			sum((k * k - 1)::numeric) AS ties
		  FROM (SELECT *, rank() OVER (PARTITION BY landmark, indicator ORDER BY x) + (count(*) OVER (PARTITION BY landmark, indicator, x) - 1) / 2.0 AS rank,
					count(*) OVER (PARTITION BY landmark, indicator, x) AS k
				FROM w WHERE x IS NOT NULL) s GROUP BY 1, 2) t
) m USING (landmark, indicator),
	-- the normal tail, summed up numerically
	LATERAL (SELECT 1 - 2 * sum(exp(power(s * z / 4000 - z / 8000, 2) / -2) / sqrt(2 * pi()) * z / 4000) AS p FROM generate_series(1, 4000) s) t
WHERE r.kind = 'numeric' AND abs(p_value - t.p) < 1e-6 IS NOT TRUE;
-- the verdict's order: what is not tested, and why; must be none
SELECT r.indicator, verdict, c.* FROM r JOIN c USING (landmark, indicator)
WHERE CASE WHEN n = 0 THEN 'no data'
		   WHEN least(n1, n0, pos, neg, differing) < 10 THEN 'too few' END
	IS DISTINCT FROM CASE WHEN verdict IN ('no data', 'too few') THEN verdict END;
-- of known-later values: known before the second order, or before the horizon was over,
-- of at least nine in ten; must be none
SELECT r.indicator, verdict, k.* FROM r JOIN (
	SELECT i.indicator, count(*) AS n, count(*) FILTER (WHERE i.known < coalesce((SELECT o2.created_at FROM greenery.orders o2
			WHERE o2.user_id = o.user_id AND (o2.created_at, o2.order_id COLLATE "C") > (o.created_at, o.order_id COLLATE "C") AND o2.created_at <= o.created_at + interval '2160 hours' AND o2.status <> 'cancelled' ORDER BY o2.created_at LIMIT 1),
			o.created_at + interval '2160 hours')) AS in_time
	FROM greenery.user_repeat_features f JOIN greenery.user_repeat_labels l USING (user_id) JOIN greenery.orders o ON o.order_id = f.first_order_id,
		LATERAL (VALUES
			('estimated_delivery_days', o.estimated_delivery_at IS NOT NULL, (SELECT min(created_at) FROM greenery.events e WHERE e.order_id = o.order_id AND e.event_type = 'package_shipped')),
			('delivery_days', o.delivered_at IS NOT NULL, o.delivered_at),
			('delivered_late', o.delivered_at IS NOT NULL AND o.estimated_delivery_at IS NOT NULL, o.delivered_at),
			('delivered_early_or_on_time', o.delivered_at IS NOT NULL AND o.estimated_delivery_at IS NOT NULL, o.delivered_at)) i (indicator, given, known)
	WHERE i.given AND l.is_mature AND NOT EXISTS (SELECT FROM greenery.excluded_users x WHERE x.user_id = f.user_id)
	GROUP BY i.indicator) k USING (indicator)
WHERE (verdict = 'known too late') <> (k.in_time < 0.9 * k.n) OR k.n <> r.users;
SELECT indicator, verdict FROM r WHERE known_at IN ('shipment', 'delivery') ORDER BY 1;
-- Holm over the tested rows of one landmark, by its definition; must be none
SELECT indicator, p_adjusted, h.p FROM r JOIN (
	SELECT landmark, indicator, least(1, max(p_value * (n - i + 1)) OVER (PARTITION BY landmark ORDER BY i)) AS p
	FROM (SELECT *, row_number() OVER (PARTITION BY landmark ORDER BY p_value) AS i, count(*) OVER (PARTITION BY landmark) AS n
		  FROM r WHERE verdict NOT IN ('no data', 'too few', 'known too late')) s) h USING (landmark, indicator)
WHERE abs(p_adjusted - h.p) < 1e-12 IS NOT TRUE;
SELECT count(*) FROM r WHERE (p_adjusted IS NULL) <> (verdict IN ('no data', 'too few', 'known too late'));
SELECT count(*) > 15 AS tested FROM r WHERE p_adjusted IS NOT NULL;
-- the gap that could have been shown; must be none
SELECT indicator FROM r JOIN c USING (landmark, indicator), LATERAL (SELECT (x1 + x0)::float8 / n AS p) q
WHERE abs(detectable_difference - (1.959963984540054 + 0.841621233572914) * sqrt(p * (1 - p) * (1.0 / n1 + 1.0 / n0))) > 1e-9;
-- excluded users are left out of the features too
SELECT count(*) AS still_there FROM greenery.user_repeat_features JOIN greenery.excluded_users USING (user_id);
-- a feature of the shop's own that says who comes back, and its mirror image at the
-- other landmark
CREATE TABLE told AS SELECT l.user_id, l.first_order_at - interval '1 h' AS known_at, l.purchased_again_within OR hashtext(l.user_id) % 8 = 0 AS value FROM greenery.user_repeat_labels l;
CREATE TABLE told_again AS SELECT user_id, landmark_at AS known_at, (purchased_again_within OR hashtext(user_id) % 8 = 0)::int * -5 + 2 AS value FROM greenery_repeat_features();
SELECT greenery_add_feature('campaign', 'told', 'user_id', 'known_at', 'value');
SELECT greenery_add_feature('review_score', 'told_again', 'user_id', 'known_at', 'value');
SELECT indicator, landmark, kind, users = users_with + users_without AS adds_up, sign(rate_difference) AS difference, roc_auc > 0.5 AS auc, verdict
FROM greenery.repeat_indicators WHERE known_at = 'as recorded' AND users > 0 ORDER BY 1;
-- without events nothing is known of sessions; it is not that there were none
TRUNCATE greenery.events;
SELECT verdict, array_agg(indicator ORDER BY indicator) AS indicators FROM greenery.repeat_indicators
WHERE indicator ~ 'session|cart|bounce|product_views|breadth|depth' GROUP BY verdict;
-- in parallel, the same: one worker beside the leader is enough, as there are forty places to start them
SELECT pg_temp.load(300, 4);
CREATE TEMP TABLE serial ON COMMIT DROP AS SELECT * FROM greenery.repeat_indicators;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 1;
SELECT pg_temp.plan_has('SELECT * FROM greenery.repeat_indicators', 'Gather') AS gathers;
CREATE TEMP TABLE parallel ON COMMIT DROP AS SELECT * FROM greenery.repeat_indicators;
SELECT indicator FROM serial s FULL JOIN parallel p USING (indicator, landmark) WHERE s IS DISTINCT FROM p;
ROLLBACK;

-- sessions without purchase, all over in a moment: enough users with one and without,
-- and nothing to compare
BEGIN;
SELECT pg_temp.load(300, 8);
UPDATE greenery.events e SET created_at = s.session_start FROM greenery.fact_user_sessions s
WHERE s.session_id = e.session_id AND s.checkouts = 0;
SELECT indicator, users_with > 50 AS with, users_without > 50 AS without, p_value, verdict FROM greenery.repeat_indicators
WHERE indicator IN ('session_duration_without_purchase') ORDER BY 1;
ROLLBACK;

-- a planted effect is found, and nothing else
BEGIN;
SELECT pg_temp.load(600, 1, 1);
CREATE TEMP TABLE planted ON COMMIT DROP AS SELECT * FROM greenery.repeat_indicators;
SELECT indicator, landmark, verdict, lift > 1.3 AS lift, diff_low > 0.2 AS difference, auc_low > 0.5 AS auc FROM planted WHERE verdict LIKE '%sign';
SELECT count(*) > 20 AS tested FROM planted WHERE p_adjusted IS NOT NULL;
ROLLBACK;
-- and where there is none, nothing is found: of the landmarks of many shops at most one
-- in twenty (here none), though one in twenty p values would be small on its own
BEGIN;
DO $$
DECLARE tested int := 0; small int := 0; families int := 0; found int := 0; r record;
BEGIN
	FOR seed IN 101 .. 110 LOOP
		PERFORM pg_temp.load(150, seed);
		FOR r IN SELECT count(p_adjusted) AS tested, count(*) FILTER (WHERE p_adjusted IS NOT NULL AND p_value < 0.05) AS small, count(*) FILTER (WHERE verdict LIKE '%sign') AS found
			FROM greenery.repeat_indicators GROUP BY landmark LOOP
			families := families + 1;
			tested := tested + r.tested;
			small := small + r.small;
			found := found + (r.found > 0)::int;
		END LOOP;
	END LOOP;
	RAISE WARNING 'families %, tested over 200: %, one p value in twenty or so is small on its own: %, false findings within 5 %%: %',
		families, tested > 200, small BETWEEN tested * 0.01 AND tested * 0.10, found <= families * 0.05;
END $$;
ROLLBACK;
\i sql/include/empty_tables.sql
