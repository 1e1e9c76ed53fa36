-- Mart: user_repeat_history (marketing).  Grain: user with an order by the landmark.
--
-- What repeat_indicators asks about at landmark "history", in a table of its own: most
-- of it is counting the sessions of everybody, and a build does that beside other marts.
CREATE VIEW greenery.user_repeat_history AS
SELECT
	h.user_id,
	h.landmark_at,
	h.first_order_at,
	h.follow_up,
	h.purchase_frequency,
	h.session_frequency,
	h.past_on_time_share,
	h.past_late_share,
	h.purchased_again_within
FROM greenery.repeat_history(NULL, NULL) h;

COMMENT ON VIEW greenery.user_repeat_history IS
	'One row a user who had ordered by one moment, the same for all: how they had bought until then, and whether they bought again within the same time after it. greenery_repeat_features() tells it, and more, of any moment.';
COMMENT ON COLUMN greenery.user_repeat_history.user_id IS 'The purchaser: dim_users.user_id. Key.';
COMMENT ON COLUMN greenery.user_repeat_history.landmark_at IS 'The moment: greenery_as_of() less greenery_repeat_horizon(). Nothing later is known, but the label.';
COMMENT ON COLUMN greenery.user_repeat_history.first_order_at IS 'When the user ordered first.';
COMMENT ON COLUMN greenery.user_repeat_history.follow_up IS 'From the first order to the moment.';
COMMENT ON COLUMN greenery.user_repeat_history.purchase_frequency IS 'Orders up to the moment.';
COMMENT ON COLUMN greenery.user_repeat_history.session_frequency IS 'Sessions a week, of those begun by the moment, since the first order; NULL when that was the same moment.';
COMMENT ON COLUMN greenery.user_repeat_history.past_on_time_share IS 'Of the orders that had arrived and had an estimate, the share that was not late; NULL when there were none.';
COMMENT ON COLUMN greenery.user_repeat_history.past_late_share IS 'Of these, the share that was late.';
COMMENT ON COLUMN greenery.user_repeat_history.purchased_again_within IS
	'Whether the user ordered after the moment and at most the horizon after it, so: up to now.';

-- The gate: key and tests.  Ids of built-in tests are never reused.  No test of kind
-- shrink: where "auto" comes to a longer horizon, the moment is earlier, and many had
-- not ordered yet.
INSERT INTO greenery.models (model, relation, layer, key, builtin) VALUES
	('user_repeat_history', 'greenery.user_repeat_history', 'mart', '{user_id}', true);
INSERT INTO greenery.test_definitions
	(test_id, model, kind, column_name, args, warn_above, error_above, description, builtin)
VALUES
	(430, 'greenery.user_repeat_history', 'not_null', 'user_id', '{}', NULL, '0',
	 'Every purchaser has its user_id. Holds by construction.', true),
	(431, 'greenery.user_repeat_history', 'unique', 'user_id', '{}', NULL, '0',
	 'No user_id occurs twice. Holds by construction.', true),
	(432, 'greenery.user_repeat_history', 'expression', NULL, '{"expression": "purchase_frequency >= 1 AND follow_up >= interval ''0'' AND past_late_share BETWEEN 0 AND 1 AND past_on_time_share BETWEEN 0 AND 1"}', NULL, '0',
	 'Everybody had ordered by the landmark, and shares lie between 0 and 1. Holds by construction.', true);
