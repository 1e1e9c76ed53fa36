-- Requests to change data tests: from open to decided, and nothing else.
SET client_min_messages = warning;
TRUNCATE greenery.change_requests, greenery.alerts RESTART IDENTITY;

SELECT greenery_request_change('Orders must have an item.');
SELECT greenery_request_change('Zero stock is normal for us.', 33);
SELECT greenery_request_change(E'a long dash \u2013 and "quotes"', test_id => 4);
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
SELECT greenery_request_change(repeat('x', 1001));
SELECT greenery_request_change(repeat(E'\u00fc', 1001));
SELECT greenery_request_change('no such test', 999);
SELECT greenery_triage_request(999);
SELECT greenery_triage_request(NULL);
SELECT greenery_decide_request(999, true, 'x');
SELECT greenery_decide_request(2, true, 'x');
-- the table itself refuses what the functions never do
UPDATE greenery.change_requests SET state = 'open' WHERE request_id = 2;
INSERT INTO greenery.change_requests (created_by, request, state) VALUES ('x', 'x', 'approved');
INSERT INTO greenery.change_requests (created_by, request, state) VALUES ('x', 'x', 'closed');

-- no control characters, of either range
SELECT c, greenery_request_change('x' || chr(c) || 'x') FROM generate_series(32, 33) c;
CREATE FUNCTION pg_temp.refused(request text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM greenery_request_change(request);
	RETURN false;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN SQLERRM = 'a change request must not contain control characters';
END $$;
SELECT count(*), min(c), max(c) FROM generate_series(1, 300) c
 WHERE (c < 32 OR c BETWEEN 127 AND 159) <> pg_temp.refused('x' || chr(c) || 'x') AND c NOT BETWEEN 34 AND 126 AND c < 166;
-- nor when the session reads the function's strings in the other way
\c -
SET client_min_messages = warning;
-- 19 has no other strings
SELECT current_setting('server_version_num')::integer < 190000 AS has_other_strings \gset
\if :has_other_strings
SET standard_conforming_strings = off;
SET escape_string_warning = off;
\endif
SELECT greenery_request_change('x' || chr(27) || '[2J');
SELECT greenery_request_change('x' || chr(155) || '2J');
\if :has_other_strings
RESET standard_conforming_strings;
RESET escape_string_warning;
\endif
\set SHOW_CONTEXT never
\set VERBOSITY default
SELECT greenery_request_change(E'two\nlines');
SELECT greenery_request_change(repeat('x', 1001));

-- a role may have 20 requests that wait, triaged ones among them
TRUNCATE greenery.change_requests, greenery.alerts RESTART IDENTITY;
SELECT count(greenery_request_change(repeat(E'\u00fc', 1000))) FROM generate_series(1, 20);
SELECT greenery_triage_request(7);
CREATE FUNCTION pg_temp.refusal(request text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	PERFORM greenery_request_change(request);
	RETURN 'none';
EXCEPTION WHEN program_limit_exceeded THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', replace(SQLERRM, session_user, 'ME'), detail, hint);
END $$;
SELECT pg_temp.refusal('one more');
\set VERBOSITY sqlstate
SELECT greenery_request_change('one more');
SELECT count(*) FROM greenery.alerts;
-- another role has its own
CREATE ROLE regress_asks;
SELECT greenery_grant('regress_asks', 'reader');
SET ROLE regress_asks;
SELECT greenery_request_change('of another role');
RESET ROLE;
-- a decision makes room for one
SELECT greenery_decide_request(7, false, 'no');
SELECT greenery_request_change('one more');
SELECT greenery_request_change('and one more');
SELECT state, count(*), count(DISTINCT place), min(place), max(place) FROM greenery.change_requests WHERE created_by = session_user GROUP BY state ORDER BY state;
-- the table itself refuses more than there are places
INSERT INTO greenery.change_requests (created_by, request, place) VALUES (session_user, 'x', 21);
INSERT INTO greenery.change_requests (created_by, request, place) VALUES (session_user, 'x', 20);
INSERT INTO greenery.change_requests (created_by, request) VALUES (session_user, 'x');
SELECT greenery_revoke('regress_asks', 'reader');
DROP ROLE regress_asks;
TRUNCATE greenery.change_requests, greenery.alerts RESTART IDENTITY;

-- what writes says so where nothing can be written, by its name
\set VERBOSITY default
BEGIN READ ONLY;
SAVEPOINT s;
SELECT greenery_request_change('x');
ROLLBACK TO s;
SELECT greenery_triage_request(1);
ROLLBACK TO s;
SELECT greenery_decide_request(1, true, 'x');
ROLLBACK TO s;
SELECT * FROM greenery_purge();
ROLLBACK;

-- a request about a test that was dropped since
SELECT greenery_add_test('greenery.promos', 'not_null', 'status') AS id \gset
SELECT greenery_request_change('of no use', :id);
SELECT greenery_drop_test(:id);
SELECT test_id = :id AS mine, model, runs, open_requests FROM greenery.test_review WHERE open_requests > 0 ORDER BY test_id;

TRUNCATE greenery.change_requests, greenery.alerts, greenery.test_changes RESTART IDENTITY;
