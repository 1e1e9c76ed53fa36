// Lineage as a graph: sources on the left, each model right of all that it is made from.  A model
// with a failed test is marked, and so is what cannot be made without it.

import { svg } from '../dom.js';
import { figure, legend } from '../figure.js';
import { count, list } from '../format.js';
import { plain } from '../text.js';

// greenery's own switches, such as excluded users, would lead to nearly every model
function graphOf(edges)
{
	const kept = edges.filter((edge) => !(edge.kind === 'table' && edge.depends_on.startsWith('greenery.')));
	const nodes = new Map();
	const node = (name, kind) => {
		if (!nodes.has(name))
			nodes.set(name, { name, kind, from: [], to: [], rank: 0 });
		return nodes.get(name);
	};

	for (const edge of kept)
	{
		const [to, from] = [node(edge.model, 'model'), node(edge.kind === 'source' ? `source ${edge.depends_on}` : edge.depends_on, edge.kind)];

		from.label = edge.depends_on;
		to.label = edge.model;
		to.from.push(from);
		from.to.push(to);
	}
	return [...nodes.values()];
}

// The rank of a node is its longest way from a source; a view redefined to read itself has no end
function rank(nodes)
{
	for (let round = 0, moved = true; moved && round < nodes.length; round++)
	{
		moved = false;
		for (const node of nodes)
		{
			const wanted = Math.max(-1, ...node.from.map((from) => from.rank)) + 1;

			if (wanted > node.rank && wanted < 12)
			{
				node.rank = wanted;
				moved = true;
			}
		}
	}
}

// Order each column by the mean place of its neighbours, so that fewer edges cross
function order(nodes)
{
	const columns = [];

	for (const node of nodes)
		(columns[node.rank] ??= []).push(node);
	const place = () => columns.forEach((column) => column.forEach((node, i) => {
		node.place = (i + 0.5) / column.length;
	}));
	const mean = (list, otherwise) => list.length ? list.reduce((sum, node) => sum + node.place, 0) / list.length : otherwise;

	columns.forEach((column) => column.sort((a, b) => a.name < b.name ? -1 : 1));
	place();
	for (let round = 0; round < 12; round++)
		for (const column of columns)
		{
			column.sort((a, b) => mean(round % 2 ? a.to : a.from, a.place) - mean(round % 2 ? b.to : b.from, b.place));
			place();
		}
	return columns;
}

function downstream(nodes)
{
	const found = new Set();
	const walk = (node) => node.to.forEach((next) => {
		if (!found.has(next))
		{
			found.add(next);
			walk(next);
		}
	});

	nodes.forEach(walk);
	return found;
}

// How wide a name is
const canvas = document.createElement('canvas').getContext('2d');

function widthOf(name)
{
	canvas.font = `12px ${getComputedStyle(document.documentElement).getPropertyValue('--plain')}`;
	return Math.ceil(canvas.measureText(name).width);
}

function draw(columns, state, width)
{
	const line = 25;
	const most = Math.max(...columns.map((column) => column.length));
	const height = most * line + 10;
	const widths = columns.map((column) => Math.max(...column.map((node) => widthOf(node.label) + 18)));
	const needed = widths.reduce((sum, w) => sum + w, 0);
	const gap = columns.length < 2 ? 0 : Math.max(36, (width - needed - 8) / (columns.length - 1));
	const total = Math.max(width, needed + gap * (columns.length - 1) + 8);
	let x = 4;

	columns.forEach((column, c) => {
		column.forEach((node, i) => {
			node.x = x;
			node.y = (i + 0.5) / column.length * (height - 10) + 5;
			node.width = widthOf(node.label) + 16;
		});
		x += widths[c] + gap;
	});
	const picture = svg('svg', { width: total, height, viewBox: `0 0 ${total} ${height}`, class: 'lineage' });
	const all = columns.flat();

	for (const to of all)
		for (const from of to.from)
		{
			const [x1, x2] = [from.x + from.width, to.x];
			const bend = Math.max(24, (x2 - x1) / 2);
			const marked = (state.failed.has(from) || state.held.has(from)) && state.held.has(to);

			picture.append(svg('path', { d: `M${x1},${from.y}C${x1 + bend},${from.y} ${x2 - bend},${to.y} ${x2},${to.y}`, class: marked ? 'edge marked' : 'edge' }));
		}
	for (const node of all)
	{
		const kind = state.failed.has(node) ? 'failed' : state.held.has(node) ? 'held' : state.own.has(node) ? 'own' : node.kind;
		const title = svg('title', {});
		const text = svg('text', { x: node.x + 8, y: node.y + 4 });

		title.textContent = node.from.length ? plain('lineage.made_from', { model: node.label, from: list(node.from.map((from) => from.label)) }) : node.label;
		text.textContent = `${kind === 'failed' ? '\u2715 ' : ''}${node.label}`;
		picture.append(svg('g', { class: `node ${kind}` }, title,
			svg('rect', { x: node.x, y: node.y - 10, width: node.width + (kind === 'failed' ? 24 : 0), height: 20, rx: node.kind === 'model' ? 3 : 10 }), text));
	}
	return picture;
}

export function lineageFigure(shop, failing, own)
{
	const nodes = graphOf(shop.data.lineage);
	const last = (name) => name.slice(name.indexOf('.') + 1).replace(/^"(.*)"$/, '$1');
	const failedNames = new Set(failing.map((test) => last(test.model)));
	const ownNames = new Set(own.map(last));
	const failed = new Set(nodes.filter((node) => node.kind === 'model' && failedNames.has(node.name)));
	const held = downstream([...failed]);
	const state = { failed, held, own: new Set(nodes.filter((node) => node.kind === 'model' && ownNames.has(node.name))) };

	if (nodes.length === 0)
		return figure({ name: 'lineage', note: plain('lineage.none') });
	rank(nodes);
	const columns = order(nodes);
	const element = figure({
		name: 'lineage',
		title: failed.size ? plain('lineage.failed', { failed: list([...failed].map((node) => node.label)), held: count(held.size) }) : plain('lineage.figure', { models: count(nodes.filter((n) => n.kind === 'model').length) }),
		definition: [shop.comment('lineage'), plain('lineage.definition')],
		legend: legend([['box source', plain('lineage.source')], ['box', plain('lineage.model')],
			...(state.own.size ? [['box own', plain('lineage.own')]] : []),
			...(failed.size ? [['box failed', plain('lineage.is_failed')], ['box held', plain('lineage.held')]] : [])]),
		table: {
			columns: ['model', 'made_from', 'kind', 'state'].map((c) => plain(`column.${c}`)),
			rows: shop.data.lineage.map((edge) => [edge.model, edge.depends_on, edge.kind,
				failedNames.has(edge.model) ? plain('lineage.is_failed') : [...held].some((node) => node.name === edge.model) ? plain('lineage.held') : '']),
		},
		alt: failed.size ? plain('lineage.failed', { failed: list([...failed].map((node) => node.label)), held: count(held.size) }) : plain('lineage.alt'),
		plot: (width) => draw(columns, state, width),
	});
	const place = element.querySelector('.plot');

	// wider than a phone: it scrolls, by keyboard too
	element.classList.add('wide');
	place.classList.add('scroll');
	place.setAttribute('tabindex', '0');
	place.setAttribute('role', 'region');
	place.setAttribute('aria-label', plain('lineage.title'));
	return element;
}
