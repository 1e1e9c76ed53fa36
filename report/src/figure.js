// A figure: a plot that fits its place, the definition of what it shows, and the table behind it,
// which can be saved as CSV.

import { el } from './dom.js';
import { plain, t } from './text.js';

// A spreadsheet must not take a text for a formula
function field(value)
{
	if (value === null || value === undefined)
		return '';
	if (typeof value === 'number')
		return String(value);
	const text = String(value).replace(/^(?=[=+\-@\t\r])/, "'");

	return /[",\n\r;]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function raw(cell)
{
	return cell?.text === undefined ? cell : cell.value;
}

export function csv({ columns, rows })
{
	return [columns, ...rows.map((row) => row.map(raw))].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

function save(name, text)
{
	// with a mark by which spreadsheets know UTF-8
	const address = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' }));

	el('a', { href: address, download: `${name}.csv` }).click();
	setTimeout(() => URL.revokeObjectURL(address), 10000);
}

export function table({ columns, rows })
{
	const numeric = columns.map((column, i) => rows.some((row) => typeof raw(row[i]) === 'number'));
	const kind = (i) => numeric[i] ? 'number' : null;

	return el('table', {},
		el('thead', {}, el('tr', {}, columns.map((column, i) => el('th', { scope: 'col', class: kind(i) }, column)))),
		el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, i) => el(i === 0 ? 'th' : 'td',
			{ class: kind(i), scope: i === 0 ? 'row' : null, 'data-value': raw(cell) ?? '' }, cell?.text ?? cell ?? '\u2013'))))));
}

function behind(name, data, title = 'figure.table')
{
	const button = el('button', { type: 'button' }, ...t('figure.save'));

	button.addEventListener('click', () => save(name, csv(data)));
	return el('details', { class: 'behind' },
		el('summary', {}, ...t(title)),
		// wide tables scroll, by keyboard too
		el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': plain('figure.table_of', { name }) }, table(data)),
		el('p', {}, button));
}

export function definition(lines)
{
	return el('details', { class: 'definition' },
		el('summary', {}, ...t('figure.definition')),
		lines.filter(Boolean).map((line) => el('p', {}, line)));
}

// Draw again whenever the place becomes wider or narrower
function fitted(plot, alt)
{
	const place = el('div', { class: 'plot' });
	let drawn = 0;

	new ResizeObserver(() => {
		const width = Math.floor(place.clientWidth);

		if (width === drawn || width === 0)
			return;
		drawn = width;
		const picture = plot(width);

		picture.setAttribute('role', 'img');
		picture.setAttribute('aria-label', alt);
		place.replaceChildren(picture);
	}).observe(place);
	return place;
}

// plot(width) returns an SVG; alt says what it shows; table is {columns, rows}
export function figure({ name, title, plot, alt, legend, note, table: data, other, definition: lines })
{
	return el('figure', { id: `figure-${name}` },
		title ? el('figcaption', {}, title) : null,
		legend ?? null,
		plot ? fitted(plot, alt) : null,
		note ? el('p', { class: 'note' }, note) : null,
		el('div', { class: 'more' },
			lines ? definition(lines) : null,
			data ? behind(name, data) : null,
			other ? behind(other[0], other[1], `figure.table_${other[0]}`) : null));
}

// Coloured squares, each with its word
export function legend(entries)
{
	return el('p', { class: 'legend' }, entries.map(([colour, word]) => el('span', {}, el('i', { class: `swatch ${colour}` }), word)));
}
