// What is asked of events: sessions, funnels, and cutting a stream into visits.

const set = { max_parallel_workers_per_gather: 1 };

// sessions, bounces, sessions with a checkout, and seconds spent in all
const summary = (duration, minute, seconds, table) => `
	SELECT count(*), count(*) FILTER (WHERE duration < ${minute} AND checkouts = 0),
		   count(*) FILTER (WHERE checkouts > 0), ${seconds}
	  FROM (SELECT session_id, ${duration} AS duration,
				   count(*) FILTER (WHERE event_type = 'checkout') AS checkouts
			  FROM ${table} WHERE event_type <> 'package_shipped' GROUP BY session_id) AS s`;
const in_one_pass = (table) => `
	SELECT (s).sessions, (s).bounces, (s).conversions, extract(epoch FROM (s).total_duration)
	  FROM (SELECT session_summary(session_id, created_at, event_type = 'checkout') AS s
			  FROM ${table} WHERE event_type <> 'package_shipped') AS t`;

// As far as a session gets: sessions by the deepest step
const by_depth = (depths) => `
	SELECT depth, count(*) FROM (${depths}) AS d GROUP BY depth ORDER BY depth`;

// The goal's self-join: each step's rows joined to those of the step before
const self_join = (table) => by_depth(`
	SELECT s.session_id, coalesce(max(f.depth), 0) AS depth
	  FROM (SELECT DISTINCT session_id FROM ${table}) AS s
	  LEFT JOIN (SELECT v.session_id,
					   CASE WHEN c.session_id IS NOT NULL THEN 3 WHEN a.session_id IS NOT NULL THEN 2 ELSE 1 END AS depth
				  FROM (SELECT session_id, created_at FROM ${table} WHERE event_type = 'page_view') AS v
				  LEFT JOIN (SELECT session_id, created_at FROM ${table} WHERE event_type = 'add_to_cart') AS a
					ON a.session_id = v.session_id AND a.created_at >= v.created_at
				   AND a.created_at <= v.created_at + interval '1 hour'
				  LEFT JOIN (SELECT session_id, created_at FROM ${table} WHERE event_type = 'checkout') AS c
					ON c.session_id = a.session_id AND c.created_at >= a.created_at
				   AND c.created_at <= v.created_at + interval '1 hour') AS f
		ON f.session_id = s.session_id
	 GROUP BY s.session_id`);

// Each row carries the latest start of a chain that it can go on with: a
// window a step, all over one order of the rows.  Peers in time are in the
// frame, as they may stand in any order.
const carried = (table) => by_depth(`
	SELECT session_id,
		   max(CASE WHEN event_type = 'checkout' AND created_at <= added + interval '1 hour' THEN 3
					WHEN event_type = 'add_to_cart' AND created_at <= viewed + interval '1 hour' THEN 2
					WHEN event_type = 'page_view' THEN 1 ELSE 0 END) AS depth
	  FROM (SELECT session_id, created_at, event_type, viewed,
				   max(CASE WHEN event_type = 'add_to_cart' AND created_at <= viewed + interval '1 hour' THEN viewed END)
					   OVER (PARTITION BY session_id ORDER BY created_at) AS added
			  FROM (SELECT session_id, created_at, event_type,
						   max(CASE WHEN event_type = 'page_view' THEN created_at END)
							   OVER (PARTITION BY session_id ORDER BY created_at) AS viewed
					  FROM ${table}) AS v) AS a
	 GROUP BY session_id`);

// A chain ends in one row of the last step, so the latest start is found by
// as-of joins; DuckDB has them
const asof_join = (table) => by_depth(`
	SELECT session_id, max(depth) AS depth
	  FROM (SELECT session_id, (event_type = 'page_view')::integer AS depth FROM ${table}
			UNION ALL
			SELECT session_id, 2 FROM added
			UNION ALL
			SELECT c.session_id, 3 FROM (SELECT session_id, created_at FROM ${table} WHERE event_type = 'checkout') AS c
			  ASOF JOIN added AS a ON a.session_id = c.session_id AND c.created_at >= a.created_at
			 WHERE c.created_at <= a.viewed + interval '1 hour') AS d
	 GROUP BY session_id`).replace(/^/, `WITH added AS MATERIALIZED (
		SELECT a.session_id, a.created_at, v.created_at AS viewed
		  FROM (SELECT session_id, created_at FROM ${table} WHERE event_type = 'add_to_cart') AS a
		  ASOF JOIN (SELECT session_id, created_at FROM ${table} WHERE event_type = 'page_view') AS v
			ON v.session_id = a.session_id AND a.created_at >= v.created_at
		 WHERE a.created_at <= v.created_at + interval '1 hour')`);

// Visits of a user, cut where nothing happened for half an hour
const visits_by_lag = (table) => `
	SELECT count(*) FROM (
		SELECT created_at - lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS pause
		  FROM ${table}) AS p
	 WHERE pause IS NULL OR pause > interval '30 minutes'`;
