/*-------------------------------------------------------------------------
 *
 * session_log_dump.h
 *	  How the rows of one session log come into another one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SESSION_LOG_DUMP_H
#define GREENERY_SESSION_LOG_DUMP_H

#include "sessions/session_log.h"

/* Another key in place of one of a log that is loaded */
typedef uint64_t (*session_log_rekey) (void *arg, uint64_t key);

/* Drop what the answer does not depend on, if that was much the last time */
extern void session_log_shrink(SessionLog *log);

/*
 * The contents as bytes, for session_log_load in a process of the same
 * machine.  session_log_check tells whether bytes could come from a log of
 * this shape.
 */
extern uint64_t session_log_dump_size(SessionLog *log);
extern void session_log_dump(const SessionLog *log, char *bytes);
extern bool session_log_check(SessionLogShape shape, const char *bytes,
							  uint64_t size);

/*
 * rekey, if not NULL, gives the keys of the rows; shape.keys is 1 then.  lasting is
 * that of row_parts_load; returns whether the log has kept such bytes.
 */
extern bool session_log_load(SessionLog *log, char *bytes, uint64_t size,
							 bool lasting, session_log_rekey rekey, void *arg);

#endif							/* GREENERY_SESSION_LOG_DUMP_H */
