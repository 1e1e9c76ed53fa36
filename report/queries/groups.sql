-- Who buys again by promo, state and delivery days.  Groups under five users become one, together
-- with the next larger ones until they have five; so do groups after the sixtieth.
WITH groups AS (
	SELECT 'promo' AS by, p.promo_id AS name, p.users, p.repeaters, p.rate, p.low, p.high, p.verdict,
		NULL::boolean AS is_sweet_spot
	FROM greenery_published.repeat_by_promo p
	UNION ALL
	SELECT 'state', s.state, s.users, s.repeaters, s.rate, s.low, s.high, s.verdict, NULL
	FROM greenery_published.repeat_by_state s
	UNION ALL
	SELECT 'delivery_days', d.delivery_days::text, d.users, d.repeaters, d.rate, d.low, d.high, d.verdict, d.is_sweet_spot
	FROM greenery_published.repeat_by_delivery_days d
), ranked AS (
	SELECT
		g.*,
		coalesce(sum(g.users) OVER (PARTITION BY g.by ORDER BY g.users, g.name COLLATE "C"
									ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS smaller,
		row_number() OVER (PARTITION BY g.by ORDER BY g.users DESC, g.name COLLATE "C" DESC) AS place
	FROM groups g
	WHERE g.users > 0
), merged AS (
	SELECT r.*, r.users < 5 OR r.smaller BETWEEN 1 AND 4 OR r.place > 60 AS is_other
	FROM ranked r
)
SELECT
	m.by,
	CASE WHEN NOT m.is_other THEN m.name END AS name,
	m.is_other,
	count(*) AS groups,
	max(m.users) AS largest,
	sum(m.users) AS users,
	sum(m.repeaters) AS repeaters,
	CASE WHEN m.is_other THEN sum(m.repeaters)::double precision / sum(m.users)::double precision ELSE max(m.rate) END AS rate,
	CASE WHEN m.is_other THEN (@extschema@.wilson_interval(sum(m.repeaters)::bigint, sum(m.users)::bigint))[1] ELSE max(m.low) END AS low,
	CASE WHEN m.is_other THEN (@extschema@.wilson_interval(sum(m.repeaters)::bigint, sum(m.users)::bigint))[2] ELSE max(m.high) END AS high,
	CASE WHEN NOT m.is_other THEN max(m.verdict) END AS verdict,
	CASE WHEN NOT m.is_other THEN bool_or(m.is_sweet_spot) END AS is_sweet_spot
FROM merged m
GROUP BY m.by, m.is_other, CASE WHEN NOT m.is_other THEN m.name END
HAVING sum(m.users) >= 5
ORDER BY m.by, m.is_other, users DESC, name
