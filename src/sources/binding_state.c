/*-------------------------------------------------------------------------
 *
 * binding_state.c
 *	  Whether what a source is bound to is still there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "guarded.h"
#include "nodes/nodeFuncs.h"
#include "sources/own_indexes.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

PG_FUNCTION_INFO_V1(greenery_problem_of_source);
PG_FUNCTION_INFO_V1(greenery_obstacle_of_source);
PG_FUNCTION_INFO_V1(greenery_id_indexes);

static char *
function_of(FunctionCallInfo fcinfo)
{
	return psprintf("source_%s", text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

static Datum
text_or_null(FunctionCallInfo fcinfo, const char *text)
{
	if (text == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

/* A source function, and the type that does not fit */
typedef struct Looked
{
	const char *function;
	char	   *problem;
} Looked;

static void
look(void *arg)
{
	Looked	   *looked = arg;

	looked->problem = source_type_problem(looked->function);
}

/* greenery.problem_of_source(source) */
Datum
greenery_problem_of_source(PG_FUNCTION_ARGS)
{
	Looked		looked = {function_of(fcinfo), NULL};
	char	   *message;

	if (!run_guarded(look, &looked, &message))
		return text_or_null(fcinfo, message);
	return text_or_null(fcinfo, looked.problem);
}

/* greenery.obstacle_of_source(source, key) */
Datum
greenery_obstacle_of_source(PG_FUNCTION_ARGS)
{
	return text_or_null(fcinfo, own_columns_obstacle(function_of(fcinfo), text_to_cstring(PG_GETARG_TEXT_PP(1))));
}

/* greenery.id_indexes(source) */
Datum
greenery_id_indexes(PG_FUNCTION_ARGS)
{
	List	   *statements = own_id_indexes(function_of(fcinfo));
	Datum	   *elements = palloc((list_length(statements) + 1) * sizeof(Datum));
	ListCell   *lc;

	foreach(lc, statements)
		elements[foreach_current_index(lc)] = CStringGetTextDatum(lfirst(lc));
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, list_length(statements),
										  TEXTOID, -1, false, TYPALIGN_INT));
}
