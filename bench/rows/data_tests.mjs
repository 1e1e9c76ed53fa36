// Data tests: twelve of one model in one call, and unique alone.

const set = { max_parallel_workers_per_gather: 1 };
const EMAIL = "'^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$'";

const not_null = (column) => (t) => `SELECT count(*) FROM ${t('model')} WHERE ${column} IS NULL`;
const unique = (column) => (t) =>
	`SELECT count(*) FROM (SELECT 1 FROM ${t('model')} WHERE ${column} IS NOT NULL
		GROUP BY ${column} HAVING count(*) > 1) AS d`;
const at_least_0 = (column) => (t) => `SELECT count(*) FROM ${t('model')} WHERE ${column} < 0`;

// kind, column, arguments; and the query that answers the same for one test
const tests = [
	['not_null', 'order_id', '{}', not_null('order_id')],
	['not_null', 'user_id', '{}', not_null('user_id')],
	['not_null', 'created_at', '{}', not_null('created_at')],
	['not_null', 'tracking_id', '{}', not_null('tracking_id')],
	['unique', 'order_id', '{}', unique('order_id')],
	['unique', 'tracking_id', '{}', unique('tracking_id')],
	['range', 'order_cost', '{"min": 0}', at_least_0('order_cost')],
	['range', 'shipping_cost', '{"min": 0}', at_least_0('shipping_cost')],
	['range', 'order_total', '{"min": 0}', at_least_0('order_total')],
	['accepted_values', 'status', '{"values": ["preparing", "shipped", "delivered"]}',
		(t) => `SELECT count(*) FROM ${t('model')} WHERE status NOT IN ('preparing', 'shipped', 'delivered')`],
	['email', 'email', '{}', (t, engine) => engine === 'duckdb'
		? `SELECT count(*) FROM ${t('model')} WHERE NOT regexp_full_match(email, '[^@\\s]+@[^@\\s]+\\.[^@\\s]+')`
		: `SELECT count(*) FROM ${t('model')} WHERE email !~ ${EMAIL}`],
	['relationships', 'user_id', '{"to": "bench.users", "field": "user_id"}',
		(t) => `SELECT count(*) FROM ${t('model')} AS m WHERE user_id IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM ${t('users')} AS u WHERE u.user_id = m.user_id)`],
];

const in_postgres = (table) => `bench.${table}`;
const in_duckdb = (table) => table;

export const rows = [
	{
		name: 'twelve_tests',
		title: 'twelve tests of one model',
		data: 'model',
		// the few rows that fail are within what the tests allow
		prepare: async ({ pg }) => {
			for (const [kind, column, args] of tests)
				await pg.query(`SELECT greenery_add_test('bench.model', '${kind}', '${column}',
					'${args}', error_above => '1000')`);
		},
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: "SELECT failures FROM greenery_test('bench.model') ORDER BY test_id" },
			{ name: 'DuckDB', engine: 'duckdb', sql: tests.map((test) => test[3](in_duckdb, 'duckdb')) },
			{ name: 'PostgreSQL, twelve queries', engine: 'postgres', set,
				sql: tests.map((test) => test[3](in_postgres, 'postgres')) },
		],
		goals: [
			{ against: 'DuckDB', at_most: 1.2 },
			{ against: 'PostgreSQL, twelve queries', times_faster: 8 },
		],
	},
	{
		name: 'two_unique',
		title: 'two unique tests',
		data: 'model',
		contenders: [
			{ name: 'greenery', engine: 'postgres', set,
				sql: `SELECT unnest(ARRAY[duplicate_count(order_id), duplicate_count(tracking_id)])
					FROM bench.model` },
			{ name: 'DuckDB', engine: 'duckdb',
				sql: ['order_id', 'tracking_id'].map((column) => unique(column)(in_duckdb)) },
			{ name: 'PostgreSQL, two queries', engine: 'postgres', set,
				sql: ['order_id', 'tracking_id'].map((column) => unique(column)(in_postgres)) },
		],
		goals: [{ against: 'DuckDB', at_most: 0.80 }],
	},
];
