-- Requests to change data tests: from open to decided, and nothing else.
SET client_min_messages = warning;
TRUNCATE greenery.change_requests, greenery.alerts RESTART IDENTITY;

SELECT greenery_request_change('Orders must have an item.');
SELECT greenery_request_change('Zero stock is normal for us.', 33);
SELECT greenery_request_change(E'two lines\n"quoted"', test_id => 4);
SELECT request_id, created_at <= now() AS created, created_by = session_user AS by_me, test_id, request, state,
	triaged_at, triaged_by, decided_at, decided_by, reason
FROM greenery.change_requests WHERE request_id = 3;
SELECT request_id, test_id, state FROM greenery.change_requests ORDER BY 1;
SELECT kind, severity, test_id, build_id, replace(payload ->> 'title', session_user, 'ME') AS title, payload - 'title' AS payload
FROM greenery.alerts ORDER BY alert_id;

-- open ones show in the review
SELECT test_id, model, kind, open_requests, open_request_ids FROM greenery.test_review WHERE open_requests > 0 ORDER BY 1;

-- the states
\set VERBOSITY terse
SELECT greenery_decide_request(1, true, 'too early');
SELECT greenery_triage_request(1);
SELECT greenery_triage_request(1);
SELECT greenery_decide_request(1, NULL, 'neither');
SELECT greenery_decide_request(1, true, NULL);
SELECT greenery_decide_request(1, true, E' \n');
SELECT greenery_decide_request(1, true, 'agreed');
SELECT greenery_decide_request(1, false, 'not after all');
SELECT greenery_triage_request(1);
SELECT greenery_triage_request(2);
SELECT greenery_decide_request(2, false, 'it is a warning only');
SELECT request_id, state, triaged_at IS NOT NULL AS triaged, triaged_by = session_user AS by_me,
	decided_at IS NOT NULL AS decided, decided_by = session_user AS by_me, reason
FROM greenery.change_requests ORDER BY 1;
-- decided ones do not show, triaged ones do
SELECT greenery_triage_request(3);
SELECT test_id, open_requests, open_request_ids FROM greenery.test_review WHERE open_requests > 0;
-- an alert each when filed, no more
SELECT count(*) FROM greenery.alerts;

\set VERBOSITY sqlstate
SELECT greenery_request_change(NULL);
SELECT greenery_request_change(' ');
SELECT greenery_request_change(repeat('x', 10001));
SELECT greenery_request_change('no such test', 999);
SELECT greenery_triage_request(999);
SELECT greenery_triage_request(NULL);
SELECT greenery_decide_request(999, true, 'x');
SELECT greenery_decide_request(2, true, 'x');
-- the table itself refuses what the functions never do
UPDATE greenery.change_requests SET state = 'open' WHERE request_id = 2;
INSERT INTO greenery.change_requests (created_by, request, state) VALUES ('x', 'x', 'approved');
INSERT INTO greenery.change_requests (created_by, request, state) VALUES ('x', 'x', 'closed');

-- a request about a test that was dropped since
\set VERBOSITY default
SELECT greenery_add_test('greenery.promos', 'not_null', 'status') AS id \gset
SELECT greenery_request_change('of no use', :id);
SELECT greenery_drop_test(:id);
SELECT test_id = :id AS mine, model, runs, open_requests FROM greenery.test_review WHERE open_requests > 0 ORDER BY test_id;

TRUNCATE greenery.change_requests, greenery.alerts, greenery.test_changes RESTART IDENTITY;
