/*-------------------------------------------------------------------------
 *
 * normal.c
 *	  The standard normal distribution.  Needs no server.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "normal.h"

static double
horner(const double *coefficient, int n, double x)
{
	double		value = coefficient[n - 1];

	for (int i = n - 2; i >= 0; i--)
		value = value * x + coefficient[i];
	return value;
}

/* By erfc and not 1 + erf: the lower tail keeps its digits */
double
greenery_normal_cdf(double z)
{
	return 0.5 * erfc(-z / sqrt(2.0));
}

double
greenery_normal_two_sided(double z)
{
	return erfc(fabs(z) / sqrt(2.0));
}

/*
 * Wichura, M. J. (1988), "Algorithm AS 241: the percentage points of the
 * normal distribution", Applied Statistics 37(3), 477-484; his routine PPND16,
 * accurate to about one part in 10^16.  One rational function for the middle,
 * and two, in r = sqrt(-log(tail)), for the tails.
 */
double
greenery_normal_quantile(double p)
{
	static const double middle_num[] = {
		3.3871328727963666080e0, 1.3314166789178437745e+2,
		1.9715909503065514427e+3, 1.3731693765509461125e+4,
		4.5921953931549871457e+4, 6.7265770927008700853e+4,
		3.3430575583588128105e+4, 2.5090809287301226727e+3
	};
	static const double middle_den[] = {
		1.0, 4.2313330701600911252e+1,
		6.8718700749205790830e+2, 5.3941960214247511077e+3,
		2.1213794301586595867e+4, 3.9307895800092710610e+4,
		2.8729085735721942674e+4, 5.2264952788528545610e+3
	};
	static const double near_num[] = {
		1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4
	};
	static const double near_den[] = {
		1.0, 2.05319162663775882187e0,
		1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9
	};
	static const double far_num[] = {
		6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7
	};
	static const double far_den[] = {
		1.0, 5.99832206555887937690e-1,
		1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15
	};
	double		q = p - 0.5;
	double		r,
				z;

	if (fabs(q) <= 0.425)
	{
		r = 0.180625 - q * q;
		return q * horner(middle_num, 8, r) / horner(middle_den, 8, r);
	}

	r = sqrt(-log(q < 0 ? p : 1.0 - p));
	if (r <= 5.0)
		z = horner(near_num, 8, r - 1.6) / horner(near_den, 8, r - 1.6);
	else
		z = horner(far_num, 8, r - 5.0) / horner(far_den, 8, r - 5.0);
	return q < 0 ? -z : z;
}

/*
 * From the lower tail: 1 - confidence is exact for confidence >= 0.5, while
 * the upper tail's 1 - (1 - confidence) / 2 would lose digits near 1.
 */
double
greenery_normal_critical(double confidence)
{
	return -greenery_normal_quantile((1.0 - confidence) / 2.0);
}
