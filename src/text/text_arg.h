/*-------------------------------------------------------------------------
 *
 * text_arg.h
 *	  Text arguments as UTF-8, whatever the database's encoding.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_TEXT_ARG_H
#define GREENERY_TEXT_ARG_H

typedef enum TextArgStatus
{
	TEXT_ARG_OK,
	TEXT_ARG_TOO_LONG,
	TEXT_ARG_UNREADABLE
} TextArgStatus;

/* the bytes are not terminated, and may be those of the argument itself */
extern TextArgStatus greenery_text_arg_utf8(Datum arg, size_t max_bytes,
											const char **bytes, size_t *length);

#endif							/* GREENERY_TEXT_ARG_H */
