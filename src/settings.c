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
 * functions.  No text is parsed again: DateStyle and IntervalStyle at the time
 * when a setting is read do not matter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "checks/threshold.h"
#include "common/int.h"
#include "compat.h"
#include "greenery.h"
#include "miscadmin.h"
#include "sources/distributed.h"
#include "text/iso_moment.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A list of so many rows is well below what one constant of a statement may take */
#define MAX_LISTED ((int) (MaxAllocSize / 16))

static char *as_of_setting = NULL;
char	   *greenery_timezone_setting = NULL;
static char *currency_setting = NULL;
static char *stock_cover_setting = NULL;
static char *session_gap_setting = NULL;
static char *repeat_horizon_setting = NULL;
static char *alert_cooldown_setting = NULL;
static char *retention_setting = NULL;

/* What the check hooks have read in these texts, in microseconds */
static TimestampTz as_of = DT_NOEND;	/* that: not set */
static int64 stock_cover = 0;
static int64 session_gap = 0;
static int64 repeat_horizon = 0;
static int64 alert_cooldown = 0;
static int64 retention = 0;

#define HORIZON_IS_AUTO 0		/* all lengths are longer */

char	   *greenery_max_shrink = NULL;
int			greenery_max_failures = 100;
int			greenery_lock_timeout = 30000;
bool		greenery_direct_scan = true;
bool		greenery_plan_distributed = true;
bool		greenery_incremental_builds = true;
int			greenery_debug_max_listed = MAX_LISTED;

/* A row holds less than a gigabyte, and besides the state what else is in it */
#define MAX_STATE_MESSAGE (1023 * 1024)

int			greenery_max_state_message = MAX_STATE_MESSAGE;

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
	const int	style = IntervalStyle;
	bool		decoded;

	/* in one of the styles a sign in front is that of all fields */
	IntervalStyle = INTSTYLE_POSTGRES;
	decoded = strlen(text) <= MAXDATELEN &&
		ParseDateTime(text, workbuf, sizeof(workbuf), field, ftype,
					  MAXDATEFIELDS, &nf) == 0 &&
		DecodeInterval(field, ftype, nf, INTERVAL_FULL_RANGE, &dtype, &in) == 0 &&
		dtype == DTK_DELTA;
	IntervalStyle = style;

	if (!decoded)
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

/* Keep a number that a check hook has found, for the assign hook */
static bool
keep_number(int64 number, void **extra)
{
	int64	   *kept = guc_malloc(LOG, sizeof(int64));

	if (kept == NULL)
		return false;
	*kept = number;
	*extra = kept;
	return true;
}

