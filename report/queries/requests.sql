-- Requests that are not decided.  Their words may quote data, and who asks is a person: both stay
-- in the database.
SELECT r.request_id, r.created_at, r.test_id, r.state
FROM greenery_published.open_requests r
ORDER BY r.created_at
LIMIT 100
