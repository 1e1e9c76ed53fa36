// normalize_phone against chains of regular expressions and of plain functions.

const set = { max_parallel_workers_per_gather: 1 };

// numbers found, and their sum without dashes: equal only for equal numbers
const answer = (numbers) => `
	SELECT count(number), sum(CAST(replace(number, '-', '') AS bigint)) FROM (${numbers}) AS n`;
const count = (numbers) => `SELECT count(number) FROM (${numbers}) AS n`;

const greenery = 'SELECT normalize_phone(phone) AS number FROM bench.phones';

// OFFSET 0 keeps PostgreSQL from computing the inner part once for each use
const regexps = (table, is_number, fence) => `
	SELECT CASE WHEN digits ${is_number}
				THEN regexp_replace(digits, '^1?([0-9]{3})([0-9]{3})([0-9]{4})$', '\\1-\\2-\\3') END AS number
	  FROM (SELECT regexp_replace(phone, '[^0-9]', '', 'g') AS digits FROM ${table} ${fence}) AS d`;
const postgres_regexps = regexps('bench.phones', "~ '^1?[0-9]{10}$'", 'OFFSET 0');
const duckdb_regexps = regexps('phones', "SIMILAR TO '1?[0-9]{10}'", '');

// no regular expression at all: right only where no other characters occur
const plain = (table, fence) => `
	SELECT CASE WHEN length(digits) = 10 AND translate(digits, '0123456789', '') = ''
				THEN substr(digits, 1, 3) || '-' || substr(digits, 4, 3) || '-' || substr(digits, 7) END AS number
	  FROM (SELECT CASE WHEN length(all_digits) = 11 AND left(all_digits, 1) = '1'
						THEN substr(all_digits, 2) ELSE all_digits END AS digits
			  FROM (SELECT translate(phone, '+-. ()', '') AS all_digits FROM ${table} ${fence}) AS t ${fence}) AS d`;

const contender = (name, engine, numbers) =>
	({ name, engine, set, sql: count(numbers), check: answer(numbers) });

export const rows = [
	{
		name: 'normalize_phone',
		title: 'normalize_phone',
		data: 'phones',
		contenders: [
			contender('greenery', 'postgres', greenery),
			contender('DuckDB, regexps', 'duckdb', duckdb_regexps),
			contender('DuckDB, translate', 'duckdb', plain('phones', '')),
			contender('PostgreSQL, regexp_replace', 'postgres', postgres_regexps),
			contender('PostgreSQL, translate', 'postgres', plain('bench.phones', 'OFFSET 0')),
		],
		goals: [
			{ against: 'DuckDB, regexps', at_most: 0.32 },
			{ against: 'PostgreSQL, regexp_replace', times_faster: 15 },
		],
	},
];
