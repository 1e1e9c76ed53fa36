/*-------------------------------------------------------------------------
 *
 * shareable.c
 *	  What may be told of an error to someone who must not see the rows.
 *
 * An error may quote a value: 'invalid input syntax for type integer: "Jane Doe"'.  Alerts
 * leave the database, and the caller of a build need not be allowed to read what it reads.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "alerts/shareable.h"
#include "compat.h"
#include "utils/builtins.h"

#define MARK "(SQLSTATE "
#define CODE_LENGTH 5

PG_FUNCTION_INFO_V1(greenery_shareable_message);

/* Where "(SQLSTATE xxxxx)" begins in a text, or NULL */
static const char *
find_mark(const char *text)
{
	for (const char *p = strstr(text, MARK); p != NULL; p = strstr(p + 1, MARK))
	{
		const char *code = p + strlen(MARK);

		if (strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == CODE_LENGTH &&
			code[CODE_LENGTH] == ')')
			return p;
	}
	return NULL;
}

/*
 * What an error says is shared in full where its SQLSTATE is one of these, of which the
 * server's messages are constant, or name types and objects that exist.  All others are
 * withheld: 'Ann'::regclass is an error about names, and quotes the value.
 */
static const char *const shared[] = {
	"22012",					/* division_by_zero */
	"42501",					/* insufficient_privilege */
	"42804",					/* datatype_mismatch */
	"42P22",					/* indeterminate_collation */
	"55000",					/* object_not_in_prerequisite_state */
	"55006",					/* object_in_use */
	"55P03"						/* lock_not_available */
};

/* The names of others that queries over a shop's data end in */
static const struct
{
	const char *code;
	const char *name;
}			conditions[] = {
	{"21000", "cardinality_violation"},
	{"22001", "string_data_right_truncation"},
	{"22003", "numeric_value_out_of_range"},
	{"22007", "invalid_datetime_format"},
	{"22008", "datetime_field_overflow"},
	{"22023", "invalid_parameter_value"},
	{"22P02", "invalid_text_representation"},
	{"23502", "not_null_violation"},
	{"23503", "foreign_key_violation"},
	{"23505", "unique_violation"},
	{"23514", "check_violation"},
	{"42601", "syntax_error"},
	{"42703", "undefined_column"},
	{"42704", "undefined_object"},
	{"42883", "undefined_function"},
	{"42P01", "undefined_table"},
	{"P0001", "raise_exception"}
};

static bool
is_shared(const char *code)
{
	for (size_t i = 0; i < lengthof(shared); i++)
		if (strncmp(code, shared[i], CODE_LENGTH) == 0)
			return true;
	return false;
}

/* The name of a SQLSTATE in brackets, with a blank before it, if it is known here */
static const char *
condition_name(const char *code)
{
	for (size_t i = 0; i < lengthof(conditions); i++)
		if (strncmp(code, conditions[i].code, CODE_LENGTH) == 0)
			return psprintf(" (%s)", conditions[i].name);
	return "";
}

const char *
shareable_message(const char *message)
{
	const char *mark = find_mark(message);
	const char *code;
	const char *line_end;

	if (mark == NULL)
		return message;
	code = mark + strlen(MARK);
	line_end = strchr(message, '\n');
	/* with two, a text may pretend to be of these */
	if (is_shared(code) && (line_end == NULL || line_end > mark) && find_mark(mark + 1) == NULL)
		return pnstrdup(message, code + CODE_LENGTH + 1 - message);
	return psprintf("Error SQLSTATE %.*s%s; its text may quote data and stays in the database.",
					CODE_LENGTH, code, condition_name(code));
}

/* greenery.shareable_message(text) */
Datum
greenery_shareable_message(PG_FUNCTION_ARGS)
{
	char	   *message = text_to_cstring(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text(shareable_message(message)));
}
