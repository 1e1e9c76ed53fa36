// Rates with their intervals, one line each: a forest plot.  On a narrow page the names stand
// above the lines instead of beside them.

import * as Plot from '@observablehq/plot';

import { labels } from './labels.js';

// rows: {name, value, low, high, colour, hollow, title}, or a name alone, which heads those below;
// reference: where nothing is to be seen
export function dots({ width, rows, reference, referenceLabel, domain, tickFormat, names = 0.36, lineHeight = 24, label })
{
	const narrow = width < 560;
	const marginLeft = narrow ? 4 : Math.min(280, Math.round(width * names));
	const room = narrow ? width : marginLeft - 14;
	const height = rows.length * (narrow ? lineHeight + 16 : lineHeight) + (label ? 74 : 58);
	const indexed = rows.map((row, i) => ({ ...row, i }));
	const values = indexed.filter((row) => row.value !== undefined);
	const heads = indexed.filter((row) => row.value === undefined);
	const colour = (d) => `var(--${d.colour ?? 'grey'})`;

	return Plot.plot({
		width, height, marginLeft, marginRight: 10, marginTop: 26, marginBottom: label ? 48 : 32,
		x: { domain, label: null, tickFormat, ticks: narrow ? 4 : 6, tickSize: 0, axis: 'bottom' },
		y: { type: 'band', domain: indexed.map((d) => d.i), axis: null, padding: 0 },
		color: { type: 'identity' },
		marks: [
			Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: narrow ? 4 : 6 }),
			Plot.ruleX([reference], { stroke: 'var(--ink)', strokeWidth: 1 }),
			Plot.text([referenceLabel], { x: reference, frameAnchor: 'top', dy: -14, fill: 'var(--muted)', fontSize: 12,
				textAnchor: anchor(reference, domain) }),
			label ? Plot.text([label], { frameAnchor: 'bottom-right', dy: 44, fill: 'var(--muted)', textAnchor: 'end', fontSize: 12 }) : null,
			Plot.ruleY(values, { y: 'i', x1: (d) => clamp(d.low, domain), x2: (d) => clamp(d.high, domain), stroke: colour, strokeWidth: 2, dy: narrow ? 7 : 0 }),
			Plot.dot(values, { y: 'i', x: 'value', r: 4.5, fill: (d) => d.hollow ? 'var(--page)' : colour(d), stroke: colour, strokeWidth: 2, dy: narrow ? 7 : 0,
				title: 'title' }),
			labels(values, narrow, room),
			labels(heads, narrow, room, { weight: 700 }),
		],
	});
}

function clamp(value, [low, high])
{
	return Math.min(high, Math.max(low, value));
}

function anchor(value, [low, high])
{
	const place = (value - low) / (high - low);

	return place < 0.25 ? 'start' : place > 0.75 ? 'end' : 'middle';
}
