// Who buys again: indicators as a forest plot, and the same question by group.

import { dots } from '../dots.js';
import { el } from '../dom.js';
import { figure, legend } from '../figure.js';
import { count, decimal, level, list, percent, points, wholePercent } from '../format.js';
import { ofPurchases, section } from '../section.js';
import { daysOf, hasText, plain, t } from '../text.js';

const COLOURS = { 'good sign': 'blue', 'bad sign': 'red', 'no signal': 'grey', 'too few': 'grey', 'known too late': 'grey' };

function nameOf(indicator)
{
	const key = `indicator.${indicator}`;

	return hasText(key) ? plain(key) : indicator.replaceAll('_', ' ');
}

function key(verdict)
{
	return `sign.${verdict.replaceAll(' ', '_')}`;
}

function indicatorFigure(shop, rows)
{
	const plotted = rows.filter((row) => row.difference !== null && row.verdict !== 'no data');
	const domain = [-1, 1].map((sign) => sign * Math.min(1, Math.max(0.2, ...plotted.map((row) => Math.max(Math.abs(row.low), Math.abs(row.high)))) * 1.04));
	const table = {
		columns: ['indicator', 'asked', 'with', 'without', 'rate_with', 'rate_without', 'difference', 'low', 'high', 'p_adjusted', 'verdict', 'detectable', 'definition']
			.map((c) => plain(`column.${c}`)),
		rows: rows.map((row) => [row.indicator, plain(`landmark.${row.landmark}`), row.users_with, row.users_without, percent(row.rate_with), percent(row.rate_without),
			points(row.difference), points(row.low), points(row.high), row.p_adjusted, plain(key(row.verdict)), points(row.detectable), row.definition]),
	};

	return figure({
		name: 'indicators',
		title: plain('again.figure'),
		table,
		definition: [shop.comment('repeat_indicators'), plain('again.definition', { days: daysOf(shop.build.horizon_days) }), plain('again.verdicts')],
		legend: legend([['blue', plain('sign.good_sign')], ['red', plain('sign.bad_sign')], ['grey', plain('sign.no_signal')], ['hollow', plain('sign.undecided')]]),
		alt: plain('again.alt', { signs: plotted.map((row) => `${nameOf(row.indicator)}: ${points(row.difference).text} (${plain(key(row.verdict))})`).join('; ') }),
		plot: plotted.length === 0 ? null : (width) => dots({
			width,
			domain,
			reference: 0,
			referenceLabel: plain('again.reference'),
			label: plain('again.axis', { level: level() }),
			tickFormat: (value) => points(value).text,
			rows: ['first_order', 'history'].filter((landmark) => plotted.some((row) => row.landmark === landmark)).flatMap((landmark) => [
				{ name: plain(`landmark.${landmark}`) },
				...plotted.filter((row) => row.landmark === landmark).map((row) => ({ name: nameOf(row.indicator), value: row.difference, low: row.low, high: row.high, colour: COLOURS[row.verdict],
				hollow: row.verdict === 'too few' || row.verdict === 'known too late',
				title: `${row.definition}\n${points(row.difference).text} (${points(row.low).text} … ${points(row.high).text}), ${plain(key(row.verdict))}` })),
			]),
		}),
	});
}

function groupName(by, row)
{
	if (row.is_other)
		return row.largest < 5 ? plain('group.other_few', { groups: count(row.groups) }) : plain('group.other', { groups: count(row.groups) });
	if (row.name === '(none)' || row.name === null)
		return plain(`group.none_${by}`);
	return by === 'delivery_days' ? plain('group.days', { days: count(Number(row.name)) }) : row.name;
}

function byGroup(shop, by, rows, overall, sentence, definition)
{
	const sorted = by === 'delivery_days' ? [...rows].sort((a, b) => (a.is_other - b.is_other) || a.name - b.name) : rows;
	const named = sorted.map((row) => ({ ...row, name: by === 'product' ? row.name ?? plain('product.unnamed') : groupName(by, row) }));

	// the largest groups, and those that say something
	const largest = new Set([...named].sort((a, b) => b.users - a.users).slice(0, 12));
	const drawn = named.filter((row) => largest.has(row) || row.is_other || row.is_sweet_spot || row.verdict === 'good sign' || row.verdict === 'bad sign');

	return figure({
		name: `again-${by}`,
		title: el('span', {}, el('b', {}, plain(`group.by_${by}`)), ' ', sentence),
		definition,
		note: drawn.length < named.length ? plain('group.rest', { rest: count(named.length - drawn.length) }) : null,
		table: {
			columns: [`by_${by}`, 'users', 'repeaters', 'rate', 'low', 'high', 'verdict'].map((c) => plain(`column.${c}`)),
			rows: named.map((row) => [row.name, row.users, row.repeaters, percent(row.rate), percent(row.low), percent(row.high), row.verdict ? plain(key(row.verdict)) : null]),
		},
		alt: plain('group.alt', { groups: named.map((row) => `${row.name}: ${percent(row.rate).text} (${row.users})`).join('; ') }),
		plot: (width) => dots({
			width,
			domain: [0, 1],
			names: 0.4,
			reference: overall,
			referenceLabel: plain('group.overall', { rate: percent(overall) }),
			tickFormat: (value) => wholePercent(value).text,
			rows: drawn.map((row) => ({ name: `${row.name}  (${count(row.users).text})`, value: row.rate, low: row.low, high: row.high,
				colour: row.is_sweet_spot ? 'blue' : COLOURS[row.verdict] ?? 'grey', hollow: !row.verdict || row.verdict === 'too few' || row.verdict === 'known too late',
				title: `${row.name}: ${percent(row.rate).text} (${percent(row.low).text} … ${percent(row.high).text})` })),
		}),
	});
}

