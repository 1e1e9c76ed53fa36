// What psql takes as a connection, as package pg wants it: a database's name, 'host=db
// dbname=shop user=bi', or postgresql://...  What is left out comes from PGHOST and its like, and
// then from libpq's own defaults.

import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';

import { Problem } from './problem.mjs';

const VARIABLES = {
	host: 'PGHOST', hostaddr: 'PGHOSTADDR', port: 'PGPORT', dbname: 'PGDATABASE', user: 'PGUSER', password: 'PGPASSWORD',
	sslmode: 'PGSSLMODE', sslrootcert: 'PGSSLROOTCERT', sslcert: 'PGSSLCERT', sslkey: 'PGSSLKEY',
	connect_timeout: 'PGCONNECT_TIMEOUT', options: 'PGOPTIONS', application_name: 'PGAPPNAME', service: 'PGSERVICE',
};
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

// keyword = value, with values in quotes where they have blanks
function keywords(text)
{
	const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gy;
	const found = {};

	while (pair.lastIndex < text.trimEnd().length)
	{
		const match = pair.exec(text);

		if (match === null)
			throw new Problem('the connection is not of the form "keyword=value keyword=value"');
		found[match[1]] = (match[2] ?? match[3]).replace(/\\(.)/g, '$1');
	}
	return found;
}

function uri(text)
{
	const url = new URL(text.replace(/^postgres(ql)?:\/\//, 'http://').replace(/^http:\/\/(?=$|\/|\?)/, 'http://none'));
	const found = Object.fromEntries(url.searchParams);

	for (const [name, value] of [['user', url.username], ['password', url.password],
		['host', url.hostname.replace(/^\[(.*)\]$/, '$1')], ['port', url.port], ['dbname', url.pathname.slice(1)]])
		if (value !== '' && value !== 'none')
			found[name] = decodeURIComponent(value);
	return found;
}

function given(text)
{
	if (/^postgres(ql)?:\/\//.test(text))
		return uri(text);
	return text.includes('=') ? keywords(text) : text === '' ? {} : { dbname: text };
}

// Returns the settings of pg.Client, and whether to go on without TLS where the server has none
export function connectionOf(text, environment)
{
	const found = given(text);

	for (const [name, variable] of Object.entries(VARIABLES))
		if (environment[variable])
			found[name] ??= environment[variable];
	for (const name of Object.keys(found))
		if (!(name in VARIABLES))
			throw new Problem(`the connection has "${name}", which scripts/report does not know`);
	if (found.service)
		throw new Problem('scripts/report reads no connection service file: name host, dbname and user');

	const sockets = ['/var/run/postgresql', '/tmp'].filter((dir) => existsSync(`${dir}/.s.PGSQL.${found.port ?? 5432}`));
	const host = found.hostaddr ?? found.host ?? sockets[0] ?? 'localhost';
	const user = found.user ?? userInfo().username;
	const mode = host.startsWith('/') ? 'disable' : found.sslmode ?? 'prefer';

	if (!SSL_MODES.includes(mode))
		throw new Problem(`sslmode is "${mode}": one of ${SSL_MODES.join(', ')} is wanted`);
	return {
		optionalTls: mode === 'allow' || mode === 'prefer',
		client: {
			host,
			port: Number(found.port ?? 5432),
			user,
			database: found.dbname ?? user,
			password: found.password,
			options: found.options,
			application_name: found.application_name ?? 'greenery report',
			connectionTimeoutMillis: 1000 * Number(found.connect_timeout ?? 0),
			ssl: mode === 'disable' ? false : {
				rejectUnauthorized: mode.startsWith('verify'),
				checkServerIdentity: mode === 'verify-ca' ? () => undefined : undefined,
				ca: found.sslrootcert && readFileSync(found.sslrootcert),
				cert: found.sslcert && readFileSync(found.sslcert),
				key: found.sslkey && readFileSync(found.sslkey),
			},
		},
	};
}
