/*-------------------------------------------------------------------------
 *
 * pinned_settings.c
 *	  The server's settings that decide what SQL text and values mean.
 *
 * A build deparses definitions and parses them again, writes values as text and reads
 * them, and runs users' SQL.  The result must not depend on the session that called:
 * "2021-03-04" is March or April, 12:00 is another moment in another time zone.  All such
 * settings are here, and set together.
 *
 * Settings that only decide how a query is planned are the caller's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "greenery.h"
#include "utils/guc.h"

typedef struct PinnedSetting
{
	const char *name;
	const char *value;
} PinnedSetting;

static const PinnedSetting pinned[] = {
	{"array_nulls", "on"},
	{"backslash_quote", "safe_encoding"},
	{"bytea_output", "hex"},
	{"check_function_bodies", "on"},
	{"DateStyle", "ISO, MDY"},
	{"default_table_access_method", "heap"},
	{"default_tablespace", ""},
	{"default_text_search_config", "pg_catalog.simple"},
	{"default_toast_compression", "pglz"},
	{"extra_float_digits", "1"},
	/* else an index of type GIN may leave out rows */
	{"gin_fuzzy_search_limit", "0"},
	{"IntervalStyle", "postgres"},
	{"lc_monetary", "C"},
	{"lc_numeric", "C"},
	{"lc_time", "C"},
	{"quote_all_identifiers", "off"},
	/* a policy that would hide rows is an error */
	{"row_security", "off"},
	{"search_path", GREENERY_SAFE_SEARCH_PATH},
	{"session_replication_role", "origin"},
	{"standard_conforming_strings", "on"},
	{"timezone_abbreviations", "Default"},
	{"transform_null_equals", "off"},
	{"xmlbinary", "base64"},
	{"xmloption", "content"},
};

static void
set_as(GucContext context, const char *name, const char *value)
{
	(void) set_config_option(name, value, context, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/* Several may be set by superusers only, and are set for all others here */
static void
pin(const char *name, const char *value)
{
	set_as(PGC_SUSET, name, value);
}

void
greenery_set_locally(const char *name, const char *value)
{
	set_as(PGC_USERSET, name, value);
}

void
greenery_pin_settings(void)
{
	for (int i = 0; i < (int) lengthof(pinned); i++)
	{
		const char *now = GetConfigOption(pinned[i].name, true, false);

		if (now == NULL || strcmp(now, pinned[i].value) != 0)
			pin(pinned[i].name, pinned[i].value);
	}
	/* Citus: what a build makes for itself is for this server only */
	if (GetConfigOption("citus.enable_ddl_propagation", true, false) != NULL)
		pin("citus.enable_ddl_propagation", "off");
	/* the shop's days are days in its own time zone */
	if (strcmp(GetConfigOption("TimeZone", false, false), greenery_timezone_setting) != 0)
		pin("TimeZone", greenery_timezone_setting);
}
