-- Products that product_pairs and product_reorder leave out: postage, gift cards.
CREATE TABLE greenery.excluded_products (
	product_id text PRIMARY KEY,
	reason text,
	excluded_at timestamptz NOT NULL DEFAULT now(),
	excluded_by text NOT NULL DEFAULT greenery.caller()
);
-- dumped: written by users
SELECT pg_catalog.pg_extension_config_dump('greenery.excluded_products', '');

COMMENT ON TABLE greenery.excluded_products IS
	'Products left out of product_pairs and product_reorder: postage, gift cards.';
COMMENT ON COLUMN greenery.excluded_products.product_id IS 'The product: stg_products.product_id.';
COMMENT ON COLUMN greenery.excluded_products.reason IS 'Why.';
COMMENT ON COLUMN greenery.excluded_products.excluded_at IS 'Since when.';
COMMENT ON COLUMN greenery.excluded_products.excluded_by IS 'By which role.';
