// A section: its heading, the sentences that say what is seen, and its figures.

import { el } from './dom.js';
import { plain, t } from './text.js';
import { nothingOf } from './shop.js';
import { count } from './format.js';

export function section(id, sentences, ...parts)
{
	return el('section', { id, 'aria-labelledby': `${id}-title` },
		el('h2', { id: `${id}-title` }, plain(`${id}.title`)),
		sentences.map((sentence, i) => el('p', { class: i === 0 ? 'lead' : null }, sentence)),
		parts);
}

// The section of a shop that has nothing to show there, and why
export function without(id, state, shop)
{
	return section(id, [t(state, { orders: count(shop.orders), purchasers: count(shop.purchasers) })]);
}

// A section about purchases
export function ofPurchases(id, shop, make)
{
	const state = nothingOf(shop);

	return state ? without(id, state, shop) : make();
}
