// Where shoppers are lost: all sessions, and by product.

import * as Plot from '@observablehq/plot';

import { figure, legend } from '../figure.js';
import { count, percent } from '../format.js';
import { labels } from '../labels.js';
import { section, without } from '../section.js';
import { plain, t } from '../text.js';

// The steps of a session, and who is lost between two of them
function stepsOf(funnel)
{
	return [
		{ step: 'viewed', sessions: funnel.viewed },
		{ step: 'added', sessions: funnel.added, lost: funnel.viewed - (funnel.viewed_and_added ?? 0), of: funnel.viewed },
		{ step: 'bought', sessions: funnel.bought, lost: funnel.added - (funnel.added_and_bought ?? 0), of: funnel.added },
	];
}

// Why there is nothing to say about sessions
export function noSessions(shop)
{
	return shop.funnel.is_few ? 'state.few_sessions' : 'state.no_sessions';
}

export function largestDrop(funnel)
{
	if (!funnel?.viewed)
		return null;
	const [a, b] = stepsOf(funnel).slice(1);

	return a.lost >= b.lost ? a : b;
}

function sessionFigure(shop)
{
	const steps = [{ step: 'sessions', sessions: shop.funnel.sessions }, ...stepsOf(shop.funnel)];
	const drop = largestDrop(shop.funnel);
	const most = shop.funnel.sessions;

	return figure({
		name: 'funnel',
		title: plain('funnel.figure'),
		definition: [shop.comment('session_funnel'), plain('funnel.definition')],
		table: {
			columns: ['step', 'sessions', 'lost', 'share_lost'].map((c) => plain(`column.${c}`)),
			rows: steps.map((s) => [plain(`step.${s.step}`), { ...count(s.sessions), key: `funnel_${s.step}` }, s.lost ?? null, percent(s.of ? s.lost / s.of : null)]),
		},
		alt: plain('funnel.alt', { steps: steps.map((s) => `${plain(`step.${s.step}`)}: ${count(s.sessions).text}`).join('; ') }),
		plot: (width) => {
			const narrow = width < 560;
			const at = (i) => i * 62;

			return Plot.plot({
				width, height: steps.length * 62 - 16, margin: 0, marginLeft: narrow ? 0 : 190, marginRight: narrow ? 0 : 16,
				x: { axis: null, domain: [0, most * 1.12] },
				y: { axis: null, domain: [steps.length * 62 - 16, 0] },
				color: { type: 'identity' },
				marks: [
					Plot.rect(steps, { x1: 0, x2: 'sessions', y1: (d, i) => at(i) + (narrow ? 18 : 4), y2: (d, i) => at(i) + (narrow ? 36 : 32),
						fill: (d) => d.step === 'bought' ? 'var(--blue)' : 'var(--blue-soft)' }),
					Plot.text(steps, narrow
						? { x: 0, y: (d, i) => at(i) + 8, text: (d) => plain(`step.${d.step}`), textAnchor: 'start', fill: 'var(--ink)', fontSize: 13 }
						: { x: 0, y: (d, i) => at(i) + 18, dx: -12, text: (d) => plain(`step.${d.step}`), textAnchor: 'end', fill: 'var(--ink)', fontSize: 14 }),
					Plot.text(steps, { x: 'sessions', y: (d, i) => at(i) + (narrow ? 27 : 18), dx: 6, text: (d) => count(d.sessions).text, textAnchor: 'start', fill: 'var(--ink)',
						fontSize: 14, fontWeight: 600 }),
					Plot.text(steps.filter((d) => d.lost > 0), { x: 0, y: (d) => at(steps.indexOf(d)) - (narrow ? 9 : 13), dx: 2,
						text: (d) => plain('funnel.lost', { lost: count(d.lost), share: percent(d.lost / d.of) }) + (d.step === drop.step ? `  ${plain('funnel.largest')}` : ''),
						textAnchor: 'start', fontSize: 12.5, fontWeight: (d) => d.step === drop.step ? 700 : 400, fill: (d) => d.step === drop.step ? 'var(--red)' : 'var(--muted)' }),
				],
			});
		},
	});
}

