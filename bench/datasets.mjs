// The rows to be measured on: made in PostgreSQL, then copied into DuckDB.
//
// Orders are those of the sample shop, row by row the same for the same scale.
// A data set exists from the first row of the table that wants it to the last,
// so that all of it fits into shared_buffers.
//
// make:    statements for PostgreSQL; tables are logged
// tables:  what DuckDB gets: its columns, and the query that exports them
// remove:  statements that give the space back

const SEED = 1;

// five orders a user on average, bulk buyers included: see sample_orders()
const users_of = (scale) => Math.max(10, Math.round(scale / 5));

const shop_orders = (scale) =>
	`greenery.sample_orders(${scale}, ${users_of(scale)}, '{}', ${SEED})`;

// The same orders with ids of one kind or another
function orders_with(kind, type, order_id, user_id)
{
	return (scale) => ({
		make: [`
			CREATE TABLE bench.orders_${kind} AS
			SELECT ${order_id} AS order_id,
				   ${user_id} AS user_id,
				   to_timestamp(1612137600 + placed) AS created_at,
				   (1200 + greenery.sample_draw(900, i, ${SEED}, 30000)) * 0.01::numeric(10,2) AS order_total
			  FROM ${shop_orders(scale)}`],
		tables: {
			[`orders_${kind}`]: {
				columns: `order_id ${type}, user_id ${type}, created_at timestamp, order_total decimal(10,2)`,
				select: `SELECT order_id, user_id, created_at AT TIME ZONE 'UTC', order_total FROM bench.orders_${kind}`,
			},
		},
		remove: [`DROP TABLE bench.orders_${kind}`],
	});
}

// Raw orders of the shop itself, for functions that read nothing else
const raw_orders = (scale) => ({
	make: [`
		INSERT INTO greenery.orders (order_id, user_id, address_id, created_at, order_cost,
									 shipping_cost, order_total, tracking_id, shipping_service,
									 estimated_delivery_at, delivered_at, status)
		SELECT greenery.sample_id(504, i, ${SEED}), greenery.sample_id(501, user_no, ${SEED}),
			   greenery.sample_id(502, user_no, ${SEED}), to_timestamp(1612137600 + placed),
			   100.25, 8.75, 109, greenery.sample_id(505, i, ${SEED}), 'ups',
			   to_timestamp(1612137600 + placed + 3 * 86400),
			   to_timestamp(1612137600 + placed + 2 * 86400), 'delivered'
		  FROM ${shop_orders(scale)}`],
	vacuum: ['greenery.orders'],
	tables: {},
	remove: ['TRUNCATE greenery.orders'],
});

// A model with the columns that data tests are about, and its parent.  A few
// rows break each assumption, the more the later it stands: answers of nothing
// but zeros would be equal for bad reasons.
const model = (scale) => ({
	make: [`
		CREATE TABLE bench.users AS
		SELECT greenery.sample_id(501, i, ${SEED}) AS user_id
		  FROM generate_series(1::bigint, ${users_of(scale)}) AS i`, `
		CREATE TABLE bench.model AS
		SELECT greenery.sample_id(504, CASE WHEN i % ${Math.ceil(scale / 5)} = 7 THEN i - 1 ELSE i END, ${SEED}) AS order_id,
			   greenery.sample_id(501, CASE WHEN i % ${Math.ceil(scale / 2)} = 9 THEN ${users_of(scale) + 1}
											ELSE user_no END, ${SEED}) AS user_id,
			   to_timestamp(1612137600 + placed) AS created_at,
			   CASE WHEN i % ${Math.ceil(scale / 3)} = 5 THEN 'lost'
					ELSE (ARRAY['preparing', 'shipped', 'delivered', 'delivered', 'delivered'])[1 + i % 5] END AS status,
			   CASE WHEN i % ${Math.ceil(scale / 4)} = 3 THEN 'no address'
					ELSE 'shopper.' || user_no || '@example.' || (ARRAY['com', 'net', 'org'])[1 + user_no % 3] END AS email,
			   (CASE WHEN i % ${Math.ceil(scale / 6)} = 11 THEN -1 ELSE greenery.sample_draw(901, i, ${SEED}, 30000) END
				* 0.01)::numeric(10,2) AS order_cost,
			   (greenery.sample_draw(902, i, ${SEED}, 1000) * 0.01)::numeric(10,2) AS shipping_cost,
			   (greenery.sample_draw(903, i, ${SEED}, 31000) * 0.01)::numeric(10,2) AS order_total,
			   CASE WHEN i % ${Math.ceil(scale / 7)} <> 13
					THEN greenery.sample_id(505, CASE WHEN i % ${Math.ceil(scale / 8)} = 17 THEN i - 1 ELSE i END, ${SEED})
			   END AS tracking_id
		  FROM ${shop_orders(scale)}`],
	tables: {
		users: { columns: 'user_id varchar', select: 'SELECT user_id FROM bench.users' },
		model: {
			columns: `order_id varchar, user_id varchar, created_at timestamp, status varchar, email varchar,
				order_cost decimal(10,2), shipping_cost decimal(10,2), order_total decimal(10,2), tracking_id varchar`,
			select: `SELECT order_id, user_id, created_at AT TIME ZONE 'UTC', status, email,
				order_cost, shipping_cost, order_total, tracking_id FROM bench.model`,
		},
	},
	remove: ['DROP TABLE bench.model, bench.users',
		"DELETE FROM greenery.test_definitions WHERE model = 'bench.model'"],
});

