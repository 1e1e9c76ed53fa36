-- Histories of what the sources overwrite: promo status and terms, product
-- inventory, order status.  As a dbt check snapshot: a row holds from valid_from
-- up to, not including, valid_to; the open row has valid_to NULL.

CREATE TABLE greenery.promo_history (
	promo_id text NOT NULL,
	status text,
	discount numeric,
	valid_from timestamptz NOT NULL,
	valid_to timestamptz,
	percent numeric,
	PRIMARY KEY (promo_id, valid_from),
	CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX promo_history_open_idx ON greenery.promo_history (promo_id) WHERE valid_to IS NULL;
-- dumped: recorded, cannot be had again
SELECT pg_catalog.pg_extension_config_dump('greenery.promo_history', '');

COMMENT ON TABLE greenery.promo_history IS
	'What stg_promos said, and from when to when: status, discount and percent of each promo, recorded by greenery_record_history().';
COMMENT ON COLUMN greenery.promo_history.promo_id IS 'The promo: stg_promos.promo_id.';
COMMENT ON COLUMN greenery.promo_history.status IS 'Status in that time; NULL when unknown, or when the source had contradicting rows.';
COMMENT ON COLUMN greenery.promo_history.discount IS 'Discount in that time, in the shop''s currency; NULL when unknown, or when the source had contradicting rows.';
COMMENT ON COLUMN greenery.promo_history.valid_from IS 'When it was first recorded.';
COMMENT ON COLUMN greenery.promo_history.valid_to IS 'When another value, or a missing row, was first recorded; NULL while it holds.';
COMMENT ON COLUMN greenery.promo_history.percent IS 'Percentage of order_cost taken off in that time, where discount is NULL; NULL when unknown, or when the source had contradicting rows.';

CREATE TABLE greenery.inventory_history (
	product_id text NOT NULL,
	inventory integer,
	valid_from timestamptz NOT NULL,
	valid_to timestamptz,
	PRIMARY KEY (product_id, valid_from),
	CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX inventory_history_open_idx ON greenery.inventory_history (product_id) WHERE valid_to IS NULL;
-- dumped: recorded, cannot be had again
SELECT pg_catalog.pg_extension_config_dump('greenery.inventory_history', '');

COMMENT ON TABLE greenery.inventory_history IS
	'What stg_products said, and from when to when: inventory of each product, recorded by greenery_record_history().';
COMMENT ON COLUMN greenery.inventory_history.product_id IS 'The product: stg_products.product_id.';
COMMENT ON COLUMN greenery.inventory_history.inventory IS 'Units in stock in that time; NULL when unknown, or when the source had contradicting rows.';
COMMENT ON COLUMN greenery.inventory_history.valid_from IS 'When it was first recorded.';
COMMENT ON COLUMN greenery.inventory_history.valid_to IS 'When another value, or a missing row, was first recorded; NULL while it holds.';

CREATE TABLE greenery.order_status_history (
	order_id text NOT NULL,
	status text,
	valid_from timestamptz NOT NULL,
	valid_to timestamptz,
	PRIMARY KEY (order_id, valid_from),
	CHECK (valid_to > valid_from)
);
CREATE UNIQUE INDEX order_status_history_open_idx ON greenery.order_status_history (order_id) WHERE valid_to IS NULL;
-- dumped: recorded, cannot be had again
SELECT pg_catalog.pg_extension_config_dump('greenery.order_status_history', '');

COMMENT ON TABLE greenery.order_status_history IS
	'What stg_orders said, and from when to when: status of each order, recorded by greenery_record_history().';
COMMENT ON COLUMN greenery.order_status_history.order_id IS 'The order: stg_orders.order_id.';
COMMENT ON COLUMN greenery.order_status_history.status IS 'Status in that time; NULL when unknown, or when the source had contradicting rows.';
COMMENT ON COLUMN greenery.order_status_history.valid_from IS 'When it was first recorded.';
COMMENT ON COLUMN greenery.order_status_history.valid_to IS 'When another value, or a missing row, was first recorded; NULL while it holds.';

-- The terms of each promo at any time.  Before the recorded history the earliest
-- recorded terms hold; a promo without history has those of today.
--
-- Terms are known only at the moments at which they were recorded.  Between two records that
-- differ they changed, and when is not known: so the terms that came next stand beside.
-- After the last record these are what the source says now; grouped, so that a promo that
-- comes twice doubles no order.
CREATE VIEW greenery.promo_terms AS
SELECT
	t.promo_id,
	t.discount,
	t.percent,
	CASE WHEN t.is_followed THEN t.next_discount ELSE p.discount END AS next_discount,
	CASE WHEN t.is_followed THEN t.next_percent ELSE p.percent END AS next_percent,
	t.recorded_from,
	t.valid_from,
	t.valid_to
FROM (
	SELECT
		h.promo_id,
		h.discount,
		h.percent,
		lead(h.discount) OVER w AS next_discount,
		lead(h.percent) OVER w AS next_percent,
		h.valid_to IS NOT NULL AS is_followed,
		h.valid_from AS recorded_from,
		CASE WHEN row_number() OVER w = 1 THEN '-infinity' ELSE h.valid_from END AS valid_from,
		coalesce(h.valid_to, 'infinity') AS valid_to
	FROM greenery.promo_history h
	WINDOW w AS (PARTITION BY h.promo_id ORDER BY h.valid_from)
) t
LEFT JOIN (
	SELECT s.promo_id, min(s.discount) AS discount, min(s.percent) AS percent
	FROM greenery.stg_promos s
	GROUP BY s.promo_id
) p ON p.promo_id = t.promo_id
UNION ALL
SELECT s.promo_id, s.discount, s.percent, NULL, NULL, NULL, '-infinity', 'infinity'
FROM greenery.stg_promos s
WHERE s.promo_id IS NOT NULL
	AND NOT EXISTS (SELECT FROM greenery.promo_history h WHERE h.promo_id = s.promo_id);

COMMENT ON VIEW greenery.promo_terms IS
	'The terms of each promo at any time: as recorded; before that, as first recorded; where nothing is recorded, as today.';
COMMENT ON COLUMN greenery.promo_terms.promo_id IS 'The promo: stg_promos.promo_id.';
COMMENT ON COLUMN greenery.promo_terms.discount IS 'Amount taken off an order in that time, in the shop''s currency.';
COMMENT ON COLUMN greenery.promo_terms.percent IS 'Percentage of order_cost taken off an order in that time, where discount is NULL.';
COMMENT ON COLUMN greenery.promo_terms.next_discount IS 'The amount that was recorded next: it may have held from any moment after recorded_from on.';
COMMENT ON COLUMN greenery.promo_terms.next_percent IS 'The percentage that was recorded next.';
COMMENT ON COLUMN greenery.promo_terms.recorded_from IS 'When these terms were first recorded; NULL where nothing is recorded.';
COMMENT ON COLUMN greenery.promo_terms.valid_from IS 'From this moment on.';
COMMENT ON COLUMN greenery.promo_terms.valid_to IS 'Up to, not including, this moment.';

-- Unbroken times in which a promo was active, whatever its discount did.
CREATE VIEW greenery.promo_active_spans AS
SELECT
	g.promo_id,
	min(g.valid_from) AS active_since,
	-- the first recording found it active, and cannot tell since when
	min(g.valid_from) > (SELECT min(f.valid_from) FROM greenery.promo_history f) AS is_start_known,
	CASE WHEN bool_and(g.valid_to IS NOT NULL) THEN max(g.valid_to) END AS active_until
FROM (
	SELECT
		b.*,
		count(*) FILTER (WHERE b.begins)
			OVER (PARTITION BY b.promo_id ORDER BY b.valid_from) AS span
	FROM (
		SELECT
			h.promo_id,
			h.valid_from,
			h.valid_to,
			lag(h.valid_to) OVER (PARTITION BY h.promo_id ORDER BY h.valid_from)
				IS DISTINCT FROM h.valid_from AS begins
		FROM greenery.promo_history h
		-- coalesce: without statistics the planner expects half of the rows, and not a few
		WHERE coalesce(h.status = 'active', false)
	) b
) g
GROUP BY g.promo_id, g.span;

COMMENT ON VIEW greenery.promo_active_spans IS
	'Unbroken times in which a promo was recorded as active.';
COMMENT ON COLUMN greenery.promo_active_spans.promo_id IS 'The promo: stg_promos.promo_id.';
COMMENT ON COLUMN greenery.promo_active_spans.active_since IS 'Recorded as active from this moment on.';
COMMENT ON COLUMN greenery.promo_active_spans.is_start_known IS 'Whether it was not active when it was recorded before; false where the history begins with it.';
COMMENT ON COLUMN greenery.promo_active_spans.active_until IS 'Up to, not including, this moment; NULL while it is active.';

-- plpgsql, for its NOTICE.
CREATE FUNCTION @extschema@.greenery_active_promos(at timestamptz)
	RETURNS TABLE (promo_id text, discount numeric, active_since timestamptz)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $active_promos$
DECLARE
	recorded_since timestamptz;
BEGIN
	SELECT min(h.valid_from) INTO recorded_since FROM greenery.promo_history h;
	IF recorded_since IS NULL OR at < recorded_since THEN
		RAISE NOTICE 'no promo history is recorded at %', at
			USING DETAIL = coalesce('The history begins at ' || recorded_since || '.',
									'Nothing is recorded yet.'),
				  HINT = 'Which promos were active then is unknown. greenery_record_history() records what is active now.';
		RETURN;
	END IF;
	RETURN QUERY
		SELECT h.promo_id, h.discount, CASE WHEN s.is_start_known THEN s.active_since END
		FROM greenery.promo_history h
		JOIN greenery.promo_active_spans s
			ON s.promo_id = h.promo_id
			AND s.active_since <= at
			AND (s.active_until IS NULL OR at < s.active_until)
		WHERE h.status = 'active'
			AND h.valid_from <= at
			AND (h.valid_to IS NULL OR at < h.valid_to);
END
$active_promos$;
COMMENT ON FUNCTION @extschema@.greenery_active_promos(timestamptz) IS
	'The promos active at a moment, by the recorded history, with their discount then, and since when they were active without a break: NULL where the first recording already showed them active. Before the history begins: a notice and no rows, because unknown is not none. NULL gives no rows.';

INSERT INTO greenery.histories (history, staging, key, columns, position) VALUES
	('promo_history', 'stg_promos', 'promo_id', '{status,discount,percent}', 1),
	('inventory_history', 'stg_products', 'product_id', '{inventory}', 2),
	('order_status_history', 'stg_orders', 'order_id', '{status}', 3);

-- One piece of code for all histories.  What the source says now is compared with
-- the open rows: changed and vanished ones are closed, new ones opened.  All of
-- it carries one moment, the transaction's, so that a second record in the same
-- transaction finds its own rows and replaces them: no row ever has length 0.
-- The moment never runs backwards: a transaction that began before another
-- recorded, but records after it, takes the other's moment.
--
-- The sources are read with the rights of the builder, into a table that has only what
-- can have changed; what is recorded is made from that with the rights of the owner.
CREATE FUNCTION greenery.record_history()
	RETURNS TABLE (history text, opened bigint, closed bigint, replaced bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	-- statistics may still be those of an empty history, which the statement that
	-- reads it fills
	SET enable_nestloop = off
AS $record_history$
DECLARE
	spec greenery.histories;
	at timestamptz;
	recorded boolean;
	names text;
	said text;
	differs text;
	seen CONSTANT text := format('greenery_build.%I', 'seen by ' || pg_backend_pid());
BEGIN
	-- one at a time, and not beside a build, which would find rows changed after
	-- its snapshot
	PERFORM greenery.keep_builds_out(wait => true);

	FOR spec IN SELECT * FROM greenery.histories h ORDER BY h.position LOOP
		-- nothing that is refused to a build is run here
		PERFORM greenery.check_reads(format('greenery.%I', spec.staging)::regclass, NULL);

		EXECUTE format('SELECT greatest(transaction_timestamp(), max(valid_from), max(valid_to)),
							   coalesce(max(valid_from) >= transaction_timestamp(), false)
						  FROM greenery.%I', spec.history)
			INTO at, recorded;

		SELECT string_agg(format('%I', c), ', '),
			   -- where its rows contradict each other, a source says nothing
			   string_agg(format('CASE WHEN count(s.%1$I) = count(*) AND min(s.%1$I) = max(s.%1$I) THEN min(s.%1$I) END AS %1$I', c), ', '),
			   string_agg(format('h.%1$I IS DISTINCT FROM s.%1$I', c), ' OR ')
		  INTO names, said, differs FROM unnest(spec.columns) c;

		-- What the source says of the keys of which some row does not say what is
		-- recorded, and those that are gone.  No other can have changed, and as a rule
		-- they are few, while grouping the source's rows takes longer than joining them.
		EXECUTE format('CREATE UNLOGGED TABLE %s AS SELECT %I, %s, true AS is_there FROM greenery.%I WITH NO DATA',
					   seen, spec.key, names, spec.history);
		PERFORM greenery.fill_as_builder(seen::regclass, format(
			'WITH suspect AS MATERIALIZED (
				SELECT DISTINCT coalesce(h.%2$I, s.%2$I) AS key
				  FROM (SELECT * FROM greenery.%1$I WHERE valid_to IS NULL) h
				  FULL JOIN (SELECT %2$I, %5$s FROM greenery.%3$I
							  WHERE %2$I IS NOT NULL) s ON s.%2$I = h.%2$I
				 WHERE h.%2$I IS NULL OR s.%2$I IS NULL OR %4$s)
			 SELECT k.key, %6$s, count(s.%2$I) > 0
			   FROM suspect k
			   LEFT JOIN greenery.%3$I s ON s.%2$I = k.key
			  GROUP BY k.key',
			spec.history, spec.key, spec.staging, differs, names, said));

		-- rows opened at this very moment, if there can be any: replace, or take back
		replaced := 0;
		IF recorded THEN
			EXECUTE format('WITH replaced AS (
								UPDATE greenery.%1$I h SET %2$s FROM %3$s s
								WHERE h.%4$I = s.%4$I AND s.is_there
								  AND h.valid_to IS NULL AND h.valid_from = $1 AND (%5$s)
								RETURNING 1
							), taken_back AS (
								DELETE FROM greenery.%1$I h USING %3$s s
								WHERE h.%4$I = s.%4$I AND NOT s.is_there
								  AND h.valid_to IS NULL AND h.valid_from = $1
								RETURNING 1
							)
							SELECT (SELECT count(*) FROM replaced) + (SELECT count(*) FROM taken_back)',
						   spec.history,
						   (SELECT string_agg(format('%1$I = s.%1$I', c), ', ')
							  FROM unnest(spec.columns) c),
						   seen, spec.key, differs)
				INTO replaced
				USING at;
		END IF;

		-- earlier open rows that hold no longer are closed, and then what the source
		-- says instead is opened: no key has two open rows.  In the index's order: the
		-- first time they are many
		EXECUTE format('WITH changed AS MATERIALIZED (
							SELECT h.%2$I AS held, h.valid_from, s.*
							FROM %3$s s
							LEFT JOIN (SELECT * FROM greenery.%1$I WHERE valid_to IS NULL) h ON h.%2$I = s.%2$I
							WHERE CASE WHEN h.%2$I IS NULL THEN s.is_there ELSE NOT s.is_there OR %4$s END
						), closed AS (
							UPDATE greenery.%1$I h SET valid_to = $1 FROM changed c
							WHERE h.%2$I = c.held AND h.valid_from = c.valid_from
							RETURNING 1
						), opened AS (
							INSERT INTO greenery.%1$I (%2$I, %5$s, valid_from)
							SELECT c.%2$I, %6$s, $1 FROM changed c
							WHERE c.is_there AND (SELECT count(*) FROM closed) >= 0
							ORDER BY c.%2$I
							RETURNING 1
						)
						SELECT (SELECT count(*) FROM closed), (SELECT count(*) FROM opened)',
					   spec.history, spec.key, seen, differs, names,
					   (SELECT string_agg(format('c.%I', c), ', ') FROM unnest(spec.columns) c))
			INTO closed, opened
			USING at;
		EXECUTE format('DROP TABLE %s', seen);

		history := spec.history;
		RETURN NEXT;
	END LOOP;
END
$record_history$;
COMMENT ON FUNCTION greenery.record_history() IS 'greenery_record_history(), with the rights of the owner.';

CREATE FUNCTION @extschema@.greenery_record_history()
	RETURNS TABLE (history text, opened bigint, closed bigint, replaced bigint)
	LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'greenery_call_as_owner';
COMMENT ON FUNCTION @extschema@.greenery_record_history() IS
	'Records what the sources say now of promo status and terms, product inventory and order status. Returns, for each history, how many rows were opened, closed, and replaced (recorded before in the same transaction). A row that vanished from its source is closed. The sources are read with the rights of the builder. Errors: 42501 for a source that a build would refuse, such as a table of an ordinary role when the builder is a superuser.';
