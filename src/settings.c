/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  The greenery.* settings, and the functions that SQL reads them through.
 *
 * SQL must not use current_setting('greenery.…'): in a session that has not
 * loaded the library yet the setting does not exist.  Calling one of these
 * functions loads it.
 *
 * Check hooks may run in the postmaster and must not raise errors, so texts
 * are parsed with the server's decoding functions and not with its input
 * functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "checks/threshold.h"
#include "common/int.h"
#include "compat.h"
#include "greenery.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static char *as_of_setting = NULL;
static char *timezone_setting = NULL;
static char *stock_cover_setting = NULL;
static char *session_gap_setting = NULL;
static char *repeat_horizon_setting = NULL;
static char *alert_cooldown_setting = NULL;
static char *retention_setting = NULL;

char	   *greenery_max_shrink = NULL;
int			greenery_max_failures = 100;
int			greenery_lock_timeout = 30000;
bool		greenery_allow_superuser_build = false;
bool		greenery_direct_scan = true;
bool		greenery_incremental_builds = true;

/*
 * Parse a fixed length of time into microseconds.
 *
 * A day counts as 24 hours; months have no fixed length and are refused, as is
 * whatever is not longer than zero.  Returns false, and why, if text is not
 * such a length.
 */
static bool
parse_length(const char *text, int64 *result, const char **why)
{
	char		workbuf[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;
	struct pg_itm_in in = {0};

	if (strlen(text) > MAXDATELEN ||
		ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype,
					  MAXDATEFIELDS, &nf) != 0 ||
		DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE, &dtype, &in) != 0 ||
		dtype != DTK_DELTA)
		*why = "The value must be an interval, such as \"7 days\" or \"30 minutes\".";
	else if (in.tm_year != 0 || in.tm_mon != 0)
		*why = "Months and years have no fixed length: use days or hours.";
	else if (pg_mul_s64_overflow(in.tm_mday, USECS_PER_DAY, result) ||
			 pg_add_s64_overflow(*result, in.tm_usec, result))
		*why = "The interval is out of range.";
	else if (*result <= 0)
		*why = "The interval must be longer than zero.";
	else
		return true;
	return false;
}

/*
 * Parse a moment.  One without a time zone is read in greenery.timezone, so
 * that it means the same in every session; words such as "now" are refused,
 * because a mart must say the same tomorrow about the same rows.  zone NULL
 * means: only check.  Returns false if text is no such moment.
 */
static bool
parse_moment(const char *text, pg_tz *zone, TimestampTz *result)
{
	char		workbuf[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nf;
	int			dtype;
	int			tz = 0;
	struct pg_tm tm = {0};
	fsec_t		fsec = 0;

	/* first as a time without zone, then, from a fresh copy, with one */
	for (int with_zone = 0; with_zone <= 1; with_zone++)
	{
		if (strlen(text) > MAXDATELEN ||
			ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype,
						  MAXDATEFIELDS, &nf) != 0)
			return false;
		for (int i = 0; i < nf; i++)
		{
			static const char *const moving[] = {
				"now", "today", "tomorrow", "yesterday", NULL
			};

			for (int w = 0; moving[w] != NULL; w++)
				if (pg_strcasecmp(field[i], moving[w]) == 0)
					return false;
		}
		if (!greenery_decode_datetime(field, ftype, nf, &dtype, &tm, &fsec,
									  with_zone ? &tz : NULL))
			continue;
		/* not "epoch" nor "infinity" */
		if (dtype != DTK_DATE)
			return false;
		if (!with_zone && zone != NULL)
			tz = DetermineTimeZoneOffset(&tm, zone);
		return tm2timestamp(&tm, fsec, &tz, result) == 0;
	}
	return false;
}

static bool
check_as_of(char **newval, void **extra pg_attribute_unused(),
			 GucSource source pg_attribute_unused())
{
	TimestampTz ignored;

	if ((*newval)[0] == '\0' || parse_moment(*newval, NULL, &ignored))
		return true;
	GUC_check_errdetail("The value must be a fixed moment, such as \"2021-02-12 00:00:00+00\", or empty.");
	return false;
}

static bool
check_timezone(char **newval, void **extra pg_attribute_unused(),
			   GucSource source pg_attribute_unused())
{
	pg_tz	   *zone = pg_tzset(*newval);

	if (zone == NULL)
	{
		GUC_check_errdetail("The time zone is not known; pg_timezone_names lists those that are.");
		return false;
	}
	if (!pg_tz_acceptable(zone))
	{
		GUC_check_errdetail("PostgreSQL does not support leap seconds.");
		return false;
	}
	return true;
}

static bool
check_length(char **newval, void **extra pg_attribute_unused(),
			 GucSource source pg_attribute_unused())
{
	int64		ignored;
	const char *why;

	if (parse_length(*newval, &ignored, &why))
		return true;
	GUC_check_errdetail("%s", why);
	return false;
}

static bool
check_repeat_horizon(char **newval, void **extra pg_attribute_unused(),
					 GucSource source pg_attribute_unused())
{
	return pg_strcasecmp(*newval, "auto") == 0 ||
		check_length(newval, extra, source);
}

static bool
check_max_shrink(char **newval, void **extra pg_attribute_unused(),
				 GucSource source pg_attribute_unused())
{
	Threshold	ignored;

	if (threshold_parse(*newval, &ignored))
		return true;
	GUC_check_errdetail("The value must be a share, such as \"30%%\", or a number of rows.");
	return false;
}

