// The page: reads the data in the file and puts up the sections.

import { el } from './dom.js';
import { ago, time, useLanguage } from './format.js';
import { shopOf } from './shop.js';
import { plain, t, useTexts } from './text.js';
import { again } from './sections/again.js';
import { cohorts } from './sections/cohorts.js';
import { funnel } from './sections/funnel.js';
import { headline } from './sections/headline.js';
import { hours } from './sections/hours.js';
import { stock } from './sections/stock.js';
import { summary } from './sections/summary.js';
import { trust, trustLevel } from './sections/trust.js';

const SECTIONS = { headline, again, cohorts, funnel, hours, stock, trust };

function header(shop, title)
{
	const { build } = shop;
	const made = time(shop.data.fresh[0]?.now ?? shop.data.made_at);
	const line = build
		? t('page.build', { build: String(build.build_id), published: time(build.published_at), zone: build.timezone })
		: t('page.no_build');
	const age = (Date.now() - Date.parse(shop.data.made_at)) / 1000;

	return el('header', {},
		el('h1', {}, title),
		el('p', { class: 'dateline' }, line, ' ', t('page.made', { made }), age > 86400 ? el('b', {}, ' ', t('page.old', { ago: ago(age) })) : null),
		el('nav', { 'aria-label': plain('page.contents') }, Object.keys(SECTIONS).map((id) => el('a', { href: `#${id}` }, plain(`${id}.short`)))));
}

function show()
{
	const { title, text, data } = JSON.parse(document.getElementById('data').textContent);

	useTexts(text);
	useLanguage(text.language);
	const shop = shopOf(data);

	document.body.classList.add(`trust-${trustLevel(shop)}`);
	document.body.append(
		el('a', { class: 'skip', href: '#main' }, plain('page.skip')),
		header(shop, title),
		el('main', { id: 'main' }, summary(shop), Object.values(SECTIONS).map((make) => make(shop))),
		el('footer', {}, el('p', {}, t('page.footer'))));
}

show();
