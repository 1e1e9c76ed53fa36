/*-------------------------------------------------------------------------
 *
 * config.h
 *	  Configuration: a file, and environment variables over it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_CONFIG_H
#define NOTIFY_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"

#define CHANNEL_NAME_MAX 63

typedef struct Channel
{
	char		name[CHANNEL_NAME_MAX + 1];
	char	   *url;			/* a secret */
	/* state of the running program */
	int			failures;		/* in a row, whatever the alert */
	int64_t		hold_until;		/* clock_ms(); nothing is sent before */
} Channel;

/* all times in milliseconds */
typedef struct Config
{
	char	   *conninfo;		/* may hold a password */
	Channel    *channels;
	int			nchannels;
	char	   *ca_file;		/* NULL: the system's */
	Backoff		backoff;
	int64_t		connect_timeout;
	int64_t		timeout;
	int64_t		lease;
	int64_t		poll_interval;
	int64_t		hold_max;
	int64_t		shutdown_grace;
	int64_t		database_timeout;
	int64_t		max_attempts;
} Config;

/*
 * Read the file (NULL: none) and the environment.  NULL when something is
 * wrong, after logging what.
 */
extern Config *config_load(const char *path);
extern void config_free(Config *config);
extern Channel *config_channel(Config *config, const char *name);

#endif							/* NOTIFY_CONFIG_H */
