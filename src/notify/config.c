/*-------------------------------------------------------------------------
 *
 * config.c
 *	  Configuration: a file, and environment variables over it.
 *
 * Webhook URLs and the connection string are secrets.  They may stand in the
 * file or in the environment and nowhere else: no option takes them,
 * since other users can read a process's arguments, and no message repeats what
 * was read, since a misplaced line may be a secret too.
 *
 *-------------------------------------------------------------------------
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "buf.h"
#include "config.h"
#include "log.h"

extern char **environ;

#define ENV_CONNINFO	"GREENERY_NOTIFY_CONNINFO"
#define ENV_URL			"GREENERY_NOTIFY_URL"

typedef enum SettingType
{
	SETTING_TEXT,
	SETTING_DURATION,
	SETTING_COUNT,
	SETTING_JITTER
} SettingType;

/* a setting, where it goes, and its bounds (milliseconds for a duration) */
typedef struct Setting
{
	const char *section;
	const char *name;
	SettingType type;
	size_t		offset;
	int64_t		min;
	int64_t		max;
	int64_t		initial;
} Setting;

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY		(24 * HOUR)
#define FIELD(name) offsetof(Config, name)

static const Setting settings[] = {
	{"database", "conninfo", SETTING_TEXT, FIELD(conninfo), 0, 0, 0},
	{"database", "timeout", SETTING_DURATION, FIELD(database_timeout), 100, HOUR, 30 * SECOND},
	{"database", "poll_interval", SETTING_DURATION, FIELD(poll_interval), 100, HOUR, MINUTE},
	{"delivery", "connect_timeout", SETTING_DURATION, FIELD(connect_timeout), 10, HOUR, 5 * SECOND},
	{"delivery", "timeout", SETTING_DURATION, FIELD(timeout), 10, HOUR, 15 * SECOND},
	{"delivery", "lease", SETTING_DURATION, FIELD(lease), 10, DAY, MINUTE},
	{"delivery", "max_attempts", SETTING_COUNT, FIELD(max_attempts), 1, 1000000, 20},
	{"delivery", "backoff_min", SETTING_DURATION, FIELD(backoff.min), 1, DAY, 5 * SECOND},
	{"delivery", "backoff_max", SETTING_DURATION, FIELD(backoff.max), 1, 7 * DAY, HOUR},
	{"delivery", "jitter", SETTING_JITTER, FIELD(backoff.jitter), 0, 0, 0},
	{"delivery", "hold_max", SETTING_DURATION, FIELD(hold_max), 0, DAY, MINUTE},
	{"delivery", "shutdown_grace", SETTING_DURATION, FIELD(shutdown_grace), 0, HOUR, 5 * SECOND},
	{"tls", "ca_file", SETTING_TEXT, FIELD(ca_file), 0, 0, 0},
};

#define NSETTINGS ((int) (sizeof(settings) / sizeof(settings[0])))
#define MAX_JITTER 0.3
#define DEFAULT_JITTER 0.2

/* Cut blanks off both ends, in place */
static char *
trim(char *text)
{
	char	   *end;

	while (isspace((unsigned char) *text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char) end[-1]))
		end--;
	*end = '\0';
	return text;
}

/* "500ms", "15s", "5min", "1h", "1d"; a bare number counts seconds */
static bool
parse_duration(const char *text, int64_t *result)
{
	static const struct
	{
		const char *name;
		int64_t		factor;
	}			units[] = {
		{"ms", 1}, {"s", SECOND}, {"", SECOND}, {"min", MINUTE}, {"h", HOUR}, {"d", DAY}
	};
	char	   *end;
	double		value;

	if (!isdigit((unsigned char) text[0]))
		return false;
	value = strtod(text, &end);
	while (isspace((unsigned char) *end))
		end++;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
	{
		if (strcmp(end, units[i].name) != 0)
			continue;
		value *= units[i].factor;
		if (!(value <= 1e12))
			return false;
		*result = (int64_t) value;
		return true;
	}
	return false;
}

static void
set_text(char **place, const char *value)
{
	free(*place);
	*place = xstrdup(value);
}