const numbered_by_lag = (table) => `
	SELECT count(*), sum(visit), max(visit) FROM (
		SELECT sum(CASE WHEN pause IS NULL OR pause > interval '30 minutes' THEN 1 ELSE 0 END)
				   OVER (PARTITION BY user_id ORDER BY created_at) AS visit
		  FROM (SELECT user_id, created_at,
					   created_at - lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS pause
				  FROM ${table}) AS p) AS v`;

// Each over the shop's ids, which the goals are about, or over numbers
const over = (type) => ({
	suffix: type === 'bigint' ? '_bigint' : '',
	ids: type === 'bigint' ? ', bigint ids' : '',
	data: type === 'bigint' ? 'events_bigint' : 'events',
	goals: (goals) => type === 'bigint' ? goals.map(({ against }) => ({ against })) : goals,
});

function session_summary({ suffix, ids, data, goals })
{
	return {
		name: `session_summary${suffix}`,
		title: `summary of all sessions${ids}`,
		data,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: in_one_pass(`bench.${data}`) },
			{ name: 'DuckDB', engine: 'duckdb',
				// integers: DuckDB's intervals are slower
				sql: summary("date_diff('microsecond', min(created_at), max(created_at))", '60000000',
					'sum(duration) / 1000000.0', data) },
			{ name: 'PostgreSQL, min, max, count', engine: 'postgres', set,
				sql: summary('max(created_at) - min(created_at)', "interval '1 minute'",
					'extract(epoch FROM sum(duration))', `bench.${data}`) },
			// the least time in which the server gives the rows
			{ name: 'PostgreSQL, the rows counted', engine: 'postgres', set, answers: 'other',
				sql: `SELECT count(*) FROM bench.${data} WHERE event_type <> 'package_shipped'` },
			{ name: 'PostgreSQL, no condition either', engine: 'postgres', set, answers: 'other',
				sql: `SELECT count(*) FROM bench.${data}` },
		],
		goals: goals([
			{ against: 'DuckDB', at_most: 0.35 },
			{ against: 'PostgreSQL, min, max, count', times_faster: 8 },
		]),
	};
}

function funnel({ suffix, ids, data, goals })
{
	return {
		name: `funnel${suffix}`,
		title: `funnel within an hour, all sessions${ids}`,
		data,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: `
					SELECT depth - 1, sessions
					  FROM (SELECT funnel_counts('1 hour', session_id, created_at, event_type = 'page_view',
												 event_type = 'add_to_cart', event_type = 'checkout') AS counts
							  FROM bench.${data}) AS c, unnest(counts) WITH ORDINALITY AS d(sessions, depth)
					 WHERE sessions > 0 ORDER BY depth` },
			{ name: 'DuckDB, as-of joins', engine: 'duckdb', sql: asof_join(data) },
			{ name: 'DuckDB, windows', engine: 'duckdb', sql: carried(data) },
			{ name: 'DuckDB, self-join', engine: 'duckdb', sql: self_join(data) },
			{ name: 'PostgreSQL, self-join', engine: 'postgres', set, sql: self_join(`bench.${data}`) },
		],
		goals: goals([
			{ against: 'DuckDB', at_most: 0.70 },
			{ against: 'PostgreSQL, self-join', times_faster: 5 },
		]),
	};
}

// visits, counted only
function sessionize_counts({ suffix, ids, data, goals })
{
	return {
		name: `sessionize_counts${suffix}`,
		title: `sessionize, counts only${ids}`,
		data,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: `SELECT session_count(user_id, created_at, '30 minutes') FROM bench.${data}` },
			{ name: 'DuckDB', engine: 'duckdb', sql: visits_by_lag(data) },
			{ name: 'PostgreSQL, lag', engine: 'postgres', set, sql: visits_by_lag(`bench.${data}`) },
		],
		goals: goals([
			{ against: 'DuckDB', at_most: 0.45 },
			{ against: 'PostgreSQL, lag', times_faster: 6 },
		]),
	};
}

// visits, a number for each event
function sessionize({ suffix, ids, data, goals })
{
	return {
		name: `sessionize${suffix}`,
		title: `sessionize, window function${ids}`,
		data,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: `SELECT count(*), sum(visit), max(visit) FROM (
						SELECT sessionize(created_at, interval '30 minutes')
								   OVER (PARTITION BY user_id ORDER BY created_at) AS visit
						  FROM bench.${data}) AS v` },
			{ name: 'DuckDB', engine: 'duckdb', sql: numbered_by_lag(data) },
			{ name: 'PostgreSQL, lag and sum', engine: 'postgres', set, sql: numbered_by_lag(`bench.${data}`) },
		],
		goals: goals([{ against: 'PostgreSQL, lag and sum', times_faster: 1.3 }]),
	};
}

export const rows = [over('text'), over('bigint')].flatMap((ids) =>
	[session_summary, funnel, sessionize_counts, sessionize].map((row) => row(ids)));
