// Cohorts: who ordered again in which month after the first order, and how long it took.

import * as Plot from '@observablehq/plot';

import { figure, legend } from '../figure.js';
import { count, day, level, list, month, percent, wholePercent } from '../format.js';
import { classes, fill, hatch, ink } from '../heat.js';
import { ofPurchases, section } from '../section.js';
import { survival } from '../statistics.js';
import { plain, t } from '../text.js';

function heatFigure(shop)
{
	const all = shop.data.cohorts;
	const cells = all.filter((cell) => cell.period > 0 && cell.users !== null);
	const cohorts = [...new Set(all.map((cell) => cell.cohort))];
	const users = Object.fromEntries(all.filter((cell) => cell.period === 0).map((cell) => [cell.cohort, cell.users]));
	const mature = cells.filter((cell) => cell.is_mature);
	const table = {
		columns: ['cohort', 'users', 'months_since', 'active', 'retention', 'over'].map((c) => plain(`column.${c}`)),
		rows: all.map((cell) => [month(cell.cohort), cell.users ?? plain('few'), cell.period, cell.active_users, percent(cell.retention), plain(cell.is_mature ? 'yes' : 'not_yet')]),
	};
	const about = { name: 'cohorts', title: plain('cohorts.figure'), table,
		definition: [shop.comment('cohort_retention'), shop.comment('cohort_retention', 'is_mature'), plain('cohorts.definition')] };

	if (cells.length === 0)
		return figure({ ...about, note: plain('cohorts.too_young') });
	const best = mature.length ? mature.reduce((a, b) => b.retention > a.retention ? b : a) : null;
	const shades = classes(cells.map((cell) => cell.retention), 0.01);
	const last = Math.max(...cells.map((cell) => cell.period));

	return figure({
		...about,
		alt: plain('cohorts.alt', { cohorts: String(cohorts.length), best: best ? `${month(best.cohort).text}, ${best.period}: ${percent(best.retention).text}` : '–' }),
		legend: legend([...shades.bounds.map((b) => [`heat-${b.number}`, b.open ? plain('heat.above', { n: wholePercent(b.above) }) : plain('heat.upto', { n: wholePercent(b.upto) })]), ['hatched', plain('cohorts.hatched')]]),
		plot: (width) => {
			const narrow = width < 560;
			const marginLeft = narrow ? 74 : 128;
			const size = (width - marginLeft) / last;
			const height = Math.min(30, Math.max(20, size));
			const shown = size >= 22;
			const colour = (d) => d.retention === 0 ? 'var(--heat-0)' : fill(shades.of(d.retention));

			return hatch(Plot.plot({
				width, height: cohorts.length * height + 46, marginLeft, marginTop: 44, marginBottom: 2, marginRight: 0,
				x: { type: 'band', domain: Array.from({ length: last }, (_, i) => i + 1), axis: 'top', label: null, padding: 0.04, tickSize: 0,
					 tickFormat: (d) => size >= 16 || d % 2 ? String(d) : '' },
				y: { type: 'band', domain: cohorts, label: null, padding: 0.06, tickSize: 0,
					 tickFormat: (d) => narrow ? `${month(d).text}` : `${month(d).text}  (${users[d] ? count(users[d]).text : plain('few')})` },
				color: { type: 'identity' },
				marks: [
					Plot.text([plain('cohorts.axis')], { frameAnchor: 'top-left', dy: -36, fill: 'var(--muted)', textAnchor: 'start' }),
					Plot.cell(cells, { x: 'period', y: 'cohort', fill: colour,
						title: (d) => plain('cohorts.cell', { cohort: month(d.cohort), period: String(d.period), active: count(d.active_users), users: count(d.users), rate: percent(d.retention) }) }),
					Plot.cell(cells.filter((d) => !d.is_mature), { x: 'period', y: 'cohort', fill: 'url(#hatch)' }),
					shown ? Plot.text(cells, { x: 'period', y: 'cohort', text: (d) => String(Math.round(d.retention * 100)), fontSize: size < 28 ? 10 : 11.5,
						fill: (d) => !d.is_mature || d.retention === 0 ? 'var(--ink)' : ink(shades.of(d.retention)),
						stroke: (d) => d.is_mature ? 'none' : 'var(--page)', strokeWidth: 3, paintOrder: 'stroke' }) : null,
				],
			}), 'hatch');
		},
	});
}

function cohortName(unit, date)
{
	const year = date.slice(0, 4);

	if (unit === 'quarter')
		return plain('cohorts.quarter', { quarter: String(Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1), year });
	return unit === 'year' ? year : unit === 'month' ? month(date).text : day(date).text;
}

// The share who have ordered again by a step: that of the last step up to it
function at(curve, step)
{
	return curve.reduce((found, row) => row.step <= step ? 1 - row.waiting : found, 0);
}

export function curvesOf(shop)
{
	const groups = new Map();

	for (const row of shop.data.second_order)
	{
		const name = row.cohort ?? '';

		groups.set(name, [...(groups.get(name) ?? []), row]);
	}
	return groups;
}

