// CALL greenery_build() on the whole shop, with 1 % of its rows changed since the
// build before, against making the same tables anew and testing them one query
// a test, as dbt does.

import { forget_builds } from '../datasets.mjs';
import { marts, preparation } from './build_duckdb.mjs';

const set = { max_parallel_workers_per_gather: 1 };
const quote = (text) => `'${String(text).replace(/'/g, "''")}'`;

// What all sides can be asked about: numbers that change with what is changed
const answer = (schema) => `
	SELECT * FROM (
		SELECT 1, count(*), sum(order_total), sum(order_number) FROM ${schema}.fact_user_orders
		UNION ALL SELECT 2, count(*), sum(extract(epoch FROM session_end - session_start)), sum(page_views) FROM ${schema}.fact_user_sessions
		UNION ALL SELECT 3, count(*), count(DISTINCT user_id), count(DISTINCT page_kind) FROM ${schema}.fact_events
		UNION ALL SELECT 4, count(*), count(product_id), count(DISTINCT product_id) FROM ${schema}.fact_user_content_pageviews
		UNION ALL SELECT 5, count(*), count(DISTINCT order_id), count(DISTINCT page_kind) FROM ${schema}.fact_user_order_pageviews
		UNION ALL SELECT 6, sessions_viewed, sessions_added, sessions_bought FROM ${schema}.session_funnel
		UNION ALL SELECT 7, sum(sessions_viewed), sum(sessions_added), sum(sessions_bought) FROM ${schema}.product_funnel
		UNION ALL SELECT 8, count(*), sum(orders), sum(lifetime_value) FROM ${schema}.dim_users
		UNION ALL SELECT 9, count(*), sum(units), sum(items_amount) FROM ${schema}.dim_order_products
		UNION ALL SELECT 10, sum(buyers), sum(reorder_buyers), sum(first_order_repeaters) FROM ${schema}.product_reorder
		UNION ALL SELECT 11, count(*), sum(users), sum(repeaters) FROM ${schema}.repeat_by_delivery_days
		UNION ALL SELECT 12, count(*), round(sum(numerator), 2), round(sum(denominator), 2) FROM ${schema}.metrics) AS a
	 ORDER BY 1`;

// Marts whose statistics DuckDB is spared: their tests may name columns of these
const STATISTICS = /^(cohort_retention|product_reorder|repeat_by_|repeat_indicators|user_repeat_)/;

// What a contender reads, into memory again: what the one before it has made, as large
// as the shop, has pushed it out
async function read_in(pg, ...schemas)
{
	await pg.query(`SELECT sum(pg_prewarm(c.oid)) FROM pg_class c
		WHERE c.relnamespace::regnamespace::text IN (${schemas.map(quote).join(', ')}) AND c.relkind IN ('r', 'i')`);
}

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
	// what PostgreSQL has made, as large as the shop, takes room in memory
	await drop_made(bench.pg);
	for (const sql of statements)
	{
		await bench.pg.query(sql);
		await bench.duck?.query(sql.replace('greenery.', ''));
	}
	await bench.duck?.query('CHECKPOINT');
	for (const table of ['greenery.orders', 'greenery.events'])
		await bench.pg.query(`VACUUM (ANALYZE) ${table}`);
	for (const [table] of await bench.pg.query(`SELECT oid::regclass FROM pg_class
			WHERE relnamespace = 'greenery_published'::regnamespace AND relkind = 'r'`))
		await bench.pg.query(`VACUUM (ANALYZE) ${table}`);
	await bench.pg.query('CHECKPOINT');
	await read_in(bench.pg, 'greenery_published', 'greenery');
}

const in_duckdb = (expression) => expression
	.replaceAll('(SELECT greenery.clock())', 'now()::timestamp')
	.replaceAll('SELECT FROM', 'SELECT 1 FROM')
	.replaceAll('greenery.', '');

// One query for one test; null for kinds that a table made anew cannot fail
function test_query({ kind, column, args, relation }, engine)
{
	const functions = engine === 'postgres' ? 'public.' : '';
	const spoken = engine === 'postgres' ? (expression) => expression : in_duckdb;
	const where = args.where ? ` AND (${spoken(args.where)})` : '';
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
			return count(`NOT (${spoken(args.expression)})`);
		case 'matches':
			return count(engine === 'postgres' ? `${column}::text !~ ${quote(args.pattern)}`
				: `NOT regexp_matches(${column}::text, ${quote(args.pattern)})`);
		case 'email':
			return count(`NOT ${functions}is_email(${column})`);
		case 'phone':
			return count(`${column} IS NOT NULL AND ${functions}normalize_phone(${column}) IS NULL`);
		case 'row_count':
			return `SELECT count(*) FROM ${relation}`;
		default:
			return null;
	}
}