static bool
check_as_of(char **newval, void **extra,
			GucSource source pg_attribute_unused())
{
	TimestampTz moment = DT_NOEND;
	const char *wrong = NULL;

	if ((*newval)[0] != '\0')
		wrong = iso_moment_parse(*newval, &moment);
	if (wrong == NULL)
		return keep_number(moment, extra);
	GUC_check_errdetail("%s", wrong);
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

/* What a staging view could show: nothing at its ends that clean_text() would take away */
static bool
check_currency(char **newval, void **extra pg_attribute_unused(),
			   GucSource source pg_attribute_unused())
{
	for (const char *c = *newval; *c != '\0'; c++)
	{
		if ((unsigned char) *c <= ' ' || *c == 0x7F)
		{
			GUC_check_errdetail("A currency has no blanks: it is written as the orders have it, such as \"EUR\".");
			return false;
		}
	}
	return true;
}

static bool
check_length(char **newval, void **extra,
			 GucSource source pg_attribute_unused())
{
	int64		length;
	const char *why;

	if (parse_length(*newval, &length, &why))
		return keep_number(length, extra);
	GUC_check_errdetail("%s", why);
	return false;
}

static bool
check_repeat_horizon(char **newval, void **extra, GucSource source)
{
	if (pg_strcasecmp(*newval, "auto") == 0)
		return keep_number(HORIZON_IS_AUTO, extra);
	return check_length(newval, extra, source);
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

static void
assign_text(const char *newval pg_attribute_unused(), void *extra pg_attribute_unused())
{
	distributed_setting_changed();
}

static void
assign_as_of(const char *newval pg_attribute_unused(), void *extra)
{
	as_of = *(int64 *) extra;
	distributed_setting_changed();
}

static void
assign_stock_cover(const char *newval pg_attribute_unused(), void *extra)
{
	stock_cover = *(int64 *) extra;
	distributed_setting_changed();
}

static void
assign_session_gap(const char *newval pg_attribute_unused(), void *extra)
{
	session_gap = *(int64 *) extra;
	distributed_setting_changed();
}

static void
assign_repeat_horizon(const char *newval pg_attribute_unused(), void *extra)
{
	repeat_horizon = *(int64 *) extra;
	distributed_setting_changed();
}

static void
assign_alert_cooldown(const char *newval pg_attribute_unused(), void *extra)
{
	alert_cooldown = *(int64 *) extra;
	distributed_setting_changed();
}

static void
assign_retention(const char *newval pg_attribute_unused(), void *extra)
{
	retention = *(int64 *) extra;
	distributed_setting_changed();
}

void
greenery_define_settings(void)
{
	DefineCustomStringVariable("greenery.as_of",
							   "The moment that marts take for the present.",
							   "Empty: the time of the last order that is not cancelled and does not lie in the future. Else ISO 8601 with Z or a numeric offset, such as 2021-02-12T00:00:00Z.",
							   &as_of_setting, "",
							   PGC_USERSET, 0,
							   check_as_of, assign_as_of, NULL);
	DefineCustomStringVariable("greenery.timezone",
							   "The time zone in which days, hours and months of the shop are counted.",
							   NULL,
							   &greenery_timezone_setting, "UTC",
							   PGC_USERSET, 0,
							   check_timezone, assign_text, NULL);
	DefineCustomStringVariable("greenery.currency",
							   "The currency in which lifetime values and metrics of money are counted.",
							   "Empty: the only one that the orders have. Where they have several, such values are NULL.",
							   &currency_setting, "",
							   PGC_USERSET, 0,
							   check_currency, assign_text, NULL);
	DefineCustomStringVariable("greenery.stock_cover",
							   "A product is at risk of a stock-out when its inventory is below the units ordered in this long.",
							   NULL,
							   &stock_cover_setting, "7 days",
							   PGC_USERSET, 0,
							   check_length, assign_stock_cover, NULL);
	DefineCustomStringVariable("greenery.session_gap",
							   "A pause longer than this starts a new session where the events have no session id.",
							   NULL,
							   &session_gap_setting, "30 minutes",
							   PGC_USERSET, 0,
							   check_length, assign_session_gap, NULL);
	DefineCustomStringVariable("greenery.repeat_horizon",
							   "Follow-up within which a second order counts as a repeat purchase.",
							   "\"auto\" takes the longest of 1, 7, 30, 90 and 365 days for which at least half the purchasers can be followed.",
							   &repeat_horizon_setting, "auto",
							   PGC_USERSET, 0,
							   check_repeat_horizon, assign_repeat_horizon, NULL);
	DefineCustomStringVariable("greenery.alert_cooldown",
							   "How long a data test or a build must keep failing before people are told again.",
							   NULL,
							   &alert_cooldown_setting, "20 hours",
							   PGC_USERSET, 0,
							   check_length, assign_alert_cooldown, NULL);
	DefineCustomStringVariable("greenery.retention",
							   "How long builds, test results, keys of failing rows and delivered alerts are kept.",
							   NULL,
							   &retention_setting, "365 days",
							   PGC_USERSET, 0,
							   check_length, assign_retention, NULL);
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
	DefineCustomBoolVariable("greenery.plan_distributed",
							 "Prepares queries over distributed tables of Citus so that their servers can run them.",
							 "Off: Citus gets them as they came, and refuses those over bound sources.",
							 &greenery_plan_distributed, true,
							 PGC_USERSET, 0,
							 NULL, NULL, NULL);
	/* a lower limit is for tests */
	DefineCustomIntVariable("greenery.max_state_message",
							"The largest state of an aggregate that a parallel worker may send.",
							"One that need not be sent, since it is in shared memory, may be larger.",
							&greenery_max_state_message,
							MAX_STATE_MESSAGE, 1, MAX_STATE_MESSAGE,
							PGC_USERSET,
							GUC_UNIT_KB | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	DefineCustomIntVariable("greenery.debug_max_listed",
							"How many rows that differ a build lists, and names in its statements.",
							"For tests of what it does where they are more.",
							&greenery_debug_max_listed, MAX_LISTED, 1, MAX_LISTED,
							PGC_SUSET, GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("greenery");
}

/* A length as an interval without days and months */
static Datum
length_datum(int64 length)
{
	Interval   *result = palloc0(sizeof(Interval));

	result->time = length;
	return IntervalPGetDatum(result);
}

PG_FUNCTION_INFO_V1(greenery_timezone);
PG_FUNCTION_INFO_V1(greenery_as_of_setting);
PG_FUNCTION_INFO_V1(greenery_currency_setting);
PG_FUNCTION_INFO_V1(greenery_stock_cover);
PG_FUNCTION_INFO_V1(greenery_session_gap);
PG_FUNCTION_INFO_V1(greenery_repeat_horizon_setting);
PG_FUNCTION_INFO_V1(greenery_alert_cooldown);
PG_FUNCTION_INFO_V1(greenery_retention);

/* greenery.timezone */
Datum
greenery_timezone(PG_FUNCTION_ARGS pg_attribute_unused())
{
	PG_RETURN_TEXT_P(cstring_to_text(greenery_timezone_setting));
}

/* greenery.as_of, or NULL when it is not set */
Datum
greenery_as_of_setting(PG_FUNCTION_ARGS pg_attribute_unused())
{
	if (as_of == DT_NOEND)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(as_of);
}

/* greenery.currency, or NULL when it is not set */
Datum
greenery_currency_setting(PG_FUNCTION_ARGS pg_attribute_unused())
{
	if (currency_setting[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(currency_setting));
}

/* greenery.stock_cover */
Datum
greenery_stock_cover(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(stock_cover);
}

/* greenery.session_gap */
Datum
greenery_session_gap(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(session_gap);
}

/* greenery.repeat_horizon, or NULL when it is auto */
Datum
greenery_repeat_horizon_setting(PG_FUNCTION_ARGS pg_attribute_unused())
{
	if (repeat_horizon == HORIZON_IS_AUTO)
		PG_RETURN_NULL();
	return length_datum(repeat_horizon);
}

/* greenery.alert_cooldown */
Datum
greenery_alert_cooldown(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(alert_cooldown);
}

/* greenery.retention */
Datum
greenery_retention(PG_FUNCTION_ARGS pg_attribute_unused())
{
	return length_datum(retention);
}
