// Open pages in a browser and tell what is there, for t/095_report.pl to judge.
//
// node browser.mjs CHROMIUM FILE... prints one object of JSON, a page a key.  REPORT_MODULES is the
// folder of the packages.  With REPORT_SHOTS, pictures of each page go into that folder.

import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyFile, readFile } from 'node:fs/promises';

const { chromium } = createRequire(`${process.env.REPORT_MODULES}/package.json`)('playwright-core');
const [program, ...files] = process.argv.slice(2);
const shots = process.env.REPORT_SHOTS;

// What the page shows, as the reader sees it
function look()
{
	const text = (element) => element.innerText.trim();
	const all = (selector) => [...document.querySelectorAll(selector)];

	document.querySelectorAll('details').forEach((details) => { details.open = true; });
	return {
		title: document.title,
		headings: all('h1, h2').map(text),
		sections: Object.fromEntries(all('section').map((section) => [section.id, text(section)])),
		answers: Object.fromEntries(all('.answers dd').map((answer) => [answer.id.replace('answer-', ''), text(answer)])),
		values: Object.fromEntries(all('data[data-key]:not([data-key="undefined"])').map((data) => [data.dataset.key, data.value])),
		tables: Object.fromEntries(all('details.behind').map((details) => [
			details.querySelector('.scroll').getAttribute('aria-label').replace('Table behind figure ', ''),
			[...details.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.dataset.value)),
		])),
		plots: all('figure').filter((figure) => figure.querySelector('.plot svg')).map((figure) => figure.id.replace('figure-', '')),
		unnamed: all('svg').filter((svg) => !svg.closest('svg svg') && (svg.getAttribute('role') !== 'img' || !svg.getAttribute('aria-label'))).length,
		foreign: all('main img, main script, main iframe, main object, main link').length,
		marked: all('.lineage .failed, .lineage .held, .lineage .own').map((node) => `${node.classList[1]} ${node.querySelector('text').textContent}`),
		verdicts: all('.tile .verdict').map((verdict) => `${verdict.closest('.tile').id.replace('tile-', '')} ${verdict.classList[1]}`).sort(),
		classes: document.body.className,
		hacked: window.hacked ?? null,
	};
}

// By how much a narrow page scrolls sideways, which it must not: as it is, and with larger text,
// since fonts differ
function narrow()
{
	const { style, scrollWidth } = document.documentElement;

	style.fontSize = '130%';
	const larger = document.documentElement.scrollWidth;

	style.fontSize = '';
	return Math.max(scrollWidth, larger) - window.innerWidth;
}

// A page of the browser's, and what has been said and asked for since its file was opened
async function newPage(browser, locale)
{
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale, acceptDownloads: true });
	const page = await context.newPage();
	const tab = { page, problems: [], requests: [] };

	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning')
			tab.problems.push(message.text());
	});
	page.on('pageerror', (error) => tab.problems.push(error.message));
	page.on('dialog', (dialog) => {
		tab.problems.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	page.on('request', (request) => tab.requests.push(request.url()));
	return tab;
}

async function open(tab, file)
{
	tab.problems = [];
	tab.requests = [];
	await tab.page.setViewportSize({ width: 1280, height: 900 });
	await tab.page.emulateMedia({ colorScheme: 'light', media: 'screen' });
	await tab.page.goto(pathToFileURL(file).href);
	await tab.page.waitForFunction(() => [...document.querySelectorAll('.plot')].every((plot) => plot.firstChild));
}

async function picture(page, name)
{
	if (shots)
		await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

async function examine(tab, file)
{
	const name = basename(file, '.html');
	const { page } = tab;

	await open(tab, file);
	await picture(page, `${name}-1280-light`);
	if (shots)
		await copyFile(file, join(shots, basename(file)));
	const seen = await page.evaluate(look);

	await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = false; }));
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.setViewportSize({ width: 390, height: 844 });
	await page.waitForFunction(() => [...document.querySelectorAll('.plot:not(.scroll) svg')].every((svg) => svg.getBoundingClientRect().right < 400));
	await picture(page, `${name}-390-dark`);
	return {
		...seen,
		sideways: await page.evaluate(narrow),
		problems: tab.problems,
		requests: tab.requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')),
	};
}

// Saving a table, keys, and what the page's policy forbids, on one page
async function use(tab, file)
{
	const { page } = tab;
	const result = {};

	await open(tab, file);
	await page.keyboard.press('Tab');
	result.first = await page.evaluate(() => document.activeElement.getAttribute('href'));
	await page.locator('#figure-product-funnel details.behind summary').focus();
	await page.keyboard.press('Enter');
	result.opened = await page.locator('#figure-product-funnel details.behind').evaluate((details) => details.open);
	const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#figure-product-funnel button').click()]);

	result.file = download.suggestedFilename();
	result.csv = await readFile(await download.path(), 'utf8');
	result.before = [...tab.problems];
	result.fetched = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(() => 'fetched', (error) => error.name));
	result.violations = await page.evaluate(() => new Promise((resolve) => {
		const found = [];

		document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
		document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/x.png' }));
		document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hacked = true' }));
		setTimeout(() => resolve(found), 300);
	}));
	result.hacked = await page.evaluate(() => window.hacked ?? null);
	await page.emulateMedia({ media: 'print' });
	result.printed = await page.evaluate(() => getComputedStyle(document.querySelector('nav')).display);
	return result;
}

// the tests run as root in containers, where Chromium has no sandbox
const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] });
const results = {};

try
{
	const tab = await newPage(browser, 'en-US');
	const german = await newPage(browser, 'de-DE');

	for (const file of files)
		results[basename(file, '.html')] = await examine(tab, file);
	await open(german, files[0]);
	results['use of the page'] = { ...await use(tab, files[0]), german: (await german.page.evaluate(look)).answers };
}
finally
{
	await browser.close();
}
process.stdout.write(JSON.stringify(results));
