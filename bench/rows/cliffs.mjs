// Plan cliffs: every view and every function that reads models, right after the shop
// has been loaded, without statistics, and in turn in a copy that is analyzed.
//
// A live view is planned anew from the raw tables, and what the planner does not know
// it guesses: where it guesses one row it may compute the rest of a view once a row.
// Nothing vacuums or analyzes by itself here (see scripts/bench).

import { loadavg } from 'node:os';
import { Postgres } from '../postgres.mjs';

const TIMES_SLOWER = 5;			// that a reader without statistics may wait
const NOISE = 0.1;				// seconds below which nothing is judged
const LONGEST = 60;				// seconds, at ten sample shops
const SLOW = 2;					// seconds from which one measurement is enough

// Sizes, in sample shops of 130 users and 3700 events.  Larger figures of SCALE count
// rows, for other rows of the table.
const scales = (process.env.SCALE ?? '').split(/[\s,]+/).map(Number);
const sizes = scales.every((scale) => scale >= 1 && scale <= 1000) ? scales : [1, 10];

const events_but = (columns) => [
	`CREATE TEMPORARY TABLE event AS SELECT ${columns} FROM greenery.events`,
	'TRUNCATE greenery.events',
	`INSERT INTO greenery.events (event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id)
		SELECT * FROM event`,
	'DROP TABLE event',
];

// The shop's own tables: numbers for ids, no index but on them, times without a zone, and
// a filter
const own_tables = () => Object.entries({
	users: { ids: ['user_id', 'address_id'], key: 'user_id' },
	addresses: { ids: ['address_id'], key: 'address_id' },
	products: { ids: ['product_id'], key: 'product_id' },
	promos: { ids: [], key: 'promo_id' },
	orders: { ids: ['order_id', 'user_id', 'address_id'], key: 'order_id' },
	order_items: { ids: ['order_id', 'product_id'], key: 'order_id, product_id' },
	events: { ids: ['user_id', 'order_id', 'product_id'], key: 'event_id' },
}).flatMap(([source, { ids, key }]) => [
	`DO $do$ BEGIN
		EXECUTE (SELECT format('CREATE TABLE own.${source} AS SELECT false AS is_hidden, %s FROM greenery.${source}',
				string_agg(CASE WHEN a.attname = ANY ('{${ids.join(',')}}') THEN format('(''x'' || left(md5(%1$I), 15))::bit(60)::bigint AS %1$I', a.attname)
						WHEN a.atttypid = 'timestamptz'::regtype THEN format('%1$I AT TIME ZONE ''UTC'' AS %1$I', a.attname)
						ELSE quote_ident(a.attname) END, ', ' ORDER BY a.attnum))
			FROM pg_attribute a WHERE a.attrelid = 'greenery.${source}'::regclass AND a.attnum > 0 AND NOT a.attisdropped);
	END $do$`,
	`ALTER TABLE own.${source} ADD PRIMARY KEY (${key})`,
	`TRUNCATE greenery.${source}`,
	`SELECT count(*) FROM greenery_bind('${source}', 'SELECT * FROM own.${source} WHERE NOT is_hidden', time_zone => 'UTC')`,
]);

// Shops, and the test that each fails for being what it is
const SHOPS = [
	{ name: 'users', alter: [], fails: [] },
	{ name: 'bound', alter: ['CREATE SCHEMA own', ...own_tables()], fails: [] },
	{ name: 'anonymous', fails: [102],
		alter: events_but('event_id, session_id, NULL, page_url, created_at, event_type, order_id, product_id') },
	{ name: 'no session ids', fails: [103],
		alter: events_but('event_id, NULL, user_id, page_url, created_at, event_type, order_id, product_id') },
];

// Functions that read models, with their arguments
const FUNCTIONS = [
	'greenery_as_of()',
	'greenery_repeat_horizon()',
	'greenery_repeat_rate()',
	"greenery_repeat_rate('2021-08-02', '2021-11-01')",
	'greenery_repeat_rate_summary()',
	'greenery_repeat_features()',
	"greenery_repeat_features('2021-10-04', '30 days')",
	'greenery_cohort_retention()',
	"greenery_cohort_retention('day', 'rolling')",
	"greenery_active_promos('2100-01-01')",
	'greenery_record_history()',
	'greenery_check_binding()',
	'greenery_bindings()',
	'greenery_test()',
];

