-- What the three tables say all in all: how many were followed, and whether anything is known.
SELECT 'promo' AS by, sum(p.users) AS users, sum(p.repeaters) AS repeaters, bool_and(p.verdict = 'no data') AS no_data,
	NULL::bigint AS sweet_spots, false AS known_too_late
FROM greenery_published.repeat_by_promo p
UNION ALL
SELECT 'state', sum(s.users), sum(s.repeaters), bool_and(s.verdict = 'no data'), NULL, false
FROM greenery_published.repeat_by_state s
UNION ALL
SELECT 'delivery_days', sum(d.users), sum(d.repeaters), bool_and(d.verdict = 'no data'),
	count(*) FILTER (WHERE d.is_sweet_spot AND d.users >= 5), coalesce(bool_or(d.verdict = 'known too late'), false)
FROM greenery_published.repeat_by_delivery_days d
