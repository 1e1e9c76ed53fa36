/*-------------------------------------------------------------------------
 *
 * work_tables.c
 *	  Tables and views in the build's schema.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "build/work_tables.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * Refuse to write marts where something else lies: it would be read in place of
 * what a mart names.
 */
void
check_work_schema(void)
{
	char	   *found;

	if (SPI_execute("SELECT string_agg(pg_describe_object(o.classid, o.objid, 0), ', ')"
					"  FROM (SELECT tableoid, oid FROM pg_class"
					"         WHERE relnamespace = '" BUILD_SCHEMA "'::regnamespace"
					"        UNION ALL"
					"        SELECT tableoid, oid FROM pg_proc"
					"         WHERE pronamespace = '" BUILD_SCHEMA "'::regnamespace"
					"        UNION ALL"
					"        SELECT tableoid, oid FROM pg_operator"
					"         WHERE oprnamespace = '" BUILD_SCHEMA "'::regnamespace"
					"         LIMIT 10) o (classid, objid)",
					false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look into the build's schema");
	found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (found != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("schema \"%s\" is not empty", BUILD_SCHEMA),
				 errdetail("It holds %s, which no build has left there.", found),
				 errhint("Drop it, and see who may create objects in the schema.")));
}

char *
work_table_name(const Build *build, const char *name)
{
	static int	counter = 0;

	/* another session may test at the same time */
	return build->is_test ? psprintf("%d.%d", MyProcPid, ++counter) : pstrdup(name);
}

void
execute_utility(const char *sql)
{
	if (SPI_execute(sql, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not run: %s", sql);
}

void
let_builder_read(const Build *build, const char *name)
{
	if (build->builder != build->owner)
		execute_utility(psprintf("GRANT SELECT ON %s TO %s",
								 quote_qualified_identifier(BUILD_SCHEMA, name),
								 quote_identifier(GetUserNameFromId(build->builder, false))));
}

void
create_work_table(const Build *build, const char *name, const char *columns)
{
	execute_utility(psprintf("CREATE UNLOGGED TABLE %s (%s)",
							 quote_qualified_identifier(BUILD_SCHEMA, name), columns));
	let_builder_read(build, name);
}

void
drop_work_table(const char *kind, const char *name)
{
	execute_utility(psprintf("DROP %s %s", kind, quote_qualified_identifier(BUILD_SCHEMA, name)));
}
