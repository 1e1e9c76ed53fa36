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
CREATE INDEX promos_promo_id_idx ON greenery.promos (@extschema@.clean_text(promo_id));

-- What the staging view reads.  The row type is final; a string body, because
-- nothing may depend on the relation it reads; inlined by the planner, which
-- SET, STRICT or SECURITY DEFINER would prevent.
CREATE FUNCTION greenery.source_promos()
	RETURNS TABLE (
		promo_id text,
		discount numeric,
		status text,
		code text,
		percent numeric,
		attributes jsonb)
	LANGUAGE sql STABLE PARALLEL SAFE
AS $source$
	SELECT s.promo_id, s.discount, s.status, s.code, s.percent, NULL::pg_catalog.jsonb
	FROM greenery.promos s
$source$;
COMMENT ON FUNCTION greenery.source_promos() IS
	'The source behind stg_promos: one row for each row of the shop''s promos, read with the caller''s own rights. attributes holds further columns as JSON, NULL when there are none.';

INSERT INTO greenery.sources (source, relation, function, staging, position)
VALUES ('promos', 'greenery.promos', 'greenery.source_promos', 'greenery.stg_promos', 4);
