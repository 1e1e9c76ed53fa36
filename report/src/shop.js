// What the sections ask of the data in more than one place.

export function shopOf(data)
{
	const metrics = Object.fromEntries(data.metrics.map((metric) => [metric.name, metric]));
	const build = data.build[0];
	const funnel = data.funnel[0];
	const comments = new Map(data.comments.map((c) => [`${c.relation}.${c.column_name ?? ''}`, c.comment]));
	const orders = metrics.orders?.value ?? 0;
	const purchasers = metrics.purchasers?.value ?? 0;
	const running = data.progress[0];

	// a build whose session has ended is "running" until the next one says that it was aborted
	for (const one of data.builds)
		if (one.status === 'running' && one.build_id !== running?.build_id)
			one.status = 'aborted';

	return {
		data,
		metrics,
		build,
		funnel,
		orders,
		purchasers,
		last: data.builds.find((one) => one.status !== 'running'),
		running,
		currency: build?.currency ?? (data.currencies.length === 1 ? data.currencies[0].currency : null),
		// under five users are not told apart from each other
		few: purchasers < 5,
		hasMoney: metrics.revenue?.value !== null && metrics.revenue?.value !== undefined,
		severalCurrencies: data.currencies.length > 1 && !build?.currency,
		// unknown is not none: a shop without the source has no sessions that could be counted as 0
		hasEvents: Boolean(funnel?.has_events),
		comment: (relation, column = '') => comments.get(`${relation}.${column}`),
	};
}

// Why a section about purchases has nothing to show: the name of a text, or null
export function nothingOf(shop)
{
	if (!shop.build)
		return 'state.unpublished';
	if (shop.orders === 0)
		return 'state.no_orders';
	return shop.few ? 'state.few' : null;
}
