/*-------------------------------------------------------------------------
 *
 * main.c
 *	  greenery-notify: delivers the alerts that greenery queues.
 *
 * One loop: give new alerts their deliveries, send what is due, wait until
 * something is announced or falls due.  The database holds all state, so that
 * the program may be stopped, killed or run several times over; what is kept
 * here between two steps is at most one outcome not written down yet.
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backoff.h"
#include "config.h"
#include "db.h"
#include "deliver.h"
#include "http.h"
#include "log.h"
#include "signals.h"

/* exit codes */
#define EXIT_UNDELIVERED	1
#define EXIT_CONFIG			2

/* shortest wait between two looks at the queue */
#define MIN_WAIT	100

static const Backoff reconnect = {.min = 1000,.max = 60000,.jitter = 0.2};

static Config *config = NULL;
static Outcome outcome = {0};

static void
usage(void)
{
	printf("greenery-notify delivers the alerts of greenery to webhooks.\n\n"
		   "Usage:\n"
		   "  greenery-notify [OPTION]...\n\n"
		   "Options:\n"
		   "  -c, --config=FILE   configuration file; environment variables override it\n"
		   "      --once          deliver what is due, then exit\n"
		   "      --check-config  check the configuration, then exit\n"
		   "  -q, --quiet         write only warnings and errors\n"
		   "  -V, --version       output version information, then exit\n"
		   "  -h, --help          show this help, then exit\n\n"
		   "Environment:\n"
		   "  GREENERY_NOTIFY_CONNINFO   connection string of the database\n"
		   "  GREENERY_NOTIFY_URL        webhook of the channel \"default\"\n"
		   "  GREENERY_NOTIFY_URL_name   webhook of the channel \"name\"\n\n"
		   "Exit status: 0 if all went well; 1 if with --once something was not delivered;\n"
		   "2 if the configuration or the command line is wrong.\n");
}

/*
 * Look at the queue once.  Returns false when the connection was lost;
 * undelivered counts what was due and did not get through.  once: this is the
 * only look, so a channel that fails is not tried again.
 */
static bool
work(bool once, int *undelivered)
{
	bool		found;

	if (outcome.pending && !db_record(config, &outcome))
		return false;
	if (!db_route(config, once ? 0 : config->poll_interval, undelivered))
		return false;
	while (!stop_requested() && !reload_requested())
	{
		Delivery	delivery;

		if (!db_claim(config, &delivery, &found))
			return false;
		if (!found)
			break;
		deliver(config, &delivery, &outcome);
		if (strcmp(outcome.state, "delivered") != 0)
			(*undelivered)++;
		if (once && strcmp(outcome.state, "pending") == 0)
			config_channel(config, delivery.channel)->hold_until = INT64_MAX;
		delivery_free(&delivery);
		if (!db_record(config, &outcome))
			return false;
	}
	return true;
}

static int
work_once(void)
{
	int			undelivered;

	if (!db_connect(config, false) || !work(true, &undelivered))
		return EXIT_UNDELIVERED;
	return undelivered > 0 || stop_requested() ? EXIT_UNDELIVERED : EXIT_SUCCESS;
}

/* Read the configuration again; keep the old one if the new one is wrong */
static void
reload(const char *path)
{
	Config	   *changed;

	reload_begin();
	changed = config_load(path);
	if (changed == NULL)
	{
		log_msg(LOG_LEVEL_ERROR, "configuration not reloaded");
		return;
	}
	if (strcmp(changed->conninfo, config->conninfo) != 0)
		db_disconnect();
	config_free(config);
	config = changed;
	signals_set_grace(config->shutdown_grace);
	log_msg(LOG_LEVEL_INFO, "configuration reloaded");
}

/* Work until told to stop */
static void
work_forever(const char *path)
{
	int			failures = 0;

	while (!stop_requested())
	{
		int			undelivered;
		int64_t		wait;

		if (reload_requested())
			reload(path);
		if (!db_connected() && db_connect(config, true))
			log_msg(LOG_LEVEL_INFO, "connected to the database");
		if (!db_connected() || !work(false, &undelivered) ||
			!db_next_due(config, &wait))
		{
			failures++;
			if (!stop_requested() && !reload_requested())
				wait_socket(-1, 0, backoff_delay(&reconnect, failures, backoff_random()));
			continue;
		}
		failures = 0;
		if (wait < 0 || wait > config->poll_interval)
			wait = config->poll_interval;
		else if (wait < MIN_WAIT)
			wait = MIN_WAIT;
		db_wait(wait);
	}
}

int
main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"config", required_argument, NULL, 'c'},
		{"once", no_argument, NULL, 1},
		{"check-config", no_argument, NULL, 2},
		{"quiet", no_argument, NULL, 'q'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0}
	};
	const char *path = NULL;
	bool		once = false;
	bool		check_only = false;
	bool		quiet = false;
	int			status = EXIT_SUCCESS;
	int			c;

	while ((c = getopt_long(argc, argv, "c:qVh", long_options, NULL)) != -1)
	{
		switch (c)
		{
			case 'c':
				path = optarg;
				break;
			case 1:
				once = true;
				break;
			case 2:
				check_only = true;
				break;
			case 'q':
				quiet = true;
				break;
			case 'V':
				printf("greenery-notify (greenery) %s\n", GREENERY_VERSION);
				return EXIT_SUCCESS;
			case 'h':
				usage();
				return EXIT_SUCCESS;
			default:
				fprintf(stderr, "Try \"greenery-notify --help\" for more information.\n");
				return EXIT_CONFIG;
		}
	}
	log_init(quiet);
	if (optind < argc)
	{
		/* not repeated: it might be a URL in the wrong place */
		log_msg(LOG_LEVEL_ERROR, "too many command-line arguments");
		return EXIT_CONFIG;
	}

	config = config_load(path);
	if (config == NULL)
		return EXIT_CONFIG;
	if (check_only)
	{
		for (int i = 0; i < config->nchannels; i++)
			printf("channel %s\n", config->channels[i].name);
		printf("The configuration is valid.\n");
		config_free(config);
		return EXIT_SUCCESS;
	}

	signals_init();
	signals_set_grace(config->shutdown_grace);
	if (!http_init())
		return EXIT_UNDELIVERED;
	if (once)
		status = work_once();
	else
	{
		log_msg(LOG_LEVEL_INFO, "version %s started", GREENERY_VERSION);
		work_forever(path);
		log_msg(LOG_LEVEL_INFO, "stopped");
	}
	/* the receiver may see this one again, by the same key */
	if (outcome.pending)
		log_msg(LOG_LEVEL_WARNING, "outcome of alert %s on channel \"%s\" could not be recorded: %s",
				outcome.alert_id, outcome.channel, outcome.state);
	db_disconnect();
	http_end();
	config_free(config);
	return status;
}
