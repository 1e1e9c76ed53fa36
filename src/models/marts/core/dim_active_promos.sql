-- Mart: dim_active_promos.  Grain: promo active now.
--
-- Who is active now is what the source says; since when, only the history knows.
CREATE VIEW greenery.dim_active_promos AS
SELECT
	p.promo_id,
	p.discount,
	s.active_since
FROM greenery.stg_promos p
-- one open time a promo at the most; grouped, and not filtered, which the planner would
-- take for a single row
LEFT JOIN (
	SELECT a.promo_id, max(a.active_since) FILTER (WHERE a.active_until IS NULL AND a.is_start_known) AS active_since
	FROM greenery.promo_active_spans a
	GROUP BY a.promo_id
) s ON s.promo_id = p.promo_id
WHERE p.status = 'active';

COMMENT ON VIEW greenery.dim_active_promos IS 'One row per promo that is active now.';
COMMENT ON COLUMN greenery.dim_active_promos.active_since IS
	'Since when it is active without a break, by the recorded history; NULL where that is unknown: the first recording already showed it active, or nothing is recorded.';
SELECT greenery.inherit_comments('greenery.dim_active_promos', 'greenery.stg_promos');

-- The gate: key and tests.  Ids of built-in tests are never reused.
-- promos end: that there are fewer is worth a word, and no reason to stop
SELECT greenery.register_model('dim_active_promos', 'greenery.dim_active_promos', 'mart', '{promo_id}', 260,
	grain => 'promo', shrink_warns => true);
