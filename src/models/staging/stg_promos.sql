-- Staging: stg_promos.  Grain: promo.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.
CREATE VIEW greenery.stg_promos AS
SELECT
	@extschema@.clean_text(s.promo_id) AS promo_id,
	s.discount AS discount,
	@extschema@.clean_text(s.status) AS status,
	s.attributes AS attributes
FROM greenery.source_promos() s;

COMMENT ON VIEW greenery.stg_promos IS 'One row a promo, cleaned.';
COMMENT ON COLUMN greenery.stg_promos.promo_id IS 'Identifier of the promo; may hold blanks, hyphens and capitals. Key.';
COMMENT ON COLUMN greenery.stg_promos.discount IS 'Amount taken off an order, in the shop''s currency (not a per cent).';
COMMENT ON COLUMN greenery.stg_promos.status IS 'active or inactive.';
COMMENT ON COLUMN greenery.stg_promos.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
