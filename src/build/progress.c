/*-------------------------------------------------------------------------
 *
 * progress.c
 *	  How far a build is, for other sessions to see.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/progress.h"
#include "executor/spi.h"

void
tell_progress(int position)
{
	if (SPI_execute(psprintf("SELECT setval('greenery.build_progress_model', %d),"
							 "       setval('greenery.build_progress_since', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)",
							 position), false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not tell the progress of the build");
}

void
plan_progress(void)
{
	if (SPI_execute("DELETE FROM greenery.build_plan", false, 0) != SPI_OK_DELETE ||
		SPI_execute("INSERT INTO greenery.build_plan (position, model, expected_seconds)"
					" SELECT row_number() OVER (ORDER BY o.level, o.model COLLATE \"C\"), o.model,"
					"        coalesce(b.write_seconds, 0) + b.audit_seconds + coalesce(b.publish_seconds, 0)"
					"   FROM greenery.build_order o"
					"   LEFT JOIN greenery.build_models b ON b.model = o.model"
					"    AND b.build_id = (SELECT max(build_id) FROM greenery.builds WHERE published)",
					false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write down the plan of the build");
	tell_progress(0);
}
