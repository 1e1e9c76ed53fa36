-- Mart: dim_active_promos.  Grain: promo active now.
--
-- Who is active now is what the source says; since when, only the history knows.
CREATE VIEW greenery.dim_active_promos AS
SELECT
	p.promo_id,
	p.discount,
	s.active_since
FROM greenery.stg_promos p
LEFT JOIN greenery.promo_active_spans s
	ON s.promo_id = p.promo_id AND s.active_until IS NULL
WHERE p.status = 'active';

COMMENT ON VIEW greenery.dim_active_promos IS 'One row a promo that is active now.';
COMMENT ON COLUMN greenery.dim_active_promos.promo_id IS 'Identifier of the promo. Key.';
COMMENT ON COLUMN greenery.dim_active_promos.discount IS 'Amount taken off an order, in the shop''s currency.';
COMMENT ON COLUMN greenery.dim_active_promos.active_since IS
	'Since when the recorded history shows it active without a break; NULL when no history is recorded.';
