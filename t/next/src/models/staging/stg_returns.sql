-- Staging: stg_returns.  Grain: return.
CREATE VIEW greenery.stg_returns AS
SELECT
	s.return_id AS return_id,
	s.order_id AS order_id,
	s.returned_at AS returned_at,
	s.attributes AS attributes
FROM greenery.source_returns() s;

COMMENT ON VIEW greenery.stg_returns IS 'One row per return, cleaned.';
COMMENT ON COLUMN greenery.stg_returns.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_returns', 'greenery.returns');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_returns', 'greenery.stg_returns', 'staging', '{return_id}', 900,
	grain => 'return');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(902, 'greenery.stg_returns', 'relationships', 'order_id', '{"to": "greenery.stg_orders", "field": "order_id"}', NULL, '0',
	 'Every order with returns exists.', true);
