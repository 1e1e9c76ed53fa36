-- Staging: stg_products.  Grain: product.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.
CREATE VIEW greenery.stg_products AS
SELECT
	@extschema@.clean_text(s.product_id) AS product_id,
	@extschema@.clean_text(s.name) AS name,
	s.price AS price,
	s.inventory AS inventory,
	s.attributes AS attributes
FROM greenery.source_products() s;

COMMENT ON VIEW greenery.stg_products IS 'One row a product of the catalogue, cleaned.';
COMMENT ON COLUMN greenery.stg_products.product_id IS 'Identifier of the product. Key.';
COMMENT ON COLUMN greenery.stg_products.name IS 'Name of the product.';
COMMENT ON COLUMN greenery.stg_products.price IS 'List price today, in the shop''s currency.';
COMMENT ON COLUMN greenery.stg_products.inventory IS 'Units in stock today; NULL when unknown.';
COMMENT ON COLUMN greenery.stg_products.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
