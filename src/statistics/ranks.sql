-- Rank statistics of a score in two classes: three aggregates, one state.

CREATE FUNCTION @extschema@.ranked_scores_add(internal, double precision, boolean)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_ranked_scores_add';
COMMENT ON FUNCTION @extschema@.ranked_scores_add(internal, double precision, boolean) IS
	'Transition function of roc_auc, roc_auc_interval and mann_whitney; a row with a NULL does not count.';

CREATE FUNCTION @extschema@.ranked_scores_combine(internal, internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_ranked_scores_combine';
COMMENT ON FUNCTION @extschema@.ranked_scores_combine(internal, internal) IS
	'Combine function of roc_auc, roc_auc_interval and mann_whitney.';

CREATE FUNCTION @extschema@.ranked_scores_serialize(internal)
	RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_ranked_scores_serialize';
COMMENT ON FUNCTION @extschema@.ranked_scores_serialize(internal) IS
	'Serialization function of roc_auc, roc_auc_interval and mann_whitney.';

CREATE FUNCTION @extschema@.ranked_scores_deserialize(bytea, internal)
	RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_ranked_scores_deserialize';
COMMENT ON FUNCTION @extschema@.ranked_scores_deserialize(bytea, internal) IS
	'Deserialization function of roc_auc, roc_auc_interval and mann_whitney.';

CREATE FUNCTION @extschema@.roc_auc_final(internal)
	RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_roc_auc_final';
COMMENT ON FUNCTION @extschema@.roc_auc_final(internal) IS
	'Final function of roc_auc.';

CREATE FUNCTION @extschema@.roc_auc_interval_final(internal)
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_roc_auc_interval_final';
COMMENT ON FUNCTION @extschema@.roc_auc_interval_final(internal) IS
	'Final function of roc_auc_interval.';

CREATE FUNCTION @extschema@.mann_whitney_final(internal)
	RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'greenery_mann_whitney_final';
COMMENT ON FUNCTION @extschema@.mann_whitney_final(internal) IS
	'Final function of mann_whitney.';

-- The same in all but FINALFUNC: only then does the server share the state.
CREATE AGGREGATE @extschema@.roc_auc(score double precision, label boolean) (
	SFUNC = @extschema@.ranked_scores_add,
	STYPE = internal,
	SSPACE = 400,
	FINALFUNC = @extschema@.roc_auc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.ranked_scores_combine,
	SERIALFUNC = @extschema@.ranked_scores_serialize,
	DESERIALFUNC = @extschema@.ranked_scores_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.roc_auc(double precision, boolean) IS
	'Area under the ROC curve: the share of pairs of a true and a false row in which the true row has the higher score, ties counted half (Mann-Whitney U divided by the number of pairs; Hanley & McNeil, Radiology 1982;143:29-36). 0.5 tells nothing, 1 separates the classes. NaN is above every other score. Rows with a NULL do not count; NULL without true rows or without false rows.';

CREATE AGGREGATE @extschema@.roc_auc_interval(score double precision, label boolean) (
	SFUNC = @extschema@.ranked_scores_add,
	STYPE = internal,
	SSPACE = 400,
	FINALFUNC = @extschema@.roc_auc_interval_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.ranked_scores_combine,
	SERIALFUNC = @extschema@.ranked_scores_serialize,
	DESERIALFUNC = @extschema@.ranked_scores_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.roc_auc_interval(double precision, boolean) IS
	'{area, low, high}: the area under the ROC curve as roc_auc gives it, and its 95 % confidence interval by DeLong, DeLong & Clarke-Pearson (Biometrics 1988;44:837-845), cut off at 0 and 1. Ties are exact (midranks, Sun & Xu, IEEE Signal Processing Letters 2014;21:1389-1393). Without any spread, as for perfectly separated classes, the interval has no width. Rows with a NULL do not count; NULL without true rows or without false rows, and low and high are NULL when there is only one of either.';

CREATE AGGREGATE @extschema@.mann_whitney(score double precision, label boolean) (
	SFUNC = @extschema@.ranked_scores_add,
	STYPE = internal,
	SSPACE = 400,
	FINALFUNC = @extschema@.mann_whitney_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.ranked_scores_combine,
	SERIALFUNC = @extschema@.ranked_scores_serialize,
	DESERIALFUNC = @extschema@.ranked_scores_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.mann_whitney(double precision, boolean) IS
	'Two-sided p value of the Mann-Whitney test that true and false rows have the same scores (Annals of Mathematical Statistics 1947;18:50-60): normal approximation with tie and continuity correction, as R''s wilcox.test(exact = FALSE, correct = TRUE). 1 when all scores are the same. NaN is above every other score. Rows with a NULL do not count; NULL without true rows or without false rows.';
