/*-------------------------------------------------------------------------
 *
 * build_as_of.c
 *	  One present for all marts of a build.
 *
 * The present is the time of the last order that does not lie in the future.  Time goes
 * on while marts are computed: an order that another clock has stamped some seconds ahead
 * would count for one mart and not for the one before.  So a build looks once, when its
 * sources are locked, and keeps the answer in the setting until it ends.
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
	/* the setting takes no moment BC; a shop without later orders needs none */
	if (SPI_execute("SELECT set_config('greenery.as_of',"
					"                  to_char(a.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), true)"
					"  FROM greenery.as_of a"
					" WHERE a.as_of >= timestamptz '0001-01-01 00:00:00+00'",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the present");
	SPI_freetuptable(SPI_tuptable);
}
