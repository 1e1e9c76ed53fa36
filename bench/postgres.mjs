// One session of psql, which runs what it is given and says when it has.
//
// psql and not a driver package: it comes with the server.  What it adds to a
// statement, well below a millisecond, is next to nothing for what is measured.

import { spawn } from 'node:child_process';

const MARK = '---- statement done ----';

export class Postgres
{
	// psql: path of the program; the environment says where the server is
	constructor(psql, database)
	{
		this.output = '';
		this.errors = '';
		this.waiting = null;
		this.child = spawn(psql, ['-X', '-q', '-A', '-t', '-F', '\t',
			'-v', 'ON_ERROR_STOP=1', '-d', database]);
		this.child.stdout.setEncoding('utf8').on('data', (text) => this.#read(text));
		this.child.stderr.setEncoding('utf8').on('data', (text) => {
			// notices are many and only the last lines tell of an error
			this.errors = (this.errors + text).slice(-4000);
		});
		this.child.stdin.on('error', () => {});
		this.child.on('close', () => {
			this.closed = true;
			this.waiting?.reject(new Error(`psql ended:\n${this.errors}`));
			this.waiting = null;
		});
	}

	#read(text)
	{
		this.output += text;
		if (this.waiting !== null && this.output.endsWith(MARK + '\n'))
		{
			const lines = this.output.slice(0, - MARK.length - 1).split('\n');
			const { resolve } = this.waiting;

			lines.pop();
			this.output = '';
			this.waiting = null;
			resolve(lines.map((line) => line.split('\t')));
		}
	}

	// Run statements and return the rows of all of them, as arrays of text
	query(sql)
	{
		if (this.closed)
			return Promise.reject(new Error(`psql has ended:\n${this.errors}`));
		this.errors = '';
		return new Promise((resolve, reject) => {
			this.waiting = { resolve, reject };
			this.child.stdin.write(`${sql.trim().replace(/;*$/, ';')}\n\\echo ${MARK}\n`);
		});
	}

	// Run a statement that may fail: its rows, and its SQLSTATE or null
	async attempt(sql)
	{
		const rows = await this.query(`\\set ON_ERROR_STOP 0
${sql.trim().replace(/;*$/, ';')}
\\set ON_ERROR_STOP 1
\\echo :SQLSTATE`);
		const [state] = rows.pop()[0].split(';');

		return { rows, error: state === '00000' ? null : state };
	}

	// The only value of a statement
	async value(sql)
	{
		return (await this.query(sql))[0][0];
	}

	close()
	{
		return new Promise((resolve) => {
			if (this.closed)
				resolve();
			this.child.on('close', resolve);
			this.child.stdin.end();
		});
	}
}
