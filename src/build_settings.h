/*-------------------------------------------------------------------------
 *
 * build_settings.h
 *	  The settings that builds take from table greenery.settings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_SETTINGS_H
#define GREENERY_BUILD_SETTINGS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* A setting, by its name without "greenery.", and its value */
typedef struct BuildSetting
{
	const char *name;
	const char *value;
} BuildSetting;

/*
 * What builds use: every setting of theirs, from the table or by default.  A list of
 * BuildSetting *.  Needs SPI to be connected, and the rights of the owner.
 */
extern List *build_settings_load(void);

/* Use these until AtEOXact_GUC() of the caller's level */
extern void build_settings_apply(List *settings);

/*
 * Whether jit has its default.  Many marts pass its thresholds, and most of them are
 * compiled for longer than they run; but where it has been set, that was for a reason.
 */
extern bool jit_is_default(void);

/* Warn of those that the session has set to something else */
extern void build_settings_warn(List *settings);

#endif							/* GREENERY_BUILD_SETTINGS_H */
