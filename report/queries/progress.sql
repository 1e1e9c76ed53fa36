-- How far the running build is: one row, or none.  Who called it is left out.
SELECT
	p.build_id,
	p.started_at,
	p.position,
	p.models,
	p.model,
	p.total_seconds,
	p.expected_rest
FROM @extschema@.greenery_build_progress p
