// How the cost grows with the rows: our side of every row of the table at a tenth,
// three tenths and the whole of the scale; and the memory that repeat_rate takes for
// a user.  What this run has measured already is not measured again.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { make_dataset, remove_dataset } from './datasets.mjs';
import { median, run } from './measure.mjs';
import { plot } from './plot.mjs';
import { Postgres } from './postgres.mjs';
import { machine } from './report.mjs';

const PARTS = [0.1, 0.3, 1];

// Ten times the rows may cost so many times as much: a power of 1.15.  Tables of
// keys leave the caches on the way, which is no fault of the algorithm.
const STEEPEST = 1.15;
const BYTES_A_USER = 64;

// What asks the same over other types of ids, or for one user's rows, grows likewise;
// but memory is measured with the scattered ids
const left_out = ({ name, data, goals }) => ['greenery_repeat_rate_unique', 'look_up'].includes(name)
	|| data !== 'orders_scattered' && goals.every((goal) => goal.at_most === undefined && goal.times_faster === undefined);

// A build at its full size takes minutes, and varies little
const rounds_of = (row, rounds) => row.name === 'build' ? Math.min(rounds, 2) : rounds;

async function seconds_of(bench, row, rounds)
{
	const seconds = [];

	await row.prepare?.(bench, row);
	for (let round = 0; round <= rounds; round++)
	{
		const result = await run(bench, row.contenders[0]);

		if (round > 0)
			seconds.push(result.seconds);
	}
	await row.finish?.(bench, row);
	return { median: median(seconds), min: Math.min(...seconds), max: Math.max(...seconds) };
}

// The most memory that a process has had at once, in bytes
function peak_memory(pid)
{
	return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

// By how much repeat_rate raises the peak of a process that has scanned the same
// rows before, so that the server's shared pages are no part of it.  Of ids that are
// no sequence's: they take several times what a sequence's do.
export async function memory_of_repeat_rate(bench)
{
	const pg = new Postgres(bench.psql, 'bench');

	await pg.query('SET max_parallel_workers_per_gather = 0');
	const pid = await pg.value('SELECT pg_backend_pid()');
	await pg.query('SELECT count(user_id), count(order_id) FROM bench.orders_scattered');
	// the extension's code and what is remembered of the catalog
	await pg.query(`SELECT repeat_counts(user_id, order_id)
		FROM (SELECT user_id, order_id FROM bench.orders_scattered LIMIT 1000) AS o`);
	const before = peak_memory(pid);
	const users = Number(await pg.value('SELECT (repeat_counts(user_id, order_id))[1] FROM bench.orders_scattered'));
	const bytes = peak_memory(pid) - before;

	await pg.close();
	return { users, bytes, bytes_a_user: bytes / users };
}

// The power of the rows by which the cost grows, from the first to the last part
const power = (points) =>
	Math.log(points.at(-1).median / points[0].median) / Math.log(points.at(-1).rows / points[0].rows);

export async function growth(bench, subjects, { scale, rounds, results, docs, command, report })
{
	const measured = subjects.filter((row) => !left_out(row));
	const series = measured.map(({ title }) => ({ name: title, points: [] }));
	const whole = (row) => report?.rows.find(({ name }) => name === row.name)?.contenders[0];
	const memory = [];
	let missed = 0;

	// nothing of this is asked of DuckDB
	const alone = { ...bench, duck: null };

	for (const part of PARTS)
	{
		const rows = Math.round(scale * part);

		if (part === 1)
		{
			for (const [i, row] of measured.entries())
			{
				if (whole(row) === undefined)
					continue;
				const { median, min, max } = whole(row);

				series[i].points.push({ rows, median, min, max });
			}
			if (report?.memory !== undefined)
				memory.push({ rows, ...report.memory });
		}
		const wanted = measured.filter((row) => part < 1 || whole(row) === undefined);

		for (const data of new Set(wanted.map((row) => row.data)))
		{
			console.log(`==> ${rows} rows: making data set ${data}`);
			const dataset = await make_dataset(alone, data, rows);

			for (const [i, row] of measured.entries())
			{
				if (row.data !== data || !wanted.includes(row))
					continue;
				const point = { rows, ...await seconds_of(alone, row, rounds_of(row, rounds)) };

				series[i].points.push(point);
				console.log(`    ${row.title.padEnd(42)} ${point.median.toFixed(3)} s, `
					+ `${(point.median / rows * 1e9).toFixed(0)} ns a row`);
			}
			if (data === 'orders_scattered' && !(part === 1 && report?.memory !== undefined))
			{
				memory.push({ rows, ...await memory_of_repeat_rate(bench) });
				console.log(`    repeat_rate, memory                        ${memory.at(-1).bytes_a_user.toFixed(1)} bytes a user`);
			}
			await remove_dataset(alone, dataset);
		}
	}

	const lines = [
		`- ${new Date().toISOString().slice(0, 10)}, \`${command}\`, ${machine()}; median of ${rounds} rounds (builds: 2)`, '',
		`| | ${PARTS.map((part) => `${scale * part / 1e6} M rows`).join(' | ')} | power |`,
		`|---|${PARTS.map(() => '---:|').join('')}---|`,
	];

	for (const { name, points } of series)
	{
		const steep = power(points);
		const reached = steep <= STEEPEST;

		missed += reached ? 0 : 1;
		lines.push(`| ${name} | ${points.map((point) =>
			`${point.median.toFixed(3)} s (${(point.median / point.rows * 1e9).toFixed(0)} ns a row)`).join(' | ')}`
			+ ` | ${steep.toFixed(2)}, goal ≤ ${STEEPEST}: ${reached ? 'reached' : '**missed**'} |`);
	}
	if (memory.length > 0)
	{
		const most = Math.max(...memory.map(({ bytes_a_user }) => bytes_a_user));
		const reached = most <= BYTES_A_USER;

		missed += reached ? 0 : 1;
		lines.push(`| repeat_rate, serial, peak memory | ${memory.map(({ bytes_a_user }) =>
			`${bytes_a_user.toFixed(1)} bytes a user`).join(' | ')}`
			+ ` | goal ≤ ${BYTES_A_USER} bytes a user: ${reached ? 'reached' : '**missed**'} |`);
	}

	mkdirSync(results, { recursive: true });
	mkdirSync(docs, { recursive: true });
	writeFileSync(`${results}/growth.json`, JSON.stringify({ command, machine: machine(), rounds, series, memory }, null, '\t') + '\n');
	writeFileSync(`${results}/growth.md`, lines.join('\n') + '\n');
	writeFileSync(`${docs}/growth.svg`, plot(series));
	console.log(`\n${lines.join('\n')}\n\nresults: ${results}/growth.md, growth.json and ${docs}/growth.svg`);
	return missed;
}
