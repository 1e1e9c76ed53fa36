\set ECHO none
-- Builds after changes of all kinds: what they should publish, found in another way.
-- the published tables before a build, and where their rows were
CREATE SCHEMA difference_before;
CREATE FUNCTION pg_temp.remember() RETURNS void LANGUAGE plpgsql AS $remember$
DECLARE
	m text;
BEGIN
	FOR m IN SELECT model FROM greenery.models WHERE layer = 'mart' LOOP
		EXECUTE format('DROP TABLE IF EXISTS difference_before.%I', m);
		EXECUTE format('CREATE TABLE difference_before.%1$I AS SELECT zz.ctid AS place, zz.* FROM greenery_published.%1$I zz', m);
	END LOOP;
END
$remember$;

-- what is wrong with the last build: marts that are not what their view says,
-- counts other than those of the changes, unchanged rows that were written
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (mart text, what text, built text, expected text) LANGUAGE plpgsql AS $wrong$
DECLARE
	m record;
	differs boolean;
	match text;
	list text;
BEGIN
	FOR m IN
		SELECT o.*, b.inserted, b.updated, b.deleted
		FROM greenery.models o
		LEFT JOIN greenery.build_models b
			ON b.model = o.model AND b.build_id = (SELECT max(build_id) FROM greenery.builds WHERE published)
		WHERE o.layer = 'mart' ORDER BY o.model COLLATE "C"
	LOOP
		mart := m.model;
		EXECUTE format('SELECT EXISTS (
							SELECT FROM (SELECT zz::text AS r, 1 AS n FROM %1$s zz
										 UNION ALL
										 SELECT zz::text, -1 FROM greenery_published.%2$I zz) AS rows
							GROUP BY r HAVING sum(n) <> 0)', m.relation, m.model) INTO differs;
		IF differs THEN
			what := 'rows'; built := NULL; expected := NULL;
			RETURN NEXT;
		END IF;
		SELECT string_agg(format('now.%1$I = old.%1$I', k), ' AND ') INTO match FROM unnest(m.key) k;
		SELECT string_agg(format('zz.%I', a.attname), ', ' ORDER BY a.attnum) INTO list
		FROM pg_attribute a
		WHERE a.attrelid = to_regclass(m.relation) AND a.attnum > 0 AND NOT a.attisdropped;
		EXECUTE format('SELECT format(''%%s +, %%s *, %%s -, 0 moved'',
							count(*) FILTER (WHERE old.place IS NULL),
							count(*) FILTER (WHERE now.whole OPERATOR(pg_catalog.*<>) old.whole),
							count(*) FILTER (WHERE now.place IS NULL))
						FROM (SELECT zz.ctid AS place, ROW(%3$s) AS whole, zz.* FROM greenery_published.%1$I zz) now
						FULL JOIN (SELECT ROW(%3$s) AS whole, zz.* FROM difference_before.%1$I zz) old ON %2$s', m.model, match, list) INTO expected;
		EXECUTE format('SELECT format(''%%s +, %%s *, %%s -, %%s moved'', $1, $2, $3, count(*))
						FROM (SELECT zz.ctid AS place, ROW(%3$s) AS whole, zz.* FROM greenery_published.%1$I zz) now
						JOIN (SELECT ROW(%3$s) AS whole, zz.* FROM difference_before.%1$I zz) old ON %2$s
						WHERE now.place <> old.place AND now.whole OPERATOR(pg_catalog.*=) old.whole', m.model, match, list)
			INTO built USING m.inserted, m.updated, m.deleted;
		IF built IS DISTINCT FROM expected THEN
			what := 'counts';
			RETURN NEXT;
		END IF;
	END LOOP;
END
$wrong$;

-- changes of all kinds, others each time, that no data test minds
CREATE FUNCTION pg_temp.change(round integer) RETURNS void LANGUAGE plpgsql AS $change$
DECLARE
	gone text[];
BEGIN
	PERFORM setseed(round / 100.0);
	gone := ARRAY(SELECT order_id FROM greenery.orders WHERE random() < 0.03 ORDER BY 1);
	DELETE FROM greenery.order_items WHERE order_id = ANY (gone);
	DELETE FROM greenery.events WHERE order_id = ANY (gone);
	DELETE FROM greenery.orders WHERE order_id = ANY (gone);
	DELETE FROM greenery.events WHERE event_type = 'page_view' AND random() < 0.02;
	UPDATE greenery.orders SET delivered_at = delivered_at + interval '1 minute' WHERE random() < 0.05;
	UPDATE greenery.orders SET shipping_service = 'mule' WHERE random() < 0.05;
	-- another order of rows, and the same rows
	UPDATE greenery.orders SET order_cost = order_cost WHERE random() < 0.2;
	UPDATE greenery.events SET created_at = created_at + interval '1 second' WHERE random() < 0.05;
	-- other keys
	UPDATE greenery.events SET event_id = event_id || 'x' WHERE random() < 0.03;
	UPDATE greenery.events SET session_id = session_id || 'x' WHERE left(md5(session_id || round), 1) = '0';
	UPDATE greenery.users SET first_name = first_name || 'x' WHERE random() < 0.1;
	UPDATE greenery.products SET inventory = inventory + 1 WHERE random() < 0.2;
	UPDATE greenery.order_items SET quantity = quantity + 1 WHERE random() < 0.03;
	INSERT INTO greenery.events
	SELECT event_id || round, session_id, user_id, page_url, created_at + interval '3 seconds', event_type, order_id, product_id
	FROM greenery.events WHERE event_type = 'page_view' AND random() < 0.03;
	INSERT INTO greenery.users
	SELECT user_id || round, first_name, last_name, email, phone_number, created_at, updated_at, address_id
	FROM greenery.users WHERE random() < 0.05;
	-- two events take each other's place
	UPDATE greenery.events e SET event_id = CASE e.event_id WHEN p.a THEN p.b ELSE p.a END
	FROM (SELECT min(event_id) AS a, max(event_id) AS b FROM greenery.events WHERE event_type = 'page_view') p
	WHERE e.event_id IN (p.a, p.b);
END
$change$;
\set ECHO all
