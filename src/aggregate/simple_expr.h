/*-------------------------------------------------------------------------
 *
 * simple_expr.h
 *	  Expressions that need no executor: columns, constants, and whether a text in a
 *	  column is a certain one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_SIMPLE_EXPR_H
#define GREENERY_SIMPLE_EXPR_H

#include "postgres.h"

#include "compat.h"
#include "executor/tuptable.h"
#include "nodes/primnodes.h"

typedef enum SimpleExprKind
{
	SIMPLE_COLUMN,
	SIMPLE_CONSTANT,
	SIMPLE_TEXT_IS,				/* a column of text = a constant that is not
								 * NULL */
	SIMPLE_TEXT_IS_NOT			/* <> */
} SimpleExprKind;

typedef struct SimpleExpr
{
	SimpleExprKind kind;
	int			column;			/* from 0 */
	Datum		value;			/* of a constant */
	bool		isnull;
	const char *text;			/* to compare with */
	Size		text_size;
} SimpleExpr;

/*
 * Make one of the executor's expressions simple; false if it is not.  What it points
 * to is the expression's.
 */
extern bool simple_expr_init(SimpleExpr *simple, const Expr *expr);

/* Is it a comparison of texts? */
static inline bool
simple_expr_compares(const SimpleExpr *simple)
{
	return simple->kind == SIMPLE_TEXT_IS || simple->kind == SIMPLE_TEXT_IS_NOT;
}

/* Columns that a row must have for it */
static inline int
simple_expr_columns(const SimpleExpr *simple)
{
	return simple->kind == SIMPLE_CONSTANT ? 0 : simple->column + 1;
}

/* Is it the text that the expression compares with?  May allocate memory. */
static inline bool
simple_expr_text_is(const SimpleExpr *simple, Datum value)
{
	struct varlena *string = (struct varlena *) DatumGetPointer(value);

	if (unlikely(VARATT_IS_COMPRESSED(string) || VARATT_IS_EXTERNAL(string)))
		string = pg_detoast_datum_packed(string);
	return VARSIZE_ANY_EXHDR(string) == simple->text_size &&
		memcmp(VARDATA_ANY(string), simple->text, simple->text_size) == 0;
}

/* Its value for a row whose columns have been taken apart */
static inline Datum
simple_expr_value(const SimpleExpr *simple, const TupleTableSlot *slot, bool *isnull)
{
	Datum		value;

	if (simple->kind == SIMPLE_CONSTANT)
	{
		*isnull = simple->isnull;
		return simple->value;
	}
	value = slot->tts_values[simple->column];
	*isnull = slot->tts_isnull[simple->column];
	if (simple->kind == SIMPLE_COLUMN || *isnull)
		return value;
	return BoolGetDatum(simple_expr_text_is(simple, value) == (simple->kind == SIMPLE_TEXT_IS));
}

#endif							/* GREENERY_SIMPLE_EXPR_H */
