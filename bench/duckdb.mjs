// A DuckDB database in a file of its own, in this process.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The package lies outside of this checkout, in the folder "modules"
async function load(modules)
{
	const require = createRequire(`${modules}/package.json`);

	return import(pathToFileURL(require.resolve('@duckdb/node-api')));
}

export class DuckDB
{
	static async open(modules, file, threads)
	{
		const { DuckDBInstance } = await load(modules);
		const db = new DuckDB();

		db.instance = await DuckDBInstance.create(file, { threads: String(threads) });
		db.connection = await db.instance.connect();
		// nothing here asks for the order of the rows
		await db.query('SET preserve_insertion_order = false');
		return db;
	}

	// Run statements and return the rows of the last, as arrays of text
	async query(sql)
	{
		const reader = await this.connection.runAndReadAll(sql);

		return reader.getRowsJson().map((row) => row.map((value) => value === null ? '' : String(value)));
	}

	async value(sql)
	{
		return (await this.query(sql))[0][0];
	}

	close()
	{
		this.connection.closeSync();
		this.instance.closeSync();
	}
}