// Make every mart, one after the other, each from the tables made before it, and
// test each model before the next is made; with primary keys, if wanted, as published
// tables have them
async function rebuild_statements(pg, engine, with_keys = false)
{
	const statements = [];
	const models = (await pg.query(`SELECT model, relation, layer, array_to_string(key, ', ') FROM greenery.build_order
		ORDER BY level, model COLLATE "C"`)).map(([model, relation, layer, key]) => ({ model, relation, layer, key }));
	const tests = (await pg.query(`SELECT json_build_object('relation', model, 'kind', kind,
		'column', column_name, 'args', args) FROM greenery.data_tests WHERE enabled ORDER BY test_id`))
		.map(([json]) => JSON.parse(json));
	// where a relation's rows are to be read
	const place = (relation) => {
		const { model, layer } = models.find((candidate) => candidate.relation === relation);

		return engine === 'duckdb' ? model : layer === 'mart' ? `bench_rebuilt.${model}` : relation;
	};

	const definition = async (relation) => await pg.value(
		`SELECT translate(pg_get_viewdef('${relation}'::regclass), E'\n', ' ')`);
	// views of the extension over marts, which are to read the tables made
	const helpers = engine === 'duckdb' ? [] : (await pg.query(`SELECT v.oid::regclass, v.relname,
			string_agg(DISTINCT m.model, ' '), EXISTS (SELECT FROM greenery.intermediate_models s WHERE s.view = v.relname)
		FROM pg_class v
		JOIN pg_rewrite w ON w.ev_class = v.oid
		JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.deptype = 'n'
		JOIN greenery.models m ON m.layer = 'mart' AND m.relation::regclass = d.refobjid
		WHERE v.relkind = 'v' AND v.relnamespace = 'greenery'::regnamespace
			AND v.oid NOT IN (SELECT o.relation::regclass FROM greenery.models o)
		GROUP BY v.oid, v.relname ORDER BY v.relname COLLATE "C"`))
		.map(([view, name, reads, stored]) => ({ view, name, reads: reads.split(' '), stored: stored === 't' }));
	const made = new Set();

	if (engine === 'postgres')
	{
		statements.push('SET search_path = bench_rebuilt, greenery, pg_temp');
		await pg.query('SET search_path = greenery');
	}
	for (const { model, relation, layer, key } of models)
	{
		if (layer === 'mart' && engine === 'duckdb' && marts[model] === undefined)
			continue;
		for (const helper of helpers.filter(({ reads }) => reads.every((mart) => made.has(mart))))
		{
			statements.push(`CREATE ${helper.stored ? 'TABLE' : 'VIEW'} bench_rebuilt.${helper.name}
				AS ${await definition(helper.view)}`);
			if (helper.stored)
				statements.push(`ANALYZE bench_rebuilt.${helper.name}`);
			helpers.splice(helpers.indexOf(helper), 1);
		}
		made.add(model);
		if (layer === 'mart' && engine === 'duckdb')
			statements.push(`CREATE TABLE ${model} AS ${marts[model]}`);
		else if (layer === 'mart')
			statements.push(`CREATE TABLE ${place(relation)} AS ${await pg.value(
				`SELECT translate(pg_get_viewdef('${relation}'::regclass), E'\\n', ' ')`)}`,
				`ANALYZE ${place(relation)}`);
		if (layer === 'mart' && with_keys)
			statements.push(`ALTER TABLE ${place(relation)} ADD PRIMARY KEY (${key})`);
		for (const test of tests.filter((candidate) => candidate.relation === relation))
		{
			if (test.args.to !== undefined)
				test.args.to = place(test.args.to);
			const query = test_query({ ...test, relation: place(relation) }, engine);

			if (query !== null && (engine === 'postgres' || layer !== 'mart' || !STATISTICS.test(model)))
				statements.push(query);
		}
	}
	await pg.query('RESET search_path');
	return statements;
}

