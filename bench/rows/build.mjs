// CALL greenery_build() on the whole shop, with 1 % of its rows changed since the
// build before, against making the same tables anew and testing them one query
// a test, as dbt does.

const set = { max_parallel_workers_per_gather: 1 };
const quote = (text) => `'${String(text).replace(/'/g, "''")}'`;

// The published tables, in a shape that both sides can be asked about
const answer = (schema) => `
	SELECT count(*), sum(order_total) FROM ${schema}.fact_user_orders
	UNION ALL SELECT count(*), extract(epoch FROM sum(duration))::numeric FROM ${schema}.fact_user_sessions
	UNION ALL SELECT count(*), count(DISTINCT user_id) FROM ${schema}.fact_events
	UNION ALL SELECT sessions_viewed, sessions_bought FROM ${schema}.session_funnel
	UNION ALL SELECT count(*), sum(orders) FROM ${schema}.dim_users
	UNION ALL SELECT sum(numerator), sum(denominator) FROM ${schema}.metrics`;

// 1 % of orders and events, others each time: three of 256 first bytes of an id
let step = 0;

async function change(bench)
{
	const prefixes = [0, 1, 2].map((n) => ((3 * step + n) % 256).toString(16).padStart(2, '0'));
	const some = (column) => `left(${column}, 2) IN (${prefixes.map(quote).join(', ')})`;
	const statements = [
		`UPDATE greenery.orders SET delivered_at = delivered_at + interval '1 minute' WHERE ${some('order_id')}`,
		`UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE ${some('event_id')}`,
	];

	step++;
	for (const sql of statements)
		await bench.pg.query(sql);
	for (const table of ['greenery.orders', 'greenery.events'])
		await bench.pg.query(`VACUUM (ANALYZE) ${table}`);
	for (const [table] of await bench.pg.query(`SELECT oid::regclass FROM pg_class
			WHERE relnamespace = 'greenery_published'::regnamespace AND relkind = 'r'`))
		await bench.pg.query(`VACUUM (ANALYZE) ${table}`);
	await bench.pg.query('CHECKPOINT');
}

// One query for one test; null for kinds that a table made anew cannot fail
function test_query({ kind, column, args, relation })
{
	const where = args.where ? ` AND (${args.where})` : '';
	const count = (condition) => `SELECT count(*) FROM ${relation} t WHERE (${condition})${where}`;
	const duplicates = (columns) => `SELECT count(*) FROM (SELECT 1 FROM ${relation} t
		WHERE ${columns.map((name) => `${name} IS NOT NULL`).join(' AND ')}${where}
		GROUP BY ${columns.join(', ')} HAVING count(*) > 1) d`;

	switch (kind)
	{
		case 'not_null':
			return count(`${column} IS NULL`);
		case 'unique':
			return duplicates([column]);
		case 'unique_combination':
			return duplicates(args.columns);
		case 'accepted_values':
			return count(`${column}::text NOT IN (${args.values.map(quote).join(', ')})`);
		case 'relationships':
			return count(`${column} IS NOT NULL AND NOT EXISTS
				(SELECT 1 FROM ${args.to} p WHERE p.${args.field} = t.${column})`);
		case 'range':
			return count([
				...args.min === undefined ? [] : [`${column} ${args.inclusive === false ? '<=' : '<'} ${quote(args.min)}`],
				...args.max === undefined ? [] : [`${column} ${args.inclusive === false ? '>=' : '>'} ${quote(args.max)}`],
			].join(' OR '));
		case 'expression':
			return count(`NOT (${args.expression})`);
		case 'matches':
			return count(`${column}::text !~ ${quote(args.pattern)}`);
		case 'email':
			return count(`NOT public.is_email(${column})`);
		case 'phone':
			return count(`${column} IS NOT NULL AND public.normalize_phone(${column}) IS NULL`);
		case 'row_count':
			return `SELECT count(*) FROM ${relation}`;
		default:
			return null;
	}
}

// Make every mart, one after the other, each from the tables made before it
async function rebuild_statements(pg)
{
	const statements = [];
	const made = new Map();
	const models = (await pg.query(`SELECT model, relation, layer FROM greenery.build_order
		ORDER BY level, model COLLATE "C"`)).map(([model, relation, layer]) => ({ model, relation, layer }));
	const tests = (await pg.query(`SELECT json_build_object('relation', model, 'kind', kind,
		'column', column_name, 'args', args) FROM greenery.data_tests WHERE enabled ORDER BY test_id`))
		.map(([json]) => JSON.parse(json));

	statements.push('SET search_path = bench_rebuilt, greenery, pg_temp');
	for (const { model, relation, layer } of models)
	{
		if (layer === 'mart')
		{
			await pg.query('SET search_path = greenery');
			const [[definition]] = await pg.query(
				`SELECT replace(pg_get_viewdef('${relation}'::regclass), E'\\n', ' ')`);

			statements.push(`CREATE TABLE bench_rebuilt.${model} AS ${definition}`,
				`ANALYZE bench_rebuilt.${model}`);
			made.set(relation, `bench_rebuilt.${model}`);
		}
		for (const test of tests.filter((candidate) => candidate.relation === relation))
		{
			if (test.args.to !== undefined)
				test.args.to = made.get(test.args.to) ?? test.args.to;
			const query = test_query({ ...test, relation: made.get(relation) ?? relation });

			if (query !== null)
				statements.push(query);
		}
	}
	await pg.query('RESET search_path');
	return statements;
}

async function drop_rebuilt({ pg })
{
	await pg.query('SET client_min_messages = warning');
	await pg.query('DROP SCHEMA IF EXISTS bench_rebuilt CASCADE');
	await pg.query('CREATE SCHEMA bench_rebuilt');
	await pg.query('CHECKPOINT');
}

export const rows = [
	{
		name: 'build',
		title: 'CALL greenery_build(), 1 % changed',
		data: 'shop',
		prepare: async (bench, row) => {
			// the first build publishes everything
			await bench.pg.query('CALL greenery_build()');
			row.contenders[1].sql = await rebuild_statements(bench.pg);
		},
		contenders: [
			{ name: 'greenery', engine: 'postgres', set, before: change,
				sql: 'CALL greenery_build()', check: answer('greenery_published') },
			{ name: 'PostgreSQL, create table as', engine: 'postgres', set, before: drop_rebuilt,
				check: answer('bench_rebuilt') },
		],
		goals: [
			{ against: 'DuckDB', at_most: 1.5 },
			{ against: 'PostgreSQL, create table as', times_faster: 3 },
		],
	},
];
