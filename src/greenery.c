/*-------------------------------------------------------------------------
 *
 * greenery.c
 *	  Module magic and start-up.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "compat.h"
#include "greenery.h"

GREENERY_MODULE_MAGIC("greenery", GREENERY_VERSION);

/*
 * Define the settings, and prepare for Citus where it is loaded.  Nothing else may happen at
 * load time: the library is loaded by the first call of any of its functions, in any session.
 */
void
_PG_init(void)
{
	greenery_define_settings();
	greenery_prepare_for_citus();
}
