/*-------------------------------------------------------------------------
 *
 * reach_refuse.c
 *	  What a build may not read or call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "greenery.h"
#include "miscadmin.h"
#include "roles.h"
#include "sources/reach_refuse.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

void
reach_refuse_hidden(const Reach *reach, const char *what)
{
	if (reach->hidden != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s calls function %s, which may read tables that a build cannot see",
						what, format_procedure(linitial_oid(reach->hidden))),
				 errdetail("A build locks what it reads before its snapshot. It can look into SQL functions only."),
				 errhint("Write it in SQL, with the schemas of all names, or declare it IMMUTABLE if it reads nothing.")));
}

static void
refuse_temporary(const char *what, Oid schema, const char *name)
{
	if (isAnyTempNamespace(schema))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s reads %s, which is temporary", what, name),
				 errdetail("The role that starts a build would decide what every reader sees."),
				 errhint("Names without a schema are looked up among temporary objects first: write the schemas, or pg_temp at the end of a function's search_path.")));
}

void
reach_refuse_temporary(const Reach *reach, const char *what)
{
	ListCell   *lc;

	foreach(lc, reach->relations)
		refuse_temporary(what, get_rel_namespace(lfirst_oid(lc)), quoted_relation(lfirst_oid(lc)));
	foreach(lc, reach->named)
		refuse_temporary(what, lfirst_oid(lc), "a type");
}

void
reach_refuse_policies(const Reach *reach)
{
	ListCell   *lc;

	foreach(lc, reach->relations)
	{
		HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(lfirst_oid(lc)));
		bool		secured;

		if (!HeapTupleIsValid(tuple))
			continue;
		secured = ((Form_pg_class) GETSTRUCT(tuple))->relrowsecurity;
		ReleaseSysCache(tuple);
		if (secured)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("a build cannot read table %s, which has row-level security",
							quoted_relation(lfirst_oid(lc))),
					 errdetail("What is published is seen by every reader: a policy cannot decide who sees which row."),
					 errhint("Have the build read a table without policies, or disable row-level security there.")));
	}
}

static void
refuse_stranger(const char *kind, const char *name, Oid owner, Oid builder, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s %s belongs to role \"%s\", and builds have the rights of superuser \"%s\"",
					kind, name, GetUserNameFromId(owner, false), GetUserNameFromId(builder, false)),
			 errdetail_internal("%s", detail),
			 errhint("Name a role that is not a superuser and may read it: SELECT greenery_set_builder('role').")));
}

/* pg_database_owner stands for the owner of the database */
static Oid
real_role(Oid role)
{
	return role == ROLE_PG_DATABASE_OWNER ? object_owner(DatabaseRelationId, MyDatabaseId) : role;
}

/* Whether an object of this owner is not a superuser's; one that has gone is of no owner */
static bool
is_strange(Oid owner)
{
	return OidIsValid(owner) && !superuser_arg(owner);
}

void
reach_refuse_strangers(const Reach *reach, Oid builder)
{
	static const char runs[] = "What it runs, its indexes and checks included, would run as a superuser.";
	ListCell   *lc;
	Oid			owner;

	if (!superuser_arg(builder))
		return;
	foreach(lc, reach->relations)
	{
		owner = object_owner(RelationRelationId, lfirst_oid(lc));
		if (is_strange(owner))
			refuse_stranger("relation", quoted_relation(lfirst_oid(lc)), owner, builder, runs);
	}
	foreach(lc, reach->functions)
	{
		owner = object_owner(ProcedureRelationId, lfirst_oid(lc));
		if (is_strange(owner))
			refuse_stranger("function", format_procedure(lfirst_oid(lc)), owner, builder, runs);
	}
	foreach(lc, reach->types.types)
	{
		owner = object_owner(TypeRelationId, lfirst_oid(lc));
		if (is_strange(owner))
			refuse_stranger("type", format_type_be_qualified(lfirst_oid(lc)), owner, builder, runs);
	}
	/* no lock keeps who owns a schema from putting another in its place */
	foreach(lc, reach->named)
	{
		owner = real_role(object_owner(NamespaceRelationId, lfirst_oid(lc)));
		if (!OidIsValid(owner))
			elog(ERROR, "cache lookup failed for schema %u", lfirst_oid(lc));
		if (is_strange(owner))
			refuse_stranger("schema", quote_identifier(get_namespace_name(lfirst_oid(lc))), owner, builder,
							"While a build runs, its owner may put another in its place, and what that has would run as a superuser.");
	}
}

void
reach_refuse_session(const Reach *reach, const char *what)
{
	if (reach->session != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s calls function %s, whose answer depends on the session",
						what, format_procedure(linitial_oid(reach->session))),
				 errdetail("The role that starts a build would decide what every reader sees."),
				 errhint("Read it from a table instead.")));
}

/* Whether a role may do what the builder or the owner may */
static bool
is_trusted(Oid role, Oid builder)
{
	role = real_role(role);
	return superuser_arg(role) || has_privs_of_role(role, builder) ||
		greenery_acts_as_owner(role);
}

/* A role that the builder need not trust and that may create in the schema, or InvalidOid */
static bool
find_creator(Oid schema, Oid builder, Oid *creator)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	bool		isnull;
	Datum		datum;
	Acl		   *acl;
	bool		found = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	*creator = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	found = !is_trusted(*creator, builder);
	datum = SysCacheGetAttr(NAMESPACEOID, tuple, Anum_pg_namespace_nspacl, &isnull);
	acl = isnull ? NULL : DatumGetAclPCopy(datum);
	ReleaseSysCache(tuple);
	for (int i = 0; !found && acl != NULL && i < ACL_NUM(acl); i++)
	{
		*creator = ACL_DAT(acl)[i].ai_grantee;
		found = (ACLITEM_GET_PRIVS(ACL_DAT(acl)[i]) & ACL_CREATE) != 0 &&
			(*creator == ACL_ID_PUBLIC || !is_trusted(*creator, builder));
	}
	return found;
}

void
reach_refuse_open_schemas(const Reach *reach, const char *what, Oid builder)
{
	ListCell   *lc;

	foreach(lc, reach->schemas)
	{
		Oid			creator;

		if (find_creator(lfirst_oid(lc), builder, &creator))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("%s finds functions or operators by their names in schema \"%s\", where %s may create others",
							what, get_namespace_name(lfirst_oid(lc)),
							creator == ACL_ID_PUBLIC ? "every role" :
							psprintf("role \"%s\"", GetUserNameFromId(creator, false))),
					 errdetail("One that suits the arguments better would be called, with the rights of role \"%s\".",
							   GetUserNameFromId(builder, false)),
					 errhint("Revoke CREATE on the schema, or keep the function in another one; give SQL functions a body that is parsed when they are made, as with BEGIN ATOMIC.")));
	}
}
