// Interleaved rounds, and what is made of them.

import { loadavg } from 'node:os';

export function median(values)
{
	const sorted = [...values].sort((a, b) => a - b);
	const half = sorted.length >> 1;

	return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const load = () => loadavg().map((value) => value.toFixed(2)).join(' ');

// Two answers are equal if their texts are, or their numbers but for rounding
function same_value(a, b)
{
	if (a === b)
		return true;
	if (a === '' || b === '' || Number.isNaN(Number(a)) || Number.isNaN(Number(b)))
		return false;
	return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

export function same_answer(a, b)
{
	return a.length === b.length && a.every((row, i) =>
		row.length === b[i].length && row.every((value, j) => same_value(value, b[i][j])));
}

async function set_up(bench, contender)
{
	if (contender.engine === 'postgres')
	{
		await bench.pg.query('RESET ALL');
		for (const [name, value] of Object.entries(contender.set ?? {}))
			await bench.pg.query(`SET ${name} = '${value}'`);
	}
	await contender.before?.(bench);
}

// Run one contender once: its answer, and how long it took in seconds
export async function run(bench, contender)
{
	const engine = contender.engine === 'postgres' ? bench.pg : bench.duck;
	const statements = [contender.sql].flat();
	const answer = [];

	await set_up(bench, contender);
	const start = performance.now();
	for (const sql of statements)
		answer.push(...await engine.query(sql));
	const seconds = (performance.now() - start) / 1000;

	return { answer, seconds };
}

// What a contender that is measured says when asked more closely
async function closer_answer(bench, contender)
{
	const engine = contender.engine === 'postgres' ? bench.pg : bench.duck;

	await bench.pg.query('RESET ALL');
	return engine.query(contender.check);
}

// All of a row's contenders: one warm-up, then the rounds.  Throws when two of
// them give different answers.
export async function measure(bench, row, rounds)
{
	const contenders = row.contenders.filter((contender) =>
		contender.engine !== 'duckdb' || bench.duck !== null);
	const results = contenders.map((contender) =>
		({ name: contender.name, engine: contender.engine, seconds: [] }));
	const load_before = load();
	let expected = null;

	for (let round = 0; round <= rounds; round++)
	{
		for (const [i, contender] of contenders.entries())
		{
			const { answer, seconds } = await run(bench, contender);

			if (round > 0)
				results[i].seconds.push(seconds);
			if (contender.answers === 'other')
				continue;
			// what is timed is compared each time, and more closely after the warm-up
			const closer = contender.check !== undefined
				? (round === 0 ? await closer_answer(bench, contender) : null) : answer;

			if (closer === null)
				continue;
			expected ??= { name: contender.name, answer: closer };
			if (!same_answer(expected.answer, closer))
				throw new Error(`${row.name}: ${contender.name} answers ${JSON.stringify(closer)}, `
					+ `${expected.name} ${JSON.stringify(expected.answer)}`);
		}
	}
	for (const result of results)
	{
		result.median = median(result.seconds);
		result.min = Math.min(...result.seconds);
		result.max = Math.max(...result.seconds);
	}
	return { contenders: results, load: { before: load_before, after: load() }, answer: expected?.answer };
}

// Judge a row's goals.  "DuckDB" means the fastest of its formulations.  A goal
// without a figure only asks for the ratio.
export function judge(row, contenders)
{
	const ours = contenders[0];

	return row.goals.map((goal) => {
		const others = contenders.filter(({ name }) =>
			name === goal.against || name.startsWith(`${goal.against},`));
		const verdict = { against: goal.against };

		if (goal.at_most !== undefined)
			verdict.goal = `≤ ${goal.at_most.toFixed(2)} of ${goal.against}`;
		else if (goal.times_faster !== undefined)
			verdict.goal = `≥ ${goal.times_faster} × ${goal.against}`;
		else
			verdict.goal = null;
		if (others.length === 0)
			return { ...verdict, ratio: null, reached: false };

		const other = others.reduce((a, b) => a.median <= b.median ? a : b);

		verdict.against = other.name;
		if (goal.times_faster !== undefined)
			verdict.ratio = other.median / ours.median;
		else
			verdict.ratio = ours.median / other.median;
		verdict.reached = goal.at_most !== undefined ? verdict.ratio <= goal.at_most
			: goal.times_faster !== undefined ? verdict.ratio >= goal.times_faster : true;
		return verdict;
	});
}
