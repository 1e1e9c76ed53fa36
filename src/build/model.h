/*-------------------------------------------------------------------------
 *
 * model.h
 *	  One build: its models, and how far each has come.
 *
 *-------------------------------------------------------------------------
 */
#ifndef GREENERY_BUILD_MODEL_H
#define GREENERY_BUILD_MODEL_H

#include "postgres.h"

#include "access/attnum.h"
#include "difference/row_difference.h"
#include "nodes/pg_list.h"
#include "utils/palloc.h"
#include "utils/timestamp.h"

/* Where marts are written before they are published; empty between builds */
#define BUILD_SCHEMA "greenery_build"
#define PUBLISHED_SCHEMA "greenery_published"

/* The search_path in which a written table is found before the view that it is of */
#define BUILD_PATH "greenery_build, greenery, pg_temp"

/*
 * How far a model has come.  A mart is written, audited and published; a staging view is
 * only audited.
 */
typedef enum ModelPhase
{
	MODEL_PENDING,				/* its turn is yet to come */
	MODEL_WRITTEN,				/* a mart whose rows can be read in the
								 * build's schema */
	MODEL_ACCEPTED,				/* audited: it may be published */
	MODEL_REJECTED,				/* audited: it may not */
	MODEL_BROKEN,				/* it could not be read or written */
	MODEL_SKIPPED				/* a model that it is made from did not pass */
} ModelPhase;

/* What the owner has added to a published table, see published_tables.c */
typedef struct PublishedTable
{
	bool		keyed_only;		/* its rows must differ in the model's key,
								 * and in nothing else */
	bool		replaceable;	/* to delete a row and insert it anew changes
								 * nothing else */
	bool		has_triggers;
} PublishedTable;

/* A mart, or a staging view, that an incremental mart is made from */
typedef struct ModelInput
{
	const char *model;
	const char *changed_keys;	/* of a mart: a query of "changed", its rows
								 * that differ */
	const char *valid_while;	/* of a staging view, the only input then:
								 * what else matters */
} ModelInput;

/* The table that a staging view shows, see source_changes.c */
typedef struct SourceTable
{
	char	   *definition;		/* the table, and how staging shows it; NULL
								 * if that is not all */
	Oid			relid;
	char	   *key;			/* the view's key, as SQL over the table o */
	char	   *filter;			/* which rows it shows, likewise; NULL: all */
} SourceTable;

/* What a model is: the same throughout the build */
typedef struct ModelSpec
{
	char	   *name;			/* of the model, and of its published table */
	char	   *relation;		/* the view, with its schema, as registered */
	char	   *table;			/* what it is called in the build's schema */
	Oid			relid;			/* the view; InvalidOid when it is missing */
	bool		is_mart;		/* staging views are audited, not written */
	List	   *key;			/* of char * */
	List	   *depends_on;		/* names of models, of char * */
	List	   *inputs;			/* of an incremental mart, of ModelInput * */
	char	   *affected_column;	/* of such a mart: a changed row of an
									 * input affects all rows with the same
									 * value in it */
	bool		is_input;		/* of such a mart */
	PublishedTable *published;	/* NULL: it does not exist */
} ModelSpec;

/* What the last build that published recorded of a model, see last_build.c */
typedef struct LastBuild
{
	double		seconds;		/* to write it; 0: unknown */
	KnownRows  *known;			/* a mart's published rows, or a source's;
								 * NULL: unknown */
	char	   *definition;		/* of an incremental mart, or of a source;
								 * NULL: unknown */
} LastBuild;

/* What this build has done with a model so far */
typedef struct ModelRun
{
	ModelPhase	phase;
	char	   *message;		/* why it was rejected, broken or skipped */
	const char *definition;		/* of an incremental mart: its query, and what
								 * else decides its rows */
	SourceTable *source;		/* of a staging view that is an input, see
								 * source_changes.c */
	bool		tried_ahead;	/* to compute it ahead of its turn, see
								 * parallel.c */
	struct ComputedMart *computed;	/* what came of that, until it is written;
									 * or NULL */
	const struct MartQuery *query;	/* that has computed the difference */
	RowDifference *difference;	/* from the published table; NULL: not known */
	bool		changes_kept;	/* rows that differ are kept for marts it is
								 * an input of */
	bool		by_difference;	/* the difference is published, and with it
								 * all of its rows */
	uint64		writer;			/* the subtransaction that has published it;
								 * 0: nothing differed */
} ModelRun;