// DuckDB's marts have their names beside the raw tables'
async function drop_marts({ duck })
{
	for (const mart of Object.keys(marts))
		await duck.query(`DROP TABLE IF EXISTS ${mart}`);
	await duck.query('CHECKPOINT');
}

// DuckDB's marts are simpler than ours: tests of what they do not have are left out, in its
// favour
async function understood(bench, statements)
{
	const kept = [];

	await drop_marts(bench);
	for (const sql of statements)
		try
		{
			await bench.duck.query(sql);
			kept.push(sql);
		}
		catch (error)
		{
			if (sql.startsWith('CREATE'))
				throw error;
		}
	await drop_marts(bench);
	return kept;
}

async function drop_made(pg)
{
	await pg.query('SET client_min_messages = warning');
	await pg.query('DROP SCHEMA IF EXISTS bench_rebuilt CASCADE');
	await pg.query('CREATE SCHEMA bench_rebuilt');
}

async function drop_rebuilt({ pg })
{
	await drop_made(pg);
	await pg.query('CHECKPOINT');
	await read_in(pg, 'greenery');
}

async function forget({ pg })
{
	for (const sql of forget_builds)
		await pg.query(sql);
	await pg.query('CHECKPOINT');
	await read_in(pg, 'greenery');
}

async function finish({ pg, duck })
{
	await pg.query('RESET search_path; SET client_min_messages = warning; DROP SCHEMA IF EXISTS bench_rebuilt CASCADE');
	if (duck !== null)
		await drop_marts({ duck });
}

export const rows = [
	{
		// a filter on one user must not read everybody's events
		name: 'look_up',
		title: 'sessions of one user, 100 users',
		data: 'shop',
		prepare: async (bench, row) => {
			const users = await bench.pg.query('SELECT user_id FROM greenery.users ORDER BY user_id LIMIT 100');

			row.contenders[0].sql = users.map(([user]) =>
				`SELECT * FROM greenery.fact_user_sessions WHERE user_id = ${quote(user)}`);
		},
		contenders: [
			{ name: 'greenery, fact_user_sessions', engine: 'postgres', set, answers: 'other' },
			{ name: 'the whole view, counted', engine: 'postgres', set, answers: 'other',
				sql: 'SELECT count(duration) FROM greenery.fact_user_sessions' },
		],
		goals: [{ against: 'the whole view, counted', at_most: 0.10 }],
	},
	{
		// nothing is published yet, and no history recorded
		name: 'first_build',
		title: 'CALL greenery_build(), the first',
		data: 'shop',
		prepare: async (bench, row) => {
			// there must be one for the histories that the others read
			await bench.pg.query('CALL greenery_build()');
			row.contenders[1].sql = await rebuild_statements(bench.pg, 'postgres', true);
		},
		contenders: [
			{ name: 'greenery', engine: 'postgres', set, before: forget,
				sql: 'CALL greenery_build()', check: answer('greenery_published') },
			{ name: 'PostgreSQL, create table as, primary keys', engine: 'postgres', set, before: drop_rebuilt,
				check: answer('bench_rebuilt') },
		],
		finish,
		goals: [{ against: 'PostgreSQL, create table as, primary keys' }],
	},
	{
		name: 'build',
		title: 'CALL greenery_build(), 1 % changed',
		data: 'shop',
		prepare: async (bench, row) => {
			// the first build publishes everything
			await bench.pg.query('CALL greenery_build()');
			for (const contender of row.contenders.slice(1))
				contender.sql = await rebuild_statements(bench.pg, contender.engine);
			if (bench.duck)
			{
				await bench.duck.query(preparation);
				row.contenders[1].sql = await understood(bench, row.contenders[1].sql);
			}
		},
		contenders: [
			{ name: 'greenery', engine: 'postgres', set, before: change,
				sql: 'CALL greenery_build()', check: answer('greenery_published') },
			// its marts are an earlier, simpler state of ours: other numbers, and less to do
			{ name: 'DuckDB, create table as', engine: 'duckdb', before: drop_marts, answers: 'other' },
			{ name: 'PostgreSQL, create table as', engine: 'postgres', set, before: drop_rebuilt,
				check: answer('bench_rebuilt') },
		],
		finish,
		goals: [
			{ against: 'DuckDB', at_most: 1.5 },
			{ against: 'PostgreSQL, create table as', times_faster: 3 },
		],
	},
];
