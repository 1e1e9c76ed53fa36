// repeat_rate over orders with ids of one kind, exact and as a sketch, and greenery_repeat_rate().

// The user bought again if his least and greatest order differ: the fastest
// formulation there is for engines that group.
const least_and_greatest = (table) => `
	SELECT count(*) FILTER (WHERE low < high)::double precision / count(low)
	  FROM (SELECT min(order_id) AS low, max(order_id) AS high
			  FROM ${table} WHERE user_id IS NOT NULL GROUP BY user_id) AS u`;

// What people write
const count_distinct = (table) => `
	SELECT count(*) FILTER (WHERE orders >= 2)::double precision / count(*) FILTER (WHERE orders >= 1)
	  FROM (SELECT count(DISTINCT order_id) AS orders
			  FROM ${table} WHERE user_id IS NOT NULL GROUP BY user_id) AS u`;

function repeat_rate(kind, title, { ids = '', processes, duckdb, seed, scan })
{
	const table = `bench.orders_${kind}`;
	const set = { max_parallel_workers_per_gather: processes - 1 };
	const row = {
		name: `repeat_rate_${kind}` + (processes === 1 ? '_serial' : ''),
		title: `repeat_rate(${title}), ${ids}` + (processes === 1 ? 'serial' : `${processes} processes`),
		data: `orders_${kind}`,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: `SELECT repeat_rate(user_id, order_id) FROM ${table}` },
			{ name: 'DuckDB', engine: 'duckdb', sql: least_and_greatest(`orders_${kind}`) },
		],
		goals: [{ against: 'DuckDB', at_most: duckdb }],
	};

	if (scan !== undefined)
	{
		row.contenders.push({ name: 'two counts', engine: 'postgres', set, answers: 'other',
			sql: `SELECT count(user_id), count(order_id) FROM ${table}` });
		row.goals.push({ against: 'two counts', at_most: scan });
	}
	if (seed !== undefined)
	{
		row.contenders.push({ name: 'PostgreSQL, count(distinct)', engine: 'postgres', set, sql: count_distinct(table) });
		// PostgreSQL has no min(uuid) before version 18
		if (kind !== 'uuid')
			row.contenders.push({ name: 'PostgreSQL, min < max', engine: 'postgres', set, sql: least_and_greatest(table) });
		row.goals.push({ against: 'PostgreSQL, count(distinct)', times_faster: seed });
	}
	return row;
}

// A sketch of as many users as it has by default, beside the exact aggregate and the
// least that any aggregate of both columns takes
function sketch(kind, title, { ids = '', exact })
{
	const table = `bench.orders_${kind}`;
	const set = { max_parallel_workers_per_gather: 0 };
	const row = {
		name: `repeat_sketch_${kind}`,
		title: `repeat_rate(repeat_sketch_agg(${title})), ${ids}serial`,
		data: `orders_${kind}`,
		contenders: [
			{ name: 'greenery', engine: 'postgres', set, answers: 'other',
				sql: `SELECT repeat_rate(repeat_sketch_agg(user_id, order_id)) FROM ${table}` },
			{ name: 'exact', engine: 'postgres', set, answers: 'other',
				sql: `SELECT repeat_rate(user_id, order_id) FROM ${table}` },
			{ name: 'two counts', engine: 'postgres', set, answers: 'other',
				sql: `SELECT count(user_id), count(order_id) FROM ${table}` },
		],
		goals: [{ against: 'two counts', at_most: 1.10 }],
	};

	if (exact !== undefined)
		row.goals.push({ against: 'exact', at_most: exact });
	return row;
}

// The shop's own rate, against the aggregate on the same columns
const shops_rate = (row) => ({
	...row,
	data: 'raw_orders',
	contenders: [
		{ name: 'greenery', engine: 'postgres', set: { max_parallel_workers_per_gather: 1 },
			sql: 'SELECT greenery_repeat_rate()' },
		{ name: 'the aggregate', engine: 'postgres', set: { max_parallel_workers_per_gather: 1 },
			sql: 'SELECT repeat_rate(user_id, order_id) FROM greenery.orders' },
	],
	goals: [{ against: 'the aggregate', at_most: 1.00 }],
});

export const rows = [
	repeat_rate('bigint', 'bigint, bigint', { processes: 2, duckdb: 0.50, seed: 14 }),
	repeat_rate('bigint', 'bigint, bigint', { processes: 1, duckdb: 0.60, scan: 1.30 }),
	// the goals are about the shop's numbers, which are a sequence's
	repeat_rate('scattered', 'bigint, bigint', { ids: 'scattered ids, ', processes: 2 }),
	repeat_rate('scattered', 'bigint, bigint', { ids: 'scattered ids, ', processes: 1 }),
	repeat_rate('uuid', 'uuid, uuid', { processes: 2, duckdb: 0.70, seed: 10 }),
	repeat_rate('uuid', 'uuid, uuid', { processes: 1, duckdb: 0.95, seed: 10 }),
	repeat_rate('text', 'text, text', { processes: 2, duckdb: 1.00, seed: 10 }),
	// of a sequence's numbers the exact aggregate takes little more than the scan: no goal against it
	sketch('bigint', 'bigint, bigint', {}),
	sketch('scattered', 'bigint, bigint', { ids: 'scattered ids, ', exact: 0.40 }),
	sketch('uuid', 'uuid, uuid', { exact: 0.40 }),
	sketch('text', 'text, text', {}),
	shops_rate({ name: 'greenery_repeat_rate', title: 'greenery_repeat_rate()' }),
	shops_rate({ name: 'greenery_repeat_rate_unique', title: 'greenery_repeat_rate(), unique index on orders',
		prepare: ({ pg }) => pg.query('CREATE UNIQUE INDEX bench_once ON greenery.orders (clean_text(order_id))'),
		finish: ({ pg }) => pg.query('DROP INDEX greenery.bench_once') }),
];
