-- Data tests: run, make, change, drop.

-- What the shop has not got: a source that is absent, a column that its binding leaves out.
CREATE FUNCTION greenery.is_unbound(relation text, column_name text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (
			SELECT FROM greenery.sources s JOIN greenery.source_bindings b ON b.source = s.source
			WHERE s.staging = is_unbound.relation
				AND (b.query IS NULL
					 OR b.columns ->> CASE column_name WHEN 'phone_number_raw' THEN 'phone_number' ELSE column_name END = 'not bound'))
		OR column_name = 'attributes'
			AND EXISTS (SELECT FROM greenery.sources s WHERE s.staging = is_unbound.relation)
			AND NOT EXISTS (SELECT FROM greenery.sources s JOIN greenery.source_bindings b ON b.source = s.source
							 WHERE s.staging = is_unbound.relation AND b.columns ->> 'attributes' = 'bound')
		-- columns of marts that are one of a source
		OR EXISTS (
			SELECT FROM (VALUES ('greenery.fact_events', 'product_id', 'events', 'product_id'),
								('greenery.fact_user_content_pageviews', 'price', 'products', 'price'))
				m (relation, column_name, source, source_column)
			JOIN greenery.source_bindings b ON b.source = m.source
			WHERE (m.relation, m.column_name) = (is_unbound.relation, is_unbound.column_name)
				AND (b.query IS NULL OR b.columns ->> m.source_column = 'not bound'))
		-- no event has one: such a shop's sessions are cut at pauses
		OR (relation, column_name) = ('greenery.stg_events', 'session_id')
			AND NOT greenery.has_session_ids();
END;
COMMENT ON FUNCTION greenery.is_unbound(text, text) IS
	'Whether a column of a staging view, or of a mart that shows it, or with NULL the whole view, is one that the shop has not got.';

-- The raw tables have columns for what not every shop has.
CREATE FUNCTION greenery.is_optional(relation text, column_name text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (relation, column_name) IN (
		('greenery.stg_products', 'category'),
		('greenery.stg_promos', 'code'),
		('greenery.stg_promos', 'percent'),
		('greenery.stg_orders', 'discount'),
		('greenery.stg_orders', 'tax'),
		('greenery.stg_orders', 'refunded'),
		('greenery.stg_orders', 'currency'),
		('greenery.stg_orders', 'channel'),
		('greenery.stg_orders', 'session_id'),
		('greenery.stg_order_items', 'unit_price'),
		('greenery.stg_order_items', 'returned_quantity'),
		('greenery.stg_order_items', 'user_id'),
		('greenery.stg_order_items', 'currency'),
		('greenery.stg_events', 'page_kind'),
		('greenery.stg_events', 'visitor_id'));
END;
COMMENT ON FUNCTION greenery.is_optional(text, text) IS
	'Whether a staging view''s column is one that many shops have not got: without any value, its tests are skipped.';

CREATE FUNCTION @extschema@.greenery_test(model regclass DEFAULT NULL)
	RETURNS TABLE (
		test_id bigint,
		model text,
		kind text,
		column_name text,
		status text,
		failures bigint,
		total bigint,
		share double precision,
		sample jsonb,
		duration interval,
		message text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_test(regclass) IS
	'Runs the data tests of one model, or of all (NULL), and returns a row for each: status (pass, warn, error, broken: it could not run, skipped), failing rows (for unique tests: values that occur more than once), rows judged, their share, keys of failing rows (at most setting greenery.max_failures), time. All tests of a model share one scan. Runs with the rights of the builder and the settings of builds, as a build does; keys of failing rows are shown to roles that may read the model. All tests together compute each model once. Records nothing. Tests of kind shrink run in builds only.';

CREATE FUNCTION @extschema@.greenery_test_sql(model regclass DEFAULT NULL)
	RETURNS TABLE (model text, statement text)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_test_sql(regclass) IS
	'The statement that answers the data tests of a model (NULL: of each model): for reading, and for EXPLAIN. To be run with search_path = pg_catalog, pg_temp, DateStyle ISO, IntervalStyle postgres, and setting timezone of builds as TimeZone.';

CREATE FUNCTION @extschema@.greenery_check_test(model regclass, kind text, column_name text,
												args jsonb, warn_above text, error_above text)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_check_test(regclass, text, text, jsonb, text, text) IS
	'Raises an error unless a data test with these arguments can run: 22023 for a wrong kind, argument or threshold, 42703 for a missing column, 42601 for text that is not an expression.';

CREATE TABLE greenery.test_changes (
	change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	changed_by text NOT NULL DEFAULT greenery.caller(),
	test_id bigint NOT NULL,
	action text NOT NULL CHECK (action IN ('add', 'alter', 'drop')),
	before jsonb,
	after jsonb
);
-- dumped: the audit
SELECT pg_catalog.pg_extension_config_dump('greenery.test_changes', '');
SELECT pg_catalog.pg_extension_config_dump('greenery.test_changes_change_id_seq', '');
CREATE INDEX test_changes_test_id_idx ON greenery.test_changes (test_id);

COMMENT ON TABLE greenery.test_changes IS 'Every change of a data test: who, when, before and after.';
COMMENT ON COLUMN greenery.test_changes.change_id IS 'Identifier, growing with time.';
COMMENT ON COLUMN greenery.test_changes.changed_at IS 'When.';
COMMENT ON COLUMN greenery.test_changes.changed_by IS 'By which role.';
COMMENT ON COLUMN greenery.test_changes.test_id IS 'The test.';
COMMENT ON COLUMN greenery.test_changes.action IS 'add, alter or drop.';
COMMENT ON COLUMN greenery.test_changes.before IS 'The test before; NULL for add.';
COMMENT ON COLUMN greenery.test_changes.after IS 'The test after; NULL for drop.';

CREATE FUNCTION greenery.check_test(model regclass, kind text, column_name text,
									args jsonb, warn_above text, error_above text)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_check_test';
COMMENT ON FUNCTION greenery.check_test(regclass, text, text, jsonb, text, text) IS
	'greenery_check_test(), by a name that no other function can take.';

-- SQL that others run is for the owner alone to write; a count of rows that fail tells about
-- them, so that others test models only.
CREATE FUNCTION greenery.check_may_test(model regclass, kind text, args jsonb) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $may_test$
DECLARE
	name text;
BEGIN
	IF greenery.caller_is_owner() THEN
		RETURN;
	END IF;
	IF kind = 'expression' OR args ? 'where' THEN
		RAISE EXCEPTION 'only the owner of extension "greenery" may write SQL in data tests'
			USING ERRCODE = 'insufficient_privilege',
				  DETAIL = 'It would run with the rights of the builder.',
				  HINT = 'Other kinds of tests, without "where", are open to operators. greenery_request_change() asks for one.';
	END IF;
	FOREACH name IN ARRAY ARRAY[
		(SELECT format('%I.%I', n.nspname, c.relname)
		   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = model),
		CASE WHEN kind = 'relationships' THEN args ->> 'to' END]
	LOOP
		IF name IS NOT NULL AND NOT EXISTS (SELECT FROM greenery.models m WHERE m.relation = name) THEN
			RAISE EXCEPTION '% is not a model', name
				USING ERRCODE = 'insufficient_privilege',
					  HINT = 'Operators test models; greenery_published.lineage names them. The owner of extension "greenery" may test any relation.';
		END IF;
	END LOOP;
END
$may_test$;
COMMENT ON FUNCTION greenery.check_may_test(regclass, text, jsonb) IS
	'Raises error 42501 unless the caller may add such a data test: SQL is for the owner of the extension; others test models, by the other kinds.';

-- The text is parsed, with the model's columns in sight; it is not run
CREATE FUNCTION greenery.test_reads(model text, kind text, args jsonb)
	RETURNS TABLE (relation text, statement text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT model,
		CASE WHEN args ?| '{where,expression}' THEN
			-- on lines of their own: a comment in one ends with its line
			format(E'SELECT FROM %s t WHERE (\n%s\n) OR (\n%s\n)', model,
				   coalesce(args ->> 'where', 'true'), coalesce(args ->> 'expression', 'true')) END
	UNION ALL
	SELECT args ->> 'to', NULL WHERE kind = 'relationships';
END;
COMMENT ON FUNCTION greenery.test_reads(text, text, jsonb) IS
	'What a data test reads: relations, and a statement that has its SQL, or NULL.';

CREATE FUNCTION greenery.check_reads(relation regclass, statement text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_check_reads';
COMMENT ON FUNCTION greenery.check_reads(regclass, text) IS
	'Raises an error where a build could not read a relation, or could not see what a statement about its rows reads: 42501 for what the builder may not read and for row-level security, 0A000 for published tables and for functions that cannot be looked into. NULL: no relation, no statement.';

CREATE FUNCTION greenery.add_test(
	model regclass,
	kind text,
	column_name text,
	args jsonb,
	severity text,
	warn_above text,
	error_above text,
	owner text,
	description text)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $add_test$
#variable_conflict use_variable
DECLARE
	new_id bigint;
BEGIN
	args := coalesce(args, '{}');
	IF jsonb_typeof(args) <> 'object' THEN
		RAISE EXCEPTION 'arguments of a data test must be a JSON object'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"min": 1}.';
	END IF;
	IF severity IS NOT NULL AND (warn_above IS NOT NULL OR error_above IS NOT NULL) THEN
		RAISE EXCEPTION 'severity and thresholds of a data test exclude each other'
			USING ERRCODE = 'invalid_parameter_value',
				  DETAIL = 'Severity "error" is error_above 0, severity "warn" is warn_above 0.',
				  HINT = 'Give severity, or warn_above and error_above.';
	END IF;
	IF kind = 'recency' THEN
		-- its own arguments say when to warn and when to fail
		IF num_nonnulls(severity, warn_above, error_above) > 0 THEN
			RAISE EXCEPTION 'a data test of kind "recency" takes no severity and no thresholds'
				USING ERRCODE = 'invalid_parameter_value',
					  HINT = 'Its arguments warn_after and error_after say when it warns and when it fails.';
		END IF;
	ELSIF warn_above IS NULL AND error_above IS NULL THEN
		CASE coalesce(severity, 'error')
			WHEN 'error' THEN error_above := '0';
			WHEN 'warn' THEN warn_above := '0';
			ELSE
				RAISE EXCEPTION 'unknown severity: "%"', severity
					USING ERRCODE = 'invalid_parameter_value',
						  HINT = 'A severity is "warn" or "error".';
		END CASE;
	END IF;
	IF kind = 'shrink' THEN
		RAISE EXCEPTION 'a data test of kind "shrink" cannot be added'
			USING ERRCODE = 'invalid_parameter_value',
				  DETAIL = 'Every published model has one.';
	END IF;
	PERFORM greenery.check_may_test(model, kind, args);
	PERFORM greenery.check_test(model, kind, column_name, args, warn_above, error_above);
	PERFORM greenery.check_reads(greenery.relation_named(r.relation)::regclass, r.statement)
	   FROM pg_class c
	   JOIN pg_namespace n ON n.oid = c.relnamespace,
			greenery.test_reads(format('%I.%I', n.nspname, c.relname), kind, args) r
	  WHERE c.oid = model;

	INSERT INTO greenery.test_definitions
		(model, kind, column_name, args, warn_above, error_above, owner, description)
	SELECT format('%I.%I', n.nspname, c.relname), kind, column_name, args,
		warn_above, error_above, owner, description
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.oid = model
	RETURNING test_definitions.test_id INTO new_id;

	INSERT INTO greenery.test_changes (test_id, action, after)
	SELECT new_id, 'add', to_jsonb(t) FROM greenery.data_tests t WHERE t.test_id = new_id;
	RETURN new_id;
END
$add_test$;
COMMENT ON FUNCTION greenery.add_test(regclass, text, text, jsonb, text, text, text, text, text) IS 'greenery_add_test(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_add_test(
	model regclass,
	kind text,
	column_name text DEFAULT NULL,
	args jsonb DEFAULT NULL,
	severity text DEFAULT NULL,
	warn_above text DEFAULT NULL,
	error_above text DEFAULT NULL,
	owner text DEFAULT NULL,
	description text DEFAULT NULL)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_add_test(regclass, text, text, jsonb, text, text, text, text, text) IS
	'Adds a data test to a table or view and returns its id. Kinds: not_null, unique, accepted_values {"values": [...]}, relationships {"to": "schema.table", "field": column}, range {"min": ..., "max": ..., "inclusive": true}, matches {"pattern": regular expression}, email, phone, recency {"warn_after": interval, "error_after": interval}, all with a column; unique_combination {"columns": [...]}, expression {"expression": SQL that must hold}, row_count {"min": n, "max": n} without. Any kind takes {"where": SQL}. All but not_null ignore NULL, and rows that they ignore are not in the total of which a share is taken. recency looks at times up to now only; its intervals have no months, and warn_after is not above error_after. severity (error, the default, or warn) is short for error_above 0 or warn_above 0; a threshold is a number of rows (10) or a share (0.5%). Errors: 22023, 42703, 42601.';

-- A model's key is what publishing rests on: its tests are not for turning off.
CREATE FUNCTION greenery.is_key_test(test_id bigint) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (
		SELECT
		FROM greenery.test_definitions t
		JOIN greenery.models m ON m.relation = t.model
		WHERE t.test_id = is_key_test.test_id
			AND NOT t.args ? 'where'
			AND (t.kind = 'not_null' AND t.column_name = ANY (m.key)
				 OR t.kind = 'unique' AND m.key = ARRAY[t.column_name]
				 OR t.kind = 'unique_combination' AND t.args -> 'columns' = to_jsonb(m.key))
			-- of several that ask the same, the first in force: the others may go
			AND NOT EXISTS (
				SELECT
				FROM greenery.data_tests o
				WHERE o.test_id < t.test_id AND o.model = t.model AND o.kind = t.kind
					AND o.column_name IS NOT DISTINCT FROM t.column_name
					AND o.args -> 'columns' IS NOT DISTINCT FROM t.args -> 'columns'
					AND NOT o.args ? 'where' AND o.enabled AND o.error_above = '0'));
END;
COMMENT ON FUNCTION greenery.is_key_test(bigint) IS
	'Whether a data test guards the key of a registered model; such a test can be neither dropped nor weakened. Of several that ask the same, the first does.';

CREATE FUNCTION greenery.alter_test(
	test_id bigint,
	severity text,
	warn_above text,
	error_above text,
	enabled boolean,
	owner text,
	description text,
	args jsonb)
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $alter_test$
#variable_conflict use_variable
DECLARE
	old greenery.data_tests;
	old_row jsonb;
	changes jsonb := '{}';
BEGIN
	SELECT * INTO old FROM greenery.data_tests t WHERE t.test_id = test_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'data test % does not exist', test_id
			USING ERRCODE = 'undefined_object', HINT = 'greenery_published.test_status lists them.';
	END IF;
	old_row := to_jsonb(old);
	IF severity IS NOT NULL THEN
		IF warn_above IS NOT NULL OR error_above IS NOT NULL THEN
			RAISE EXCEPTION 'severity and thresholds of a data test exclude each other'
				USING ERRCODE = 'invalid_parameter_value',
					  HINT = 'Give severity, or warn_above and error_above.';
		END IF;
		IF severity NOT IN ('warn', 'error') THEN
			RAISE EXCEPTION 'unknown severity: "%"', severity
				USING ERRCODE = 'invalid_parameter_value',
					  HINT = 'A severity is "warn" or "error".';
		END IF;
		warn_above := CASE severity WHEN 'warn' THEN '0' ELSE 'never' END;
		error_above := CASE severity WHEN 'error' THEN '0' ELSE 'never' END;
	END IF;

	IF warn_above IS NOT NULL THEN
		changes := changes || jsonb_build_object('warn_above', nullif(warn_above, 'never'));
	END IF;
	IF error_above IS NOT NULL THEN
		changes := changes || jsonb_build_object('error_above', nullif(error_above, 'never'));
	END IF;
	IF enabled IS NOT NULL THEN
		changes := changes || jsonb_build_object('enabled', enabled);
	END IF;
	IF owner IS NOT NULL THEN
		changes := changes || jsonb_build_object('owner', owner);
	END IF;
	IF description IS NOT NULL THEN
		changes := changes || jsonb_build_object('description', description);
	END IF;
	IF args IS NOT NULL THEN
		IF old.builtin AND old.kind NOT IN ('accepted_values', 'range', 'matches', 'recency', 'row_count') THEN
			RAISE EXCEPTION 'arguments of a built-in data test of kind % cannot be changed', old.kind
				USING ERRCODE = 'invalid_parameter_value',
					  HINT = 'Disable it, and add one of your own.';
		END IF;
		IF jsonb_typeof(args) <> 'object' THEN
			RAISE EXCEPTION 'arguments of a data test must be a JSON object'
				USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"min": 1}.';
		END IF;
		PERFORM greenery.check_may_test(greenery.relation_named(old.model)::regclass, old.kind, args);
		changes := changes || jsonb_build_object('args', args);
	END IF;

	old := jsonb_populate_record(old, changes);
	IF greenery.is_key_test(test_id)
		AND (NOT old.enabled OR old.error_above IS DISTINCT FROM '0' OR old.args IS DISTINCT FROM old_row -> 'args') THEN
		RAISE EXCEPTION 'data test % guards the key of %', test_id, old.model
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = 'Publishing rests on it: it is always enabled, at error_above 0, with the arguments that it has.';
	END IF;
	IF old.kind = 'shrink'
		AND (NOT old.enabled OR changes ?| '{warn_above,error_above}' AND NOT greenery.caller_is_owner()) THEN
		RAISE EXCEPTION 'data test % guards the published rows of %', test_id, old.model
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  DETAIL = 'It is always enabled, and its severity is for the owner of extension "greenery" to change.',
				  HINT = 'CALL greenery_build(accept_shrink => true) publishes once what would be refused.';
	END IF;
	IF greenery.relation_named(old.model) IS NOT NULL AND old.kind <> 'shrink' THEN
		PERFORM greenery.check_test(greenery.relation_named(old.model)::regclass, old.kind, old.column_name,
									old.args, old.warn_above, old.error_above);
		IF old.enabled AND NOT old.builtin THEN
			PERFORM greenery.check_reads(greenery.relation_named(r.relation)::regclass, r.statement)
			   FROM greenery.test_reads(old.model, old.kind, old.args) r;
		END IF;
	END IF;

	IF old.builtin THEN
		INSERT INTO greenery.test_overrides AS o (test_id, changes)
		VALUES (test_id, changes)
		ON CONFLICT ON CONSTRAINT test_overrides_pkey
			DO UPDATE SET changes = o.changes || excluded.changes;
	ELSE
		UPDATE greenery.test_definitions t
		SET warn_above = old.warn_above, error_above = old.error_above, enabled = old.enabled,
			owner = old.owner, description = old.description, args = old.args
		WHERE t.test_id = test_id;
	END IF;
	INSERT INTO greenery.test_changes (test_id, action, before, after)
	SELECT test_id, 'alter', old_row, to_jsonb(t) FROM greenery.data_tests t WHERE t.test_id = test_id;
END
$alter_test$;
COMMENT ON FUNCTION greenery.alter_test(bigint, text, text, text, boolean, text, text, jsonb) IS 'greenery_alter_test(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_alter_test(
	test_id bigint,
	severity text DEFAULT NULL,
	warn_above text DEFAULT NULL,
	error_above text DEFAULT NULL,
	enabled boolean DEFAULT NULL,
	owner text DEFAULT NULL,
	description text DEFAULT NULL,
	args jsonb DEFAULT NULL)
	RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_alter_test(bigint, text, text, text, boolean, text, text, jsonb) IS
	'Changes a data test, built-in ones included (the arguments of those of kind accepted_values, range, matches, recency and row_count); NULL leaves a property as it is, the threshold "never" takes it away. The change is recorded in greenery.test_changes. Error 42704 for an unknown test, 55000 for a test that guards a model''s key or its published rows, 42501 for SQL that is not the owner''s, 22023 as greenery_add_test.';

CREATE FUNCTION greenery.drop_test(test_id bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop_test$
#variable_conflict use_variable
DECLARE
	old jsonb;
BEGIN
	SELECT to_jsonb(t) INTO old FROM greenery.data_tests t WHERE t.test_id = test_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'data test % does not exist', test_id
			USING ERRCODE = 'undefined_object', HINT = 'greenery_published.test_status lists them.';
	END IF;
	IF (old ->> 'builtin')::boolean THEN
		RAISE EXCEPTION 'data test % is built in', test_id
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = CASE WHEN greenery.is_key_test(test_id) OR old ->> 'kind' = 'shrink'
							  THEN 'Publishing rests on it: it cannot be turned off either.'
							  ELSE format('greenery_alter_test(%s, enabled => false) turns it off.', test_id) END;
	END IF;
	IF greenery.is_key_test(test_id) THEN
		RAISE EXCEPTION 'data test % guards the key of %', test_id, old ->> 'model'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'greenery_drop_model() drops it with the model.';
	END IF;
	DELETE FROM greenery.test_definitions t WHERE t.test_id = test_id;
	INSERT INTO greenery.test_changes (test_id, action, before) VALUES (test_id, 'drop', old);
END
$drop_test$;
COMMENT ON FUNCTION greenery.drop_test(bigint) IS 'greenery_drop_test(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_drop_test(test_id bigint) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_drop_test(bigint) IS
	'Drops a data test that was added with greenery_add_test(). Its results are kept. Error 42704 for an unknown test, 55000 for a built-in one (disable it) and for one that guards a model''s key.';
