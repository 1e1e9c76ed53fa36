-- The last builds, failed ones too.  Who called them is left out.
SELECT
	b.build_id,
	b.started_at,
	b.finished_at,
	b.status,
	b.passed,
	b.warned,
	b.failed,
	b.broken,
	b.skipped,
	b.message
FROM greenery_published.build_status b
ORDER BY b.build_id DESC
LIMIT 40
