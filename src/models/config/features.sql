-- Indicators, and features of the shop's own.
--
-- What the seven tables cannot know, the shop may know elsewhere: which campaign a
-- user saw, how they rated a product.  A feature is read from a relation of the
-- shop, found by name when it is read: nothing depends on it, and the role that asks
-- needs the right to read it.

-- The list is text, not rows: it changes with the extension only.
CREATE VIEW greenery.indicators AS
SELECT
	v.indicator,
	v.landmark,
	v.kind,
	v.known_at,
	v.definition
FROM (VALUES
	('session_duration_without_purchase', 'first_order', 'numeric', 'first order',
	 'Mean length of the sessions without checkout. The rates compare users who had such a session with those who had none; AUC and p compare its length among those who had one.'),
	('mean_session_duration', 'first_order', 'numeric', 'first order', 'Mean length of all sessions: above the median.'),
	('sessions_without_purchase', 'first_order', 'numeric', 'first order', 'Sessions without checkout: any.'),
	('abandoned_carts', 'first_order', 'numeric', 'first order', 'Sessions with something added to the cart and no checkout: any.'),
	('bounced_sessions', 'first_order', 'numeric', 'first order', 'Sessions under a minute without checkout: any.'),
	('bounce_share', 'first_order', 'numeric', 'first order', 'Sessions under a minute without checkout, divided by sessions: above 0.'),
	('product_views', 'first_order', 'numeric', 'first order', 'Page views with a product: above the median.'),
	('repeat_product_views', 'first_order', 'numeric', 'first order', 'Views of products viewed before: any.'),
	('breadth', 'first_order', 'numeric', 'first order', 'Different products viewed: above the median.'),
	('depth', 'first_order', 'numeric', 'first order', 'Views a product viewed: above 1.'),
	('promo_used', 'first_order', 'boolean', 'first order', 'The first order used a promo.'),
	('active_promotion', 'first_order', 'boolean', 'first order', 'Some promo was active at the first order.'),
	('basket_size', 'first_order', 'numeric', 'first order', 'Units in the first order: above the median.'),
	('distinct_products', 'first_order', 'numeric', 'first order', 'Different products in the first order: above the median.'),
	('order_value', 'first_order', 'numeric', 'first order', 'What the first order cost: above the median.'),
	('night', 'first_order', 'boolean', 'first order', 'The first order was made from 00:00 to 05:59.'),
	('weekend', 'first_order', 'boolean', 'first order', 'The first order was made on a Saturday or Sunday.'),
	('weekend_afternoon', 'first_order', 'boolean', 'first order', 'The first order was made on a Saturday or Sunday from 12:00 to 17:59.'),
	('estimated_delivery_days', 'first_order', 'numeric', 'shipment', 'Days from the first order to its estimated delivery: above the median.'),
	('delivery_days', 'first_order', 'numeric', 'delivery', 'Days from the first order to its delivery: above the median.'),
	('delivered_late', 'first_order', 'boolean', 'delivery', 'The first order was delivered after the estimate.'),
	('delivered_early_or_on_time', 'first_order', 'boolean', 'delivery', 'The first order was delivered at or before the estimate.'),
	('purchase_frequency', 'history', 'numeric', 'landmark', 'Orders so far: above the median.'),
	('session_frequency', 'history', 'numeric', 'landmark', 'Sessions so far for each week since the first order: above the median.'),
	('past_on_time_share', 'history', 'numeric', 'landmark', 'Of the orders delivered so far, the share delivered at or before the estimate: above a half.'),
	('past_late_share', 'history', 'numeric', 'landmark', 'Of the orders delivered so far, the share delivered after the estimate: above 0.'),
	('referrer', 'first_order', NULL, 'as recorded', 'Where the user came from.'),
	('campaign', 'first_order', NULL, 'as recorded', 'Campaign that the user was exposed to.'),
	('experiment_treatment', 'first_order', NULL, 'as recorded', 'Treatment of an experiment that the user was exposed to.'),
	('shipping_options', 'first_order', NULL, 'as recorded', 'Shipping options that were on offer.'),
	('review_score', 'history', NULL, 'as recorded', 'Score of the user''s past product reviews.'),
	('customer_success_contacts', 'history', NULL, 'as recorded', 'Contacts with customer success.')
) v (indicator, landmark, kind, known_at, definition);

COMMENT ON VIEW greenery.indicators IS
	'One row per indicator that repeat_indicators judges: what it is, and at which landmark it is judged.';
COMMENT ON COLUMN greenery.indicators.indicator IS 'Name of the indicator.';
COMMENT ON COLUMN greenery.indicators.landmark IS 'first_order or history.';
COMMENT ON COLUMN greenery.indicators.kind IS 'boolean or numeric; NULL for what the seven tables do not know.';
COMMENT ON COLUMN greenery.indicators.known_at IS
	'When its value is known: at the first order; at the landmark, the moment looked back from; only at the shipment or delivery of the first order; as recorded, for a feature of the shop''s own.';