// The others; one that is in neither list is an error, so that none is forgotten
const READ_NO_MODEL = `
	greenery_add_feature greenery_add_model greenery_add_route greenery_add_test
	greenery_alert_cooldown greenery_alter_test greenery_as_of_setting greenery_bind
	greenery_bind_shop greenery_bind_shop_sql greenery_check_test greenery_currency_setting
	greenery_dbt_sources greenery_decide_request greenery_detect_shop greenery_distribute_published
	greenery_drop_feature greenery_drop_model greenery_drop_route greenery_drop_test
	greenery_exclude_product greenery_exclude_user greenery_grant greenery_include_product
	greenery_include_user greenery_json_time greenery_lineage greenery_lineage_mermaid
	greenery_load_sample_shop greenery_metrics_yaml greenery_purge greenery_purge_alerts
	greenery_queue_alert greenery_rebind greenery_repeat_horizon_setting greenery_request_change
	greenery_retention greenery_retry_alerts greenery_revoke greenery_schedule
	greenery_schedule_status greenery_session_gap greenery_set greenery_set_builder
	greenery_settings greenery_stock_cover greenery_test_sql greenery_timezone
	greenery_triage_request greenery_unbind greenery_unschedule greenery_version`.trim().split(/\s+/);

const BUILD = 'CALL greenery_build()';

// Settings of a server as it is installed: a shop that was never tuned is the one that
// was never analyzed either
const AS_INSTALLED = `
	SELECT set_config(name, boot_val, false) FROM pg_settings
	 WHERE name IN ('jit', 'work_mem', 'random_page_cost', 'effective_cache_size',
		'max_parallel_workers_per_gather')`;

// As the owner of the database and the extension: no superuser
async function connect(bench, database)
{
	const pg = new Postgres(bench.psql, database);

	await pg.query('SET SESSION AUTHORIZATION cliffs_owner');
	await pg.query(AS_INSTALLED);
	await pg.query(`SET client_min_messages = error; SET statement_timeout = '${LONGEST + 1}s'`);
	return pg;
}

// Two databases with the same shop; only that of the second has been analyzed
async function make_shops(bench, shop, size)
{
	for (const database of ['cliffs_bare', 'cliffs_analyzed'])
		await bench.pg.query(`DROP DATABASE IF EXISTS ${database}`);
	await bench.pg.query('DROP ROLE IF EXISTS cliffs_owner');
	await bench.pg.query('CREATE ROLE cliffs_owner');
	await bench.pg.query('CREATE DATABASE cliffs_bare OWNER cliffs_owner');

	const pg = await connect(bench, 'cliffs_bare');

	for (const sql of [
		'CREATE EXTENSION greenery',
		`SELECT greenery_load_sample_shop(users => ${130 * size})`,
		...shop.alter,
		'CREATE SCHEMA shop',
		'CREATE TABLE shop.score AS SELECT user_id, created_at AS at, length(email) AS score FROM greenery.users',
		"SELECT greenery_add_feature('score', 'shop.score', 'user_id', 'at', 'score')",
		"SELECT greenery_add_feature('past_score', 'shop.score', 'user_id', 'at', 'score', 'history')",
		...shop.fails.map((test) => `SELECT greenery_alter_test(${test}, enabled => false)`),
		'SELECT greenery_record_history()',
	])
		await pg.query(sql);
	await pg.close();
	await bench.pg.query('CREATE DATABASE cliffs_analyzed OWNER cliffs_owner TEMPLATE cliffs_bare');

	const without = await connect(bench, 'cliffs_bare');
	const with_ = await connect(bench, 'cliffs_analyzed');

	await with_.query('ANALYZE');
	return { without, with: with_ };
}

