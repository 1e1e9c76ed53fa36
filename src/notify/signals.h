/*-------------------------------------------------------------------------
 *
 * signals.h
 *	  Stop and reload requests, waiting, and the clock to wait by.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_SIGNALS_H
#define NOTIFY_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

extern void signals_init(void);
extern void signals_set_grace(int64_t grace);

/* SIGTERM or SIGINT has arrived */
extern bool stop_requested(void);

/* it arrived longer ago than the grace, and this much more, allows */
extern bool stop_overdue(int64_t more);

/* SIGHUP has arrived since reload_begin() */
extern bool reload_requested(void);
extern void reload_begin(void);

/* milliseconds of a clock that never jumps */
extern int64_t clock_ms(void);

/*
 * Wait until the socket (-1: none) is ready for the poll() events, a signal
 * arrives or the time is over; true if the socket is ready.
 */
extern bool wait_socket(int sock, short events, int64_t timeout);

#endif							/* NOTIFY_SIGNALS_H */
