/*-------------------------------------------------------------------------
 *
 * build.h
 *	  One build: its models, and the steps they go through.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_H
#define GREENERY_BUILD_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/timestamp.h"

/* Where marts are written before they are published; empty between builds */
#define BUILD_SCHEMA "greenery_build"
#define PUBLISHED_SCHEMA "greenery_published"

struct Node;
struct Query;

typedef enum ModelStatus
{
	MODEL_PENDING,
	MODEL_WRITTEN,
	MODEL_TESTED,
	MODEL_FAILED,
	MODEL_SKIPPED
} ModelStatus;

/* What the owner has made of a published table, see build_published.c */
typedef struct PublishedTable
{
	bool		keyed_only;		/* its rows must differ in the model's key, and in nothing else */
	bool		replaceable;	/* to delete a row and insert it anew changes nothing else */
	bool		has_triggers;
} PublishedTable;

typedef struct BuildModel
{
	char	   *name;			/* of the model, and of its published table */
	char	   *relation;		/* the view, with its schema, as registered */
	Oid			relid;			/* the view; InvalidOid when it is missing */
	bool		is_mart;		/* staging views are tested, not written */
	List	   *key;			/* of char * */
	List	   *depends_on;		/* names of models, of char * */
	List	   *tests;			/* of DataTest * */

	ModelStatus status;
	char	   *message;		/* why it failed or was skipped */
	int64		rows;			/* written, or tested; -1: unknown */
	bool		ahead;			/* tried to compute it ahead of its turn, see build_parallel.c */
	struct ComputedMart *computed;	/* and this came out; or NULL */
	double		expected_seconds;	/* to compute it, by the last build; 0: unknown */
	struct RowDifference *difference;	/* from the published table; NULL: not compared */

	/* how the last build has left it, see build_states.c */
	struct RowSum *left;		/* NULL: unknown */
	struct RowVersions *left_versions;	/* NULL: they tell nothing */

	/* incremental marts, see build_incremental.c */
	List	   *inputs;			/* of IncrementalInput *: what it is made from */
	char	   *slice_column;	/* rows with the same value in it change together */
	const char *definition;		/* of this build, with what else decides its rows */
	char	   *left_definition;	/* that of the last build; NULL: unknown */
	int64		changed_keys;	/* values whose rows were computed; -1: all rows were */
	bool		is_input;		/* of such a mart */
	struct Source *source;		/* of a staging view that is, see build_source_changes.c */
	bool		changes_kept;	/* some rows differ, and they are kept for it */

	PublishedTable *published;	/* NULL: there is no table */
	bool		applied;		/* already, to the published table */
	uint64		writer;			/* the subtransaction that has done it; 0: nothing differed */
	int64		vanished;		/* published rows whose key was not written */
	int64		inserted;		/* in the published table; -1: not published */
	int64		updated;
	int64		deleted;
	double		write_seconds;
	double		audit_seconds;
	double		publish_seconds;
} BuildModel;

typedef struct Build
{
	int64		build_id;
	List	   *models;			/* of BuildModel *, in dependency order */
	List	   *helpers;		/* views between models, see build_helpers.c */
	List	   *changed_values; /* found for incremental marts, see build_incremental.c */
	List	   *tables;			/* of OIDs: what users' models read in the end */
	char	   *view_path;		/* search_path in which every model is visible */
	bool		without_jit;	/* for the work, where nobody has set it */
	bool		failed;			/* an error, something broken, or a failed model */
} Build;

/* What a guarded step about one model is given */
typedef struct ModelInBuild
{
	Build	   *build;
	BuildModel *model;
} ModelInBuild;

static inline double
seconds_since(TimestampTz start)
{
	return (double) (GetCurrentTimestamp() - start) / USECS_PER_SEC;
}

/* build_models.c: read the models; take each through writing and tests */
extern void build_load(Build *build);
extern void build_write_and_audit(Build *build);
extern BuildModel *build_find_model(const Build *build, const char *name);
extern char *build_view_definition(const Build *build, Oid view);
extern char *build_mart_definition(const Build *build, const BuildModel *model);
extern char *build_mart_path(const Build *build);
extern char *build_written_table(const BuildModel *model);
extern List *build_rewritten(const char *definition);

/* build_as_of.c */
extern void build_keep_as_of(void);

/* build_audit.c */
extern void build_load_test_states(Build *build);
extern bool build_calls_nothing_else(struct Node *node);
extern void build_count_changes(Build *build, BuildModel *model);
extern void build_forget_counts(BuildModel *model);
extern void build_audit(Build *build, BuildModel *model);
extern void build_record_test_states(const BuildModel *model);

/* build_helpers.c */
extern void build_load_helpers(Build *build);
extern void build_make_helpers(Build *build);
extern void build_drop_helpers(Build *build);

/* build_difference.c */
extern bool build_write_difference(Build *build, BuildModel *model,
								   const char *definition, const char *path);

/* build_incremental.c */
extern void build_load_incremental(Build *build);
extern char *build_versioned(const char *sql);
extern bool build_reads_only(struct Query *query, List *tables);
extern bool build_source_is_needed(const Build *build, const BuildModel *source);
extern struct MartQuery *build_mart_query(Build *build, BuildModel *model,
										  const char *definition);
extern void build_keep_changes(BuildModel *model);
extern void build_drop_changes(const Build *build);

/* build_states.c */
extern uint64 build_unfinished(void);
extern void build_load_states(Build *build);
extern void build_record_states(const Build *build);

/* build_source_changes.c */
extern void build_load_sources(Build *build);
extern void build_look_at_source(const BuildModel *model);
extern const char *build_source_changes(const BuildModel *staging, const BuildModel *model,
										int64 limit, const char **keys, int64 *nkeys);
extern void build_record_sources(const Build *build);

/* build_parallel.c */
extern void build_compute_ahead(Build *build);

/* build_published.c */
extern void build_check_published(Build *build);

/* build_publish.c */
extern void build_apply(BuildModel *model);
extern void build_check_shrink(Build *build);
extern void build_publish(Build *build);
extern void build_drop_written(Build *build);
extern void build_drop(const char *what, const char *name);

/* build_record.c */
extern void build_record(Build *build);
extern int	build_count(const Build *build, int status);
extern char *build_failed_tests(const Build *build);

#endif							/* GREENERY_BUILD_H */
