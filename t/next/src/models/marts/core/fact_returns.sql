-- Mart: fact_returns.  Grain: return.
CREATE VIEW greenery.fact_returns AS
SELECT
	r.return_id,
	r.order_id,
	r.returned_at,
	@extschema@.byte_count(r.return_id) AS id_bytes
FROM greenery.stg_returns r;

COMMENT ON VIEW greenery.fact_returns IS 'One row per return.';
COMMENT ON COLUMN greenery.fact_returns.id_bytes IS 'Bytes of its id.';
SELECT greenery.inherit_comments('greenery.fact_returns', 'greenery.stg_returns');

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('fact_returns', 'greenery.fact_returns', 'mart', '{return_id}', 910,
	grain => 'return');
