/*-------------------------------------------------------------------------
 *
 * fisher.c
 *	  Fisher's exact test of a 2 x 2 table.  Needs no server.
 *
 * With its margins fixed, a table is its upper left cell x, and x has a
 * hypergeometric distribution.  The two-sided p value is the probability of
 * all tables that are not more probable than the observed one: Fisher's own
 * ordering, as in R's fisher.test.  Like R we take tables for equally probable
 * that differ by less than one part in 10^7, since rounding would otherwise
 * drop one that is exactly as probable as the observed table.
 *
 * Probabilities are relative to that of the most probable table, and each
 * comes from its neighbour's by one multiplication, from the mode outwards.
 * So no factorials are needed, and nothing overflows or cancels however large
 * the counts.  The distribution is log-concave: a walk ends when its terms no
 * longer matter, after some standard deviations, so that the work grows with
 * the square root of the counts.
 *
 *-------------------------------------------------------------------------
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "fisher.h"

/* Tables this much more probable than the observed one still count as equal */
#define EQUAL_PROBABILITY	(1.0 + 1e-7)

/* A term this small against those it would be added to is left out */
#define NEGLIGIBLE			1e-19

/* Terms between two looks for a pending cancel */
#define STEPS_PER_CHECK		(1 << 16)

typedef struct Margins
{
	double		row1;			/* a + b */
	double		col1;			/* a + c */
	double		rest;			/* d - a: what the lower right cell exceeds x
								 * by */
	double		min,			/* smallest and largest upper left cell */
				max;
} Margins;

/* P(x + 1) / P(x); 0 at the largest x */
static double
ratio_up(const Margins *m, double x)
{
	return ((m->row1 - x) / (x + 1.0)) * ((m->col1 - x) / (m->rest + x + 1.0));
}

/* P(x - 1) / P(x); 0 at the smallest x */
static double
ratio_down(const Margins *m, double x)
{
	return (x / (m->row1 - x + 1.0)) * ((m->rest + x) / (m->col1 - x + 1.0));
}

/* The most probable x */
static double
find_mode(const Margins *m)
{
	double		total = m->row1 + m->col1 + m->rest;
	double		x = floor((m->row1 + 1.0) * ((m->col1 + 1.0) / (total + 2.0)));

	/* rounding may have put it beside the top */
	x = fmin(fmax(x, m->min), m->max);
	while (x < m->max && ratio_up(m, x) > 1.0)
		x += 1.0;
	while (x > m->min && ratio_down(m, x) > 1.0)
		x -= 1.0;
	return x;
}

/* Probability of x relative to the mode's, going from the mode to x */
static double
relative_probability(const Margins *m, double mode, double x,
					 void (*check_interrupts) (void))
{
	double		weight = 1.0;
	double		at = mode;
	int			steps = 0;

	while (at != x && weight >= DBL_MIN)
	{
		if (at < x)
		{
			weight *= ratio_up(m, at);
			at += 1.0;
		}
		else
		{
			weight *= ratio_down(m, at);
			at -= 1.0;
		}
		if (++steps % STEPS_PER_CHECK == 0 && check_interrupts != NULL)
			check_interrupts();
	}
	return at == x ? weight : 0.0;
}

/*
 * Walk from the mode (exclusive) to one end, adding every term to *all and
 * those up to limit to *extreme.
 */
static void
add_side(const Margins *m, double mode, bool up, double limit,
		 double *all, double *extreme, void (*check_interrupts) (void))
{
	double		weight = 1.0;
	double		x = mode;
	int			steps = 0;

	while (x != (up ? m->max : m->min))
	{
		weight *= up ? ratio_up(m, x) : ratio_down(m, x);
		x += up ? 1.0 : -1.0;
		*all += weight;
		if (weight <= limit)
		{
			*extreme += weight;
			if (weight <= limit * NEGLIGIBLE)
				break;
		}
		if (++steps % STEPS_PER_CHECK == 0 && check_interrupts != NULL)
			check_interrupts();
	}
}

/*
 * Zero is returned where the observed table is 10^307 times less probable than
 * the mode, which is beyond the range of a double anyway.
 */
double
greenery_fisher_exact(int64_t a, int64_t b, int64_t c, int64_t d,
					  void (*check_interrupts) (void))
{
	Margins		m;
	double		mode,
				observed,
				limit,
				all = 1.0,
				extreme = 0.0;

	m.row1 = (double) (a + b);
	m.col1 = (double) (a + c);
	m.rest = (double) (d - a);
	m.min = fmax(0.0, -m.rest);
	m.max = fmin(m.row1, m.col1);

	mode = find_mode(&m);
	observed = relative_probability(&m, mode, (double) a, check_interrupts);
	if (observed == 0.0)
		return 0.0;

	limit = observed * EQUAL_PROBABILITY;
	if (limit >= 1.0)
		return 1.0;
	add_side(&m, mode, false, limit, &all, &extreme, check_interrupts);
	add_side(&m, mode, true, limit, &all, &extreme, check_interrupts);
	return fmin(1.0, extreme / all);
}
