// A plot of seconds over rows, as SVG.  Both axes are logarithmic, with decades of the
// same length: what grows in proportion runs parallel to the dashed lines, whatever it
// costs.

const WIDTH = 920;
const HEIGHT = 560;
const LEFT = 60;
const RIGHT = 390;				// room for the names at the ends of the lines
const TOP = 40;
const BOTTOM = 50;
const LINE = 16;				// between two names
const COLOURS = ['#1b6e3c', '#b3541e', '#27509b', '#7a2f86', '#8a6d00', '#00707a', '#a3174f', '#555555'];

// 1, 2 and 5 in each decade, from the last mark below min to the first above max
function marks(min, max)
{
	const all = [];

	for (let decade = Math.floor(Math.log10(min)); decade <= Math.ceil(Math.log10(max)); decade++)
		all.push(...[1, 2, 5].map((factor) => factor * 10 ** decade));
	const first = all.findLastIndex((mark) => mark <= min * 1.0001);
	const last = all.findIndex((mark) => mark >= max / 1.0001);

	return all.slice(Math.max(first, 0), last + 1);
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const round = (number) => Number(number.toFixed(1));
const plain = (number) => String(Number(number.toPrecision(3)));

export function plot(series)
{
	const all = series.flatMap(({ points }) => points);
	const row_marks = marks(Math.min(...all.map(({ rows }) => rows)), Math.max(...all.map(({ rows }) => rows)));
	const second_marks = marks(Math.min(...all.map(({ min }) => min)), Math.max(...all.map(({ max }) => max)));
	const scale_of = (list, from, to) => (value) =>
		round(from + Math.log(value / list[0]) / Math.log(list.at(-1) / list[0]) * (to - from));
	const x = scale_of(row_marks, LEFT, WIDTH - RIGHT);
	const y = scale_of(second_marks, HEIGHT - BOTTOM, TOP);
	const svg = [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`
		+ ' font-family="sans-serif" font-size="12" role="img">',
		'<title>Seconds over rows</title>',
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
		`<text x="${LEFT}" y="22" font-size="14" fill="#222222">Seconds over rows; dashed: in proportion to the rows</text>`,
		`<clipPath id="area"><rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}"/></clipPath>`,
	];

	for (const seconds of second_marks)
		svg.push(`<line x1="${LEFT}" y1="${y(seconds)}" x2="${WIDTH - RIGHT}" y2="${y(seconds)}" stroke="#e4e4e4"/>`,
			`<text x="${LEFT - 8}" y="${y(seconds) + 4}" text-anchor="end" fill="#444444">${plain(seconds)} s</text>`);
	for (const rows of row_marks)
		svg.push(`<line x1="${x(rows)}" y1="${TOP}" x2="${x(rows)}" y2="${HEIGHT - BOTTOM}" stroke="#eeeeee"/>`,
			`<text x="${x(rows)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" fill="#444444">${plain(rows / 1e6)}</text>`);
	svg.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle" fill="#444444">million rows</text>`);

	// in proportion: from each decade of the left edge
	const [low, high] = [row_marks[0], row_marks.at(-1)];

	for (let seconds = second_marks[0] * low / high; seconds <= second_marks.at(-1); seconds *= Math.sqrt(10))
		svg.push(`<line clip-path="url(#area)" x1="${x(low)}" y1="${y(seconds)}" x2="${x(high)}" y2="${y(seconds * high / low)}"`
			+ ' stroke="#bbbbbb" stroke-dasharray="3 4"/>');

	// names at the ends of the lines, pushed apart where they would overlap, and back
	// up where that leads too far down
	const ends = series.map(({ points }, i) => ({ i, y: y(points.at(-1).median) })).sort((a, b) => a.y - b.y);

	ends.forEach((end, n) => {
		if (n > 0)
			end.y = Math.max(end.y, ends[n - 1].y + LINE);
	});
	for (let n = ends.length - 1, bottom = HEIGHT - BOTTOM; n >= 0; n--, bottom -= LINE)
		ends[n].y = Math.min(ends[n].y, bottom);
	series.forEach(({ name, points }, i) => {
		const colour = COLOURS[i % COLOURS.length];
		const last = points.at(-1);
		const end = ends.find((candidate) => candidate.i === i);

		svg.push(`<polyline fill="none" stroke="${colour}" stroke-width="2" points="`
			+ `${points.map((point) => `${x(point.rows)},${y(point.median)}`).join(' ')}"/>`,
			`<line x1="${x(last.rows)}" y1="${y(last.median)}" x2="${WIDTH - RIGHT + 24}" y2="${end.y}" stroke="${colour}" stroke-width="0.5"/>`);
		for (const point of points)
			svg.push(`<line x1="${x(point.rows)}" y1="${y(point.min)}" x2="${x(point.rows)}" y2="${y(point.max)}" stroke="${colour}"/>`,
				`<circle cx="${x(point.rows)}" cy="${y(point.median)}" r="3" fill="${colour}"/>`);
		svg.push(`<text x="${WIDTH - RIGHT + 28}" y="${round(end.y + 4)}" fill="${colour}">${escape(name)}</text>`);
	});
	svg.push('</svg>');
	return svg.join('\n') + '\n';
}
