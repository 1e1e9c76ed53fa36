-- Staging: stg_addresses.  Grain: address.
-- Renamed, typed and trimmed; empty strings are NULL; nothing is filtered.  Ids come as the
-- source function has them, so that an index on them can be used.
CREATE VIEW greenery.stg_addresses AS
SELECT
	s.address_id AS address_id,
	@extschema@.clean_text(s.address) AS address,
	@extschema@.clean_text(s.zipcode) AS zipcode,
	@extschema@.clean_text(s.state) AS state,
	@extschema@.clean_text(s.country) AS country,
	s.attributes AS attributes
FROM greenery.source_addresses() s;

COMMENT ON VIEW greenery.stg_addresses IS 'One row per address, cleaned. Users may share one.';
COMMENT ON COLUMN greenery.stg_addresses.attributes IS 'Further columns of the shop''s own table as JSON; NULL when there are none.';
SELECT greenery.inherit_comments('greenery.stg_addresses', 'greenery.addresses');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('stg_addresses', 'greenery.stg_addresses', 'staging', '{address_id}', 20,
	grain => 'address');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(22, 'greenery.stg_addresses', 'expression', NULL, '{"expression": "zipcode NOT LIKE ''-%''"}', NULL, '0',
	 'No zip code is negative.', true);
