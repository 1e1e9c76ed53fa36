// When shoppers come: sessions by weekday and hour, by the shop's clock.

import * as Plot from '@observablehq/plot';

import { figure, legend } from '../figure.js';
import { count, decimal, hour, percent, weekday } from '../format.js';
import { classes, fill, ink } from '../heat.js';
import { section, without } from '../section.js';
import { plain, t } from '../text.js';

function span(cell)
{
	return plain('hours.span', { from: hour(cell.hour), to: hour((cell.hour + cell.hours) % 24) });
}

export function hours(shop)
{
	const cells = shop.data.hours;
	const shown = cells.filter((cell) => cell.sessions !== null);

	if (!shop.build)
		return without('hours', 'state.unpublished', shop);
	if (!shop.hasEvents)
		return without('hours', 'state.no_events', shop);
	if (cells.length === 0)
		return without('hours', 'state.no_sessions', shop);
	if (shown.length === 0)
		return without('hours', 'hours.few', shop);
	const most = shown.reduce((a, b) => b.sessions > a.sessions ? b : a);
	const mean = shown.reduce((sum, cell) => sum + cell.sessions, 0) / shown.length;
	const size = cells[0].hours;
	const shades = classes(shown.map((cell) => cell.sessions), 1);
	const starts = Array.from({ length: 24 / size }, (_, i) => i * size);
	const about = { zone: shop.build.timezone };

	return section('hours', [t('hours.sentence', { weekday: weekday(most.weekday), span: span(most), sessions: count(most.sessions), mean: decimal(mean) })], figure({
		name: 'hours',
		title: plain('hours.figure', about),
		definition: [`${plain('hours.definition', about)} ${shop.comment('fact_user_sessions', 'session_start') ?? ''}`],
		legend: legend([...shades.bounds.map((b) => [`heat-${b.number}`, b.open ? plain('heat.above', { n: count(b.above) }) : plain('heat.upto', { n: count(b.upto) })]), ['empty', plain('hours.hidden')]]),
		table: {
			columns: ['weekday', 'hours', 'sessions', 'conversions', 'conversion'].map((c) => plain(`column.${c}`)),
			rows: cells.map((cell) => [weekday(cell.weekday), span(cell), cell.sessions ?? plain('few'), cell.conversions, percent(cell.sessions ? cell.conversions / cell.sessions : null)]),
		},
		alt: plain('hours.alt', { weekday: weekday(most.weekday), span: span(most), sessions: count(most.sessions) }),
		plot: (width) => {
			const narrow = width < 560;
			const wide = (width - (narrow ? 44 : 110)) / starts.length;

			return Plot.plot({
				width, height: 7 * 34 + 26, marginLeft: narrow ? 44 : 110, marginRight: 0, marginTop: 24, marginBottom: 2,
				x: { type: 'band', domain: starts, axis: 'top', label: null, tickSize: 0, padding: 0.04,
					 tickFormat: (h) => wide >= 50 || h % 6 === 0 ? hour(h) : '' },
				y: { type: 'band', domain: [1, 2, 3, 4, 5, 6, 7], label: null, tickSize: 0, padding: 0.06, tickFormat: (d) => weekday(d, narrow ? 'short' : 'long') },
				color: { type: 'identity' },
				marks: [
					Plot.cell(starts.flatMap((h) => [1, 2, 3, 4, 5, 6, 7].map((d) => ({ hour: h, weekday: d }))), { x: 'hour', y: 'weekday', fill: 'var(--heat-0)' }),
					Plot.cell(shown, { x: 'hour', y: 'weekday', fill: (d) => fill(shades.of(d.sessions)),
						title: (d) => `${weekday(d.weekday)}, ${span(d)}: ${count(d.sessions).text}` }),
					wide >= 26 ? Plot.text(shown, { x: 'hour', y: 'weekday', text: (d) => count(d.sessions).text, fill: (d) => ink(shades.of(d.sessions)), fontSize: 12 }) : null,
				],
			});
		},
	}));
}