function curveFigure(shop)
{
	const groups = curvesOf(shop);
	const all = groups.get('') ?? [];
	const unit = all[0]?.unit;
	const far = Math.max(0, ...all.map((row) => row.step));
	// a line that ends where it begins says nothing
	const cohorts = [...groups].filter(([name, rows]) => name !== '' && rows[rows.length - 1].step >= far / 20);
	const points = (rows) => [{ step: 0, again: 0, low: 0, high: 0 }, ...rows.map((row) => {
		const [low, high] = survival(row.waiting, row.greenwood);

		return { step: row.step, again: 1 - row.waiting, low: 1 - high, high: 1 - low };
	})];
	const lines = cohorts.length < 2 ? [] : cohorts.flatMap(([cohort, rows], i) => points(rows).map((p) => ({ ...p, cohort, colour: `var(--line-${lineOf(i, cohorts.length)})` })));
	const ends = cohorts.length < 2 ? [] : cohorts.map(([cohort, rows], i) => ({ name: cohortName(rows[0].cohort_unit, cohort), step: rows[rows.length - 1].step,
		again: 1 - rows[rows.length - 1].waiting, colour: `var(--line-${lineOf(i, cohorts.length)})` }));
	const table = {
		columns: ['cohort', 'purchasers', `within_${unit ?? 'day'}s`, 'again', 'low', 'high', 'at_risk'].map((c) => plain(`column.${c}`)),
		rows: shop.data.second_order.map((row) => {
			const [low, high] = survival(row.waiting, row.greenwood);

			return [row.cohort ? cohortName(row.cohort_unit, row.cohort) : plain('cohorts.all'), row.users, row.step, percent(1 - row.waiting), percent(1 - high), percent(1 - low), row.at_risk];
		}),
	};

	return figure({
		name: 'second-order',
		title: plain('second.figure'),
		table,
		definition: [plain(`second.definition_${unit}`), shop.comment('user_repeat_labels')],
		alt: plain('second.alt', { curve: milestones(all, unit).map(([step, rate]) => `${plain(`${unit}s`, { n: count(step) })}: ${percent(rate).text}`).join('; ') }),
		legend: legend([['blue', plain('second.all')], ['band', plain('second.band', { level: level() })], ...(ends.length ? [['grey', plain(`second.by_${all[0].cohort_unit}`)]] : [])]),
		plot: (width) => {
			const most = Math.max(...all.map((row) => row.step), ...ends.map((e) => e.step));
			const top = Math.min(1, Math.max(...points(all).map((p) => p.high), ...ends.map((e) => e.again)) * 1.05);
			const height = Math.max(260, Math.min(400, width / 1.9));
			const marginRight = width < 560 ? 58 : 84;

			return Plot.plot({
				width, height, marginLeft: 44, marginRight, marginBottom: 40, marginTop: 20,
				x: { label: null, domain: [0, most], tickSize: 0, ticks: width < 560 ? 5 : 8 },
				y: { label: null, domain: [0, top], tickFormat: (v) => wholePercent(v).text, ticks: 5, tickSize: 0 },
				color: { type: 'identity' },
				marks: [
					Plot.gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 5 }),
					Plot.ruleY([0], { stroke: 'var(--muted)' }),
					Plot.text([plain(`second.axis_${unit}`)], { frameAnchor: 'bottom-left', dy: 36, textAnchor: 'start', fill: 'var(--muted)' }),
					Plot.areaY(points(all), { x: 'step', y1: 'low', y2: 'high', curve: 'step-after', fill: 'var(--blue)', fillOpacity: 0.14 }),
					Plot.line(lines, { x: 'step', y: 'again', z: 'cohort', stroke: 'colour', curve: 'step-after', strokeWidth: 1.4 }),
					Plot.line(points(all), { x: 'step', y: 'again', stroke: 'var(--blue)', curve: 'step-after', strokeWidth: 2.6 }),
					Plot.text(spread(ends, top, { x: (width - 44 - marginRight) / most, y: height - 60 }), { x: 'step', y: 'label', text: 'name', textAnchor: 'start', dx: 5, dy: -7, fill: 'var(--ink)', fontSize: 11.5,
						stroke: 'var(--page)', strokeWidth: 4, paintOrder: 'stroke' }),
				],
			});
		},
	});
}

function lineOf(i, n)
{
	return n === 1 ? 5 : Math.round(1 + 4 * i / (n - 1));
}

// Labels at the ends of lines: one that would lie on another goes below it.  unit is the width of a
// step, and the height of the whole range, in pixels.
function spread(ends, top, unit)
{
	const placed = [];

	for (const end of [...ends].sort((a, b) => b.again - a.again))
	{
		let label = Math.min(end.again, top);

		for (const other of placed)
			if (Math.abs(other.step - end.step) * unit.x < 64 && Math.abs(other.label - label) * unit.y / top < 14)
				label = other.label - 14 / unit.y * top;
		placed.push({ ...end, label });
	}
	return placed;
}

export function milestones(all, unit)
{
	const steps = unit === 'hour' ? [6, 12, 24, 48] : [30, 90, 180, 365];
	const last = all.length ? all[all.length - 1].step : 0;

	return steps.filter((step) => step <= last).map((step) => [step, at(all, step)]);
}

export function cohorts(shop)
{
	return ofPurchases('cohorts', shop, () => {
		const all = curvesOf(shop).get('') ?? [];
		const unit = all[0]?.unit;
		const reached = milestones(all, unit);
		const sentences = [];

		if (reached.length)
			sentences.push(t('cohorts.sentence', { reached: list(reached.map(([step, rate]) =>
				plain('cohorts.within', { rate: percent(rate), time: plain(`${unit}s`, { n: count(step) }) }))) }));
		else
			sentences.push(t('cohorts.too_young'));
		sentences.push(t('cohorts.censoring'));
		return section('cohorts', sentences,
			all.length ? curveFigure(shop) : null,
			heatFigure(shop));
	});
}
