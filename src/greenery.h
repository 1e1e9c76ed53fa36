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
extern char *greenery_timezone_setting;
extern char *greenery_max_shrink;
extern int	greenery_max_failures;
extern int	greenery_lock_timeout;
extern bool greenery_direct_scan;
extern bool greenery_plan_distributed;
extern bool greenery_incremental_builds;
extern int	greenery_max_state_message; /* kB */
extern int	greenery_debug_max_listed;

/* schema.c: a relation's name with its schema, quoted */
extern const char *quoted_relation(Oid relid);

/* schema.c: the relation of that name, which carries its schema; an error if there is none */
extern Oid	relation_by_name(const char *name);

/*
 * schema.c: look up unqualified names in these schemas until
 * AtEOXact_GUC(false, the returned level), or the end of the (sub)transaction.
 */
extern int	greenery_set_search_path(const char *path);

/* distributed.c: have queries over distributed tables prepared, if Citus is loaded; once */
extern void greenery_prepare_for_citus(void);

/*
 * pinned_settings.c: set all that parsing, input, output or storage of a value depends
 * on, search_path included, until AtEOXact_GUC() of the caller's level.
 */
extern void greenery_pin_settings(void);

/*
 * pinned_settings.c: set what every role may set, until the innermost AtEOXact_GUC() or what
 * undoes a function's settings
 */
extern void greenery_set_locally(const char *name, const char *value);

/* What SQL text is run with, unless it must see more */
#define GREENERY_SAFE_SEARCH_PATH "pg_catalog, pg_temp"

#endif							/* GREENERY_H */
