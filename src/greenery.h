/*-------------------------------------------------------------------------
 *
 * greenery.h
 *	  Module-wide declarations: the settings.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_H
#define GREENERY_H

/* settings.c: defines every greenery.* setting; called once, from _PG_init */
extern void greenery_define_settings(void);

#endif							/* GREENERY_H */
