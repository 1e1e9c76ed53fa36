// Read what the page shows: each file of queries/ is one query, and its rows are the page's under
// the file's name.  All of them see one build: one read-only transaction, repeatable read.

import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { Problem } from './problem.mjs';

async function connect(modules, { client, optionalTls })
{
	const { Client } = createRequire(`${modules}/package.json`)('pg');
	const settings = { ...client };

	for (;;)
	{
		const db = new Client(settings);

		// a lost connection shows in the query under way
		db.on('error', () => {});
		try
		{
			await db.connect();
			return db;
		}
		catch (error)
		{
			if (settings.ssl && optionalTls && /does not support SSL/.test(error.message))
				settings.ssl = false;
			else
				throw new Problem(`cannot connect to database "${client.database}" at ${client.host}: ${error.message}`);
		}
	}
}

// Where greenery's functions are; an error says what is missing
async function schema(db)
{
	const { rows } = await db.query(`
		SELECT quote_ident(n.nspname) AS schema, current_user AS role,
			CASE WHEN has_schema_privilege('greenery_published', 'USAGE')
				 THEN has_table_privilege('greenery_published.published_build', 'SELECT') ELSE false END AS may_read
		FROM pg_catalog.pg_extension e
		JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
		WHERE e.extname = 'greenery'`);

	if (rows.length === 0)
		throw new Problem(`database "${db.database}" has no extension greenery`);
	if (!rows[0].may_read)
		throw new Problem(`role "${rows[0].role}" may not read greenery_published; the owner of the extension grants it: `
			+ `SELECT greenery_grant('${rows[0].role}', 'reader')`);
	return rows[0].schema;
}

async function ask(db, sql)
{
	const { rows } = await db.query(`SELECT coalesce(json_agg(answer), '[]')::text AS rows FROM (${sql}) answer`);

	return JSON.parse(rows[0].rows);
}

export async function read(modules, connection, queries, progress)
{
	const db = await connect(modules, connection);

	try
	{
		await db.query("SET search_path = ''");
		const extension = await schema(db);
		const files = (await readdir(queries)).filter((file) => file.endsWith('.sql')).sort();
		const data = { database: connection.client.database, made_at: new Date().toISOString() };

		await db.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
		// days and hours are the shop's, and so are times in the answers
		await db.query(`SELECT set_config('timezone', coalesce((SELECT timezone FROM greenery_published.published_build), 'UTC'), true)`);
		for (const [i, file] of files.entries())
		{
			const name = file.slice(0, -4);
			const sql = await readFile(join(queries, file), 'utf8');

			progress(i, files.length, name);
			try
			{
				data[name] = await ask(db, sql.replaceAll('@extschema@', extension));
			}
			catch (error)
			{
				throw new Problem(`queries/${file}: ${error.message}`);
			}
		}
		progress(files.length, files.length, 'page');
		await db.query('COMMIT');
		return data;
	}
	finally
	{
		await db.end().catch(() => {});
	}
}
