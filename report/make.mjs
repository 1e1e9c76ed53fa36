// Make the page: read what is published, bundle the page's code, write one HTML file.
//
// The packages lie outside of this checkout: REPORT_MODULES is the folder that has them in
// node_modules.  scripts/report puts them there, and says what the arguments are.

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { connectionOf } from './connection.mjs';
import { page } from './page.mjs';
import { Problem } from './problem.mjs';
import { read } from './read.mjs';

const here = dirname(new URL(import.meta.url).pathname);
const modules = process.env.REPORT_MODULES;

function parse(args)
{
	const options = { connection: '', file: 'greenery-report.html', text: join(here, 'text', 'en.json'), title: null };
	const named = { '-o': 'file', '--text': 'text', '--title': 'title' };
	let connections = 0;

	for (let i = 0; i < args.length; i++)
	{
		if (args[i] in named)
		{
			if (i + 1 === args.length)
				throw new Problem(`${args[i]} wants a value`);
			options[named[args[i]]] = args[++i];
		}
		else if (args[i].startsWith('-') || connections++ > 0)
			throw new Problem(`unknown argument: ${args[i]} (scripts/report --help)`);
		else
			options.connection = args[i];
	}
	return options;
}

// English first, so that a translation may lack lines
async function texts(file)
{
	const english = JSON.parse(await readFile(join(here, 'text', 'en.json'), 'utf8'));

	try
	{
		return { ...english, ...JSON.parse(await readFile(file, 'utf8')) };
	}
	catch (error)
	{
		throw new Problem(`cannot read the texts in ${file}: ${error.message}`);
	}
}

// One line that is redrawn on a terminal, else a line for what took long
const terminal = process.stderr.isTTY;

function progress(done, all, what, seconds)
{
	if (terminal)
	{
		const rest = done > 2 ? `, about ${Math.ceil(seconds / done * (all - done))} s left` : '';

		process.stderr.write(`\r\x1b[K${done} of ${all}: ${what}, ${seconds.toFixed(1)} s${rest}`);
	}
}

async function main()
{
	if (!modules)
		throw new Problem('REPORT_MODULES is not set: run scripts/report, which sets it');
	const began = Date.now();
	const options = parse(process.argv.slice(2));
	const text = await texts(options.text);
	const data = await read(modules, connectionOf(options.connection, process.env), join(here, 'queries'),
		(done, all, what) => progress(done, all + 1, what, (Date.now() - began) / 1000));
	const html = await page(modules, join(here, 'src'), data, text, options.title);

	if (terminal)
		process.stderr.write('\r\x1b[K');
	if (options.file === '-')
	{
		process.stdout.write(html);
		return;
	}
	// a reader of the old page sees the whole of it meanwhile
	const temporary = join(dirname(options.file), `.${basename(options.file)}.${process.pid}`);

	try
	{
		await writeFile(temporary, html, { flag: 'wx' });
		await rename(temporary, options.file);
	}
	catch (error)
	{
		await rm(temporary, { force: true });
		throw new Problem(`cannot write ${options.file}: ${error.message}`);
	}
	const seconds = ((Date.now() - began) / 1000).toFixed(1);

	process.stderr.write(`${options.file}: ${Math.ceil(html.length / 1000)} kB, made in ${seconds} s\n`);
}

main().catch((error) => {
	if (terminal)
		process.stderr.write('\r\x1b[K');
	process.stderr.write(`scripts/report: ${error instanceof Problem ? error.message : error.stack}\n`);
	process.exitCode = 1;
});
