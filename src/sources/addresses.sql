-- Source: addresses.  Grain: address.
--
-- The raw table has no constraints: bad rows must be able to arrive, so that the
-- data tests can find them.  Its columns are those of the export, in its order.
CREATE TABLE greenery.addresses (
	address_id text,
	address text,
	zipcode text,
	state text,
	country text
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.addresses', '');

COMMENT ON TABLE greenery.addresses IS
	'Raw: One row per address. Several users may share one. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.addresses.address_id IS 'Identifier of the address.';
COMMENT ON COLUMN greenery.addresses.address IS 'Street and house number.';
COMMENT ON COLUMN greenery.addresses.zipcode IS 'Zip code as text: leading zeros count.';
COMMENT ON COLUMN greenery.addresses.state IS 'State.';
COMMENT ON COLUMN greenery.addresses.country IS 'Country.';

-- The staging view filters and joins on the cleaned ids: index them.
CREATE INDEX addresses_address_id_idx ON greenery.addresses (greenery.clean_text(address_id));

SELECT greenery.register_source('addresses', 2);
