-- Whose rights a function has.
--
-- What a role may do to the gate, it does through functions greenery_NAME: each is C code
-- that checks nothing, and runs greenery.NAME with the rights of the extension's owner.
-- greenery.NAME checks, and records who called.

CREATE FUNCTION greenery.as_owner(sql text) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_as_owner';
COMMENT ON FUNCTION greenery.as_owner(text) IS
	'Runs SQL with the rights of the extension''s owner, in a security-restricted operation. Scripts of the extension do so with all that may run what the owner has attached to objects. Error 42501 unless the caller is the owner.';

CREATE FUNCTION greenery.about_to_write(function text) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_about_to_write';
COMMENT ON FUNCTION greenery.about_to_write(text) IS
	'Error 25006 on a standby and in a read-only transaction, in the name of a function that writes.';

CREATE FUNCTION greenery.caller() RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'greenery_caller_sql';
COMMENT ON FUNCTION greenery.caller() IS
	'The role that called the function of greenery that is at work; the current user where none is.';

CREATE FUNCTION greenery.caller_is_owner() RETURNS boolean
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'greenery_caller_is_owner';
COMMENT ON FUNCTION greenery.caller_is_owner() IS
	'Whether the role that called the function of greenery that is at work may do whatever the extension''s owner may.';

CREATE FUNCTION greenery.owner() RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'greenery_owner_sql';
COMMENT ON FUNCTION greenery.owner() IS
	'The role that owns the extension and its tables. After pg_upgrade, which makes the extension anew as a superuser, it is still the owner of schema greenery.';

CREATE FUNCTION greenery.builder() RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'greenery_builder_sql';
COMMENT ON FUNCTION greenery.builder() IS
	'The role with whose rights builds run models, features, data tests and source functions: the extension''s owner, or the role that greenery_set_builder() named. Error 42704 when that role is gone, 42501 when it must not be the builder.';

CREATE FUNCTION greenery.relation_named(name text) RETURNS oid
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'greenery_relation_named';
COMMENT ON FUNCTION greenery.relation_named(text) IS
	'The relation of a name with schema, as to_regclass() finds it, but without asking for rights on the schema; NULL when there is none.';
