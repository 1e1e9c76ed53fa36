/*-------------------------------------------------------------------------
 *
 * data_test.c
 *	  A data test: the names of its kinds and statuses.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "checks/data_test.h"

const char *const test_status_names[] = {
	"pass", "warn", "error", "broken", "skipped"
};

/* In the order of TestKind */
static const char *const kind_names[] = {
	"not_null", "unique", "unique_combination", "accepted_values",
	"relationships", "range", "expression", "matches", "email", "phone",
	"recency", "row_count", "shrink"
};

/* The kind of that name, or an error */
TestKind
test_kind_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(kind_names); i++)
		if (strcmp(name, kind_names[i]) == 0)
			return (TestKind) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown kind of data test: \"%s\"", name),
			 errhint("Kinds are not_null, unique, unique_combination, accepted_values, relationships, range, expression, matches, email, phone, recency and row_count.")));
}

void
tests_set_status(List *tests, TestStatus status, const char *message)
{
	ListCell   *lc;

	foreach(lc, tests)
	{
		DataTest   *test = lfirst(lc);

		test->status = status;
		test->failures = -1;
		test->total = -1;
		test->message = pstrdup(message);
	}
}
