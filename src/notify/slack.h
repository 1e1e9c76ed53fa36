/*-------------------------------------------------------------------------
 *
 * slack.h
 *	  The message of an alert as JSON.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_SLACK_H
#define NOTIFY_SLACK_H

#include "buf.h"
#include "db.h"

extern void slack_message(const Delivery *delivery, Buf *json);

#endif							/* NOTIFY_SLACK_H */
