// The headline numbers, each against the period before and over builds; revenue by month.

import * as Plot from '@observablehq/plot';

import { changesOf } from '../changes.js';
import { el } from '../dom.js';
import { figure, legend } from '../figure.js';
import { change, count, day, level, list, money, month, percent, points, shortMoney, time } from '../format.js';
import { ofPurchases, section } from '../section.js';
import { plain, t } from '../text.js';

const NAMES = ['repeat_rate', 'revenue', 'orders', 'average_order_value', 'conversion_rate'];
const KINDS = ['new', 'returning', 'guest', 'all'];
const COLOURS = { new: 'blue', returning: 'orange', guest: 'green', all: 'grey' };

function formatOf(shop, name)
{
	return { revenue: (v, k) => money(v, shop.currency, k), average_order_value: (v, k) => money(v, shop.currency, k), orders: count }[name] ?? percent;
}

// The line of a metric over builds: small, with its first and last value beside it
function spark(shop, name)
{
	const rows = shop.data.metrics_history.filter((row) => row.name === name && row.value !== null);
	const format = formatOf(shop, name);

	if (rows.length < 2)
		return null;
	const [first, last] = [rows[0], rows[rows.length - 1]];
	const alt = plain('headline.spark', { name: plain(`metric.${name}`), builds: String(rows.length), first: format(first.value), last: format(last.value) });

	const picture = Plot.plot({
		width: name === NAMES[0] ? 300 : 170, height: name === NAMES[0] ? 60 : 44, margin: 4, marginRight: 6, axis: null, ariaLabel: alt,
		marks: [
			Plot.lineY(rows, { x: (d, i) => i, y: 'value', stroke: 'var(--blue)', strokeWidth: 1.5 }),
			Plot.dot([last], { x: rows.length - 1, y: 'value', fill: 'var(--blue)', r: 2.5 }),
		],
		x: { type: 'linear' },
		y: { domain: domain(rows.map((row) => row.value)) },
	});

	picture.setAttribute('role', 'img');
	return el('div', { class: 'spark' }, picture, el('p', { class: 'small' },
		t('headline.over_builds', { builds: String(rows.length), first: format(first.value) })));
}

// A line that hardly moves is flat
function domain(values)
{
	const [low, high] = [Math.min(...values), Math.max(...values)];
	const room = Math.max((high - low) / 8, Math.abs(high) * 0.02, 1e-9);

	return [low - room, high + room];
}

function made(shop, name)
{
	const { numerator, denominator } = shop.metrics[name];

	if (name === 'repeat_rate')
		return t('headline.repeat_of', { repeaters: count(numerator), purchasers: count(denominator) });
	if (name === 'conversion_rate')
		return t('headline.conversion_of', { conversions: count(numerator), sessions: count(denominator) });
	return name === 'average_order_value' ? t('headline.value_of', { orders: count(denominator) }) : t('headline.so_far');
}

function interval(shop, name)
{
	if (name !== 'repeat_rate' && name !== 'conversion_rate')
		return null;
	const [low, high] = [shop.metrics[name].low, shop.metrics[name].high].map((value) => percent(value));

	return el('p', { class: 'interval' }, t('headline.interval', { low, high, level: level() }));
}

function against(entry, days)
{
	if (!entry)
		return el('p', { class: 'small' }, t('headline.no_period'));
	const by = entry.points === undefined ? change(entry.relative).text : plain('changed.points', { points: points(entry.points) });
	const verdict = entry.verdict === null ? 'ages' : { '-1': 'down', 0: 'chance', 1: 'up' }[entry.verdict];

	return el('p', { class: 'against' },
		t(entry.name === 'repeat_rate' ? 'headline.earlier' : 'headline.period', { days: count(days), now: entry.now, before: entry.before, change: by }),
		' ', el('span', { class: `verdict ${verdict}` }, t(`verdict.${verdict}`)));
}

function missing(shop, name)
{
	if (name === 'conversion_rate')
		return t(shop.hasEvents ? 'state.no_sessions' : 'state.no_events');
	return t(shop.severalCurrencies ? 'state.currencies' : 'state.no_money', { currencies: currencyNames(shop) });
}

function currencyNames(shop)
{
	return list(shop.data.currencies.map((c) => c.currency || plain('currency.none')));
}

function tile(shop, changes, name)
{
	const metric = shop.metrics[name];
	const known = metric?.value !== null && metric?.value !== undefined;

	return el('article', { class: 'tile', id: `tile-${name}` },
		el('h3', {}, plain(`metric.${name}`)),
		known ? [
			el('p', { class: 'big' }, el('data', { value: metric.value, 'data-key': name }, formatOf(shop, name)(metric.value).text)),
			interval(shop, name),
			el('p', { class: 'small' }, made(shop, name)),
			against(changes?.entries.find((entry) => entry.name === name), changes?.days),
			spark(shop, name),
		] : el('p', { class: 'small' }, missing(shop, name)));
}