async function readers(pg)
{
	const views = (await pg.query(`
		SELECT c.relname, coalesce(m.layer, 'view') FROM pg_class c
		  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
		  LEFT JOIN greenery.models m ON m.relation::regclass = c.oid
		 WHERE c.relkind = 'v' AND c.relnamespace = 'greenery'::regnamespace
		 ORDER BY m.layer DESC, c.relname COLLATE "C"`)).map(([name, layer]) => ({ name, layer }));
	const known = [...READ_NO_MODEL, ...FUNCTIONS.map((call) => call.replace(/\(.*/, ''))];
	const unknown = (await pg.query(`
		SELECT DISTINCT p.proname FROM pg_proc p
		  JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
		 WHERE p.proname LIKE 'greenery\\_%' AND p.prokind = 'f'`)).filter(([name]) => !known.includes(name));

	if (unknown.length > 0)
		throw new Error(`cliffs: does it read models or not? ${unknown.join(', ')}`);
	return [
		// the whole row, so that no column is left out
		...views.map(({ name }) => ({ name, sql: `SELECT count(v) FROM greenery.${name} v` })),
		...FUNCTIONS.map((call) => ({ name: call, sql: `SELECT count(f) FROM ${call} f` })),
		...views.filter(({ layer }) => layer !== 'view').map(({ name }) =>
			({ name: `greenery_test('${name}')`, sql: `SELECT count(f) FROM greenery_test('greenery.${name}') f` })),
		{ name: `${BUILD}, the first`, sql: BUILD, once: true },
		{ name: `${BUILD}, again`, sql: BUILD, once: true },
	];
}

async function seconds_of(pg, sql)
{
	const start = performance.now();
	const { rows, error } = await pg.attempt(sql);
	const seconds = (performance.now() - start) / 1000;

	// 57014: the timeout
	if (error !== null && error !== '57014')
		throw new Error(`cliffs: ${sql} ends with error ${error}`);
	return { seconds: error === null ? seconds : Infinity, answer: rows.flat().join() };
}

// Without and with statistics in turn; what is slow is measured once
async function measure_reader(shops, { name, sql, once }, rounds)
{
	const seconds = { without: [], with: [] };

	for (let round = 0; round <= rounds; round++)
	{
		const answers = [];

		for (const which of ['without', 'with'])
		{
			const result = await seconds_of(shops[which], sql);

			answers.push(result.answer);
			// the first is to warm up, unless it is the only one
			if (round === 1)
				seconds[which] = [];
			seconds[which].push(result.seconds);
		}
		if (Math.max(...seconds.without, ...seconds.with) < Infinity && answers[0] !== answers[1])
			throw new Error(`cliffs: ${name} answers ${answers[0]} without statistics, ${answers[1]} with`);
		if (once || Math.max(...seconds.without, ...seconds.with) > SLOW)
			break;
	}
	// what others do on the machine only adds to it
	return { name, without: Math.min(...seconds.without), with: Math.min(...seconds.with) };
}

function judge(result, size)
{
	const ratio = result.without / result.with;

	if (result.without > NOISE && !(ratio <= TIMES_SLOWER))
		return `more than ${TIMES_SLOWER} ×`;
	if (Math.max(result.without, result.with) > LONGEST && size <= 10)
		return `more than ${LONGEST} s`;
	return null;
}

const seconds_text = (seconds) =>
	seconds === Infinity ? `> ${LONGEST}` : seconds.toFixed(seconds < 10 ? 3 : 1);

const ratio_text = ({ without, with: with_ }) =>
	without === Infinity && with_ === Infinity ? '–' : seconds_text(without / with_).replace(/(\.\d).*/, '$1');

const line = (result) => `    ${result.name.padEnd(52)} ${seconds_text(result.without).padStart(8)}`
	+ ` ${seconds_text(result.with).padStart(8)} ${ratio_text(result).padStart(8)}`
	+ (result.missed === null ? '' : `  ${result.missed}`);

// Measure all of them; a line is printed for each
export async function measure_cliffs(bench, rounds)
{
	const shops = [];
	const load = [];

	for (const size of sizes)
		for (const shop of SHOPS)
		{
			load.push(loadavg()[0]);
			console.log(`==> cliffs, sample shop × ${size}, ${shop.name} (load average ${load.at(-1).toFixed(2)})`);
			console.log(`    ${'seconds'.padEnd(52)}  without     with    ratio`);
			const databases = await make_shops(bench, shop, size);
			const results = [];

			for (const reader of await readers(databases.without))
			{
				const result = await measure_reader(databases, reader, Math.min(rounds, 3));

				result.missed = judge(result, size);
				console.log(line(result));
				results.push(result);
			}
			shops.push({ shop: shop.name, size, results });
			await databases.without.close();
			await databases.with.close();
		}
	for (const database of ['cliffs_bare', 'cliffs_analyzed'])
		await bench.pg.query(`DROP DATABASE ${database}`);
	await bench.pg.query('DROP ROLE cliffs_owner');
	return { shops, load };
}

export const cliffs_missed = (cliffs) =>
	cliffs.shops.flatMap(({ results }) => results).filter(({ missed }) => missed !== null).length;

// A table for each size, of what takes long enough to be judged
export function cliffs_markdown(cliffs)
{
	const lines = [];

	for (const size of new Set(cliffs.shops.map((shop) => shop.size)))
	{
		const shops = cliffs.shops.filter((shop) => shop.size === size);
		const names = shops[0].results.map(({ name }) => name);
		const of = (shop, name) => shop.results.find((result) => result.name === name);
		const shown = names.filter((name) => shops.some((shop) => of(shop, name).without > NOISE));

		lines.push(
			`| sample shop × ${size}: seconds without / with statistics, ratio | ${shops.map(({ shop }) => shop).join(' | ')} |`,
			`|---|${'---|'.repeat(shops.length)}`,
			...shown.map((name) => `| ${name} | ${shops.map((shop) => {
				const result = of(shop, name);

				return `${seconds_text(result.without)} / ${seconds_text(result.with)}, ${ratio_text(result)}`
					+ (result.missed === null ? '' : ` **${result.missed}**`);
			}).join(' | ')} |`),
			`| ${names.length - shown.length} others, at most ${NOISE} s without statistics | ${shops.map(() => '').join(' | ')} |`,
			'');
	}
	return lines.join('\n');
}
