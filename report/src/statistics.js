// Intervals at 95 %, for what the marts do not have one for.

const Z = 1.959963984540054;

// Wilson's interval of a rate
export function wilson(successes, total)
{
	if (!total)
		return [null, null];
	const rate = successes / total;
	const centre = rate + Z * Z / (2 * total);
	const half = Z * Math.sqrt(rate * (1 - rate) / total + Z * Z / (4 * total * total));

	return [(centre - half) / (1 + Z * Z / total), (centre + half) / (1 + Z * Z / total)];
}

// Newcombe's hybrid score interval of a difference of two rates
export function newcombe(x1, n1, x2, n2)
{
	if (!n1 || !n2)
		return [null, null];
	const [l1, u1] = wilson(x1, n1);
	const [l2, u2] = wilson(x2, n2);
	const difference = x1 / n1 - x2 / n2;

	return [difference - Math.hypot(x1 / n1 - l1, u2 - x2 / n2), difference + Math.hypot(u1 - x1 / n1, x2 / n2 - l2)];
}

// The interval of Kaplan and Meier's estimate, on the scale of log(-log), from Greenwood's sum
export function survival(waiting, greenwood)
{
	if (waiting <= 0 || waiting >= 1 || !greenwood)
		return [waiting, waiting];
	const spread = Math.exp(Z * Math.sqrt(greenwood) / Math.abs(Math.log(waiting)));

	return [waiting ** spread, waiting ** (1 / spread)];
}

// Whether a difference is larger than chance: its sign, or 0
function judged(difference, variance)
{
	return variance > 0 && Math.abs(difference) > Z * Math.sqrt(variance) ? Math.sign(difference) : 0;
}

// Two counts of things that happen one by one
export function countChange(now, before)
{
	return judged(now - before, now + before);
}

// Two sums of amounts that come one by one, each with its sum of squares
export function sumChange(now, before)
{
	return judged(now.sum - before.sum, now.squares + before.squares);
}

// Two means
export function meanChange(now, before)
{
	const variance = ({ sum, squares, n }) => (squares - sum * sum / n) / (n - 1) / n;

	if (now.n < 2 || before.n < 2)
		return 0;
	return judged(now.sum / now.n - before.sum / before.n, variance(now) + variance(before));
}

// Two rates
export function rateChange(x1, n1, x2, n2)
{
	const [low, high] = newcombe(x1, n1, x2, n2);

	return low === null ? 0 : low > 0 ? 1 : high < 0 ? -1 : 0;
}
