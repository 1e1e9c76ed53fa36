/*-------------------------------------------------------------------------
 *
 * schema.c
 *	  Where the extension was installed, and where names are looked up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "executor/spi.h"
#include "greenery.h"
#include "utils/builtins.h"
#include "utils/guc.h"

int
greenery_set_search_path(const char *path)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

char *
greenery_schema(void)
{
	if (SPI_execute("SELECT n.nspname"
					"  FROM pg_catalog.pg_extension e"
					"  JOIN pg_catalog.pg_namespace n"
					"    ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
					" WHERE e.extname OPERATOR(pg_catalog.=) 'greenery'",
					false, 0) != SPI_OK_SELECT || SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("extension \"greenery\" is not installed in this database"),
				 errhint("CREATE EXTENSION greenery installs it.")));
	return pstrdup(quote_identifier(SPI_getvalue(SPI_tuptable->vals[0],
												 SPI_tuptable->tupdesc, 1)));
}