// Events as a web shop logs them: in the order of time, sessions interleaved.
// Three sessions for ten events; users of very different zeal; now and then a
// shopper takes longer than an hour.  With the shop's ids, which are text, and
// with numbers for those that have such.
const events_with = (table, type, session_id, user_id) => (scale) => ({
	make: [`
		CREATE TABLE bench.${table} AS
		SELECT e.session_id, e.user_id, to_timestamp(1612137600 + e.t / 1000.0) AS created_at, e.event_type
		  FROM (SELECT ${session_id('s')} AS session_id,
					   ${user_id(`1 + greenery.sample_draw(910, s, ${SEED}, 1000000)
						 * greenery.sample_draw(911, s, ${SEED}, ${users_of(scale)}) / 1000000`)} AS user_id,
					   greenery.sample_draw(912, s, ${SEED}, 2419200000) AS started,
					   1 + greenery.sample_draw(913, s, ${SEED}, 4) AS views,
					   20000 + greenery.sample_draw(914, s, ${SEED}, 80000) AS pace,
					   CASE WHEN greenery.sample_draw(915, s, ${SEED}, 25) = 0 THEN 5000000 ELSE 0 END AS pause,
					   greenery.sample_draw(916, s, ${SEED}, 100) < 45 AS adds,
					   greenery.sample_draw(917, s, ${SEED}, 100) < 45 AS buys
				  FROM generate_series(1::bigint, ${Math.round(scale * 0.3)}) AS s
				OFFSET 0) AS s
		 CROSS JOIN LATERAL (
				SELECT s.session_id, s.user_id, s.started + s.pace * n, 'page_view'
				  FROM generate_series(0, s.views - 1) AS n
				UNION ALL
				SELECT s.session_id, s.user_id, s.started + s.pace * s.views - 7000, 'add_to_cart'
				 WHERE s.adds
				UNION ALL
				SELECT s.session_id, s.user_id, s.started + s.pace * s.views + s.pause, 'checkout'
				 WHERE s.adds AND s.buys
				UNION ALL
				SELECT s.session_id, s.user_id, s.started + s.pace * s.views + s.pause + 7200000, 'package_shipped'
				 WHERE s.adds AND s.buys) AS e(session_id, user_id, t, event_type)
		 ORDER BY e.t, e.session_id`],
	tables: {
		[table]: {
			columns: `session_id ${type}, user_id ${type}, created_at timestamp, event_type varchar`,
			select: `SELECT session_id, user_id, created_at AT TIME ZONE 'UTC', event_type FROM bench.${table}`,
		},
	},
	remove: [`DROP TABLE bench.${table}`],
});

// Phone numbers as people type them; one in ten is none
const phones = (scale) => ({
	make: [`
		CREATE TABLE bench.phones AS
		SELECT i AS user_id,
			   CASE i % 10
					WHEN 0 THEN (ARRAY['', 'n/a', '555-0199', '12', 'none'])[1 + i / 10 % 5]
					WHEN 1 THEN '(' || a || ') ' || x || '-' || n
					WHEN 2 THEN a || '.' || x || '.' || n
					WHEN 3 THEN '+1 ' || a || ' ' || x || ' ' || n
					WHEN 4 THEN concat(a, x, n)
					WHEN 5 THEN '1-' || a || '-' || x || '-' || n
					ELSE a || '-' || x || '-' || n END AS phone
		  FROM (SELECT i, 201 + greenery.sample_draw(4, i, ${SEED}, 789) AS a,
					   100 + greenery.sample_draw(5, i, ${SEED}, 900) AS x,
					   lpad(greenery.sample_draw(6, i, ${SEED}, 10000)::text, 4, '0') AS n
				  FROM generate_series(1::bigint, ${Math.round(scale / 2)}) AS i
				OFFSET 0) AS u`],
	tables: {
		phones: { columns: 'user_id bigint, phone varchar', select: 'SELECT user_id, phone FROM bench.phones' },
	},
	remove: ['DROP TABLE bench.phones'],
});

// The whole shop: one order for ten events
const SHOP = {
	users: 'user_id, first_name, last_name, email, phone_number, created_at, updated_at, address_id',
	addresses: 'address_id, address, zipcode, state, country',
	products: 'product_id, name, price, inventory, category',
	promos: 'promo_id, discount, status, code, percent',
	orders: `order_id, user_id, promo_id, address_id, created_at, order_cost, shipping_cost, order_total,
		tracking_id, shipping_service, estimated_delivery_at, delivered_at, status,
		discount, tax, refunded, currency, is_cancelled, channel, session_id`,
	order_items: 'order_id, product_id, quantity, unit_price, returned_quantity, user_id, currency',
	events: 'event_id, session_id, user_id, page_url, created_at, event_type, order_id, product_id, page_kind, visitor_id',
};

