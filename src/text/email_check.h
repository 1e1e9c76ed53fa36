/*-------------------------------------------------------------------------
 *
 * email_check.h
 *	  Is a text an e-mail address that a mail server would take?
 *
 * Plain C, no server needed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_EMAIL_CHECK_H
#define GREENERY_EMAIL_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 5321, 4.5.3.1, and its erratum 1690: a path is at most 256 with < and > */
#define EMAIL_MAX_BYTES			254
#define EMAIL_MAX_LOCAL_BYTES	64
#define EMAIL_MAX_LABEL_BYTES	63

extern bool email_check(const char *text, size_t length);

#endif							/* GREENERY_EMAIL_CHECK_H */
