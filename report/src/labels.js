// Names of lines: left of them, or above them on a narrow page.

import * as Plot from '@observablehq/plot';

// rows have i, their band; room is how much there is for a name, which is cut where it is longer;
// above is how far above its middle a name stands on a narrow page
export function labels(rows, narrow, room, { above = 9, weight = 400 } = {})
{
	return Plot.text(rows, {
		y: 'i',
		text: 'name',
		frameAnchor: 'left',
		fill: 'var(--ink)',
		fontSize: 13,
		fontWeight: weight,
		// in widths of an m, of which a letter takes half or so
		lineWidth: room / 14.5,
		textOverflow: 'ellipsis',
		// nothing behind a name gets in its way
		...narrow ? { textAnchor: 'start', dy: -above, stroke: 'var(--page)', strokeWidth: 4 } : { textAnchor: 'end', dx: -12 },
	});
}
