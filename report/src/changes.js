// What changed between the period before and the last one, and whether by more than chance.

import { count, money, percent } from './format.js';
import { countChange, intervalChange, meanChange, sumChange } from './statistics.js';

function relative(now, before)
{
	return now === null || !before ? null : now / before - 1;
}

// One entry a metric: now, before (formatted), the change, in what, and the verdict -1, 0 or 1.
// Repeat rate so far has no verdict: the customers of both moments are mostly the same.
export function changesOf(shop)
{
	const [now, before] = shop.data.periods;

	if (!now || !before || shop.few)
		return null;
	const entry = (name, format, value, verdict) => ({ name, now: format(value(now)), before: format(value(before)), verdict });
	const amount = (value) => money(value, shop.currency);
	const entries = [
		{ ...entry('orders', count, (p) => p.orders, countChange(now.orders, before.orders)), relative: relative(now.orders, before.orders) },
	];

	if (now.revenue !== null && before.revenue !== null)
	{
		const parts = [now, before].map((p) => ({ sum: p.revenue, squares: p.squares, n: p.priced_orders }));
		const mean = (p) => p.priced_orders ? p.revenue / p.priced_orders : null;

		entries.push({ ...entry('revenue', amount, (p) => p.revenue, sumChange(...parts)), relative: relative(now.revenue, before.revenue) });
		entries.push({ ...entry('average_order_value', amount, mean, meanChange(...parts)), relative: relative(mean(now), mean(before)) });
	}
	if (now.sessions > 0 && before.sessions > 0)
	{
		const rate = (p) => p.conversions / p.sessions;

		entries.push({ ...entry('conversion_rate', percent, rate, intervalChange(now.conversion_change_low, now.conversion_change_high)),
			points: rate(now) - rate(before) });
	}
	if (now.purchasers > 0 && before.purchasers >= 5)
	{
		const rate = (p) => p.repeat_purchasers / p.purchasers;

		entries.push({ ...entry('repeat_rate', percent, rate, null), points: rate(now) - rate(before) });
	}
	return { days: now.days, since: now.since, until: now.until, entries };
}
