// Can I trust it: the last builds, the data tests, freshness, open requests, lineage.

import * as Plot from '@observablehq/plot';

import { el } from '../dom.js';
import { figure, legend } from '../figure.js';
import { ago, count, day, decimal, list, time } from '../format.js';
import { hasText, plain, t } from '../text.js';
import { section } from '../section.js';
import { lineageFigure } from './lineage.js';

const STATUSES = ['broken', 'error', 'warn', 'skipped', 'not run', 'off', 'pass'];
const COLOURS = { broken: 'red', error: 'red', warn: 'orange', skipped: 'grey-soft', 'not run': 'grey-soft', off: 'grey-soft', pass: 'blue-soft' };
const SYMBOLS = { published: '\u2713', warned: '!', failed: '\u2715', aborted: '\u2013', running: '\u2026' };

function since(shop, text)
{
	return ago(Math.max(0, (Date.parse(shop.data.made_at) - Date.parse(text)) / 1000));
}

// Tests of the latest build that fail; the marts of a failed build are not published
export function failing(shop)
{
	return shop.data.tests.filter((test) => test.status === 'error' || test.status === 'broken');
}

function warning(shop)
{
	return shop.data.tests.filter((test) => test.status === 'warn');
}

// good, warn, bad or none, for the colour and the symbol
export function trustLevel(shop)
{
	if (!shop.build)
		return 'none';
	if (shop.last && (shop.last.status === 'failed' || shop.last.status === 'aborted'))
		return 'bad';
	return shop.build.warned > 0 ? 'warn' : 'good';
}

function runningSentence(shop)
{
	const p = shop.running;
	const values = { build: String(p.build_id), position: count(p.position), models: count(p.models), rest: count(p.expected_rest === null ? null : Math.ceil(p.expected_rest)) };

	return t(p.expected_rest === null ? 'trust.running' : 'trust.running_rest', values);
}

export function trustSentence(shop)
{
	const { build, last, running } = shop;
	const sentences = [];

	if (!build)
		sentences.push(t(last && last.status === 'failed' ? 'trust.never_failed' : 'trust.never'));
	else
	{
		const values = { build: String(build.build_id), ago: since(shop, build.published_at), published: time(build.published_at) };

		if (trustLevel(shop) === 'bad')
			sentences.push(t(last.status === 'failed' ? 'trust.failed' : 'trust.aborted', { ...values, last: String(last.build_id), when: since(shop, last.finished_at ?? last.started_at) }));
		else
		{
			const of = shop.data.builds.find((b) => b.build_id === build.build_id);

			sentences.push(t(build.warned > 0 ? 'trust.warned' : 'trust.good', { ...values, passed: count(of?.passed ?? null, 'passed'), warned: count(build.warned, 'warned') }));
		}
		const about = [...new Set([...failing(shop), ...warning(shop)].map((test) => test.model.replace(/^greenery\./, '')))];

		if (about.length > 0)
			sentences.push(t(failing(shop).length ? 'trust.about_failing' : 'trust.about', { models: about.length > 4 ? plain('trust.models', { models: count(about.length) }) : list(about) }));
		if (build.as_of)
			sentences.push(t('trust.newest', { as_of: (shop.few ? day : time)(build.as_of), ago: since(shop, build.as_of) }));
	}
	if (running)
		sentences.push(runningSentence(shop));
	return sentences.flatMap((sentence, i) => i === 0 ? [sentence] : [' ', sentence]);
}

function kindOf(build)
{
	return build.status === 'published' && build.warned > 0 ? 'warned' : build.status;
}

