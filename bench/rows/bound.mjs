// The shop's own tables against the raw tables: the same rows in a second database, where
// each source is bound to one table with a filter.

const quote = (text) => `'${String(text).replace(/'/g, "''")}'`;
const sources = {
	users: 'user_id', addresses: 'address_id', products: 'product_id', promos: 'promo_id',
	orders: 'order_id', order_items: 'order_id, product_id', events: 'event_id',
};

// psql goes to another database; the settings of a session end with it
async function go_to({ pg }, database)
{
	await pg.query(`\\connect ${database} \\\\`);
	await pg.query('SET client_min_messages = warning; SET max_parallel_workers_per_gather = 1');
}

async function make_bound(bench)
{
	const { pg } = bench;

	await pg.query('CALL greenery_build()');
	await go_to(bench, 'postgres');
	await pg.query('DROP DATABASE IF EXISTS bench_bound');
	await pg.query('CREATE DATABASE bench_bound TEMPLATE bench');
	await go_to(bench, 'bench_bound');
	await pg.query('CREATE SCHEMA shop');
	for (const [source, key] of Object.entries(sources))
	{
		// a cart is no order: a column that the filter looks at
		await pg.query(`CREATE TABLE shop.${source} AS SELECT s.*, false AS is_cart FROM greenery.${source} s`);
		await pg.query(`ALTER TABLE shop.${source} ADD PRIMARY KEY (${key})`);
		await pg.query(`TRUNCATE greenery.${source}`);
	}
	await pg.query('CREATE INDEX ON shop.orders (user_id)');
	await pg.query('CREATE INDEX ON shop.orders (created_at)');
	await pg.query('CREATE INDEX ON shop.events (session_id)');
	await pg.query('CREATE INDEX ON shop.events (user_id)');
	for (const source of Object.keys(sources))
	{
		const columns = await pg.value(`SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
			WHERE attrelid = 'greenery.${source}'::regclass AND attnum > 0 AND NOT attisdropped`);

		await pg.query(`SELECT count(*) FROM greenery_bind('${source}',
			'SELECT ${columns} FROM shop.${source} WHERE NOT is_cart')`);
	}
	await pg.query('VACUUM ANALYZE');
	await pg.query('CALL greenery_build()');
	await go_to(bench, 'bench');
	// raw tables without a proof that an order comes once, and bound ones with
	await pg.query('CREATE UNIQUE INDEX IF NOT EXISTS bench_once ON greenery.orders (clean_text(order_id))');
}

const step = { bench: 0, bench_bound: 0 };

// 1 % of orders and events, the same ones in both databases
async function change(bench, database, schema)
{
	await go_to(bench, database);
	const prefixes = [0, 1, 2].map((n) => ((3 * step[database] + n) % 256).toString(16).padStart(2, '0'));
	const some = (column) => `left(${column}, 2) IN (${prefixes.map(quote).join(', ')})`;

	step[database]++;
	await bench.pg.query(`UPDATE ${schema}.orders SET delivered_at = delivered_at + interval '1 minute' WHERE ${some('order_id')}`);
	await bench.pg.query(`UPDATE ${schema}.events SET created_at = created_at + interval '1 second' WHERE ${some('event_id')}`);
	await bench.pg.query('VACUUM (ANALYZE)');
	await bench.pg.query('CHECKPOINT');
}

const answer = `SELECT count(*), sum(order_total), sum(order_number) FROM greenery_published.fact_user_orders`;
const raw = (before, sql, more = {}) => ({ name: 'raw tables', engine: 'postgres', before, sql, ...more });
const bound = (before, sql, more = {}) => ({ name: 'bound tables', engine: 'postgres', before, sql, ...more });
const to_raw = (bench) => go_to(bench, 'bench');
const to_bound = (bench) => go_to(bench, 'bench_bound');

async function finish(bench)
{
	await to_raw(bench);
	await bench.pg.query('DROP DATABASE IF EXISTS bench_bound');
	await bench.pg.query('DROP INDEX IF EXISTS greenery.bench_once');
}

export const rows = [
	{
		name: 'bound_build',
		title: 'CALL greenery_build() over bound tables, 1 % changed',
		data: 'shop',
		prepare: make_bound,
		contenders: [
			bound((bench) => change(bench, 'bench_bound', 'shop'), 'CALL greenery_build()', { check: answer }),
			raw((bench) => change(bench, 'bench', 'greenery'), 'CALL greenery_build()', { check: answer }),
		],
		finish: to_raw,
		goals: [{ against: 'raw tables', at_most: 1.2 }],
	},
	{
		name: 'bound_unchanged',
		title: 'CALL greenery_build() over bound tables, nothing changed',
		data: 'shop',
		contenders: [
			bound(to_bound, 'CALL greenery_build()', { check: answer }),
			raw(to_raw, 'CALL greenery_build()', { check: answer }),
		],
		finish: to_raw,
		goals: [{ against: 'raw tables', at_most: 1.2 }],
	},
	{
		name: 'bound_rate',
		title: 'greenery_repeat_rate() over bound tables',
		data: 'shop',
		contenders: [
			bound(to_bound, 'SELECT greenery_repeat_rate()'),
			raw(to_raw, 'SELECT greenery_repeat_rate()'),
		],
		finish,
		goals: [{ against: 'raw tables', at_most: 1.05 }],
	},
];
