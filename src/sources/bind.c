/*-------------------------------------------------------------------------
 *
 * bind.c
 *	  greenery_bind(): put a SELECT over the shop's own tables behind a source.
 *
 * The text is parsed once, with the rights and the search_path of the binder.  What is stored
 * is what it meant then, and what the source function says; nothing depends on the shop's
 * tables, which its migrations alter, drop and make again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "compat.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "greenery.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "parser/parsetree.h"
#include "pgtime.h"
#include "result_set.h"
#include "roles.h"
#include "sources/bind_columns.h"
#include "sources/bind_query.h"
#include "sources/bind_text.h"
#include "sources/columns_read.h"
#include "sources/own_columns.h"
#include "spi_row.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(greenery_bind);
PG_FUNCTION_INFO_V1(greenery_binding_changed);
PG_FUNCTION_INFO_V1(greenery_attributes);

/* What greenery.store_binding() takes */
enum
{
	ARG_SOURCE,
	ARG_QUERY,
	ARG_BOUND_QUERY,
	ARG_PARALLEL,
	ARG_RELATIONS,
	ARG_MADE_FROM,
	ARG_COLUMNS,
	ARG_TIME_ZONE,
	ARG_ACCEPTED,
	STORE_ARGS
};

/* {"column": "bound"} */
static Jsonb *
column_states(const Binding *binding)
{
	StringInfoData json;
	bool		attributes = false;
	ListCell   *lc;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	foreach(lc, binding->columns)
	{
		BoundColumn *column = lfirst(lc);

		if (column->is_attribute)
		{
			attributes |= column->is_bound;
			continue;
		}
		escape_json(&json, column->name);
		appendStringInfo(&json, ": \"%s\", ", column->is_bound ? "bound" : "not bound");
	}
	appendStringInfo(&json, "\"attributes\": \"%s\"}", attributes ? "bound" : "not bound");
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/*
 * What parallel workers may do with the source function: the planner asks for its label before
 * it puts the query in its place.
 */
static const char *
parallel_label(const Binding *binding)
{
	if (binding->query == NULL)
		return "safe";
	switch (max_parallel_hazard(binding->query))
	{
		case PROPARALLEL_SAFE:
			return "safe";
		case PROPARALLEL_RESTRICTED:
			return "restricted";
		default:
			return "unsafe";
	}
}

/* Run a statement of the extension's own, with the rights of the owner */
static void
run_as_owner(const char *sql, int nargs, Oid *types, Datum *args, const char *nulls)
{
	RoleSwitch	before;

	role_enter(greenery_owner(), &before);
	if (SPI_execute_with_args(sql, nargs, types, args, nulls, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not run: %s", sql);
	role_leave(&before);
}

/* See that there is such a source, and keep others from binding; fills row and key */
static void
begin_binding(Binding *binding)
{
	Oid			type = TEXTOID;
	Datum		arg = CStringGetTextDatum(binding->source);
	RoleSwitch	before;

	role_enter(greenery_owner(), &before);
	if (SPI_execute_with_args("SELECT greenery.check_source($1), greenery.lock_bindings()",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT ||
		SPI_execute_with_args("SELECT m.key FROM greenery.models m JOIN greenery.sources s"
							  "    ON s.staging OPERATOR(pg_catalog.=) m.relation"
							  " WHERE s.source OPERATOR(pg_catalog.=) $1",
							  1, &type, &arg, NULL, false, 0) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "could not look up source \"%s\"", binding->source);
	binding->key = row_text_list(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	binding->builder = greenery_builder();
	role_leave(&before);
	binding->row = source_row(psprintf("source_%s", binding->source));
}

static void
check_time_zone(const char *zone)
{
	if (pg_tzset(zone) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", zone),
				 errhint("pg_timezone_names lists them.")));
}

/* Say why builds will not read a relation, if they will not */
static void
notice_unreadable(Oid relid, Oid builder)
{
	const char *relation = quoted_relation(relid);
	const char *role = quote_identifier(GetUserNameFromId(builder, false));
	Oid			schema = get_rel_namespace(relid);
	Oid			owner = object_owner(RelationRelationId, relid);

	if (pg_class_aclcheck(relid, builder, ACL_SELECT) != ACLCHECK_OK ||
		!greenery_may_use_schema(schema, builder))
		ereport(NOTICE,
				(errmsg("builds cannot read %s yet", relation),
				 errhint("Its owner must run: GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %s",
						 quote_identifier(get_namespace_name(schema)), role, relation, role)));
	else if (superuser_arg(builder) && OidIsValid(owner) && !superuser_arg(owner))
		ereport(NOTICE,
				(errmsg("builds do not read %s yet: it belongs to role \"%s\", and builds have the rights of superuser \"%s\"",
						relation, GetUserNameFromId(owner, false), GetUserNameFromId(builder, false)),
				 errhint("Name a role that is not a superuser and may read it: SELECT greenery_set_builder('role').")));
}

/*
 * Parse what was given and make all of it: returns what the source function says.  The relations
 * that it names are left in read.
 */
static char *
make_binding(Binding *binding, ColumnsRead *read)
{
	Reach		reach = {0};
	int			level;
	char	   *text;

	if (binding->time_zone != NULL)
		check_time_zone(binding->time_zone);
	binding->given = bind_parse(binding->text, binding->source);
	PushActiveSnapshot(GetTransactionSnapshot());
	reach_text(&reach, (Node *) binding->given);
	PopActiveSnapshot();
	bind_refuse(binding, &reach);

	/*
	 * its values are written, and will be read, whatever the session's
	 * settings
	 */
	level = NewGUCNestLevel();
	greenery_pin_settings();
	bind_columns(binding);
	columns_read_find(binding->query, read);
	text = bind_text(binding);

	AtEOXact_GUC(false, level);
	return text;
}

static void
put_row(ReturnSetInfo *rsinfo, const BoundColumn *column)
{
	Datum		values[5] = {0};
	bool		nulls[5] = {false, false, true, true, true};

	values[0] = CStringGetTextDatum(column->name);
	values[1] = CStringGetTextDatum(!column->is_bound ? "not bound" :
									column->is_attribute ? "attribute" : "bound");
	if (column->expression != NULL)
	{
		values[2] = CStringGetTextDatum(column->expression);
		values[3] = CStringGetTextDatum(column->type);
		nulls[2] = nulls[3] = false;
	}
	if (column->note != NULL)
	{
		values[4] = CStringGetTextDatum(column->note);
		nulls[4] = false;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* A source that the shop has not got has no column */
static void
absent_columns(Binding *binding)
{
	for (int i = 0; i < binding->row->natts - 1; i++)
	{
		BoundColumn *column = palloc0(sizeof(BoundColumn));

		column->name = NameStr(TupleDescAttr(binding->row, i)->attname);
		binding->columns = lappend(binding->columns, column);
	}
}

Datum
greenery_bind(PG_FUNCTION_ARGS)
{
	Oid			types[STORE_ARGS] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID,
	JSONBOID, JSONBOID, TEXTOID, JSONBOID};
	Datum		args[STORE_ARGS] = {0};
	char		nulls[STORE_ARGS + 1] = "         ";
	Binding		binding = {0};
	ColumnsRead read = {0};
	Oid			outer;
	ListCell   *lc;

	PreventCommandDuringRecovery("greenery_bind()");
	PreventCommandIfReadOnly("greenery_bind()");
	PreventCommandIfParallelMode("greenery_bind()");
	if (!greenery_acts_as_owner(GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of extension \"greenery\" may bind sources"),
				 errdetail("Others run what a binding says.")));
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a binding needs the name of a source")));
	greenery_begin_result_set(fcinfo);
	binding.source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	binding.text = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	binding.time_zone = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	begin_binding(&binding);
	if (binding.text !=NULL)
	{
		args[ARG_BOUND_QUERY] = CStringGetTextDatum(make_binding(&binding, &read));
		args[ARG_QUERY] = CStringGetTextDatum(binding.text);
	}
	else
	{
		absent_columns(&binding);
		nulls[ARG_QUERY] = nulls[ARG_BOUND_QUERY] = 'n';
	}
	args[ARG_SOURCE] = CStringGetTextDatum(binding.source);
	args[ARG_PARALLEL] = CStringGetTextDatum(parallel_label(&binding));
	args[ARG_RELATIONS] = columns_read_relations(&read);
	args[ARG_MADE_FROM] = JsonbPGetDatum(columns_read_types(&read));
	args[ARG_COLUMNS] = JsonbPGetDatum(column_states(&binding));
	args[ARG_TIME_ZONE] = PG_GETARG_DATUM(2);
	args[ARG_ACCEPTED] = PG_GETARG_DATUM(3);
	if (PG_ARGISNULL(2))
		nulls[ARG_TIME_ZONE] = 'n';
	if (PG_ARGISNULL(3))
		nulls[ARG_ACCEPTED] = 'n';
	outer = greenery_set_caller(GetUserId());
	PG_TRY();
	{
		run_as_owner("SELECT greenery.store_binding($1, $2, $3, $4, $5, $6, $7, $8, $9)",
					 STORE_ARGS, types, args, nulls);
	}
	PG_FINALLY();
	{
		(void) greenery_set_caller(outer);
	}
	PG_END_TRY();
	foreach(lc, read.relations)
		notice_unreadable(lfirst_oid(lc), binding.builder);
	foreach(lc, binding.columns)
		put_row((ReturnSetInfo *) fcinfo->resultinfo, lfirst(lc));
	SPI_finish();
	return (Datum) 0;
}

/* Trigger on greenery.source_bindings: make the source function anew */
Datum
greenery_binding_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple	row;
	Oid			type = TEXTOID;
	Datum		arg;
	bool		isnull;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function greenery.binding_changed() was not called as a trigger")));
	row = trigger->tg_trigtuple;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to SPI");
	arg = SPI_getbinval(row, RelationGetDescr(trigger->tg_relation),
						SPI_fnumber(RelationGetDescr(trigger->tg_relation), "source"), &isnull);
	if (!isnull)
		run_as_owner("SELECT greenery.define_source($1)", 1, &type, &arg, NULL);
	SPI_finish();
	return PointerGetDatum(NULL);
}

/* greenery.attributes(...): jsonb_build_object(), of what gives the same for every caller */
Datum
greenery_attributes(PG_FUNCTION_ARGS)
{
	return jsonb_build_object(fcinfo);
}
