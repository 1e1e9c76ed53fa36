-- retention: which conditions did those meet who met the first?

CREATE FUNCTION @extschema@.retention_transition(state boolean[], conditions boolean[]) RETURNS boolean[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.retention_transition(boolean[], boolean[]) IS
	'Support function of retention: takes in a row. Element i of the state says whether any row so far met condition i.';

CREATE FUNCTION @extschema@.retention_combine(state boolean[], other boolean[]) RETURNS boolean[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.retention_combine(boolean[], boolean[]) IS
	'Support function of retention: merges two states.';

CREATE FUNCTION @extschema@.retention_final(state boolean[]) RETURNS boolean[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.retention_final(boolean[]) IS
	'Support function of retention: the answer from a state.';

CREATE AGGREGATE @extschema@.retention(VARIADIC conditions boolean[]) (
	SFUNC = @extschema@.retention_transition,
	STYPE = boolean[],
	SSPACE = 96,
	FINALFUNC = @extschema@.retention_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.retention_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.retention(boolean[]) IS
	'As retention in ClickHouse: element 1 says whether any row met condition 1; element i whether any row met condition 1 and any row, the same or another, met condition i. retention(day = d, day = d + 1, day = d + 7) for each user says who came on day d, and which of them were back a day and a week later. A NULL condition is not met; NULL for no rows at all, when the number of conditions is not known. At most 64 conditions, the same number in all rows.';