/* Store a value; false if the setting does not take it */
static bool
set_setting(Config *config, const Setting *setting, const char *value)
{
	void	   *place = (char *) config + setting->offset;
	int64_t		number;
	char	   *end;
	double		share;

	switch (setting->type)
	{
		case SETTING_TEXT:
			if (value[0] == '\0')
				return false;
			set_text(place, value);
			return true;
		case SETTING_DURATION:
			if (!parse_duration(value, &number))
				return false;
			break;
		case SETTING_COUNT:
			errno = 0;
			number = strtoll(value, &end, 10);
			if (errno != 0 || end == value || *end != '\0')
				return false;
			break;
		case SETTING_JITTER:
			share = strtod(value, &end);
			if (end == value || *end != '\0' || !(share >= 0 && share <= MAX_JITTER))
				return false;
			*(double *) place = share;
			return true;
		default:
			return false;
	}
	if (number < setting->min || number > setting->max)
		return false;
	*(int64_t *) place = number;
	return true;
}

/* The rule of alert_routes.channel */
static bool
valid_channel_name(const char *name)
{
	size_t		len = strspn(name, "abcdefghijklmnopqrstuvwxyz"
							 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

	return len > 0 && len <= CHANNEL_NAME_MAX && name[len] == '\0';
}

Channel *
config_channel(Config *config, const char *name)
{
	for (int i = 0; i < config->nchannels; i++)
		if (strcmp(config->channels[i].name, name) == 0)
			return &config->channels[i];
	return NULL;
}

/* The channel of that name, made if need be; the name has been validated */
static Channel *
make_channel(Config *config, const char *name)
{
	Channel    *channel = config_channel(config, name);

	if (channel != NULL)
		return channel;
	config->channels = xrealloc(config->channels,
								(config->nchannels + 1) * sizeof(Channel));
	channel = &config->channels[config->nchannels++];
	memset(channel, 0, sizeof(Channel));
	strcpy(channel->name, name);
	return channel;
}

/*
 * A file that holds secrets must belong to us or to root and be closed to
 * others.  The open file is looked at, not its name.
 */
static bool
check_permissions(FILE *file, const char *path)
{
	struct stat st;

	if (fstat(fileno(file), &st) != 0)
	{
		log_msg(LOG_LEVEL_ERROR, "could not stat configuration file \"%s\": %s",
				path, strerror(errno));
		return false;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid())
	{
		log_msg(LOG_LEVEL_ERROR, "configuration file \"%s\" holds secrets and must be owned by this user or by root",
				path);
		return false;
	}
	if ((st.st_mode & (S_IWGRP | S_IRWXO)) != 0)
	{
		log_msg(LOG_LEVEL_ERROR, "configuration file \"%s\" holds secrets and is open to others: permissions should be 0600, or 0640 with a group of its own",
				path);
		return false;
	}
	return true;
}

static bool
read_file(Config *config, const char *path)
{
	FILE	   *file = fopen(path, "r");
	char	   *line = NULL;
	size_t		size = 0;
	int			lineno = 0;
	char		section[32] = "";
	Channel    *channel = NULL;
	bool		secrets = false;
	bool		ok = true;

	if (file == NULL)
	{
		log_msg(LOG_LEVEL_ERROR, "could not open configuration file \"%s\": %s",
				path, strerror(errno));
		return false;
	}
	while (getline(&line, &size, file) >= 0)
	{
		char	   *text = trim(line);
		char	   *value;
		const char *problem = NULL;

		lineno++;
		if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
			continue;
		if (text[0] == '[')
		{
			char	   *end = strchr(text, ']');

			channel = NULL;
			section[0] = '\0';
			if (end == NULL || end[1] != '\0')
				problem = "section header expected";
			else
			{
				*end = '\0';
				text = trim(text + 1);
				if (strncmp(text, "channel", 7) == 0 && isspace((unsigned char) text[7]))
				{
					text = trim(text + 7);
					if (!valid_channel_name(text))
						problem = "name of a channel must be 1 to 63 letters, digits, underscores, dots and hyphens";
					else
						channel = make_channel(config, text);
				}
				else if (strcmp(text, "database") == 0 ||
						 strcmp(text, "delivery") == 0 ||
						 strcmp(text, "tls") == 0)
					strcpy(section, text);
				else
					problem = "unknown section";
			}
		}
		else if ((value = strchr(text, '=')) == NULL)
			problem = "\"name = value\" expected";
		else
		{
			*value++ = '\0';
			text = trim(text);
			value = trim(value);
			if (channel != NULL)
			{
				if (strcmp(text, "url") != 0)
					problem = "unknown setting of a channel";
				else
				{
					set_text(&channel->url, value);
					secrets = true;
				}
			}
			else
			{
				int			i;

				for (i = 0; i < NSETTINGS; i++)
					if (strcmp(settings[i].section, section) == 0 &&
						strcmp(settings[i].name, text) == 0)
						break;
				if (i == NSETTINGS)
					problem = "unknown setting in this section";
				else if (!set_setting(config, &settings[i], value))
					problem = "invalid value, or one out of range";
				if (strcmp(text, "conninfo") == 0)
					secrets = true;
			}
		}
		if (problem != NULL)
		{
			log_msg(LOG_LEVEL_ERROR, "configuration file \"%s\", line %d: %s",
					path, lineno, problem);
			ok = false;
		}
	}
	if (ferror(file))
	{
		log_msg(LOG_LEVEL_ERROR, "could not read configuration file \"%s\"", path);
		ok = false;
	}
	if (secrets && !check_permissions(file, path))
		ok = false;
	free(line);
	fclose(file);
	return ok;
}

/*
 * GREENERY_NOTIFY_CONNINFO, GREENERY_NOTIFY_URL (of the channel "default") and
 * GREENERY_NOTIFY_URL_name.  A name with dots or hyphens cannot stand in a
 * variable's name; such channels need the file.
 */
static bool
read_environment(Config *config)
{
	const size_t prefix = strlen(ENV_URL);

	if (getenv(ENV_CONNINFO) != NULL)
		set_text(&config->conninfo, getenv(ENV_CONNINFO));
	for (char **entry = environ; *entry != NULL; entry++)
	{
		char	   *equals = strchr(*entry, '=');
		char		name[CHANNEL_NAME_MAX + 1] = "default";

		if (equals == NULL || strncmp(*entry, ENV_URL, prefix) != 0)
			continue;
		if (*entry + prefix != equals)
		{
			size_t		len = equals - (*entry + prefix + 1);

			if ((*entry)[prefix] != '_')
				continue;
			if (len > CHANNEL_NAME_MAX)
				len = 0;
			memcpy(name, *entry + prefix + 1, len);
			name[len] = '\0';
			if (!valid_channel_name(name))
			{
				log_msg(LOG_LEVEL_ERROR, "invalid name of a channel in an environment variable %s_...",
						ENV_URL);
				return false;
			}
		}
		set_text(&make_channel(config, name)->url, equals + 1);
	}
	return true;
}

/* What can only be judged when everything has been read */
static bool
check(const Config *config)
{
	bool		ok = true;

	for (int i = 0; i < config->nchannels; i++)
	{
		const Channel *channel = &config->channels[i];
		bool		plain;

		if (channel->url == NULL || !address_is_url(channel->url, &plain))
		{
			log_msg(LOG_LEVEL_ERROR, "channel \"%s\" needs a url that starts with https:// or http://",
					channel->name);
			ok = false;
		}
		else if (plain)
			log_msg(LOG_LEVEL_WARNING, "channel \"%s\" uses http: its messages and the URL itself can be read on the way",
					channel->name);
	}
	if (config->conninfo != NULL && !address_is_conninfo(config->conninfo))
	{
		log_msg(LOG_LEVEL_ERROR, "conninfo is not a valid connection string");
		ok = false;
	}
	if (config->nchannels == 0)
	{
		log_msg(LOG_LEVEL_ERROR, "no channel is configured");
		ok = false;
	}
	if (config->backoff.max < config->backoff.min)
	{
		log_msg(LOG_LEVEL_ERROR, "backoff_max must not be below backoff_min");
		ok = false;
	}
	/* a lease that ends before the attempt does lets another begin beside it */
	if (config->lease <= config->timeout)
	{
		log_msg(LOG_LEVEL_ERROR, "lease must be longer than the timeout in section delivery");
		ok = false;
	}
	if (config->ca_file != NULL && access(config->ca_file, R_OK) != 0)
	{
		log_msg(LOG_LEVEL_ERROR, "could not read ca_file: %s", strerror(errno));
		ok = false;
	}
	return ok;
}

Config *
config_load(const char *path)
{
	Config	   *config = xmalloc(sizeof(Config));

	memset(config, 0, sizeof(Config));
	for (int i = 0; i < NSETTINGS; i++)
		if (settings[i].type == SETTING_DURATION || settings[i].type == SETTING_COUNT)
			*(int64_t *) ((char *) config + settings[i].offset) = settings[i].initial;
	config->backoff.jitter = DEFAULT_JITTER;

	if ((path == NULL || read_file(config, path)) &&
		read_environment(config) && check(config))
	{
		/* empty: libpq's own environment variables and defaults */
		if (config->conninfo == NULL)
			config->conninfo = xstrdup("");
		return config;
	}
	config_free(config);
	return NULL;
}

void
config_free(Config *config)
{
	for (int i = 0; i < config->nchannels; i++)
		free(config->channels[i].url);
	free(config->channels);
	free(config->conninfo);
	free(config->ca_file);
	free(config);
}
