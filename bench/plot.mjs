// A plot of seconds over rows, as SVG.  Both axes begin at 0 and are linear:
// what grows in proportion is a straight line through the corner.

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 60;
const RIGHT = 220;				// room for the names at the ends of the lines
const TOP = 40;
const BOTTOM = 50;
const COLOURS = ['#1b6e3c', '#b3541e', '#27509b', '#7a2f86'];

// A round distance between marks, for about n of them up to max
function step_for(max, n)
{
	const unit = 10 ** Math.floor(Math.log10(max / n));

	return [1, 2, 5, 10].map((factor) => factor * unit).find((step) => max / step <= n);
}

function marks(max, n)
{
	const step = step_for(max, n);

	return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, i) => i * step);
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const round = (number) => Number(number.toFixed(1));

export function plot(series)
{
	const all = series.flatMap(({ points }) => points);
	const most_rows = Math.max(...all.map(({ rows }) => rows));
	const most_seconds = 1.05 * Math.max(...all.map(({ max }) => max));
	const x = (rows) => round(LEFT + rows / most_rows * (WIDTH - LEFT - RIGHT));
	const y = (seconds) => round(HEIGHT - BOTTOM - seconds / most_seconds * (HEIGHT - TOP - BOTTOM));
	const svg = [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`
		+ ' font-family="sans-serif" font-size="12" role="img">',
		'<title>Seconds over rows, one process</title>',
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
		`<text x="${LEFT}" y="22" font-size="14" fill="#222222">Seconds over rows, one process</text>`,
	];

	for (const seconds of marks(most_seconds, 6))
		svg.push(`<line x1="${LEFT}" y1="${y(seconds)}" x2="${WIDTH - RIGHT}" y2="${y(seconds)}" stroke="#dddddd"/>`,
			`<text x="${LEFT - 8}" y="${y(seconds) + 4}" text-anchor="end" fill="#444444">${Number(seconds.toFixed(3))} s</text>`);
	for (const rows of marks(most_rows, 6))
		svg.push(`<line x1="${x(rows)}" y1="${TOP}" x2="${x(rows)}" y2="${HEIGHT - BOTTOM}" stroke="#eeeeee"/>`,
			`<text x="${x(rows)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#444444">${Number((rows / 1e6).toFixed(2))}</text>`);
	svg.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle" fill="#444444">million rows</text>`);

	// names at the ends of the lines, pushed apart where they would overlap
	const ends = series.map(({ points }, i) => ({ i, y: y(points.at(-1).median) })).sort((a, b) => a.y - b.y);

	ends.forEach((end, n) => {
		if (n > 0)
			end.y = Math.max(end.y, ends[n - 1].y + 16);
	});
	series.forEach(({ name, points }, i) => {
		const colour = COLOURS[i % COLOURS.length];
		const last = points.at(-1);

		svg.push(`<polyline fill="none" stroke="${colour}" stroke-width="2" points="${x(0)},${y(0)} `
			+ `${points.map((point) => `${x(point.rows)},${y(point.median)}`).join(' ')}"/>`);
		for (const point of points)
			svg.push(`<line x1="${x(point.rows)}" y1="${y(point.min)}" x2="${x(point.rows)}" y2="${y(point.max)}" stroke="${colour}"/>`,
				`<circle cx="${x(point.rows)}" cy="${y(point.median)}" r="3.5" fill="${colour}"/>`);
		svg.push(`<text x="${x(last.rows) + 10}" y="${ends.find((end) => end.i === i).y + 4}" fill="${colour}">${escape(name)}</text>`);
	});
	svg.push('</svg>');
	return svg.join('\n') + '\n';
}
