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
CREATE INDEX products_product_id_idx ON greenery.products (@extschema@.clean_text(product_id));

-- What the staging view reads.  The row type is final; a string body, because
-- nothing may depend on the relation it reads; inlined by the planner, which
-- SET, STRICT or SECURITY DEFINER would prevent.
CREATE FUNCTION greenery.source_products()
	RETURNS TABLE (
		product_id text,
		name text,
		price numeric,
		inventory integer,
		category text,
		attributes jsonb)
	LANGUAGE sql STABLE PARALLEL SAFE
AS $source$
	SELECT s.product_id, s.name, s.price, s.inventory,
		s.category, NULL::pg_catalog.jsonb
	FROM greenery.products s
$source$;
COMMENT ON FUNCTION greenery.source_products() IS
	'The source behind stg_products: one row for each row of the shop''s products, read with the caller''s own rights. attributes holds further columns as JSON, NULL when there are none.';

INSERT INTO greenery.sources (source, relation, function, staging, position)
VALUES ('products', 'greenery.products', 'greenery.source_products', 'greenery.stg_products', 3);
