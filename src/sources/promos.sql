-- Source: promos.  Grain: promo.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.promos (
	promo_id text,
	discount numeric,
	status text,
	-- what the export does not have, and most shops do
	code text,
	percent numeric
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.promos', '');

COMMENT ON TABLE greenery.promos IS
	'Raw: One row per promo. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.promos.promo_id IS 'Identifier of the promo; may hold blanks, hyphens and capitals.';
COMMENT ON COLUMN greenery.promos.discount IS 'Amount taken off an order, in the shop''s currency; NULL where percent says it.';
COMMENT ON COLUMN greenery.promos.status IS 'active or inactive.';
COMMENT ON COLUMN greenery.promos.code IS 'What customers type in to use it.';
COMMENT ON COLUMN greenery.promos.percent IS 'Percentage of order_cost taken off an order, where discount is NULL: 10 is a tenth.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX promos_promo_id_idx ON greenery.promos (greenery.clean_text(promo_id));

SELECT greenery.register_source('promos', 4);