function duckdb_type(column)
{
	if (/_at$/.test(column))
		return 'timestamp';
	if (/^(price|order_cost|shipping_cost|order_total|discount|percent|tax|refunded|unit_price)$/.test(column))
		return 'decimal(12,2)';
	if (/^(inventory|quantity|returned_quantity)$/.test(column))
		return 'bigint';
	if (/^is_/.test(column))
		return 'boolean';
	return 'varchar';
}

// Histories and published tables as they were before the first build
export const forget_builds = [
	'TRUNCATE greenery.promo_history, greenery.inventory_history, greenery.order_status_history', `
	DO $$
	DECLARE
		published regclass;
	BEGIN
		FOR published IN SELECT oid FROM pg_class
				WHERE relnamespace = 'greenery_published'::regnamespace AND relkind = 'r' LOOP
			EXECUTE format('TRUNCATE %s', published);
		END LOOP;
	END
	$$`];

const shop = (scale) => ({
	// what DuckDB is given is what the extension knows
	make: [`DO $$ BEGIN ASSERT (SELECT array_agg(source ORDER BY source) FROM greenery.sources)
				= '{${Object.keys(SHOP).sort().join(',')}}', 'SHOP does not list greenery.sources'; END $$`,
		`SELECT greenery_load_sample_shop(users => ${Math.max(10, Math.round(scale / 50))},
				orders_per_user => 5, seed => ${SEED})`],
	vacuum: Object.keys(SHOP).map((table) => `greenery.${table}`),
	tables: Object.fromEntries(Object.entries(SHOP).map(([table, list]) => {
		const columns = list.split(/,\s*/);

		return [table, {
			columns: columns.map((column) => `${column} ${duckdb_type(column)}`).join(', '),
			select: `SELECT ${columns.map((column) =>
				/_at$/.test(column) ? `${column} AT TIME ZONE 'UTC'` : column).join(', ')} FROM greenery.${table}`,
		}];
	})),
	// with what builds have made of it
	remove: [`TRUNCATE ${Object.keys(SHOP).map((table) => `greenery.${table}`).join(', ')}`, ...forget_builds],
});

export const datasets = {
	orders_bigint: orders_with('bigint', 'bigint', 'i', 'user_no'),
	// numbers that no sequence gave
	orders_scattered: orders_with('scattered', 'bigint', 'hashint8extended(i, 504)', 'hashint8extended(user_no, 501)'),
	orders_uuid: orders_with('uuid', 'uuid', `greenery.sample_id(504, i, ${SEED})::uuid`,
		`greenery.sample_id(501, user_no, ${SEED})::uuid`),
	orders_text: orders_with('text', 'text', `greenery.sample_id(504, i, ${SEED})`,
		`greenery.sample_id(501, user_no, ${SEED})`),
	raw_orders,
	model,
	events: events_with('events', 'varchar', (s) => `greenery.sample_id(506, ${s}, ${SEED})`,
		(u) => `greenery.sample_id(501, ${u}, ${SEED})`),
	events_bigint: events_with('events_bigint', 'bigint', (s) => s, (u) => u),
	phones,
	shop,
};

export async function make_dataset(bench, name, scale)
{
	const dataset = datasets[name](scale);
	const { pg, duck, exchange } = bench;
	const bench_tables = Object.keys(dataset.tables).map((table) => `bench.${table}`);

	// whatever was measured before
	await pg.query('RESET ALL');
	for (const sql of dataset.make)
		await pg.query(sql);
	for (const table of dataset.vacuum ?? bench_tables)
	{
		// frozen and with all hint bits, as a table that has been there for a while
		await pg.query(`VACUUM (ANALYZE, FREEZE) ${table}`);
		await pg.query(`SELECT sum(pg_prewarm(c.oid)) FROM pg_class c
			WHERE c.oid = '${table}'::regclass
			   OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = '${table}'::regclass)`);
	}
	await pg.query('CHECKPOINT');

	if (duck === null)
		return dataset;
	for (const [table, { columns, select }] of Object.entries(dataset.tables))
	{
		const file = `${exchange}/${table}.csv`;

		await pg.query(`COPY (${select}) TO '${file}' (FORMAT csv)`);
		await duck.query(`CREATE TABLE ${table} (${columns})`);
		// an empty field is NULL, an empty text is quoted
		await duck.query(`COPY ${table} FROM '${file}'
			(FORMAT csv, HEADER false, AUTO_DETECT false, NULLSTR '', ALLOW_QUOTED_NULLS false, DELIMITER ',', QUOTE '"', ESCAPE '"')`);
		await bench.remove_file(file);
	}
	await duck.query('CHECKPOINT');
	return dataset;
}

export async function remove_dataset(bench, dataset)
{
	for (const sql of dataset.remove)
		await bench.pg.query(sql);
	if (bench.duck !== null)
	{
		for (const table of Object.keys(dataset.tables))
			await bench.duck.query(`DROP TABLE ${table}`);
		await bench.duck.query('CHECKPOINT');
	}
}
