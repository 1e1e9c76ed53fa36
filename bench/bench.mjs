// The harness: measure the rows of the table, print it, and say by the exit
// status whether every goal was reached.  scripts/bench starts it, with a server.
//
// Environment: see scripts/bench; the rest comes from it too.

import { mkdirSync, writeFileSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { datasets, make_dataset, remove_dataset } from './datasets.mjs';
import { DuckDB } from './duckdb.mjs';
import { judge, measure } from './measure.mjs';
import { Postgres } from './postgres.mjs';
import { machine, markdown, preamble, verdict_text } from './report.mjs';
import { rows as repeat_rate } from './rows/repeat_rate.mjs';
import { rows as data_tests } from './rows/data_tests.mjs';
import { rows as sessions } from './rows/sessions.mjs';
import { rows as phone } from './rows/phone.mjs';
import { rows as build } from './rows/build.mjs';
import { rows as bound } from './rows/bound.mjs';
import { cliffs_markdown, cliffs_missed, measure_cliffs } from './rows/cliffs.mjs';
import { growth, memory_of_repeat_rate } from './growth.mjs';

const all_rows = [...repeat_rate, ...data_tests, ...sessions, ...phone, ...build, ...bound];
const { BENCH_PSQL, BENCH_EXCHANGE, BENCH_MODULES, BENCH_RESULTS, BENCH_DOCS, BENCH_COMMAND } = process.env;
const scale = Number(process.env.SCALE || 10000000);
const rounds = Number(process.env.ROUNDS || 5);

// How many processors this process may use; Node learnt to ask in version 18.14
const threads = availableParallelism();

const names = (process.env.ROW ?? '').split(/[\s,]+/).filter((name) => name !== '');

// cliffs is a table of its own: models with themselves, and no contenders
const cliffs_wanted = names.length === 0 || names.includes('cliffs');

function chosen_rows()
{
	const known = [...all_rows.map((row) => row.name), 'cliffs'];
	const unknown = names.filter((name) => !known.includes(name));

	if (unknown.length > 0)
	{
		console.error(`no such row: ${unknown.join(', ')}\nrows: ${known.join(' ')}`);
		process.exit(2);
	}
	return all_rows.filter((row) => names.length === 0 || names.includes(row.name));
}

async function open()
{
	const pg = new Postgres(BENCH_PSQL, 'bench');
	const duck = BENCH_MODULES
		? await DuckDB.open(BENCH_MODULES, `${BENCH_EXCHANGE}/bench.duckdb`, threads) : null;

	return { pg, duck, exchange: BENCH_EXCHANGE, remove_file: unlink, psql: BENCH_PSQL };
}

async function versions({ pg, duck })
{
	return {
		postgres: `PostgreSQL ${(await pg.value('SHOW server_version')).split(' ')[0]}`,
		duckdb: duck === null ? 'without DuckDB' : `DuckDB ${await duck.value('SELECT version()')}, ${threads} threads`,
		greenery: await pg.value("SELECT extversion FROM pg_extension WHERE extname = 'greenery'"),
	};
}

async function measure_rows(bench)
{
	const chosen = chosen_rows();
	const report = {
		date: new Date().toISOString().slice(0, 10),
		command: BENCH_COMMAND,
		machine: machine(),
		scale,
		rounds,
		...await versions(bench),
		rows: [],
	};

	for (const name of Object.keys(datasets))
	{
		const wanted = chosen.filter((row) => row.data === name);

		if (wanted.length === 0)
			continue;
		console.log(`==> making data set ${name}, scale ${scale}`);
		const dataset = await make_dataset(bench, name, scale);

		for (const row of wanted)
		{
			console.log(`==> ${row.title} (load average ${loadavg()[0].toFixed(2)})`);
			await row.prepare?.(bench, row);
			const result = await measure(bench, row, rounds);
			const goals = judge(row, result.contenders);

			for (const { name: who, median, min, max } of result.contenders)
				console.log(`    ${who.padEnd(30)} ${median.toFixed(3)} s (${min.toFixed(3)} to ${max.toFixed(3)})`);
			for (const verdict of goals)
				console.log(`    ${verdict_text(verdict)}`);
			report.rows.push({ name: row.name, title: row.title, ...result, goals });
			write(report);
			await row.finish?.(bench, row);
		}
		if (name === 'orders_scattered')
			report.memory = await memory_of_repeat_rate(bench);
		await remove_dataset(bench, dataset);
	}
	if (cliffs_wanted)
	{
		await bench.pg.query('RESET ALL');
		report.cliffs = await measure_cliffs(bench, rounds);
	}
	return report;
}

// Written after each row: a run may take an hour
function write(report)
{
	const table = [
		preamble(report),
		...report.rows.length > 0 ? [markdown(report)] : [],
		...report.cliffs !== undefined ? [cliffs_markdown(report.cliffs)] : [],
	].join('\n');

	mkdirSync(BENCH_RESULTS, { recursive: true });
	writeFileSync(`${BENCH_RESULTS}/results.json`, JSON.stringify(report, null, '\t') + '\n');
	writeFileSync(`${BENCH_RESULTS}/results.md`, table);
	return table;
}

const bench = await open();
let missed = 0;

const mode = process.argv[2];
let report;

if (mode !== 'growth')
{
	report = await measure_rows(bench);
	console.log(`\n${write(report)}\nresults: ${BENCH_RESULTS}/results.md and results.json`);
	missed = report.rows.flatMap((row) => row.goals).filter((goal) => !goal.reached).length
		+ (report.cliffs === undefined ? 0 : cliffs_missed(report.cliffs));
	console.log(`${missed === 0 ? 'all goals reached' : `${missed} goals not reached`}`);
}
if (mode !== 'rows')
	missed += await growth(bench, chosen_rows(), {
		scale, rounds, results: BENCH_RESULTS, docs: BENCH_DOCS, command: BENCH_COMMAND, report,
	});
await bench.pg.close();
bench.duck?.close();
process.exitCode = missed > 0 ? 1 : 0;
