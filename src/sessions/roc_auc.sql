-- roc_auc: how well does a score separate two classes?

CREATE FUNCTION @extschema@.roc_auc_transition(state internal, score double precision, label boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.roc_auc_transition(internal, double precision, boolean) IS
	'Support function of roc_auc: takes in a row.';

CREATE FUNCTION @extschema@.roc_auc_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.roc_auc_combine(internal, internal) IS
	'Support function of roc_auc: merges two states.';

CREATE FUNCTION @extschema@.roc_auc_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.roc_auc_serialize(internal) IS
	'Support function of roc_auc: a state as bytes.';

CREATE FUNCTION @extschema@.roc_auc_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.roc_auc_deserialize(bytea, internal) IS
	'Support function of roc_auc: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION @extschema@.roc_auc_final(state internal) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.roc_auc_final(internal) IS
	'Support function of roc_auc: the area.';

CREATE AGGREGATE @extschema@.roc_auc(score double precision, label boolean) (
	SFUNC = @extschema@.roc_auc_transition,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = @extschema@.roc_auc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.roc_auc_combine,
	SERIALFUNC = @extschema@.roc_auc_serialize,
	DESERIALFUNC = @extschema@.roc_auc_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.roc_auc(double precision, boolean) IS
	'Area under the ROC curve: the share of pairs of a true and a false row in which the true one has the higher score, equal scores counting half (Mann and Whitney 1947: U / (n1 * n0)). 1 means that the score separates the labels perfectly, 0.5 that it says nothing. Rows with a NULL score or label do not count; NULL when one of the labels does not occur. NaN is greater than infinity and equal to NaN, as everywhere in PostgreSQL. Pairs are counted in whole numbers, so the answer depends neither on the order of the rows nor on the number of workers.';
