/*-------------------------------------------------------------------------
 *
 * build_as_of.c
 *	  One present for all marts of a build.
 *
 * The present is the time of the last order that does not lie in the future, and the
 * future begins later for each mart.  An order with a time of some seconds from now, by
 * another clock, would count for one mart and not for the one before.  So a build asks
 * once, when its sources are locked, and keeps the answer as the setting until it ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/build.h"
#include "executor/spi.h"

/* Keep the present until the end of the transaction */
void
build_keep_as_of(void)
{
	/* the setting takes no moment BC, when nothing can have been ordered */
	if (SPI_execute("SELECT set_config('greenery.as_of',"
					"                  to_char(a.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), true)"
					"  FROM greenery.as_of a"
					" WHERE a.as_of >= timestamptz '0001-01-01 00:00:00+00'",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the present");
	SPI_freetuptable(SPI_tuptable);
}
