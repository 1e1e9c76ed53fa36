-- Staging: stg_products.  Grain: product.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_products AS
SELECT
	s.product_id AS product_id,
	@extschema@.clean_text(s.name) AS name,
	s.price AS price,
	s.inventory AS inventory,
	@extschema@.clean_text(s.category) AS category,
	s.attributes AS attributes
FROM greenery.source_products() s;

COMMENT ON VIEW greenery.stg_products IS 'One row per product of the catalogue, cleaned.';
COMMENT ON COLUMN greenery.stg_products.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_products', 'greenery.products');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_products', 'greenery.stg_products', 'staging', '{product_id}', 30,
	grain => 'product');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(32, 'greenery.stg_products', 'range', 'price', '{"min": 0, "inclusive": false}', NULL, '0',
	 'Every price is positive: no product is given away.', true),
	(33, 'greenery.stg_products', 'expression', NULL, '{"expression": "inventory <> 0"}', '0', NULL,
	 'No product is out of stock.', true),
	(34, 'greenery.stg_products', 'range', 'inventory', '{"min": 0}', NULL, '0',
	 'No inventory is negative.', true),
	(35, 'greenery.stg_products', 'row_count', NULL, '{"min": 1}', NULL, '0',
	 'There are products: an empty table is a load that failed.', true),
	(36, 'greenery.stg_products', 'not_null', 'price', '{}', NULL, '0',
	 'Every product has a price.', true);
