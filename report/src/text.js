// The page's words.  A text has {names} where values go; it may have forms for one and for others:
// {"by": "sessions", "one": "...", "other": "..."}.

import { el } from './dom.js';
import { decimal } from './format.js';

let texts = {};
let plural;

export function useTexts(all)
{
	texts = all;
	plural = new Intl.PluralRules(all.language);
}

export function hasText(key)
{
	return key in texts;
}

function form(key, values)
{
	const text = texts[key];

	if (text === undefined)
	{
		console.error(`no text "${key}"`);
		return key;
	}
	if (typeof text === 'string')
		return text;
	return text[plural.select(values[text.by].value)] ?? text.other;
}

// The text as nodes.  A value is a text, a formatted number (see format.js), or a node.
export function t(key, values = {})
{
	return form(key, values).split(/\{(\w+)\}/).map((part, i) => {
		if (i % 2 === 0)
			return part;
		const value = values[part];

		if (value === undefined)
			console.error(`text "${key}" has no value "${part}"`);
		if (value?.text === undefined)
			return value ?? '';
		return value.value === null || value.value === undefined ? value.text
			: el('data', { value: value.value, 'data-key': value.key }, value.text);
	});
}

// The same as one string
export function plain(key, values = {})
{
	return form(key, values).replace(/\{(\w+)\}/g, (all, name) => values[name]?.text ?? values[name] ?? '');
}

// "1 day", "7 days"
export function daysOf(number)
{
	return plain('days', { n: decimal(number) });
}
