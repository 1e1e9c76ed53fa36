-- Source: products.  Grain: product.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.products (
	product_id text,
	name text,
	price numeric,
	inventory integer,
	-- what the export does not have, and most shops do
	category text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.products', '');

COMMENT ON TABLE greenery.products IS
	'Raw: One row per product of the catalogue. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.products.product_id IS 'Identifier of the product.';
COMMENT ON COLUMN greenery.products.name IS 'Name of the product.';
COMMENT ON COLUMN greenery.products.price IS 'List price today, in the shop''s currency.';
COMMENT ON COLUMN greenery.products.inventory IS 'Units in stock today; NULL when unknown.';
COMMENT ON COLUMN greenery.products.category IS 'Category of the product.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX products_product_id_idx ON greenery.products (greenery.clean_text(product_id));

SELECT greenery.register_source('products', 3);