function buildsFigure(shop)
{
	const builds = [...shop.data.builds].reverse();

	if (builds.length === 0)
		return null;
	const seconds = (b) => b.finished_at ? (Date.parse(b.finished_at) - Date.parse(b.started_at)) / 1000 : null;
	const strip = el('ol', { class: 'builds' }, builds.map((b) => el('li', { class: kindOf(b), title: `${b.build_id}: ${plain(`build.${kindOf(b)}`)}, ${time(b.started_at).text}` },
		el('span', { 'aria-hidden': 'true' }, SYMBOLS[kindOf(b)]),
		el('span', { class: 'unseen' }, `${b.build_id}: ${plain(`build.${kindOf(b)}`)}`))));
	const element = figure({
		name: 'status',
		title: plain('builds.figure', { builds: count(builds.length) }),
		definition: [shop.comment('build_status', 'status')],
		table: {
			columns: ['build', 'started', 'seconds', 'status', 'passed', 'warned', 'failed', 'broken', 'skipped', 'message'].map((c) => plain(`column.${c}`)),
			rows: shop.data.builds.map((b) => [b.build_id, time(b.started_at), decimal(seconds(b)), plain(`build.${kindOf(b)}`), b.passed, b.warned, b.failed, b.broken, b.skipped, b.message]),
		},
		legend: el('p', { class: 'legend' }, [...new Set(builds.map(kindOf))].map((kind) => el('span', {}, el('i', { class: `mark ${kind}` }, SYMBOLS[kind]), plain(`build.${kind}`)))),
	});

	element.insertBefore(strip, element.querySelector('.more'));
	return element;
}

// One square a test, those that need attention first
function testsFigure(shop)
{
	const totals = Object.fromEntries(STATUSES.map((status) => [status, 0]));

	for (const row of shop.data.test_counts)
		totals[row.status] = (totals[row.status] ?? 0) + row.tests;
	const present = STATUSES.filter((status) => totals[status] > 0);
	const all = present.flatMap((status) => Array.from({ length: totals[status] }, () => status));

	if (all.length === 0)
		return null;
	return figure({
		name: 'tests',
		title: plain('tests.figure', { tests: count(all.length) }),
		definition: [shop.comment('test_status'), plain('tests.definition')],
		legend: legend(present.map((status) => [COLOURS[status], plain(`test.${status.replace(' ', '_')}`, { n: count(totals[status]) })])),
		table: {
			columns: ['model', 'status', 'tests'].map((c) => plain(`column.${c}`)),
			rows: shop.data.test_counts.map((row) => [row.model, plain(`test_status.${row.status.replace(' ', '_')}`), row.tests]),
		},
		alt: plain('tests.alt', { counts: list(present.map((status) => plain(`test.${status.replace(' ', '_')}`, { n: count(totals[status]) }))) }),
		plot: (width) => {
			const size = all.length > 600 ? 8 : 14;
			const columns = Math.max(1, Math.floor(width / size));
			const lines = Math.ceil(all.length / columns);

			return Plot.plot({
				width, height: lines * size, margin: 0,
				x: { axis: null, domain: [0, width] },
				y: { axis: null, domain: [lines * size, 0] },
				color: { type: 'identity' },
				marks: [Plot.rect(all.map((status, i) => ({ status, x: i % columns * size, y: Math.floor(i / columns) * size })), {
					x1: 'x', x2: (d) => d.x + size - 2, y1: 'y', y2: (d) => d.y + size - 2, fill: (d) => `var(--${COLOURS[d.status]})`, rx: 1.5,
				})],
			});
		},
	});
}

function testName(test)
{
	return plain('tests.name', { id: String(test.test_id), kind: test.kind, place: test.column_name ? `${test.model}.${test.column_name}` : test.model });
}

// What a test assumes, in words: its description, or what its kind says
function assumption(test)
{
	const key = `kind_of_test.${test.kind}`;

	return test.description ?? plain(hasText(key) ? key : 'kind_of_test.other', { place: test.column_name ? `${test.column_name} of ${test.model}` : test.model });
}

