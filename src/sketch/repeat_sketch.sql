-- repeat_sketch: a sample of users that says who bought again, of a bounded size.

CREATE TYPE @extschema@.repeat_sketch;

CREATE FUNCTION @extschema@.repeat_sketch_in(value cstring) RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_in(cstring) IS
	'Type repeat_sketch: reads the text. Error 22P02 for any text that repeat_sketch_out would not write.';

CREATE FUNCTION @extschema@.repeat_sketch_out(sketch @extschema@.repeat_sketch) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_out(@extschema@.repeat_sketch) IS
	'Type repeat_sketch: k, how many users are in the sketch, how many of them have two or more orders, whether all users are in it ("exact") or a sample, and the bytes in base64.';

CREATE FUNCTION @extschema@.repeat_sketch_recv(message internal) RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_recv(internal) IS
	'Type repeat_sketch: reads the bytes. Error 22P03 when they are not a sketch.';

CREATE FUNCTION @extschema@.repeat_sketch_send(sketch @extschema@.repeat_sketch) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_send(@extschema@.repeat_sketch) IS
	'Type repeat_sketch: the bytes, the same on all machines. The first one is the version of the format.';

-- external: hashes cannot be compressed
CREATE TYPE @extschema@.repeat_sketch (
	INPUT = @extschema@.repeat_sketch_in,
	OUTPUT = @extschema@.repeat_sketch_out,
	RECEIVE = @extschema@.repeat_sketch_recv,
	SEND = @extschema@.repeat_sketch_send,
	INTERNALLENGTH = VARIABLE,
	STORAGE = external
);
COMMENT ON TYPE @extschema@.repeat_sketch IS
	'Users and which of them have two or more different orders: all users while they are no more than k, else a sample of k. Sketches of parts of the orders, merged by rollup(), are the sketch of all of them. Two sketches are equal when they hold the same.';

CREATE FUNCTION @extschema@.repeat_sketch_eq(a @extschema@.repeat_sketch, b @extschema@.repeat_sketch)
	RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_eq(@extschema@.repeat_sketch, @extschema@.repeat_sketch) IS
	'Whether two sketches hold the same users, with the same orders, for the same k.';

CREATE FUNCTION @extschema@.repeat_sketch_ne(a @extschema@.repeat_sketch, b @extschema@.repeat_sketch)
	RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_ne(@extschema@.repeat_sketch, @extschema@.repeat_sketch) IS
	'The opposite of repeat_sketch_eq.';

CREATE FUNCTION @extschema@.repeat_sketch_hash(sketch @extschema@.repeat_sketch) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_hash(@extschema@.repeat_sketch) IS
	'Type repeat_sketch: the hash of GROUP BY and DISTINCT.';

CREATE FUNCTION @extschema@.repeat_sketch_hash_extended(sketch @extschema@.repeat_sketch, seed bigint)
	RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_hash_extended(@extschema@.repeat_sketch, bigint) IS
	'Type repeat_sketch: a hash with a seed, for hash partitions.';

CREATE OPERATOR @extschema@.= (
	LEFTARG = @extschema@.repeat_sketch,
	RIGHTARG = @extschema@.repeat_sketch,
	FUNCTION = @extschema@.repeat_sketch_eq,
	COMMUTATOR = OPERATOR(@extschema@.=),
	NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = pg_catalog.eqsel,
	JOIN = pg_catalog.eqjoinsel,
	HASHES
);
COMMENT ON OPERATOR @extschema@.= (@extschema@.repeat_sketch, @extschema@.repeat_sketch) IS
	'Do two sketches hold the same?';

CREATE OPERATOR @extschema@.<> (
	LEFTARG = @extschema@.repeat_sketch,
	RIGHTARG = @extschema@.repeat_sketch,
	FUNCTION = @extschema@.repeat_sketch_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>),
	NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = pg_catalog.neqsel,
	JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR @extschema@.<> (@extschema@.repeat_sketch, @extschema@.repeat_sketch) IS
	'Do two sketches differ?';

CREATE OPERATOR CLASS @extschema@.repeat_sketch_ops
	DEFAULT FOR TYPE @extschema@.repeat_sketch USING hash AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.repeat_sketch_hash(@extschema@.repeat_sketch),
	FUNCTION 2 @extschema@.repeat_sketch_hash_extended(@extschema@.repeat_sketch, bigint);
COMMENT ON OPERATOR CLASS @extschema@.repeat_sketch_ops USING hash IS
	'Type repeat_sketch: GROUP BY, DISTINCT, hash joins and hash indexes.';

CREATE FUNCTION @extschema@.repeat_rate(sketch @extschema@.repeat_sketch) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'repeat_sketch_rate';
COMMENT ON FUNCTION @extschema@.repeat_rate(@extschema@.repeat_sketch) IS
	'Repeat rate of a sketch: users in it with two or more distinct orders divided by users in it, between 0 and 1. Exact while there were no more than k users; else an unbiased estimate whose standard error is below sqrt(p * (1 - p) / k), where p is the rate. NULL for NULL and for a sketch without users.';

CREATE FUNCTION @extschema@.purchasers(sketch @extschema@.repeat_sketch) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'repeat_sketch_purchasers';
COMMENT ON FUNCTION @extschema@.purchasers(@extschema@.repeat_sketch) IS
	'How many users with at least one order a sketch has seen. Exact while they are no more than k; else the unbiased estimate (k - 1) / u of Beyer and others (SIGMOD 2007), where u is the greatest hash in the sketch, as a share of all hashes: its relative standard error is about 1 / sqrt(k - 2). NULL for NULL.';

CREATE FUNCTION @extschema@.repeat_purchasers(sketch @extschema@.repeat_sketch) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'repeat_sketch_repeat_purchasers';
COMMENT ON FUNCTION @extschema@.repeat_purchasers(@extschema@.repeat_sketch) IS
	'How many users with two or more distinct orders a sketch has seen: purchasers(sketch) times repeat_rate(sketch), an unbiased estimate as these are, exact while there were no more than k users. 0 for a sketch without users, NULL for NULL.';

CREATE FUNCTION @extschema@.repeat_rate_interval(sketch @extschema@.repeat_sketch,
		confidence double precision DEFAULT 0.95)
	RETURNS double precision[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'repeat_sketch_rate_interval';
COMMENT ON FUNCTION @extschema@.repeat_rate_interval(@extschema@.repeat_sketch, double precision) IS
	'Confidence interval {low, high} of the repeat rate of all users that a sketch has seen: Wilson''s score interval (1927; method 3 of Newcombe, Statistics in Medicine 1998;17:857-872) of the users in it, a random sample. While there were no more than k users both ends are the rate, which is exact. It covers what sampling leaves open, and not what the shop''s future users may do: for that see wilson_interval(). NULL for NULL and for a sketch without users; error 22023 when confidence is not between 0 and 1.';
