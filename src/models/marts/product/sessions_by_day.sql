-- Mart: sessions_by_day (product).  Grain: day.
CREATE VIEW greenery.sessions_by_day AS
SELECT
	s.session_date AS day,
	count(*) AS sessions,
	count(*) FILTER (WHERE s.has_purchase) AS converted,
	count(*) FILTER (WHERE s.has_purchase)::double precision / count(*) AS conversion_rate,
	count(*) FILTER (WHERE s.is_bounce) AS bounces
FROM greenery.fact_user_sessions s
-- session ids that hold nothing but shipments count in no rate
WHERE s.events > 0
	AND NOT s.is_excluded
	AND s.session_date IS NOT NULL
GROUP BY s.session_date;

COMMENT ON VIEW greenery.sessions_by_day IS
	'One row per day on which a session started, in setting greenery.timezone. Sessions of excluded users, sessions of an unknown time and session ids with nothing but shipments are left out; days without sessions have no row.';
COMMENT ON COLUMN greenery.sessions_by_day.day IS 'The day, in the shop''s own time zone.';
COMMENT ON COLUMN greenery.sessions_by_day.sessions IS 'Sessions that started on that day, with at least one event of the shopper.';
COMMENT ON COLUMN greenery.sessions_by_day.converted IS 'Of these, sessions with a checkout.';
COMMENT ON COLUMN greenery.sessions_by_day.conversion_rate IS 'converted divided by sessions.';
COMMENT ON COLUMN greenery.sessions_by_day.bounces IS 'Of these, sessions under a minute from first to last own event and without checkout.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('sessions_by_day', 'greenery.sessions_by_day', 'mart', '{day}', 560,
	grain => 'day', by_construction => '{not_null,unique}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(563, 'greenery.sessions_by_day', 'expression', NULL, '{"expression": "converted + bounces <= sessions AND conversion_rate BETWEEN 0 AND 1"}', NULL, '0',
	 'No session both bounces and converts, and every conversion rate lies between 0 and 1. Holds by construction.', true);
