/*-------------------------------------------------------------------------
 *
 * log.c
 *	  Log lines on standard error.
 *
 * No caller passes a URL, a connection string or anything else that was read
 * from the configuration, except names of channels.
 *
 *-------------------------------------------------------------------------
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static bool quiet = false;
static bool to_journal = false;

/* quiet: warnings and errors only */
void
log_init(bool be_quiet)
{
	quiet = be_quiet;
	/* systemd says so when standard error goes to its journal */
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

/*
 * Write one line.  The journal adds time and process by itself and takes the
 * level from a prefix; elsewhere the line carries them.
 */
void
log_msg(LogLevel level, const char *fmt,...)
{
	static const char *const names[] = {"INFO", "WARNING", "ERROR"};
	static const int priorities[] = {6, 4, 3};
	char		line[2048];
	char		prefix[64] = "";
	va_list		args;

	if (quiet && level == LOG_LEVEL_INFO)
		return;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	/* messages of libpq end in a newline and may have several lines */
	for (size_t i = strlen(line); i > 0 && line[i - 1] == '\n'; i--)
		line[i - 1] = '\0';
	for (char *p = line; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';

	if (to_journal)
		snprintf(prefix, sizeof(prefix), "<%d>", priorities[level]);
	else
	{
		time_t		now = time(NULL);
		struct tm	tm;

		gmtime_r(&now, &tm);
		strftime(prefix, sizeof(prefix), "%Y-%m-%d %H:%M:%S UTC ", &tm);
	}
	/* one call, so that lines of several instances do not mix */
	fprintf(stderr, "%sgreenery-notify[%d] %s: %s\n",
			prefix, (int) getpid(), names[level], line);
}