COMMENT ON COLUMN greenery.indicators.definition IS 'What it is, and when it counts as given.';

CREATE TABLE greenery.features (
	name text PRIMARY KEY,
	landmark text NOT NULL CHECK (landmark IN ('first_order', 'history')),
	kind text NOT NULL CHECK (kind IN ('boolean', 'numeric')),
	relation text NOT NULL,
	user_id_column text NOT NULL,
	known_at_column text NOT NULL,
	value_column text NOT NULL
);
-- dumped: written by users
SELECT pg_catalog.pg_extension_config_dump('greenery.features', '');

COMMENT ON TABLE greenery.features IS
	'Features of the shop''s own: what greenery_add_feature() bound.';
COMMENT ON COLUMN greenery.features.name IS 'Name of the indicator.';
COMMENT ON COLUMN greenery.features.landmark IS 'Where it is judged: first_order or history.';
COMMENT ON COLUMN greenery.features.kind IS 'boolean or numeric, by the type of the column value.';
COMMENT ON COLUMN greenery.features.relation IS 'What it is read from, with its schema; looked up when it is read.';
COMMENT ON COLUMN greenery.features.user_id_column IS 'Its column that holds the user: stg_users.user_id.';
COMMENT ON COLUMN greenery.features.known_at_column IS 'Its column that says since when the value was known.';
COMMENT ON COLUMN greenery.features.value_column IS 'Its column that holds the value.';

-- What type a column is, below domains; NULL if the column does not exist.
CREATE FUNCTION greenery.feature_column_type(relation regclass, column_name text) RETURNS regtype
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(nullif(t.typbasetype, 0::oid), t.oid)::regtype
	FROM pg_catalog.pg_attribute a
	JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
	WHERE a.attrelid = relation
		AND a.attname = column_name
		AND a.attnum > 0
		AND NOT a.attisdropped;
END;
COMMENT ON FUNCTION greenery.feature_column_type(regclass, text) IS
	'Type of a column that a feature is read from; NULL if the column does not exist.';

CREATE FUNCTION greenery.add_feature(name text, relation regclass, user_id text, known_at text,
												 value text, landmark text)
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $add_feature$
#variable_conflict use_variable
DECLARE
	wanted greenery.indicators;
	col text;
	persistence "char";
	kind text;
BEGIN
	IF num_nulls(name, relation, user_id, known_at, value) > 0 OR name = '' THEN
		RAISE EXCEPTION 'a feature needs a name, a relation, and its columns for user, time and value'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF landmark NOT IN ('first_order', 'history') THEN
		RAISE EXCEPTION 'unknown landmark: "%"', landmark
			USING ERRCODE = 'invalid_parameter_value',
				  HINT = 'Landmarks are "first_order" and "history".';
	END IF;
	SELECT * INTO wanted FROM greenery.indicators i WHERE i.indicator = name;
	IF wanted.kind IS NOT NULL OR EXISTS (SELECT FROM greenery.features f WHERE f.name = name) THEN
		RAISE EXCEPTION 'indicator "%" already exists', name
			USING ERRCODE = 'duplicate_object',
				  HINT = 'greenery_drop_feature() drops one that was added.';
	END IF;

	SELECT c.relpersistence INTO persistence
	FROM pg_class c WHERE c.oid = relation AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
	IF persistence IS NULL THEN
		RAISE EXCEPTION 'a feature cannot be read from %', relation
			USING ERRCODE = 'wrong_object_type',
				  HINT = 'It is read from a table or a view.';
	ELSIF persistence = 't' THEN
		RAISE EXCEPTION 'a feature cannot be read from temporary relation %', relation
			USING ERRCODE = 'wrong_object_type',
				  DETAIL = 'Other sessions, and builds, do not see it.';
	END IF;
	FOREACH col IN ARRAY ARRAY[user_id, known_at, value] LOOP
		IF greenery.feature_column_type(relation, col) IS NULL THEN
			RAISE EXCEPTION 'column "%" of % does not exist', col, relation
				USING ERRCODE = 'undefined_column';
		END IF;
	END LOOP;
	IF greenery.feature_column_type(relation, known_at)
	   NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) THEN
		RAISE EXCEPTION 'column "%" of % is not a time', known_at, relation
			USING ERRCODE = 'datatype_mismatch',
				  DETAIL = 'It says since when the value was known, as timestamptz, timestamp or date.';
	END IF;
	kind := CASE
		WHEN greenery.feature_column_type(relation, value) = 'boolean'::regtype THEN 'boolean'
		WHEN greenery.feature_column_type(relation, value) IN
			 ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype,
			  'real'::regtype, 'double precision'::regtype) THEN 'numeric'
	END;
	IF kind IS NULL THEN
		RAISE EXCEPTION 'column "%" of % is neither boolean nor a number', value, relation
			USING ERRCODE = 'datatype_mismatch',
				  HINT = 'Make a view with one boolean column for each value of interest, and add one feature for each.';
	END IF;

	PERFORM greenery.check_reads(relation, NULL);
	INSERT INTO greenery.features
		(name, landmark, kind, relation, user_id_column, known_at_column, value_column)
	SELECT name, coalesce(landmark, wanted.landmark, 'first_order'), kind,
		format('%I.%I', n.nspname, c.relname), user_id, known_at, value
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.oid = relation;
	PERFORM greenery.record_change('feature', name, 'add', NULL::jsonb,
								   (SELECT to_jsonb(f) FROM greenery.features f WHERE f.name = name));
