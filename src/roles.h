/*-------------------------------------------------------------------------
 *
 * roles.h
 *	  Whose rights a statement has, as REFRESH MATERIALIZED VIEW switches them.
 *
 * Two roles do the work of a build.  The extension's owner runs fixed text: he records,
 * publishes and alerts.  The builder runs what other people wrote: models, features,
 * data tests, source functions.  The caller needs EXECUTE on the function and gains
 * nothing by it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_ROLES_H
#define GREENERY_ROLES_H

#include "postgres.h"

/* Who ran before a switch, and with which settings */
typedef struct RoleSwitch
{
	Oid			user;
	int			sec_context;
	int			guc_level;
} RoleSwitch;

/*
 * Owner of the extension and of its tables; an error if it is not installed (schema.c).
 * Never a superuser where the schema greenery belongs to another role.
 */
extern Oid	greenery_owner(void);

/*
 * The role that runs what other people wrote.  Decided anew at each call: the table
 * that keeps its name belongs to the owner.  Needs SPI to be connected, and the rights
 * of the owner.
 */
extern Oid	greenery_builder(void);

/* Owner of an object of a catalog, by that and the object's OID; InvalidOid if it has gone */
extern Oid	object_owner(Oid catalog, Oid object);

/* Whether a role may do whatever the owner may */
extern bool greenery_acts_as_owner(Oid role);

/*
 * Run as this role until role_leave(): in a security-restricted operation, with
 * pinned settings and nothing but pg_catalog in the search_path.  An error that ends
 * the (sub)transaction ends this too.  To be left before each COMMIT.
 */
extern void role_enter(Oid role, RoleSwitch *before);
extern void role_leave(const RoleSwitch *before);

/*
 * The role that called the function of greenery that is at work, and its name.  The
 * current user where none is.
 */
extern Oid	greenery_caller(void);
extern char *greenery_caller_name(void);

/* Say that these roles act for a caller until the function returns: see roles.c */
extern Oid	greenery_set_caller(Oid caller);

#endif							/* GREENERY_ROLES_H */
