/*-------------------------------------------------------------------------
 *
 * model_tree.h
 *	  What computes a model: the query of its view, with written tables in place of models.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_MODEL_TREE_H
#define GREENERY_BUILD_MODEL_TREE_H

#include "postgres.h"

#include "build/model.h"
#include "nodes/parsenodes.h"
#include "tcop/dest.h"

/* The one query of a text */
extern Query *tree_of_text(const char *sql);

/* The query of a view, or of all of a table, as it was written; each time a copy */
extern Query *tree_of_relation(Oid relid);

/* The same, reading what the build has written so far in place of views */
extern Query *tree_in_build(const Build *build, Oid relid);

/* Of a relation's tree, the rows that have a value of $1, a text[], in a column */
extern Query *tree_of_affected(const Query *tree, Oid relid, const char *column);

/* As the planner gets it.  Locks what it reads. */
extern Query *tree_rewritten(const Query *tree);

/* The columns that come out of it, as columns_of_relation() has them */
extern char *tree_columns(const Query *tree);

/*
 * Run a rewritten tree, as nodeToString() writes it, as the current user, and send its rows to
 * dest.  $1 is a text[], as text; NULL where the tree has no parameter.  Reads what the
 * active snapshot sees.
 */
extern void tree_run(const char *rewritten, const char *parameter, DestReceiver *dest);

#endif							/* GREENERY_BUILD_MODEL_TREE_H */
