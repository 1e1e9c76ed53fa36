-- Data tests that do not pass, and those of freshness.  No owners, who may be people, and no rows.
SELECT
	t.test_id,
	t.model,
	t.kind,
	t.column_name,
	t.severity,
	t.status,
	t.failures,
	t.total,
	t.description,
	t.message,
	t.build_id,
	t.status_since
FROM greenery_published.test_status t
WHERE t.enabled
	AND (t.status IN ('warn', 'error', 'broken') OR t.kind = 'recency')
ORDER BY array_position(ARRAY['broken', 'error', 'warn', 'pass'], t.status), t.status_since, t.test_id
LIMIT 200
