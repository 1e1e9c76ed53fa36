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

CREATE INDEX returns_return_id_idx ON greenery.returns (@extschema@.clean_text(return_id));

CREATE FUNCTION greenery.source_returns()
	RETURNS TABLE (
		return_id text,
		order_id text,
		returned_at timestamptz,
		attributes jsonb)
	LANGUAGE sql STABLE PARALLEL SAFE
AS $source$
	SELECT s.return_id, s.order_id, s.returned_at, NULL::pg_catalog.jsonb
	FROM greenery.returns s
$source$;
COMMENT ON FUNCTION greenery.source_returns() IS
	'The source behind stg_returns: one row for each row of the shop''s returns, read with the caller''s own rights. attributes holds further columns as JSON, NULL when there are none.';

INSERT INTO greenery.sources (source, relation, function, staging, position)
VALUES ('returns', 'greenery.returns', 'greenery.source_returns', 'greenery.stg_returns', 8);
