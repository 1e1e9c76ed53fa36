// The first screen: four questions, each with its answer in a sentence, and where it comes from.

import { changesOf } from '../changes.js';
import { el } from '../dom.js';
import { change, count, day, level, list, percent, points } from '../format.js';
import { nothingOf } from '../shop.js';
import { plain, t } from '../text.js';
import { largestDrop, noSessions } from './funnel.js';
import { trustSentence } from './trust.js';

function repeat(shop)
{
	const state = nothingOf(shop);

	if (state)
		return t(state, { orders: count(shop.orders), purchasers: count(shop.purchasers) });
	const { denominator, value, low, high } = shop.metrics.repeat_rate;

	return t('repeat.sentence', { rate: percent(value, 'repeat_rate'), purchasers: count(denominator, 'purchasers'),
		low: percent(low, 'repeat_rate_low'), high: percent(high, 'repeat_rate_high'), level: level() });
}

// "revenue +12 %", as a text; begin says whether it begins a sentence
function moved(entry, begin)
{
	return plain('changed.one', { name: plain(`${begin ? 'metric' : 'metric_in'}.${entry.name}`),
		change: entry.points === undefined ? change(entry.relative).text : plain('changed.points', { points: points(entry.points) }) });
}

function changed(shop)
{
	const changes = changesOf(shop);

	if (!changes)
		return t(shop.build ? 'changed.unknown' : 'state.unpublished');
	const judged = changes.entries.filter((entry) => entry.verdict !== null);
	const clear = judged.filter((entry) => entry.verdict !== 0);
	const values = { days: count(changes.days), until: day(changes.until) };

	if (clear.length > 0)
		return t('changed.clear', { ...values, clear: list(clear.map((entry, i) => moved(entry, i === 0))),
			rest: clear.length === judged.length ? '' : plain('changed.rest', { rest: list(judged.filter((e) => e.verdict === 0).map((e) => moved(e, false))) }) });
	return t('changed.chance', { ...values, all: list(judged.map((entry) => moved(entry, false))) });
}

function lost(shop)
{
	if (!shop.build)
		return t('state.unpublished');
	if (!shop.hasEvents)
		return t('state.no_events');
	const drop = largestDrop(shop.funnel);

	return drop ? t(`lost.${drop.step}`, { lost: count(drop.lost), of: count(drop.of), share: percent(drop.lost / drop.of),
		conversion: percent(shop.funnel.conversion_rate, 'conversion_rate') }) : t(noSessions(shop));
}

export function summary(shop)
{
	const answers = [['repeat', 'headline', repeat(shop)], ['changed', 'headline', changed(shop)],
		['lost', 'funnel', lost(shop)], ['trust', 'trust', trustSentence(shop)]];

	return el('section', { id: 'summary', 'aria-labelledby': 'summary-title' },
		el('h2', { id: 'summary-title', class: 'unseen' }, plain('summary.title')),
		el('dl', { class: 'answers' }, answers.map(([name, anchor, answer]) => el('div', {},
			el('dt', {}, el('a', { href: `#${anchor}` }, plain(`question.${name}`))),
			el('dd', { id: `answer-${name}` }, answer)))));
}
