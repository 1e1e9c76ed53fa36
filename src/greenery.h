/*-------------------------------------------------------------------------
 *
 * greenery.h
 *	  Module-wide declarations: settings, and how SQL text is run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_H
#define GREENERY_H

/* settings.c: defines every greenery.* setting; called once, from _PG_init */
extern void greenery_define_settings(void);

/*
 * Settings that C code reads.  max_shrink is checked: it parses as a threshold.
 */
extern char *greenery_max_shrink;
extern int	greenery_max_failures;
extern int	greenery_lock_timeout;
extern bool greenery_allow_superuser_build;
extern bool greenery_direct_scan;
extern bool greenery_incremental_builds;
extern int	greenery_debug_max_listed;

/*
 * schema.c: the schema that the extension was installed into, quoted; in the
 * caller's memory context.  Needs SPI to be connected.
 */
extern char *greenery_schema(void);

/*
 * schema.c: look up unqualified names in these schemas until
 * AtEOXact_GUC(true, the returned level), or the end of the (sub)transaction.
 */
extern int	greenery_set_search_path(const char *path);

/* What SQL text is run with, unless it must see more */
#define GREENERY_SAFE_SEARCH_PATH "pg_catalog, pg_temp"

#endif							/* GREENERY_H */
