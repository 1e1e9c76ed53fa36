-- repeat_sketch_agg and rollup: sketches of orders, and of sketches.
--
-- One signature for each pair of types, since distributed engines can pass on no aggregate
-- of "any"; smallint, integer and varchar are cast to these.  The state is a
-- repeat_sketch for the same reason.

CREATE FUNCTION @extschema@.repeat_sketch_combine(state @extschema@.repeat_sketch,
		other @extschema@.repeat_sketch)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_combine(@extschema@.repeat_sketch, @extschema@.repeat_sketch) IS
	'Aggregates repeat_sketch_agg and rollup: the sketch of the orders of both. NULL is the sketch of no rows.';

CREATE FUNCTION @extschema@.repeat_sketch_final(state @extschema@.repeat_sketch)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.repeat_sketch_final(@extschema@.repeat_sketch) IS
	'Aggregates repeat_sketch_agg and rollup: the state as a value; NULL for no rows.';

CREATE AGGREGATE @extschema@.rollup(sketch @extschema@.repeat_sketch) (
	SFUNC = @extschema@.repeat_sketch_combine,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.rollup(@extschema@.repeat_sketch) IS
	'Merges sketches: the sketch of all their orders, the same bit for bit as repeat_sketch_agg() over these orders at once, in any order, with orders and users in several sketches counted once. If k differs, the smallest one counts. NULLs are left out; NULL without any sketch. Error 22P03 for bytes that are not a sketch.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id bigint)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, bigint) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id bigint) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, bigint) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id bigint, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, bigint, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id bigint, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, bigint, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id uuid)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, uuid) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id uuid) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, uuid) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id uuid, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, uuid, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id uuid, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, uuid, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id text)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, text) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id text) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, text) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id bigint, order_id text, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_bigint_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, bigint, text, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id bigint, order_id text, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(bigint, text, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id bigint)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, bigint) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id bigint) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, bigint) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id bigint, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, bigint, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id bigint, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, bigint, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id uuid)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, uuid) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id uuid) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, uuid) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id uuid, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, uuid, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id uuid, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, uuid, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id text)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, text) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id text) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, text) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id uuid, order_id text, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_uuid_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, uuid, text, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id uuid, order_id text, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(uuid, text, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id bigint)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, bigint) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id bigint) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, bigint) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id bigint, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_bigint';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, bigint, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id bigint, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, bigint, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id uuid)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, uuid) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id uuid) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, uuid) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id uuid, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_uuid';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, uuid, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id uuid, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, uuid, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id text)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, text) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id text) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, text) IS
	'Sketch of orders for repeat_rate(), purchasers(), repeat_purchasers() and rollup(), with k = 4096: exact up to 4096 users. About 20 kB for many users, and never more than 32 kB. Rows with a NULL user or order do not count; NULL without rows. The same for any order of rows and any number of workers. Users and orders are told apart by hashes: the chance that one of 4096 users is taken for another, or has two orders that are taken for one, is 1 in 30000. Texts are equal when their bytes are.';

CREATE FUNCTION @extschema@.repeat_sketch_transition(state @extschema@.repeat_sketch, user_id text, order_id text, k integer)
	RETURNS @extschema@.repeat_sketch
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'repeat_sketch_text_text';
COMMENT ON FUNCTION @extschema@.repeat_sketch_transition(@extschema@.repeat_sketch, text, text, integer) IS
	'Aggregate repeat_sketch_agg: takes in one order. A NULL user or order leaves the sketch as it is.';

CREATE AGGREGATE @extschema@.repeat_sketch_agg(user_id text, order_id text, k integer) (
	SFUNC = @extschema@.repeat_sketch_transition,
	STYPE = @extschema@.repeat_sketch,
	SSPACE = 65536,
	FINALFUNC = @extschema@.repeat_sketch_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = @extschema@.repeat_sketch_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.repeat_sketch_agg(text, text, integer) IS
	'Sketch of orders as repeat_sketch_agg(user_id, order_id) makes it, with k from 16 to 65536, which sets error and size: four times the users for half the error. The least k of all rows counts. Error 22004 when k is NULL, 22023 when it is out of range.';
