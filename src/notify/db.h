/*-------------------------------------------------------------------------
 *
 * db.h
 *	  The queue, as it stands in the database.
 *
 * Every function that returns bool returns false when the connection has been
 * given up, after logging why; the caller connects again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_DB_H
#define NOTIFY_DB_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "config.h"
#include "http.h"

/* an alert that has been claimed for one channel; texts live in result */
typedef struct Delivery
{
	PGresult   *result;
	const char *alert_id;
	const char *channel;
	const char *key;			/* the same in every attempt */
	int			attempts;		/* this one included */
	const char *mention;
	const char *kind;
	const char *severity;
	const char *created_at;
	const char *test_id;		/* this and all below: NULL if there is none */
	const char *build_id;
	const char *title;
	const char *text;
	const char *owner;
	const char *model;
	const char *status;
	const char *failures;
	const char *total;
	const char *downstream;
	const char *payload;
} Delivery;

/* what became of an attempt; owns its texts, so that it survives a reconnect */
typedef struct Outcome
{
	bool		pending;		/* still to be written to the database */
	char		alert_id[24];
	char		channel[CHANNEL_NAME_MAX + 1];
	int			attempts;
	const char *state;			/* delivered, pending or failed */
	int64_t		delay;			/* milliseconds, if pending */
	char		error[160];
} Outcome;

extern bool db_connect(const Config *config, bool listen);
extern void db_disconnect(void);
extern bool db_connected(void);

extern bool db_route(const Config *config, int64_t grace, int *unconfigured);
extern bool db_claim(const Config *config, Delivery *delivery, bool *found);
extern bool db_record(const Config *config, Outcome *outcome);
extern bool db_next_due(const Config *config, int64_t *wait);
extern bool db_wait(int64_t timeout);

extern void delivery_free(Delivery *delivery);

#endif							/* NOTIFY_DB_H */
