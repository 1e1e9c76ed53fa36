// Stock: what may run out.

import * as Plot from '@observablehq/plot';

import { figure, legend } from '../figure.js';
import { count, list } from '../format.js';
import { labels } from '../labels.js';
import { section, without } from '../section.js';
import { daysOf, plain, t } from '../text.js';

// Marks at whole units, eight at most
function whole(most)
{
	const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((s) => most / s <= 8) ?? Math.ceil(most / 8);

	return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

export function stock(shop)
{
	if (!shop.build)
		return without('stock', 'state.unpublished', shop);
	const counts = shop.data.stock_counts[0];

	if (counts.products === 0)
		return without('stock', 'state.no_products', shop);
	if (counts.judged === 0)
		return without('stock', 'state.no_stock', shop);
	const days = daysOf(shop.build.stock_cover_days);
	const rows = shop.data.stock.map((row, i) => ({ ...row, i, name: row.name ?? plain('product.unnamed') }));
	const risky = rows.filter((row) => row.at_risk).map((row) => row.name);
	const sentences = [counts.at_risk === 0 ? t('stock.none', { judged: count(counts.judged), days })
		: t('stock.sentence', { risk: count(counts.at_risk, 'at_risk'), judged: count(counts.judged), days,
			names: risky.length < counts.at_risk ? plain('stock.and_more', { names: risky.slice(0, 8).join(', ') }) : list(risky) })];

	if (counts.out_of_stock > 0)
		sentences.push(t('stock.out', { out: count(counts.out_of_stock, 'out_of_stock') }));
	if (counts.unknown > 0)
		sentences.push(t('stock.unknown', { unknown: count(counts.unknown) }));
	const hasOrdered = rows.some((row) => row.ordered !== null);

	return section('stock', sentences, figure({
		name: 'stock',
		title: plain('stock.figure', { days }),
		definition: [shop.comment('dim_product_stock', 'is_at_risk_of_stockout'), plain('stock.definition')],
		legend: legend([['red', plain('stock.at_risk')], ['blue-soft', plain('stock.enough')], ...(hasOrdered ? [['tick', plain('stock.ordered', { days })]] : [])]),
		note: hasOrdered ? null : plain('stock.few', { days }),
		table: {
			columns: ['product', 'inventory', 'ordered', 'at_risk'].map((c) => plain(`column.${c}`)),
			rows: rows.map((row) => [row.name, row.inventory, row.ordered, plain(row.at_risk ? 'yes' : 'no')]),
		},
		alt: plain('stock.alt', { products: rows.map((row) => `${row.name}: ${row.inventory}${row.at_risk ? ` (${plain('stock.at_risk')})` : ''}`).join('; ') }),
		plot: (width) => {
			const narrow = width < 560;
			const line = narrow ? 40 : 26;
			const most = Math.max(1, ...rows.map((row) => Math.max(row.inventory, row.ordered ?? 0)));

			return Plot.plot({
				width, height: rows.length * line + 26, marginLeft: narrow ? 5 : 190, marginRight: 16, marginTop: 4, marginBottom: 22,
				x: { label: null, tickSize: 0, ticks: whole(most), zero: true, tickFormat: (v) => count(v).text },
				y: { type: 'band', domain: rows.map((row) => row.i), axis: null, padding: 0.3 },
				color: { type: 'identity' },
				marks: [
					Plot.gridX(whole(most), { stroke: 'var(--line)', strokeOpacity: 1 }),
					Plot.barX(rows, { y: 'i', x: (d) => Math.max(d.inventory, 0), fill: (d) => d.at_risk ? 'var(--red)' : 'var(--blue-soft)', insetTop: narrow ? 16 : 0 }),
					Plot.tickX(rows.filter((row) => row.ordered !== null), { y: 'i', x: 'ordered', stroke: 'var(--ink)', strokeWidth: 2.5, insetTop: narrow ? 13 : -3, insetBottom: -3 }),
					labels(rows, narrow, narrow ? width : 176),
					Plot.ruleX([0], { stroke: 'var(--muted)' }),
				],
			});
		},
	}));
}
