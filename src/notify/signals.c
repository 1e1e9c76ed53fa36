/*-------------------------------------------------------------------------
 *
 * signals.c
 *	  Stop and reload requests, waiting, and the clock to wait by.
 *
 * Handlers set a flag and write to a pipe that every wait listens to, so that
 * a signal arriving just before the wait ends it too.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "signals.h"

static volatile sig_atomic_t got_stop = 0;
static volatile sig_atomic_t got_reload = 0;
static int	wake_pipe[2];
static int64_t stop_grace = 0;
static int64_t stop_since = -1;

static void
handle_signal(int signo)
{
	int			save_errno = errno;

	if (signo == SIGHUP)
		got_reload = 1;
	else
		got_stop = 1;
	/* a full pipe wakes as well as one more byte */
	if (write(wake_pipe[1], "", 1) < 0)
		errno = 0;
	errno = save_errno;
}

void
signals_init(void)
{
	struct sigaction action = {0};

	if (pipe(wake_pipe) != 0)
	{
		log_msg(LOG_LEVEL_ERROR, "could not create a pipe");
		exit(1);
	}
	for (int i = 0; i < 2; i++)
	{
		fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	action.sa_handler = handle_signal;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

void
signals_set_grace(int64_t grace)
{
	stop_grace = grace;
}

int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool
stop_requested(void)
{
	return got_stop != 0;
}

bool
stop_overdue(int64_t more)
{
	if (!got_stop)
		return false;
	if (stop_since < 0)
		stop_since = clock_ms();
	return clock_ms() - stop_since >= stop_grace + more;
}

bool
reload_requested(void)
{
	return got_reload != 0;
}

void
reload_begin(void)
{
	got_reload = 0;
}

bool
wait_socket(int sock, short events, int64_t timeout)
{
	struct pollfd fds[2] = {
		{.fd = wake_pipe[0],.events = POLLIN},
		{.fd = sock,.events = events}
	};
	char		drain[64];

	/* poll() takes an int; a day is as good as for ever */
	if (timeout > 86400000)
		timeout = 86400000;
	if (timeout < 0)
		timeout = 0;
	if (poll(fds, 2, (int) timeout) <= 0)
		return false;
	if (fds[0].revents)
		while (read(wake_pipe[0], drain, sizeof(drain)) > 0)
			;
	return sock >= 0 && fds[1].revents != 0;
}
