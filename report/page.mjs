// The HTML file: the page's code and style, bundled, and the data, which the code shows.
//
// The policy in the file forbids the browser every request, and every script but this one.  What
// comes from the database is JSON in the file and text on the page, never HTML.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Text between tags
function escaped(text)
{
	return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

// JSON in a script element: no tag begins in it
function embedded(value)
{
	return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function bundle(modules, source)
{
	const { build } = createRequire(`${modules}/package.json`)('esbuild');
	const result = await build({
		entryPoints: [join(source, 'main.js')],
		bundle: true,
		minify: true,
		write: false,
		format: 'iife',
		target: 'es2020',
		charset: 'ascii',
		nodePaths: [join(modules, 'node_modules')],
		legalComments: 'none',
		logLevel: 'error',
	});

	const code = result.outputFiles[0].text;

	// esbuild sees to it: nothing in the script ends its element
	if (/<\/script|<!--/i.test(code))
		throw new Error('the bundle would end its own script element');
	return code;
}

// The licence of what is in the bundle asks to be with it
async function licence(modules)
{
	const text = await readFile(join(modules, 'node_modules', '@observablehq', 'plot', 'LICENSE'), 'utf8');
	const d3 = await readFile(join(modules, 'node_modules', 'd3', 'LICENSE'), 'utf8');

	return `Observable Plot:\n${text}\nD3:\n${d3}`.replace(/-->/g, '');
}

export async function page(modules, source, data, text, title)
{
	const script = await bundle(modules, source);
	const style = await readFile(join(source, 'style.css'), 'utf8');
	const digest = createHash('sha256').update(script).digest('base64');
	const policy = `default-src 'none'; script-src 'sha256-${digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
	const name = title ?? `${text.title}: ${data.database}`;

	return `<!DOCTYPE html>
<!--
This page has in it
${(await licence(modules)).trim()}
-->
<html lang="${escaped(text.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(name)}</title>
<style>
${style}</style>
</head>
<body>
<noscript><p>${escaped(text.noscript)}</p></noscript>
<script type="application/json" id="data">${embedded({ title: name, text, data })}</script>
<script>${script}</script>
</body>
</html>
`;
}