function testEntry(shop, test)
{
	return el('li', { class: test.status },
		el('p', {}, el('b', {}, plain(`tests.${test.status}`)), ' ', assumption(test)),
		el('p', { class: 'small' }, [testName(test),
			test.failures === null ? null : plain('tests.rows', { failures: count(test.failures), total: count(test.total) }),
			test.severity ? plain('tests.severity', { severity: test.severity }) : null,
			test.status_since ? plain('tests.since', { since: time(test.status_since), ago: since(shop, test.status_since) }) : null,
			test.message].filter(Boolean).join(' \u00b7 ')));
}

function attention(shop)
{
	const tests = [...failing(shop), ...warning(shop)];

	if (tests.length === 0)
		return null;
	return figureOfTests(shop, tests);
}

function figureOfTests(shop, tests)
{
	const element = figure({
		name: 'attention',
		title: plain('tests.attention'),
		table: {
			columns: ['test', 'model', 'kind', 'column', 'severity', 'status', 'failures', 'total', 'since', 'description', 'message'].map((c) => plain(`column.${c}`)),
			rows: tests.map((test) => [test.test_id, test.model, test.kind, test.column_name, test.severity, plain(`test_status.${test.status}`), test.failures, test.total,
				test.status_since ? time(test.status_since) : null, test.description, test.message]),
		},
	});

	element.insertBefore(el('ul', { class: 'attention' }, tests.slice(0, 12).map((test) => testEntry(shop, test))), element.querySelector('.more'));
	return element;
}

function freshness(shop)
{
	const fresh = shop.data.fresh[0];
	const recency = shop.data.tests.filter((test) => test.kind === 'recency' && test.status);
	const lines = [];

	if (!shop.build)
		return null;
	const line = (name, text) => lines.push(el('div', {}, el('dt', {}, plain(`fresh.${name}`)),
		el('dd', {}, text ? [(shop.few && name in { order: 1, session: 1 } ? day : time)(text).text, name === 'made' ? null : el('span', { class: 'small' }, since(shop, text).text)] : plain('fresh.none'))));

	line('order', shop.build.as_of);
	line('session', fresh?.newest_session);
	line('published', shop.build.published_at);
	line('made', fresh?.now);
	return el('figure', { id: 'figure-freshness' }, el('figcaption', {}, plain('fresh.figure', { zone: shop.build.timezone })), el('dl', { class: 'fresh' }, lines),
		el('p', { class: 'note' }, recency.length ? plain('fresh.tests', { tests: recency.map((test) => `${testName(test)}: ${plain(`test_status.${test.status}`)}`).join('; ') }) : plain('fresh.no_tests')));
}

function requests(shop)
{
	const rows = shop.data.requests;

	if (rows.length === 0)
		return el('p', {}, t('requests.none'));
	return el('div', {}, el('p', {}, t('requests.sentence', { requests: count(rows.length), oldest: time(rows[0].created_at), ago: since(shop, rows[0].created_at) })),
		figure({
			name: 'requests',
			definition: [plain('requests.definition')],
			table: {
				columns: ['request', 'since', 'test', 'state'].map((c) => plain(`column.${c}`)),
				rows: rows.map((row) => [row.request_id, time(row.created_at), row.test_id ?? plain('requests.new'), row.state]),
			},
		}));
}

export function trust(shop)
{
	const own = [...new Set(shop.data.test_counts.map((row) => row.model).filter((model) => !model.startsWith('greenery.')))];
	const sentences = [trustSentence(shop)];

	if (failing(shop).length)
		sentences.push(t('trust.failing', { failing: count(failing(shop).length) }));
	if (shop.last?.status === 'failed' && shop.last.message)
		sentences.push(t('trust.message', { message: shop.last.message }));
	if (own.length)
		sentences.push(t('trust.own', { own: count(own.length), names: list(own) }));
	return section('trust', sentences,
		attention(shop),
		buildsFigure(shop),
		testsFigure(shop),
		freshness(shop),
		el('h3', {}, plain('requests.title')), requests(shop),
		el('h3', {}, plain('lineage.title')), lineageFigure(shop, failing(shop), own));
}
