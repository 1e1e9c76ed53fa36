// Colours of heat maps: five classes, so that a reader can tell them apart, and a hatch for what is
// not over yet.

import { svg } from './dom.js';

export const CLASSES = 5;

// Which class a value is in: equal, round steps, so that a tenth of the values at most is beyond
// the fourth; the fifth is open where it has to be.  Values that are all large begin above nothing.
export function classes(values, least)
{
	const sorted = [...values].sort((a, b) => a - b);
	const most = sorted[sorted.length - 1] ?? 0;
	const high = sorted[Math.floor((sorted.length - 1) * 0.9)] ?? 0;
	const low = sorted[0] * 2.5 > high ? sorted[0] : 0;
	const unit = 10 ** Math.floor(Math.log10(high - low || 1));
	const step = Math.max(least, [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5].map((s) => s * unit).find((s) => s * (CLASSES - 1) >= high - low) ?? high);
	const base = Math.floor(low / step) * step;
	// values such as 0.3 are not exact
	const of = (value) => Math.min(CLASSES, Math.max(1, Math.ceil((value - base) / step - 1e-9)));
	const used = most <= base + step * (CLASSES - 1) ? of(most) : CLASSES;

	return { of, bounds: Array.from({ length: used }, (_, i) => ({ number: i + 1, upto: base + step * (i + 1), above: base + step * i,
		open: i === CLASSES - 1 && most > base + step * CLASSES })) };
}

export function fill(number)
{
	return `var(--heat-${number})`;
}

export function ink(number)
{
	return `var(--heat-ink-${number})`;
}

// Give a picture a pattern of lines, for fills of url(#name)
export function hatch(picture, name)
{
	picture.prepend(svg('defs', {}, svg('pattern', { id: name, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
		svg('line', { x1: 0, y1: 0, x2: 0, y2: 6, stroke: 'var(--page)', 'stroke-width': 3, 'stroke-opacity': 0.75 }))));
	return picture;
}
