/*-------------------------------------------------------------------------
 *
 * build_settings.c
 *	  The settings that builds take from table greenery.settings.
 *
 * A session's own settings are for the live views that it reads.  The session that happens
 * to call a build must not decide what is published, or what stops the build.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build_settings.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "spi_row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#define PREFIX "greenery."

PG_FUNCTION_INFO_V1(greenery_setting_defaults);
PG_FUNCTION_INFO_V1(greenery_check_setting);

/* Each with its default, that of settings.c: a test compares them */
static const BuildSetting defaults[] = {
	{"alert_cooldown", "20 hours"},
	{"as_of", ""},
	{"currency", ""},
	{"lock_timeout", "30s"},
	{"max_failures", "100"},
	{"max_shrink", "30%"},
	{"repeat_horizon", "auto"},
	{"retention", "365 days"},
	{"session_gap", "30 minutes"},
	{"stock_cover", "7 days"},
	{"timezone", "UTC"},
};

static void
set(const char *name, const char *value, GucAction action, bool change)
{
	(void) set_config_option(psprintf(PREFIX "%s", name), value, PGC_SUSET, PGC_S_SESSION,
							 action, change, 0, false);
}

List *
build_settings_load(void)
{
	MemoryContext context = CurrentMemoryContext;
	List	   *settings = NIL;

	if (SPI_execute("SELECT s.name, s.value FROM greenery.settings s", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the settings of builds");
	MemoryContextSwitchTo(context);
	for (int i = 0; i < (int) lengthof(defaults); i++)
	{
		BuildSetting *setting = palloc(sizeof(BuildSetting));

		*setting = defaults[i];
		for (uint64 row = 0; row < SPI_processed; row++)
		{
			char	   *name = row_text(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1);

			if (strcmp(name, setting->name) == 0)
				setting->value = row_text(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 2);
		}
		settings = lappend(settings, setting);
	}
	SPI_freetuptable(SPI_tuptable);
	return settings;
}

void
build_settings_apply(List *settings)
{
	ListCell   *lc;

	foreach(lc, settings)
	{
		const BuildSetting *setting = lfirst(lc);

		set(setting->name, setting->value, GUC_ACTION_SAVE, true);
	}
}

bool
jit_is_default(void)
{
	if (SPI_execute("SELECT FROM pg_catalog.pg_settings s"
					" WHERE s.name OPERATOR(pg_catalog.=) 'jit'"
					"   AND s.source OPERATOR(pg_catalog.=) 'default'", false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look up setting jit");
	return SPI_processed > 0;
}

static const char *
default_of(const char *name)
{
	for (int i = 0; i < (int) lengthof(defaults); i++)
		if (strcmp(defaults[i].name, name) == 0)
			return defaults[i].value;
	return NULL;
}

/* A value as the server writes it; the setting is left with it */
static char *
as_shown(const char *name, const char *value)
{
	set(name, value, GUC_ACTION_SAVE, true);
	return pstrdup(GetConfigOption(psprintf(PREFIX "%s", name), false, false));
}

void
build_settings_warn(List *settings)
{
	int			level = NewGUCNestLevel();
	ListCell   *lc;

	foreach(lc, settings)
	{
		const BuildSetting *setting = lfirst(lc);
		const char *name = psprintf(PREFIX "%s", setting->name);
		char	   *mine = pstrdup(GetConfigOption(name, false, false));

		if (strcmp(mine, as_shown(setting->name, default_of(setting->name))) != 0 &&
			strcmp(mine, as_shown(setting->name, setting->value)) != 0)
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("%s is \"%s\" in this session, and \"%s\" in builds",
							name, mine, setting->value),
					 errhint("SELECT greenery_set('%s', ...) changes what builds use.", setting->name)));
	}
	AtEOXact_GUC(false, level);
}

/* greenery.check_setting(name, value): raise an error unless builds know such a setting */
Datum
greenery_check_setting(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *value = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (default_of(name) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("builds have no setting \"%s\"", name),
				 errhint("greenery_settings() lists them.")));
	set(name, value, GUC_ACTION_SAVE, false);
	PG_RETURN_VOID();
}

/* greenery.setting_defaults(): text[] of names and defaults, by turns */
Datum
greenery_setting_defaults(PG_FUNCTION_ARGS pg_attribute_unused())
{
	Datum		texts[2 * lengthof(defaults)];

	for (int i = 0; i < (int) lengthof(defaults); i++)
	{
		texts[2 * i] = CStringGetTextDatum(defaults[i].name);
		texts[2 * i + 1] = CStringGetTextDatum(defaults[i].value);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(texts, lengthof(texts), TEXTOID, -1, false,
										  TYPALIGN_INT));
}
