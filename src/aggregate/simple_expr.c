/*-------------------------------------------------------------------------
 *
 * simple_expr.c
 *	  Expressions that need no executor: columns, constants, and whether a text in a
 *	  column is a certain one.
 *
 * Events are told apart by a text, as in event_type = 'checkout'.  Over ten
 * million rows the executor's way to two such comparisons takes as long as reading the
 * rows: steps of an expression, a function's arguments, a look at the collation, the
 * sizes of both texts, their bytes.  Only the last two are needed.
 *
 * The executor has made ready for the same expressions, and so found out whether the
 * user may call their functions.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "aggregate/simple_expr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* The column that an expression is, or -1.  A cast may lie between that changes nothing. */
static int
column_of(const Expr *expr)
{
	const Var  *var;

	while (IsA(expr, RelabelType))
		expr = ((const RelabelType *) expr)->arg;
	if (!IsA(expr, Var))
		return -1;
	var = (const Var *) expr;
	return var->varlevelsup == 0 && var->varattno > 0 ? var->varattno - 1 : -1;
}

/* A constant, not NULL, or NULL */
static const Const *
constant_of(const Expr *expr)
{
	const Const *constant = (const Const *) expr;

	return IsA(expr, Const) && !constant->constisnull ? constant : NULL;
}

/* A column of text compared with a constant, in whichever order */
static bool
init_comparison(SimpleExpr *simple, const OpExpr *operator)
{
	const Expr *left;
	const Expr *right;
	const Const *constant;
	struct varlena *wanted;

	if (operator->opfuncid != F_TEXTEQ && operator->opfuncid != F_TEXTNE)
		return false;

	/* texts that are not the same bytes can be equal, or it is an error */
	if (!OidIsValid(operator->inputcollid) ||
		!get_collation_isdeterministic(operator->inputcollid))
		return false;
	left = linitial(operator->args);
	right = lsecond(operator->args);
	if (column_of(left) < 0)
	{
		const Expr *swapped = left;

		left = right;
		right = swapped;
	}
	simple->column = column_of(left);
	constant = constant_of(right);
	if (simple->column < 0 || constant == NULL)
		return false;
	simple->kind = operator->opfuncid == F_TEXTEQ ? SIMPLE_TEXT_IS : SIMPLE_TEXT_IS_NOT;
	wanted = PG_DETOAST_DATUM_PACKED(constant->constvalue);
	simple->text = VARDATA_ANY(wanted);
	simple->text_size = VARSIZE_ANY_EXHDR(wanted);
	return true;
}

bool
simple_expr_init(SimpleExpr *simple, const Expr *expr)
{
	memset(simple, 0, sizeof(SimpleExpr));
	if (IsA(expr, OpExpr))
		return init_comparison(simple, (const OpExpr *) expr);
	if (IsA(expr, Const))
	{
		simple->kind = SIMPLE_CONSTANT;
		simple->value = ((const Const *) expr)->constvalue;
		simple->isnull = ((const Const *) expr)->constisnull;
		return true;
	}
	simple->kind = SIMPLE_COLUMN;
	simple->column = column_of(expr);
	return simple->column >= 0;
}
