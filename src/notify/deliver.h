/*-------------------------------------------------------------------------
 *
 * deliver.h
 *	  One delivery: send, judge, and say what to record.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_DELIVER_H
#define NOTIFY_DELIVER_H

#include "config.h"
#include "db.h"

extern void deliver(Config *config, const Delivery *delivery, Outcome *outcome);

#endif							/* NOTIFY_DELIVER_H */
