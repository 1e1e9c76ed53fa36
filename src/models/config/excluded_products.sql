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
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	IF greenery.clean_text(product_id) IS NULL OR reason IS NULL OR btrim(reason, E' \t\n\r') = '' THEN
		RAISE EXCEPTION 'a product is excluded for a reason'
			USING ERRCODE = 'null_value_not_allowed',
				  HINT = 'For example greenery_exclude_product(''p1'', ''postage'').';
	END IF;
	-- as staging shows it
	product_id := greenery.clean_text(product_id);
	SELECT to_jsonb(x) INTO old FROM greenery.excluded_products x WHERE x.product_id = product_id;
	INSERT INTO greenery.excluded_products (product_id, reason) VALUES (product_id, reason)
	ON CONFLICT ON CONSTRAINT excluded_products_pkey
		DO UPDATE SET reason = excluded.reason, excluded_at = excluded.excluded_at, excluded_by = excluded.excluded_by;
	PERFORM greenery.record_change('excluded product', product_id, CASE WHEN old IS NULL THEN 'add' ELSE 'alter' END,
		old, (SELECT to_jsonb(x) FROM greenery.excluded_products x WHERE x.product_id = product_id));
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
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	product_id := greenery.clean_text(product_id);
	DELETE FROM greenery.excluded_products x WHERE x.product_id = product_id RETURNING to_jsonb(x) INTO old;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'product "%" is not excluded', product_id
			USING ERRCODE = 'undefined_object', HINT = 'greenery.excluded_products lists them.';
	END IF;
	PERFORM greenery.record_change('excluded product', product_id, 'drop', old, NULL::jsonb);
END
$include$;
COMMENT ON FUNCTION greenery.include_product(text) IS 'greenery_include_product(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_include_product(product_id text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_include_product(text) IS
	'Takes back greenery_exclude_product(). Error 42704 for a product that is not excluded.';