/* Rows and times, as they are recorded */
typedef struct ModelCounts
{
	int64		rows;			/* of the model; -1: unknown */
	int64		affected_keys;	/* for which alone rows were computed; -1: for
								 * all */
	int64		vanished;		/* published rows whose key the model no
								 * longer has */
	int64		inserted;		/* in the published table; -1: not published */
	int64		updated;
	int64		deleted;
	double		write_seconds;
	double		audit_seconds;
	double		publish_seconds;
} ModelCounts;

typedef struct BuildModel
{
	ModelSpec	spec;
	LastBuild	last;
	ModelRun	run;
	ModelCounts counts;
	List	   *tests;			/* of DataTest * */
} BuildModel;

/* A view of the extension between staging views or marts, see intermediate.c */
typedef struct IntermediateModel
{
	char	   *name;
	char	   *table;			/* what it is called in the build's schema */
	Oid			relid;
	List	   *marts;			/* that it names, of char * */
	bool		is_stored;		/* a build makes a table of it */
	BuildModel *staging;		/* the model that it is, if it is one */
	bool		made;
} IntermediateModel;

typedef struct Build
{
	MemoryContext context;		/* as long as the build */
	int64		build_id;
	Oid			caller;
	Oid			owner;			/* of the extension: records and publishes */
	Oid			builder;		/* runs what other people wrote */
	bool		is_test;		/* write and audit, and leave nothing:
								 * greenery_test() */
	bool		accept_shrink;	/* publish however many rows that would delete */
	List	   *settings;		/* of BuildSetting * */
	List	   *locked;			/* OIDs of relations to lock before the
								 * snapshot */
	List	   *roots;			/* what has been looked at, see reads.c */
	List	   *histories;		/* OIDs of tables to record the sources'
								 * histories in */
	bool		again;			/* there are more to lock: begin again */
	int			attempts;		/* how often that has been so */
	char	   *as_of;			/* what this build takes for the present;
								 * NULL: unknown */
	char	   *horizon;		/* and for how long it follows purchasers */
	char	   *currency;		/* in which it counts money, or NULL */
	char	   *unprepared;		/* why the present is not known, or no history
								 * recorded; or NULL */
	List	   *models;			/* of BuildModel *, in dependency order */
	List	   *intermediates;	/* of IntermediateModel * */
	List	   *affected_keys;	/* found for incremental marts, see
								 * incremental.c */
	bool		without_jit;	/* for the work, unless jit has been set */
	bool		failed;			/* an error, something broken, or a failed
								 * model */
} Build;

/* What a guarded step on one model is given */
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

/* The model of that name, or NULL */
extern BuildModel *find_model(const Build *build, const char *name);

/* Whether a mart's rows can be read in the build's schema */
static inline bool
model_is_written(const BuildModel *model)
{
	return model->spec.is_mart &&
		(model->run.phase == MODEL_WRITTEN || model->run.phase == MODEL_ACCEPTED ||
		 model->run.phase == MODEL_REJECTED);
}

/* Whether a model was not written, or did not pass its audit */
static inline bool
model_has_failed(const BuildModel *model)
{
	return model->run.phase == MODEL_REJECTED || model->run.phase == MODEL_BROKEN;
}

/* How far a model has come, as greenery.build_models has it */
extern const char *model_status(const BuildModel *model);

/* A mart's table, or view, in the build's schema, and its published table: quoted */
extern char *written_name(const BuildModel *model);
extern char *published_name(const BuildModel *model);

/* The same by OID; InvalidOid if there is none */
extern Oid	written_oid(const BuildModel *model);
extern Oid	published_oid(const BuildModel *model);

/* The file of a table */
extern Oid	table_file(Oid table);

/* Whether the caller of the build may see what rows say: an error may quote them */
extern bool build_may_tell(const Build *build);

/* Hide debugging output, which may quote rows and shows what runs, from such a caller */
extern void build_be_quiet(const Build *build);

#endif							/* GREENERY_BUILD_MODEL_H */