// What a table of groups says in one sentence
function groupSentence(rows)
{
	const signs = ['good sign', 'bad sign'].map((verdict) => rows.filter((row) => row.verdict === verdict).map((row) => row.name));
	const judged = rows.filter((row) => row.verdict === 'no signal').length;

	if (signs.flat().length > 0)
		return [signs[0].length ? plain('group.good', { names: list(signs[0]) }) : '', signs[1].length ? plain('group.bad', { names: list(signs[1]) }) : ''].join(' ').trim();
	return plain(judged > 0 ? 'group.no_signal' : 'group.too_few');
}

function deliverySentence(rows, verdict)
{
	if (verdict.known_too_late)
		return plain('delivery.late');
	const sweet = rows.filter((row) => row.is_sweet_spot);

	return sweet.length ? plain('delivery.sweet', { days: list(sweet.map((row) => groupName('delivery_days', row))) }) : plain('delivery.none');
}

function groupFigures(shop)
{
	const verdicts = Object.fromEntries(shop.data.group_verdicts.map((row) => [row.by, row]));
	const rowsOf = (by) => shop.data.groups.filter((row) => row.by === by);
	const figures = ['promo', 'state', 'delivery_days'].map((by) => {
		const rows = rowsOf(by);
		const verdict = verdicts[by];

		// nothing tells users apart, or too few have been followed
		if (!verdict?.users || verdict.no_data || rows.length === 0 || verdict.users < 5)
			return el('figure', {}, el('figcaption', {}, el('b', {}, plain(`group.by_${by}`)), ' ', plain(`group.no_${by}`)));
		const named = rows.map((row) => ({ ...row, name: groupName(by, row) }));

		return byGroup(shop, by, rows, verdict.repeaters / verdict.users,
			by === 'delivery_days' ? deliverySentence(rows, verdict) : groupSentence(named),
			by === 'delivery_days' ? [shop.comment('repeat_by_delivery_days'), shop.comment('repeat_by_delivery_days', 'is_sweet_spot')] : [shop.comment(`repeat_by_${by}`)]);
	});
	const products = shop.data.products_again;
	const all = verdicts.state ?? verdicts.promo;

	figures.splice(2, 0, products.length === 0 || !all?.users
		? el('figure', {}, el('figcaption', {}, el('b', {}, plain('group.by_product')), ' ', plain('group.no_product')))
		: byGroup(shop, 'product', products, all.repeaters / all.users, groupSentence(products),
			[`${shop.comment('product_reorder', 'repeat_rate')} ${shop.comment('product_reorder', 'first_order_buyers')}`, plain('group.products')]));
	return figures;
}

export function again(shop)
{
	return ofPurchases('again', shop, () => {
		const rows = shop.data.indicators;
		const named = (verdict) => rows.filter((row) => row.verdict === verdict).map((row) => nameOf(row.indicator));
		const signs = (verdict) => rows.filter((row) => row.verdict === verdict).map((row) => plain('again.sign', { name: nameOf(row.indicator),
			difference: points(row.difference), low: points(row.low), high: points(row.high) }));
		const unknown = named('no data');
		const judged = rows.filter((row) => ['good sign', 'bad sign', 'no signal'].includes(row.verdict));
		const gaps = judged.map((row) => row.detectable).filter((gap) => gap !== null).sort((a, b) => a - b);
		const sentences = [];

		if (judged.length === 0)
			sentences.push(t('again.too_few', { days: daysOf(shop.build.horizon_days) }));
		else if (named('good sign').length + named('bad sign').length === 0)
			sentences.push(t('again.no_signal', { judged: count(judged.length) }));
		else
		{
			if (named('good sign').length)
				sentences.push(t('again.good', { names: list(signs('good sign')) }));
			if (named('bad sign').length)
				sentences.push(t('again.bad', { names: list(signs('bad sign')) }));
		}
		if (gaps.length)
			sentences.push(t('again.detectable', { gap: decimal(gaps[Math.floor(gaps.length / 2)] * 100), users: count(Math.max(...judged.map((row) => row.users))),
				days: daysOf(shop.build.horizon_days) }));
		return section('again', sentences,
			indicatorFigure(shop, rows),
			unknown.length ? el('p', { class: 'note' }, t('again.unknown', { names: list(unknown) })) : null,
			el('h3', {}, plain('again.groups', { days: daysOf(shop.build.horizon_days) })),
			el('div', { class: 'pairs' }, groupFigures(shop)));
	});
}
