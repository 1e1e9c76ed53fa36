-- How many data tests of each model have each status in the latest build that ran them.
SELECT t.model, CASE WHEN t.enabled THEN coalesce(t.status, 'not run') ELSE 'off' END AS status, count(*) AS tests
FROM greenery_published.test_status t
GROUP BY 1, 2
ORDER BY 1, 2
