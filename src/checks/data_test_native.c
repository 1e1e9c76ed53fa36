/*-------------------------------------------------------------------------
 *
 * data_test_native.c
 *	  How the shared scan counts what a data test's plain SQL says.
 *
 * The plain SQL of data_test_compile.c says what a test means; it is what
 * greenery_test_sql() shows, what finds the failing rows, and what is run when
 * the shared scan has failed.  For two kinds there is a faster way to the same
 * count, wherever values are equal when their bytes are:
 *
 * - relationships: a look-up in a set of the parent's keys, in place of a join
 *	 with its distinct values;
 * - unique_combination: duplicates of a key of 128 bits, in place of duplicates
 *	 of rows of type record.
 *
 * The other kinds are as fast in SQL as they can be made: a scan spends a few
 * nanoseconds on a comparison, and not much more on a call of is_email().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "checks/data_test_native.h"
#include "compat.h"
#include "greenery.h"
#include "keys/key_column.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

typedef struct Column
{
	Oid			type;
	Oid			collation;		/* InvalidOid for types without */
} Column;

static Column
find_column(Oid relid, const char *name)
{
	Column		column;
	int32		typmod;

	get_atttypetypmodcoll(relid, get_attnum(relid, name),
						  &column.type, &typmod, &column.collation);
	return column;
}

/* Are the column's values equal when, and only when, their keys are? */
static bool
has_key(Column column)
{
	TypeCacheEntry *entry = lookup_type_cache(column.type,
											  TYPECACHE_EQ_OPR_FINFO |
											  TYPECACHE_HASH_PROC_FINFO);
	KeyColumn	key;

	if (column.type == RECORDOID ||
		!OidIsValid(entry->eq_opr_finfo.fn_oid) ||
		!OidIsValid(entry->hash_proc_finfo.fn_oid))
		return false;
	key_column_init(&key, column.type, column.collation, "column");
	return key.form != KEY_FORM_OTHER;
}

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* Text of values of any type: of the column's collation, if it has one */
static Column
as_text(Column column)
{
	column.type = TEXTOID;
	if (!OidIsValid(column.collation))
		column.collation = DEFAULT_COLLATION_OID;
	return column;
}

/* Could the two columns be compared, or is it unclear by which collation? */
static bool
collations_agree(Oid a, Oid b)
{
	return a == b || a == DEFAULT_COLLATION_OID || b == DEFAULT_COLLATION_OID;
}

/* The test's condition on rows, for an aggregate */
static const char *
filter_clause(const DataTest *test)
{
	return test->where ? psprintf(" FILTER (WHERE\n%s\n)", test->where) : "";
}

static char *
native_relationships(const DataTest *test, const TestTarget *target)
{
	Oid			parent = relation_by_name(test->to);
	Column		child_column = find_column(target->relid, test->column);
	Column		parent_column = find_column(parent, test->field);
	const char *cast = "";

	if (child_column.type != parent_column.type)
	{
		/* integers are equal as text when they are equal */
		if (is_integer(child_column.type) && is_integer(parent_column.type))
			cast = "::pg_catalog.int8";
		else
		{
			cast = "::pg_catalog.text";
			child_column = as_text(child_column);
			parent_column = as_text(parent_column);
		}
	}
	if (!has_key(child_column) || !has_key(parent_column) ||
		!collations_agree(child_column.collation, parent_column.collation))
		return NULL;
	return psprintf("greenery.orphan_count((SELECT greenery.key_set(p.%s%s) FROM %s p), t.%s%s)%s",
					quote_identifier(test->field), cast,
					target->source ? target->source(parent, target->source_arg) : quoted_relation(parent),
					quote_identifier(test->column), cast,
					filter_clause(test));
}

/*
 * Whether the test is one for duplicates, the columns have the key among them, and an
 * index has refused duplicates of that
 */
bool
test_is_unique_by_index(const DataTest *test, const TestTarget *target)
{
	List	   *columns = test->kind == TEST_UNIQUE ? list_make1(test->column) : test->columns;
	ListCell   *k;

	if (!target->key_is_indexed ||
		(test->kind != TEST_UNIQUE && test->kind != TEST_UNIQUE_COMBINATION))
		return false;
	foreach(k, target->key)
	{
		bool		found = false;
		ListCell   *c;

		foreach(c, columns)
			found |= strcmp(lfirst(k), lfirst(c)) == 0;
		if (!found)
			return false;
	}
	return true;
}

static char *
native_unique_combination(const DataTest *test, const TestTarget *target)
{
	StringInfoData sql;
	ListCell   *lc;

	if (list_length(test->columns) > FUNC_MAX_ARGS)
		return NULL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "greenery.duplicate_count(greenery.row_key(");
	foreach(lc, test->columns)
	{
		if (!has_key(find_column(target->relid, lfirst(lc))))
			return NULL;
		appendStringInfo(&sql, "%st.%s",
						 foreach_current_index(lc) > 0 ? ", " : "",
						 quote_identifier(lfirst(lc)));
	}
	appendStringInfo(&sql, "))%s", filter_clause(test));
	return sql.data;
}

/*
 * The aggregate that counts natively what the test counts, or NULL if its own
 * does.  The test has been compiled: all that it names exists.
 */
char *
test_native_aggregate(const DataTest *test, const TestTarget *target)
{
	if (test_is_unique_by_index(test, target))
		return pstrdup("0::pg_catalog.int8");
	switch (test->kind)
	{
		case TEST_RELATIONSHIPS:
			return native_relationships(test, target);
		case TEST_UNIQUE_COMBINATION:
			return native_unique_combination(test, target);
		default:
			return NULL;
	}
}
