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
#include "utils/palloc.h"
#include "utils/timestamp.h"

/* Where marts are written before they are published; empty between builds */
#define BUILD_SCHEMA "greenery_build"
#define PUBLISHED_SCHEMA "greenery_published"

/* The search_path in which a written table is found before the view that it is of */
#define BUILD_PATH "greenery_build, greenery, pg_temp"

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
	char	   *written;		/* name of its table in the build's schema */
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
	struct KnownRows *left;		/* NULL: unknown */

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
	MemoryContext context;		/* as long as the build */
	int64		build_id;
	Oid			caller;
	Oid			owner;			/* of the extension: records and publishes */
	Oid			builder;		/* runs what other people wrote */
	bool		is_test;		/* write and test, and leave nothing: greenery_test() */
	bool		accept_shrink;	/* publish however many rows that would delete */
	List	   *settings;		/* of BuildSetting * */
	List	   *locked;			/* OIDs of relations to lock before the snapshot */
	List	   *histories;		/* OIDs of tables to record the sources' histories in */
	bool		again;			/* there are more to lock: begin again */
	int			attempts;		/* how often that has been so */
	char	   *as_of;			/* what this build takes for the present; NULL: unknown */
	char	   *horizon;		/* and for how long it follows purchasers */
	List	   *models;			/* of BuildModel *, in dependency order */
	List	   *helpers;		/* views between models, see build_helpers.c */
	List	   *changed_values; /* found for incremental marts, see build_incremental.c */
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
extern void build_write_model(void *in);
extern void build_load_models(Build *build);
extern void build_load(Build *build);
extern void build_write_and_audit(Build *build);
extern void build_tell_progress(int position);
extern BuildModel *build_find_model(const Build *build, const char *name);
extern List *build_substitutes(const Build *build);
extern char *build_written_table(const BuildModel *model);
extern void build_create_table(const Build *build, const char *name, const char *columns);
extern void build_let_builder_read(const Build *build, const char *name);
extern bool build_may_tell(const Build *build);

/* build_audit.c */
extern void build_load_test_states(Build *build);
extern bool build_calls_nothing_else(struct Node *node);
extern void build_count_changes(Build *build, BuildModel *model);
extern void build_forget_counts(BuildModel *model);
extern void build_audit(Build *build, BuildModel *model);
extern void build_record_test_states(const BuildModel *model);

/* build_reads.c: what a build reads, and the locks on it */
extern void build_find_present(Build *build);
extern void build_lock_reads(Build *build);
extern bool build_check_reads(Build *build);
extern void build_refuse_reads(const Build *build);
extern void build_refuse_relation(const Build *build, Oid relid, const char *sql);

/* build_helpers.c */
extern void build_load_helpers(Build *build);
extern char *build_written_name(const Build *build, const char *name);
extern void build_make_helpers(Build *build);
extern void build_drop_helpers(Build *build);
extern List *build_helper_substitutes(const Build *build, List *substitutes);

/* build_difference.c */
extern bool build_write_difference(Build *build, BuildModel *model, struct Query *tree);

/* build_incremental.c */
extern void build_load_incremental(Build *build);
extern char *build_versioned(const char *sql);
extern bool build_reads_only(struct Query *query, List *tables);
extern bool build_source_is_needed(const Build *build, const BuildModel *source);
extern struct MartQuery *build_mart_query(Build *build, BuildModel *model,
										  struct Query *tree);
extern void build_keep_changes(const Build *build, BuildModel *model);
extern void build_drop_changes(const Build *build);

/* build_states.c */
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
