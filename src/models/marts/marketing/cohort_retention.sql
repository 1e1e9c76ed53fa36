-- Mart: cohort_retention (marketing).  Grain: month of first orders, and month since.
CREATE VIEW greenery.cohort_retention AS
SELECT
	c.cohort,
	c.period,
	c.users,
	c.active_users,
	c.retention,
	c.is_mature
FROM greenery.cohort_periods('month', 'calendar', greenery.timezone()) c;

COMMENT ON VIEW greenery.cohort_retention IS
	'One row per month of first orders and month since: how many of the users who first ordered in the one ordered in the other. Cancelled orders and excluded users do not count. greenery_cohort_retention() has days, weeks and rolling periods.';
COMMENT ON COLUMN greenery.cohort_retention.cohort IS 'First day of the month of the users'' first order, in setting greenery.timezone.';
COMMENT ON COLUMN greenery.cohort_retention.period IS 'Months since: 0 is the cohort''s own month. There is a row for each month up to greenery_as_of().';
COMMENT ON COLUMN greenery.cohort_retention.users IS 'Users whose first order lies in the cohort''s month.';
COMMENT ON COLUMN greenery.cohort_retention.active_users IS 'Those of them who ordered in that month; all of them in period 0.';
COMMENT ON COLUMN greenery.cohort_retention.retention IS 'active_users divided by users, as seen so far.';
COMMENT ON COLUMN greenery.cohort_retention.is_mature IS 'Whether the month is over at greenery_as_of(), so that the retention is final; period 0 always is.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('cohort_retention', 'greenery.cohort_retention', 'mart', '{cohort,period}', 540,
	by_construction => '{not_null,unique}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(544, 'greenery.cohort_retention', 'expression', NULL, '{"expression": "active_users <= users AND (period > 0 OR active_users = users)"}', NULL, '0',
	 'A cohort is whole in its first period, and never more than that. Holds by construction.', true);
