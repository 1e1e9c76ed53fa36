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
		classes: document.body.className,
		hacked: window.hacked ?? null,
	};
}

// What a narrow page must not do: scroll sideways, or print smaller than can be read
function narrow()
{
	return document.documentElement.scrollWidth - window.innerWidth;
}

async function open(browser, file, locale = 'en-US')
{
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale, acceptDownloads: true });
	const page = await context.newPage();
	const problems = [];
	const requests = [];

	page.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'warning')
			problems.push(message.text());
	});
	page.on('pageerror', (error) => problems.push(error.message));
	page.on('dialog', (dialog) => {
		problems.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	page.on('request', (request) => requests.push(request.url()));
	await page.goto(pathToFileURL(file).href);
	await page.waitForFunction(() => [...document.querySelectorAll('.plot')].every((plot) => plot.firstChild));
	return { context, page, problems, requests };
}

async function picture(page, name)
{
	if (shots)
		await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

async function examine(browser, file)
{
	const name = basename(file, '.html');
	const { context, page, problems, requests } = await open(browser, file);

	await picture(page, `${name}-1280-light`);
	if (shots)
		await copyFile(file, join(shots, basename(file)));
	const seen = await page.evaluate(look);

	await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = false; }));
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.setViewportSize({ width: 390, height: 844 });
	await page.waitForFunction(() => [...document.querySelectorAll('.plot:not(.scroll) svg')].every((svg) => svg.getBoundingClientRect().right < 400));
	await picture(page, `${name}-390-dark`);
	const result = { ...seen, sideways: await page.evaluate(narrow), problems, requests: requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')) };

	await context.close();
	return result;
}

// Saving a table, keys, and what the page's policy forbids, on one page
async function use(browser, file)
{
	const { context, page, problems } = await open(browser, file);
	const result = {};

	await page.keyboard.press('Tab');
	result.first = await page.evaluate(() => document.activeElement.getAttribute('href'));
	await page.locator('#figure-product-funnel details.behind summary').focus();
	await page.keyboard.press('Enter');
	result.opened = await page.locator('#figure-product-funnel details.behind').evaluate((details) => details.open);
	const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#figure-product-funnel button').click()]);

	result.file = download.suggestedFilename();
	result.csv = await readFile(await download.path(), 'utf8');
	result.before = [...problems];
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
	await context.close();
	const german = await open(browser, file, 'de-DE');

	result.german = (await german.page.evaluate(look)).answers;
	await german.context.close();
	return result;
}

// the tests run as root in containers, where Chromium has no sandbox
const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu'] });
const results = {};

try
{
	for (const file of files)
		results[basename(file, '.html')] = await examine(browser, file);
	results['use of the page'] = await use(browser, files[0]);
}
finally
{
	await browser.close();
}
process.stdout.write(JSON.stringify(results));
