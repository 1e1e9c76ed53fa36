-- Source: returns.  Grain: return.
CREATE TABLE greenery.returns (
	return_id text,
	order_id text,
	returned_at timestamptz
);
-- dumped: the shop's own rows
SELECT pg_catalog.pg_extension_config_dump('greenery.returns', '');

COMMENT ON TABLE greenery.returns IS
	'Raw: One row per return. No constraints, so that bad rows can arrive and be found.';
COMMENT ON COLUMN greenery.returns.return_id IS 'Identifier of the return.';
COMMENT ON COLUMN greenery.returns.order_id IS 'The order: orders.order_id.';
COMMENT ON COLUMN greenery.returns.returned_at IS 'When it came back.';

CREATE INDEX returns_return_id_idx ON greenery.returns (greenery.clean_text(return_id));

SELECT greenery.register_source('returns', 8);