function tableOfMetrics(shop, changes)
{
	const before = (name) => changes?.entries.find((entry) => entry.name === name);

	return {
		columns: ['metric', 'value', 'numerator', 'denominator', 'low', 'high', 'last', 'before', 'days'].map((c) => plain(`column.${c}`)),
		rows: Object.values(shop.metrics).map((m) => {
			const format = formatOf(shop, m.name);

			return [m.name, NAMES.includes(m.name) ? format(m.value) : m.value,
				m.numerator, m.denominator, percent(m.low), percent(m.high), before(m.name)?.now, before(m.name)?.before, before(m.name) ? changes.days : null];
		}),
	};
}

function tableOfBuilds(shop)
{
	return {
		columns: ['build', 'as_of', 'metric', 'value', 'numerator', 'denominator'].map((c) => plain(`column.${c}`)),
		rows: shop.data.metrics_history.map((h) => [h.build_id, time(h.as_of), h.name, formatOf(shop, h.name)(h.value), h.numerator, h.denominator]),
	};
}

function revenueFigure(shop, currency, several)
{
	const rows = shop.data.revenue.filter((row) => row.currency === currency);
	const shown = rows.filter((row) => row.revenue !== null);
	const kinds = KINDS.filter((kind) => shown.some((row) => row.kind === kind));
	const hidden = new Set(rows.filter((row) => row.revenue === null).map((row) => row.month)).size;
	const title = several ? plain('revenue.title_in', { currency: currency || plain('currency.none') }) : plain('revenue.title');
	const months = [...new Set(rows.map((row) => row.month))];
	const name = several ? `revenue-${currency || 'none'}` : 'revenue';
	const table = {
		columns: ['month', 'currency', 'customers', 'orders', 'revenue'].map((c) => plain(`column.${c}`)),
		rows: rows.map((row) => [month(row.month), row.currency, plain(`kind.${row.kind}`), row.orders, money(row.revenue, row.currency || shop.currency)]),
	};

	if (shown.length === 0)
		return figure({ name, title, note: plain('revenue.hidden_all'), table });
	const total = (month) => shown.filter((row) => row.month === month).reduce((sum, row) => sum + row.revenue, 0);
	const best = months.reduce((a, b) => total(b) > total(a) ? b : a);
	const alt = plain('revenue.alt', { months: String(months.length), best: month(best), most: money(total(best), currency || shop.currency) });

	return figure({
		name,
		title,
		alt,
		table,
		legend: legend(kinds.map((kind) => [COLOURS[kind], plain(`kind.${kind}`)])),
		note: [plain('revenue.last', { until: day(shop.build.as_of) }), hidden ? plain('revenue.hidden', { months: count(hidden) }) : ''].join(' '),
		plot: (width) => Plot.plot({
			width, height: Math.max(180, Math.min(280, width / 2.6)), marginLeft: 56, marginRight: Math.max(0, width - 56 - months.length * 100), marginBottom: 34,
			x: { type: 'band', label: null, domain: months, padding: 0.25, tickSize: 0,
				 ticks: months.filter((m, i) => (months.length - 1 - i) % Math.ceil(months.length / Math.max(2, width / 62)) === 0),
				 tickFormat: (m) => month(m).text.replace(' ', '\n') },
			y: { label: null, ticks: 4, tickFormat: shortMoney(currency || shop.currency), tickSize: 0 },
			marks: [
				Plot.gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
				Plot.barY(shown, { x: 'month', y: 'revenue', fill: (d) => `var(--${COLOURS[d.kind]})`, order: (d) => KINDS.indexOf(d.kind), insetTop: 0.5,
					title: (d) => `${month(d.month).text}, ${plain(`kind.${d.kind}`)}: ${money(d.revenue, currency || shop.currency).text}` }),
				Plot.ruleY([0], { stroke: 'var(--muted)' }),
			],
			color: { type: 'identity' },
		}),
	});
}

export function headline(shop)
{
	return ofPurchases('headline', shop, () => {
		const changes = changesOf(shop);
		const currencies = [...new Set(shop.data.revenue.map((row) => row.currency))];
		const sentences = [t('headline.sentence', { orders: count(shop.orders, 'orders'), purchasers: count(shop.purchasers, 'purchasers'),
			until: day(shop.build.as_of) })];

		if (changes)
			sentences.push(t('headline.compared', { days: count(changes.days), until: time(changes.until) }));
		if (shop.severalCurrencies)
			sentences.push(t('state.currencies', { currencies: currencyNames(shop) }));
		return section('headline', sentences,
			el('div', { class: 'tiles' }, NAMES.map((name) => tile(shop, changes, name))),
			figure({ name: 'metrics', table: tableOfMetrics(shop, changes), other: ['builds', tableOfBuilds(shop)],
				note: new Set(shop.data.metrics_history.map((h) => h.build_id)).size < 2 ? plain('headline.one_build') : null,
				definition: [...NAMES.map((name) => `${plain(`metric.${name}`)}: ${shop.metrics[name]?.definition ?? ''}`), plain('headline.definition')] }),
			currencies.slice(0, 4).map((currency) => revenueFigure(shop, currency, currencies.length > 1)));
	});
}
