-- Staging: stg_promos.  Grain: promo.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_promos AS
SELECT
	s.promo_id AS promo_id,
	s.discount AS discount,
	@extschema@.clean_text(s.status) AS status,
	@extschema@.clean_text(s.code) AS code,
	s.percent AS percent,
	s.attributes AS attributes
FROM greenery.source_promos() s;

COMMENT ON VIEW greenery.stg_promos IS 'One row per promo, cleaned.';
COMMENT ON COLUMN greenery.stg_promos.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_promos', 'greenery.promos');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_promos', 'greenery.stg_promos', 'staging', '{promo_id}', 40,
	grain => 'promo');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(42, 'greenery.stg_promos', 'range', 'discount', '{"min": 0}', NULL, '0',
	 'No discount is negative: no promo makes an order dearer.', true),
	(43, 'greenery.stg_promos', 'expression', NULL, '{"expression": "discount <> 0"}', NULL, '0',
	 'No discount is 0: that is a mistake of manual entry.', true),
	(44, 'greenery.stg_promos', 'accepted_values', 'status', '{"values": ["active", "inactive"]}', NULL, '0',
	 'A promo is active or inactive.', true),
	(45, 'greenery.stg_promos', 'expression', NULL, '{"expression": "percent > 0 AND percent <= 100"}', NULL, '0',
	 'A percentage taken off is above 0 and at most 100.', true),
	(46, 'greenery.stg_promos', 'expression', NULL, '{"expression": "num_nonnulls(discount, percent) < 2"}', '0', NULL,
	 'A promo takes off an amount or a percentage, not both: the amount would count.', true);
