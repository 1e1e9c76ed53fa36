/*-------------------------------------------------------------------------
 *
 * log.h
 *	  Log lines on standard error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef NOTIFY_LOG_H
#define NOTIFY_LOG_H

#include <stdbool.h>

typedef enum LogLevel
{
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR
} LogLevel;

extern void log_init(bool quiet);
extern void log_msg(LogLevel level, const char *fmt,...) __attribute__((format(printf, 2, 3)));

#endif							/* NOTIFY_LOG_H */