END
$add_feature$;
COMMENT ON FUNCTION greenery.add_feature(text, regclass, text, text, text, text) IS 'greenery_add_feature(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_add_feature(name text, relation regclass, user_id text, known_at text,
												 value text, landmark text DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_add_feature(text, regclass, text, text, text, text) IS
	'Adds an indicator that the shop''s seven tables do not know: user_id, known_at and value are names of columns of the relation. A user''s feature is the last value known at or before the cut-off of the landmark (of several at one time, the largest); rows without user or with a NULL or infinite time do not count. value is boolean or a number; known_at timestamptz, or timestamp or date in setting greenery.timezone. landmark is first_order or history; NULL: that of the wanted indicator of this name, else first_order. The relation is read with the rights of the role that reads repeat_indicators, in builds with the builder''s. For the owner of the extension. Errors: 22004, 22023, 42710 for a name in use, 42703, 42804, 42809.';

CREATE FUNCTION greenery.drop_feature(name text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop_feature$
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	DELETE FROM greenery.features f WHERE f.name = name RETURNING to_jsonb(f) INTO old;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'feature "%" does not exist', name
			USING ERRCODE = 'undefined_object', HINT = 'greenery.features lists them.';
	END IF;
	PERFORM greenery.record_change('feature', name, 'drop', old, NULL::jsonb);
END
$drop_feature$;
COMMENT ON FUNCTION greenery.drop_feature(text) IS 'greenery_drop_feature(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_drop_feature(name text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_drop_feature(text) IS
	'Drops a feature that greenery_add_feature() added. Error 42704 when there is none of that name.';

-- What a landmark knows of the features.  Dynamic SQL, and nothing else of the
-- indicators is: lineage takes the relations from greenery.features.
CREATE FUNCTION greenery.feature_values(landmark text, at timestamptz)
	RETURNS TABLE (feature text, user_id text, value double precision)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $feature_values$
#variable_conflict use_variable
DECLARE
	f greenery.features;
	rel regclass;
	col text;
	known text;
BEGIN
	FOR f IN SELECT * FROM greenery.features x WHERE x.landmark = landmark ORDER BY x.name COLLATE "C" LOOP
		rel := to_regclass(f.relation);
		IF rel IS NULL THEN
			RAISE EXCEPTION 'relation % of feature "%" does not exist', f.relation, f.name
				USING ERRCODE = 'undefined_table',
					  HINT = format('greenery_drop_feature(%L) drops the feature.', f.name);
		END IF;
		FOREACH col IN ARRAY ARRAY[f.user_id_column, f.known_at_column, f.value_column] LOOP
			IF greenery.feature_column_type(rel, col) IS NULL THEN
				RAISE EXCEPTION 'column "%" of feature "%" does not exist in %', col, f.name, f.relation
					USING ERRCODE = 'undefined_column',
						  HINT = format('greenery_drop_feature(%L) drops the feature.', f.name);
			END IF;
		END LOOP;
		known := CASE WHEN greenery.feature_column_type(rel, f.known_at_column) = 'timestamptz'::regtype
					  THEN format('r.%I', f.known_at_column)
					  ELSE format('r.%I::timestamp AT TIME ZONE %L', f.known_at_column, greenery.timezone())
				 END;
		RETURN QUERY EXECUTE format(
			'SELECT %L, k.user_id, k.value
			   FROM (SELECT o.user_id, v.value,
							row_number() OVER (PARTITION BY o.user_id
											   ORDER BY t.known_at DESC, v.value DESC NULLS LAST) AS n
					   FROM %s r
					  CROSS JOIN LATERAL (SELECT %s AS known_at) t
					  CROSS JOIN LATERAL (SELECT CAST(%s AS double precision) AS value) v
					   JOIN greenery.first_orders o ON o.user_id = greenery.clean_text(r.%I::text)
					  WHERE isfinite(t.known_at) AND t.known_at <= %s) k
			  WHERE k.n = 1',
			f.name, rel, known,
			format(CASE f.kind WHEN 'boolean' THEN 'r.%I::boolean::integer' ELSE 'r.%I' END, f.value_column),
			f.user_id_column,
			CASE landmark WHEN 'first_order' THEN 'o.created_at AND isfinite(o.created_at)' ELSE '$1' END)
			USING at;
	END LOOP;
END
$feature_values$;
COMMENT ON FUNCTION greenery.feature_values(text, timestamptz) IS
	'The features added for a landmark, one row per feature and purchaser with a value known at the cut-off: the time of the first order at landmark first_order, the moment at, one for all, at landmark history. true is 1 and false 0. Error 42P01 or 42703 when a relation or column is gone.';
