-- Products that product_pairs, product_reorder and product_funnel leave out: postage, gift
-- cards.  All other marts count them.
CREATE TABLE greenery.excluded_products (
	product_id text PRIMARY KEY,
	reason text,
	excluded_at timestamptz NOT NULL DEFAULT now(),
	excluded_by text NOT NULL DEFAULT greenery.caller()
);
-- dumped: written by users
SELECT pg_catalog.pg_extension_config_dump('greenery.excluded_products', '');

COMMENT ON TABLE greenery.excluded_products IS
	'Products left out of product_pairs, product_reorder and product_funnel: postage, gift cards, samples. Other marts count them. greenery_exclude_product() and greenery_include_product() change it.';
COMMENT ON COLUMN greenery.excluded_products.product_id IS 'The product: stg_products.product_id.';
COMMENT ON COLUMN greenery.excluded_products.reason IS 'Why.';
COMMENT ON COLUMN greenery.excluded_products.excluded_at IS 'Since when.';
COMMENT ON COLUMN greenery.excluded_products.excluded_by IS 'By which role.';

CREATE FUNCTION greenery.exclude_product(product_id text, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $exclude$
BEGIN
	PERFORM greenery.exclude('product', product_id, reason, 'greenery_exclude_product(''p1'', ''postage'')');
END
$exclude$;
COMMENT ON FUNCTION greenery.exclude_product(text, text) IS 'greenery_exclude_product(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_exclude_product(product_id text, reason text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_exclude_product(text, text) IS
	'Leaves a product out of product_pairs, product_reorder and product_funnel: postage, a gift card. Live views follow at once, published tables with the next build. The reason and the role that calls are recorded. Error 22004 without a reason.';

CREATE FUNCTION greenery.include_product(product_id text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $include$
BEGIN
	PERFORM greenery.include('product', product_id);
END
$include$;
COMMENT ON FUNCTION greenery.include_product(text) IS 'greenery_include_product(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_include_product(product_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_include_product(text) IS
	'Takes back greenery_exclude_product(). Error 42704 for a product that is not excluded.';
