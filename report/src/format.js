// Numbers and amounts as the reader writes them, days and hours in the language of the page.  Each is {text, value, key}: the
// text for people, the value for tables and tests; key names a number that is also a mart's.

const locales = navigator.languages?.length ? [...navigator.languages] : undefined;
// for words, such as names of months: the page's own language, as the reader writes it
let words = locales;

export function useLanguage(language)
{
	words = locales?.[0]?.split('-')[0] === language.split('-')[0] ? locales : language;
}

const NOTHING = '\u2013';

// A hyphen is no minus
function withMinus(text)
{
	return text.replace(/-(?=\d)/, '\u2212');
}

function number(options)
{
	const format = new Intl.NumberFormat(locales, options);

	return (value, key) => ({ text: value === null || value === undefined ? NOTHING : withMinus(format.format(value)), value, key });
}

export const count = number({ maximumFractionDigits: 0 });
export const decimal = number({ maximumFractionDigits: 1 });
export const percent = number({ style: 'percent', maximumFractionDigits: 1 });
export const wholePercent = number({ style: 'percent', maximumFractionDigits: 0 });
export const change = number({ style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const signed = number({ maximumFractionDigits: 1, signDisplay: 'exceptZero' });

// A difference of two rates, in percentage points
export function points(value, key)
{
	return { ...signed(value === null || value === undefined ? value : value * 100), value, key };
}

// Amounts; without a currency, or in one that is none of ISO 4217, as a number
export function money(value, currency, key)
{
	try
	{
		if (/^[A-Z]{3}$/.test(currency ?? ''))
			return number({ style: 'currency', currency, maximumFractionDigits: Math.abs(value) >= 10000 ? 0 : undefined })(value, key);
	}
	catch
	{
		// not a currency
	}
	const amount = number({ minimumFractionDigits: Math.abs(value) >= 10000 ? 0 : 2, maximumFractionDigits: Math.abs(value) >= 10000 ? 0 : 2 })(value, key);

	return currency && value !== null ? { ...amount, text: `${amount.text} ${currency}` } : amount;
}

export function shortMoney(currency)
{
	const options = { notation: 'compact', maximumFractionDigits: 1 };
	const format = new Intl.NumberFormat(locales, /^[A-Z]{3}$/.test(currency ?? '') ? { ...options, style: 'currency', currency } : options);

	return (value) => format.format(value);
}

// Times come as the shop's own clock shows them, such as 2022-01-30T15:40:31+00:00
function local(text, options)
{
	if (text === null || text === undefined)
		return { text: NOTHING, value: null };
	const date = new Date(`${text.slice(0, 19)}${text.length <= 10 ? 'T00:00:00' : ''}Z`);

	return { text: new Intl.DateTimeFormat(words, { ...options, timeZone: 'UTC' }).format(date), value: text };
}

export const day = (text) => local(text, { dateStyle: 'medium' });
export const time = (text) => local(text, { dateStyle: 'medium', timeStyle: 'short' });
export const month = (text) => local(text, { month: 'short', year: 'numeric' });
export const shortMonth = (text) => local(text, { month: 'short' });

export function weekday(number, style = 'long')
{
	// 1 January 2024 was a Monday
	return new Intl.DateTimeFormat(words, { weekday: style, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, number)));
}

export function hour(number)
{
	return new Intl.DateTimeFormat(words, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1, number)));
}

// How long ago, in the largest unit that has passed once
export function ago(seconds)
{
	const units = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60]];
	const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['second', 1];

	return { text: new Intl.RelativeTimeFormat(words, { numeric: 'auto' }).format(-Math.max(1, Math.floor(seconds / size)), unit), value: seconds };
}

export const level = () => wholePercent(0.95);

export function list(parts, type = 'conjunction')
{
	return new Intl.ListFormat(words, { type }).format(parts);
}
