// Intervals and verdicts at 95 %, for what neither the marts nor the server's functions have one for.

const Z = 1.959963984540054;

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

// What an interval of a difference says of it: its sign, or 0
export function intervalChange(low, high)
{
	return low > 0 ? 1 : high < 0 ? -1 : 0;
}
