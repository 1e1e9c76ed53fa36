-- Mart: user_repeat_labels (marketing).  Grain: purchaser.
--
-- Equal follow-up: users who came first have had longer to come back, and on
-- short data that alone looks like a strong indicator.
CREATE VIEW greenery.user_repeat_labels AS
SELECT
	u.user_id,
	u.first_order_at,
	u.second_order_at,
	-- CASE, because infinite times cannot be subtracted
	CASE WHEN isfinite(u.first_order_at) THEN n.as_of - u.first_order_at END AS follow_up,
	u.is_mature,
	u.purchased_again_within,
	u.horizon
FROM greenery.purchasers u
CROSS JOIN greenery.as_of n;

COMMENT ON VIEW greenery.user_repeat_labels IS
	'One row per purchaser: whether they bought again within the same time after their first order, for those who have been followed that long. Cancelled orders do not count, and excluded users are left out.';
COMMENT ON COLUMN greenery.user_repeat_labels.user_id IS 'The purchaser: dim_users.user_id.';
COMMENT ON COLUMN greenery.user_repeat_labels.first_order_at IS 'When the user ordered first.';
COMMENT ON COLUMN greenery.user_repeat_labels.second_order_at IS 'When the user ordered for the second time; NULL if not yet.';
COMMENT ON COLUMN greenery.user_repeat_labels.follow_up IS 'From the first order to greenery_as_of(); NULL when the time of the first order is unknown.';
COMMENT ON COLUMN greenery.user_repeat_labels.is_mature IS 'Whether follow_up is at least the horizon.';
COMMENT ON COLUMN greenery.user_repeat_labels.purchased_again_within IS
	'Whether the second order came within the horizon of the first, the last moment included; NULL for a user who is not mature.';
COMMENT ON COLUMN greenery.user_repeat_labels.horizon IS 'greenery_repeat_horizon(): how long each user is followed, in hours.';

-- The gate: key and tests.  Ids of built-in tests are never reused.
SELECT greenery.register_model('user_repeat_labels', 'greenery.user_repeat_labels', 'mart', '{user_id}', 410,
	grain => 'purchaser', by_construction => '{not_null,unique}');
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(413, 'greenery.user_repeat_labels', 'expression', NULL, '{"expression": "(purchased_again_within IS NOT NULL) = is_mature"}', NULL, '0',
	 'Users are labelled when they have been followed long enough, and only then. Holds by construction.', true);
