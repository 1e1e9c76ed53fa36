/*-------------------------------------------------------------------------
 *
 * result_set.h
 *	  Functions that return a set of rows, whole.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_RESULT_SET_H
#define GREENERY_RESULT_SET_H

#include "postgres.h"

#include "fmgr.h"

/*
 * Prepare the result of a function: its rows go into setResult of the ReturnSetInfo, with
 * tuplestore_putvalues() and its setDesc.
 */
extern void greenery_begin_result_set(FunctionCallInfo fcinfo);

#endif							/* GREENERY_RESULT_SET_H */