void
greenery_define_settings(void)
{
	DefineCustomStringVariable("greenery.as_of",
							   "The moment that marts take for the present.",
							   "Empty: the time of the last order. A moment without time zone is read in greenery.timezone.",
							   &as_of_setting, "",
							   PGC_USERSET, 0,
							   check_as_of, NULL, NULL);
	DefineCustomStringVariable("greenery.timezone",
							   "The time zone in which days, hours and months of the shop are counted.",
							   NULL,
							   &timezone_setting, "UTC",
							   PGC_USERSET, 0,
							   check_timezone, NULL, NULL);
	DefineCustomStringVariable("greenery.stock_cover",
							   "A product is at risk of a stock-out when its inventory is below the units ordered in this long.",
							   NULL,
							   &stock_cover_setting, "7 days",
							   PGC_USERSET, 0,
							   check_length, NULL, NULL);
	DefineCustomStringVariable("greenery.session_gap",
							   "A pause longer than this starts a new session where the events have no session id.",
							   NULL,
							   &session_gap_setting, "30 minutes",
							   PGC_USERSET, 0,
							   check_length, NULL, NULL);
	DefineCustomStringVariable("greenery.repeat_horizon",
							   "Follow-up within which a second order counts as a repeat purchase.",
							   "\"auto\" takes the longest of 1, 7, 30, 90 and 365 days for which at least half the purchasers can be followed.",
							   &repeat_horizon_setting, "auto",
							   PGC_USERSET, 0,
							   check_repeat_horizon, NULL, NULL);
	DefineCustomStringVariable("greenery.alert_cooldown",
							   "How long a data test or a build must keep failing before people are told again.",
							   NULL,
							   &alert_cooldown_setting, "20 hours",
							   PGC_USERSET, 0,
							   check_length, NULL, NULL);
	DefineCustomStringVariable("greenery.retention",
							   "How long builds, test results, keys of failing rows and delivered alerts are kept.",
							   NULL,
							   &retention_setting, "365 days",
							   PGC_USERSET, 0,
							   check_length, NULL, NULL);
	DefineCustomStringVariable("greenery.max_shrink",
							   "A build that would delete more of a published table than this fails.",
							   "A share of its rows or a number of rows.",
							   &greenery_max_shrink, "30%",
							   PGC_USERSET, 0,
							   check_max_shrink, NULL, NULL);
	DefineCustomIntVariable("greenery.max_failures",
							"How many keys of failing rows are kept for a test.",
							NULL,
							&greenery_max_failures, 100, 0, 100000,
							PGC_USERSET, 0,
							NULL, NULL, NULL);
	DefineCustomIntVariable("greenery.lock_timeout",
							"How long a build waits for a source that another session has locked.",
							"Used where lock_timeout is not set.",
							&greenery_lock_timeout, 30000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS,
							NULL, NULL, NULL);
	DefineCustomBoolVariable("greenery.allow_superuser_build",
							 "Lets a superuser run builds and tests that execute what other roles wrote.",
							 "Bound relations, users' models and expressions run with the rights of whoever builds.",
							 &greenery_allow_superuser_build, false,
							 PGC_SUSET, 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("greenery.direct_scan",
							 "Lets an aggregate that is all that a query asks of a table read the table's scan itself.",
							 NULL,
							 &greenery_direct_scan, true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("greenery.incremental_builds",
							 "Lets a build compute and test only those rows of marts that can have changed.",
							 NULL,
							 &greenery_incremental_builds, true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	MarkGUCPrefixReserved("greenery");
}

/* A setting that passed check_length, as an interval without days and months */
static Datum
length_datum(const char *setting)
{
	Interval   *result = palloc0(sizeof(Interval));
	const char *why;

	if (!parse_length(setting, &result->time, &why))
		elog(ERROR, "greenery setting changed meaning after it was checked");
	return IntervalPGetDatum(result);
}

PG_FUNCTION_INFO_V1(greenery_timezone);
PG_FUNCTION_INFO_V1(greenery_as_of_setting);
PG_FUNCTION_INFO_V1(greenery_stock_cover);
PG_FUNCTION_INFO_V1(greenery_session_gap);
PG_FUNCTION_INFO_V1(greenery_repeat_horizon_setting);
PG_FUNCTION_INFO_V1(greenery_alert_cooldown);
PG_FUNCTION_INFO_V1(greenery_retention);

/* greenery.timezone */
Datum
greenery_timezone(PG_FUNCTION_ARGS pg_attribute_unused())
{
	PG_RETURN_TEXT_P(cstring_to_text(timezone_setting));
}

/* greenery.as_of, or NULL when it is not set */
Datum
greenery_as_of_setting(PG_FUNCTION_ARGS pg_attribute_unused())
{
	TimestampTz result;

	if (as_of_setting[0] == '\0')
		PG_RETURN_NULL();
	if (!parse_moment(as_of_setting, pg_tzset(timezone_setting), &result))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting greenery.as_of is no moment: \"%s\"",
						as_of_setting)));
	PG_RETURN_TIMESTAMPTZ(result);
}

/* greenery.stock_cover */
Datum
greenery_stock_cover(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(stock_cover_setting);
}

/* greenery.session_gap */
Datum
greenery_session_gap(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(session_gap_setting);
}

/* greenery.repeat_horizon, or NULL when it is auto */
Datum
greenery_repeat_horizon_setting(PG_FUNCTION_ARGS pg_attribute_unused())
{
	if (pg_strcasecmp(repeat_horizon_setting, "auto") == 0)
		PG_RETURN_NULL();
	return length_datum(repeat_horizon_setting);
}

/* greenery.alert_cooldown */
Datum
greenery_alert_cooldown(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(alert_cooldown_setting);
}

/* greenery.retention */
Datum
greenery_retention(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(retention_setting);
}
