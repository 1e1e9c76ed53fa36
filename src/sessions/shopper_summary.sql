-- shopper_summary: what a shopper has done, in one pass over their events

CREATE TYPE greenery.shopper_totals AS (
	sessions bigint,
	sessions_without_purchase bigint,
	abandoned_carts bigint,
	bounced_sessions bigint,
	session_duration_without_purchase interval,
	mean_session_duration interval,
	product_views bigint,
	breadth bigint
);
COMMENT ON TYPE greenery.shopper_totals IS 'The result of shopper_summary for one shopper.';
COMMENT ON COLUMN greenery.shopper_totals.sessions IS 'Sessions.';
COMMENT ON COLUMN greenery.shopper_totals.sessions_without_purchase IS 'Sessions without a conversion.';
COMMENT ON COLUMN greenery.shopper_totals.abandoned_carts IS 'Sessions in which something was added, without a conversion.';
COMMENT ON COLUMN greenery.shopper_totals.bounced_sessions IS 'Sessions of less than a minute without a conversion.';
COMMENT ON COLUMN greenery.shopper_totals.session_duration_without_purchase IS 'Mean length of the sessions without a conversion, as avg(interval) has it; NULL without any.';
COMMENT ON COLUMN greenery.shopper_totals.mean_session_duration IS 'Mean length of all sessions, likewise.';
COMMENT ON COLUMN greenery.shopper_totals.product_views IS 'Events with a viewed product.';
COMMENT ON COLUMN greenery.shopper_totals.breadth IS 'Different products viewed.';

CREATE FUNCTION greenery.shopper_summary_transition(state internal, session_id text, ts timestamptz, gap interval, viewed_product text, added boolean, converted boolean) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.shopper_summary_transition(internal, text, timestamptz, interval, text, boolean, boolean) IS
	'Support function of shopper_summary: takes in a row.';

CREATE FUNCTION greenery.shopper_summary_combine(state internal, other internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.shopper_summary_combine(internal, internal) IS
	'Support function of shopper_summary: merges two states.';

CREATE FUNCTION greenery.shopper_summary_serialize(state internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.shopper_summary_serialize(internal) IS
	'Support function of shopper_summary: a state as bytes.';

CREATE FUNCTION greenery.shopper_summary_deserialize(serialized bytea, dummy internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.shopper_summary_deserialize(bytea, internal) IS
	'Support function of shopper_summary: a state from its bytes; others are an error (22P03).';

CREATE FUNCTION greenery.shopper_summary_final(state internal) RETURNS greenery.shopper_totals
	LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION greenery.shopper_summary_final(internal) IS
	'Support function of shopper_summary: the numbers.';

CREATE AGGREGATE greenery.shopper_summary(session_id text, ts timestamptz, gap interval, viewed_product text, added boolean, converted boolean) (
	SFUNC = greenery.shopper_summary_transition,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = greenery.shopper_summary_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = greenery.shopper_summary_combine,
	SERIALFUNC = greenery.shopper_summary_serialize,
	DESERIALFUNC = greenery.shopper_summary_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE greenery.shopper_summary(text, timestamptz, interval, text, boolean, boolean) IS
	'The sessions of one shopper and the products viewed in them, from all events of the shopper, in any order: GROUP BY user_id. Events with the same session_id are a session. Those without belong to none, or, if gap is given, are cut into sessions at pauses longer than it; gap is the same in all rows (22023). viewed_product is NULL unless the event is a view of a product; added and converted tell that the event adds to a cart and that it converts its session, NULL does not. Rows without a finite time do not count at all. Never NULL. Memory: 40 to 80 bytes for each session, 16 to 32 for each product viewed.';