function productFigure(shop)
{
	const rows = shop.data.product_funnel.map((row) => ({ ...row, name: row.name ?? plain('product.unnamed') }));
	const stepName = (drop) => drop ? plain(drop === 'view to cart' ? 'drop.view_to_cart' : 'drop.cart_to_purchase') : '–';

	if (rows.length === 0)
		return figure({ name: 'product-funnel', title: plain('products.figure'), note: plain('products.none') });
	return figure({
		name: 'product-funnel',
		title: plain('products.figure'),
		definition: [shop.comment('product_funnel'), shop.comment('product_funnel', 'largest_drop'), plain('products.definition')],
		table: {
			columns: ['product', 'viewed', 'added', 'bought', 'conversion', 'largest_drop', 'dropped'].map((c) => plain(`column.${c}`)),
			rows: rows.map((row) => [row.name, row.viewed, row.added, row.bought, percent(row.conversion_rate), stepName(row.largest_drop), row.dropped]),
		},
		legend: legend([['blue-pale', plain('products.viewed')], ['blue-soft', plain('products.added')], ['blue', plain('products.bought')]]),
		alt: plain('products.alt', { products: rows.map((row) => `${row.name}: ${row.viewed}, ${row.added}, ${row.bought}`).join('; ') }),
		plot: (width) => {
			const narrow = width < 560;
			const names = rows.map((row, i) => ({ ...row, i }));
			const line = narrow ? 42 : 28;
			const bar = (x, fill, inset) => Plot.barX(names, { x, y: 'i', fill: `var(--${fill})`, insetTop: (narrow ? 18 : 0) + inset, insetBottom: inset,
				title: (d) => plain('products.bar', { name: d.name, viewed: count(d.viewed), added: count(d.added), bought: count(d.bought), rate: percent(d.conversion_rate) }) });

			return Plot.plot({
				width, height: rows.length * line + 24, marginLeft: narrow ? 5 : 190, marginRight: narrow ? 8 : 120, marginTop: 4, marginBottom: 20,
				x: { label: null, tickSize: 0, ticks: narrow ? 4 : 6, domain: [0, Math.max(...rows.map((row) => row.viewed)) * (narrow ? 1.3 : 1)] },
				y: { type: 'band', domain: names.map((d) => d.i), axis: null, padding: 0.2 },
				color: { type: 'identity' },
				marks: [
					Plot.gridX({ stroke: 'var(--line)', strokeOpacity: 1, ticks: narrow ? 4 : 6 }),
					bar('viewed', 'blue-pale', 0), bar('added', 'blue-soft', narrow ? 2.5 : 3.5), bar('bought', 'blue', narrow ? 5 : 7),
					labels(names, narrow, narrow ? width : 176, { above: 10 }),
					Plot.text(names, { y: 'i', x: 'viewed', text: (d) => d.dropped ? plain('products.lost', { lost: count(d.dropped) }) : '', textAnchor: 'start', dx: 6,
						dy: narrow ? 9 : 0, fill: 'var(--muted)', fontSize: 12 }),
				],
			});
		},
	});
}

export function funnel(shop)
{
	if (!shop.build)
		return without('funnel', 'state.unpublished', shop);
	if (!shop.hasEvents)
		return without('funnel', 'state.no_events', shop);
	const drop = largestDrop(shop.funnel);

	if (!drop)
		return without('funnel', noSessions(shop), shop);
	const worst = shop.data.product_funnel.find((row) => row.dropped);

	return section('funnel', [
		t(`funnel.${drop.step}`, { lost: count(drop.lost, 'largest_drop'), of: count(drop.of), share: percent(drop.lost / drop.of) }),
		t('funnel.sentence', { sessions: count(shop.funnel.sessions, 'sessions'), bought: count(shop.funnel.bought, 'sessions_bought'),
			rate: percent(shop.funnel.conversion_rate, 'conversion_rate') }),
		worst ? t('products.sentence', { name: worst.name ?? plain('product.unnamed'), lost: count(worst.dropped), viewed: count(worst.viewed),
			step: plain(worst.largest_drop === 'view to cart' ? 'drop.view_to_cart' : 'drop.cart_to_purchase') }) : null,
	].filter(Boolean), sessionFigure(shop), productFigure(shop));
}
