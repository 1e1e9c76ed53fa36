-- Time to the second order, by Kaplan and Meier: of all purchasers, and by when they first ordered.
--
-- Time is counted in whole days, or hours in a shop younger than ten days.  A second order on the
-- way through day 5 is one within 5 days.  Who has not ordered again counts for as many whole days
-- as they have been followed, and so does who ordered again on a day that is not over yet: counting
-- these alone would let the end of each curve rise.  Where fewer than five users are left, a curve ends.
WITH purchaser AS (
	SELECT
		l.first_order_at,
		extract(epoch FROM l.follow_up)::double precision AS followed,
		CASE WHEN isfinite(l.second_order_at) THEN
			extract(epoch FROM l.second_order_at - l.first_order_at)::double precision END AS waited
	FROM greenery_published.user_repeat_labels l
	WHERE isfinite(l.first_order_at)
		AND l.follow_up >= interval '0'
), scale AS (
	SELECT
		CASE WHEN max(p.followed) < 10 * 86400 THEN 'hour' ELSE 'day' END AS unit,
		CASE WHEN max(p.followed) < 10 * 86400 THEN 3600 ELSE 86400 END AS seconds,
		CASE WHEN max(p.followed) < 10 * 86400 THEN 'day'
			 WHEN max(p.followed) < 190 * 86400 THEN 'month'
			 WHEN max(p.followed) < 740 * 86400 THEN 'quarter'
			 ELSE 'year' END AS cohort,
		-- at most some four hundred steps
		CASE WHEN max(p.followed) < 400 * 86400 THEN 1
			 WHEN max(p.followed) < 2000 * 86400 THEN 5
			 ELSE 30 END AS grid
	FROM purchaser p
), follow_up AS (
	SELECT
		date_trunc(s.cohort, p.first_order_at)::date AS cohort,
		floor(p.followed / s.seconds) AS followed,
		-- greatest() passes over NULL
		CASE WHEN p.waited IS NOT NULL THEN greatest(ceil(p.waited / s.seconds), 1) END AS waited
	FROM purchaser p
	CROSS JOIN scale s
), ended AS (
	SELECT
		f.cohort,
		least(f.followed, coalesce(f.waited, f.followed)) AS step,
		count(*) FILTER (WHERE f.waited <= f.followed) AS events,
		count(*) AS users
	FROM follow_up f
	GROUP BY 1, 2
), curve AS (
	SELECT e.cohort, e.step, e.events, e.users FROM ended e
	UNION ALL
	SELECT NULL, e.step, sum(e.events), sum(e.users) FROM ended e GROUP BY e.step
), left_over AS (
	SELECT
		c.cohort,
		c.step,
		c.events,
		sum(c.users) OVER (PARTITION BY c.cohort ORDER BY c.step DESC) AS at_risk,
		sum(c.users) OVER (PARTITION BY c.cohort) AS users
	FROM curve c
), product AS (
	SELECT
		l.cohort,
		l.users,
		l.step,
		l.at_risk,
		CASE WHEN bool_or(l.events = l.at_risk) OVER so_far THEN 0
			 ELSE exp(sum(CASE WHEN l.events < l.at_risk THEN ln(1 - l.events::double precision / l.at_risk::double precision) END) OVER so_far)
		END AS waiting,
		-- Greenwood's sum
		sum(CASE WHEN l.events < l.at_risk THEN
				l.events::double precision / (l.at_risk::double precision * (l.at_risk - l.events)::double precision) END) OVER so_far AS greenwood
	FROM left_over l
	WHERE l.step > 0
	WINDOW so_far AS (PARTITION BY l.cohort ORDER BY l.step)
)
SELECT DISTINCT ON (p.cohort, ceil(p.step / s.grid))
	p.cohort,
	s.cohort AS cohort_unit,
	s.unit,
	p.users,
	CASE WHEN s.grid = 1 THEN p.step ELSE ceil(p.step / s.grid) * s.grid END AS step,
	p.at_risk,
	p.waiting,
	p.greenwood
FROM product p
CROSS JOIN scale s
WHERE p.users >= 5
	AND p.at_risk >= 5
ORDER BY p.cohort NULLS FIRST, ceil(p.step / s.grid), p.step DESC
