// Results as a table for people and as JSON for programs.

import { cpus, totalmem } from 'node:os';

const seconds = (value) => value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);

export function verdict_text({ goal, against, ratio, reached })
{
	if (ratio === null)
		return `${goal ?? against}: not measured`;
	if (goal === null)
		return `${ratio.toFixed(2)} of ${against}, no goal`;
	const number = goal.startsWith('≤') ? ratio.toFixed(2) : `${ratio.toFixed(1)} ×`;
	const which = goal.endsWith(` ${against}`) ? '' : ` (${against})`;

	return `${number}${which}, goal ${goal}: ${reached ? 'reached' : '**missed**'}`;
}

// One table row for each contender; the verdicts stand with ours, which is first
export function markdown(report)
{
	const lines = [
		'| row | contender | median s | min | max | verdict |',
		'|---|---|---:|---:|---:|---|',
	];

	for (const row of report.rows)
		row.contenders.forEach((contender, i) => lines.push(
			`| ${i === 0 ? row.title : ''} | ${contender.name} | ${seconds(contender.median)}`
			+ ` | ${seconds(contender.min)} | ${seconds(contender.max)}`
			+ ` | ${i === 0 ? row.goals.map(verdict_text).join('; ') : ''} |`));
	return lines.join('\n') + '\n';
}

export function preamble(report)
{
	const loads = [
		...report.rows.flatMap((row) => [row.load.before, row.load.after]).map((load) => Number(load.split(' ')[0])),
		...report.cliffs?.load ?? [],
	];

	return [
		`- ${report.date}, \`${report.command}\``,
		`- ${report.postgres}; ${report.duckdb}; greenery ${report.greenery}`,
		`- ${report.machine}; load average over the run: ${Math.min(...loads)} to ${Math.max(...loads)}`,
		...report.rows.length > 0
			? [`- scale ${report.scale} rows, ${report.rounds} rounds after one warm-up, contenders in turn`] : [],
	].join('\n') + '\n';
}

export const machine = () =>
	`${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, `
	+ `${process.env.BENCH_HUGE_PAGES === 'yes' ? 'with' : 'without'} huge pages`;
