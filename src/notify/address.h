/*-------------------------------------------------------------------------
 *
 * address.h
 *	  Where alerts come from and go to: what can be said before connecting.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_ADDRESS_H
#define NOTIFY_ADDRESS_H

#include <stdbool.h>

/*
 * Whether libpq can read the connection string.  Why not is not said: libpq's
 * message repeats parts of it.
 */
extern bool address_is_conninfo(const char *conninfo);

/*
 * True if libcurl can read the URL and it is https or http.  plain: it is http
 * to another machine.
 */
extern bool address_is_url(const char *url, bool *plain);

#endif							/* NOTIFY_ADDRESS_H */
