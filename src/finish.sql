-- The last step, of the install script and of each update.
--
-- A trusted extension's script runs as the bootstrap superuser; what people work with belongs to
-- the role that created the extension, so that it can load, dump and restore without being a
-- superuser.  C functions and aggregates stay with the role that ran the script.
--
-- It names no object, and touches only those that are new: what an administrator has granted,
-- revoked or given away since stays as it is.  So it can run again, and one and the same serves
-- the installation, each update, and each step of a chain of updates.

-- The script of an update has the schema of the extension in its search_path, where an operator
-- may stand that fits better than the server's: oid = regclass has none of its own.
SET LOCAL search_path TO pg_catalog, pg_temp;

-- A function, operator or cast that is neither the server's nor the extension's own has been
-- taken for one of these, because it stands beside them and suits the arguments better.  Of
-- objects that were there before, an owner may have made what he likes: only what this script
-- has made, and not given away yet, is looked at.
DO $strangers$
DECLARE
	stranger pg_catalog.text;
	me CONSTANT pg_catalog.oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user);
	installing CONSTANT boolean := NOT EXISTS (
		SELECT FROM pg_catalog.pg_class c
		 WHERE c.relnamespace = 'greenery_published'::pg_catalog.regnamespace AND c.relkind = 'r');
BEGIN
	SELECT pg_catalog.format('%s, which %s uses',
							 pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0),
							 pg_catalog.pg_describe_object(d.classid, d.objid, 0))
	  INTO stranger
	  FROM pg_catalog.pg_extension e
	  JOIN pg_catalog.pg_depend m
	    ON m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
	   AND m.refobjid = e.oid AND m.deptype = 'e'
	   AND (installing
			OR current_user <> greenery.owner()
			   AND (EXISTS (SELECT FROM pg_catalog.pg_class c
							 WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
							   AND c.oid = m.objid AND c.relowner = me)
					OR EXISTS (SELECT FROM pg_catalog.pg_proc p
								WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
								  AND p.oid = m.objid AND p.proowner = me)))
	  -- What belongs to a member: a view's rule, a table's default or index.  OFFSET 0: without
	  -- statistics the planner would read all members for each row of the next step.
	  CROSS JOIN LATERAL (
		SELECT m.classid, m.objid
		UNION ALL
		SELECT p.classid, p.objid
		  FROM pg_catalog.pg_depend p
		 WHERE p.refclassid = m.classid AND p.refobjid = m.objid AND p.deptype IN ('i', 'a')
		OFFSET 0) o
	  CROSS JOIN LATERAL (
		SELECT d.classid, d.objid, d.refclassid, d.refobjid
		  FROM pg_catalog.pg_depend d
		 WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'n'
		OFFSET 0) d
	 WHERE e.extname = 'greenery'
	   AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
							'pg_catalog.pg_operator'::pg_catalog.regclass,
							'pg_catalog.pg_cast'::pg_catalog.regclass)
	   -- the server's own have the lower numbers
	   AND d.refobjid >= 16384::pg_catalog.oid
	   AND NOT EXISTS (SELECT FROM (SELECT x.refclassid, x.refobjid, x.deptype
									  FROM pg_catalog.pg_depend x
									 WHERE x.classid = d.refclassid AND x.objid = d.refobjid
									OFFSET 0) x
						WHERE x.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
						  AND x.refobjid = e.oid AND x.deptype = 'e')
	 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'extension "greenery" cannot be installed beside %', stranger
			USING ERRCODE = 'object_not_in_prerequisite_state',
				  HINT = 'Drop or move it, or install greenery into a schema where others cannot create functions.';
	END IF;
END
$strangers$;

-- No role has rights but those that greenery_grant() gives: what default privileges have added to
-- an object is taken away.  Of new ones: their membership is as old as the extension's row, which
-- each script begins with.
DO $defaults$
DECLARE
	cmd pg_catalog.text;
BEGIN
	FOR cmd IN
		SELECT pg_catalog.format('REVOKE ALL ON %s FROM %s', o.object,
								 CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END)
		  FROM pg_catalog.pg_extension e
		  JOIN pg_catalog.pg_depend d
			ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.refobjid = e.oid AND d.deptype = 'e' AND d.xmin = e.xmin
		  CROSS JOIN LATERAL (
			SELECT pg_catalog.format('SCHEMA %I', n.nspname), n.nspowner, n.nspacl
			  FROM pg_catalog.pg_namespace n
			 WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = d.objid
			UNION ALL
			SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
									 c.oid::pg_catalog.regclass), c.relowner, c.relacl
			  FROM pg_catalog.pg_class c
			 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
			UNION ALL
			-- primitives are for everyone
			SELECT pg_catalog.format('ROUTINE %s', p.oid::pg_catalog.regprocedure), p.proowner, p.proacl
			  FROM pg_catalog.pg_proc p
			 WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid
			   AND (p.pronamespace = 'greenery'::pg_catalog.regnamespace OR p.proname LIKE 'greenery\_%')
		  ) o (object, owner, acl)
		  CROSS JOIN LATERAL pg_catalog.aclexplode(o.acl) a
		 WHERE e.extname = 'greenery' AND a.grantee <> o.owner
	LOOP
		EXECUTE cmd;
	END LOOP;
END
$defaults$;

DO $ownership$
DECLARE
	ext pg_catalog.oid;
	owner pg_catalog.name;
	me CONSTANT pg_catalog.oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = current_user);
	cmd pg_catalog.text;
BEGIN
	SELECT e.oid, greenery.owner()
	  INTO STRICT ext, owner
	  FROM pg_catalog.pg_extension e
	 WHERE e.extname = 'greenery';

	FOR cmd IN
		SELECT pg_catalog.format('ALTER SCHEMA %I OWNER TO %I', n.nspname, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_namespace n ON n.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.refobjid = ext AND d.deptype = 'e' AND n.nspowner = me
		UNION ALL
		SELECT pg_catalog.format('ALTER %s %s OWNER TO %I',
								 CASE c.relkind WHEN 'v' THEN 'VIEW'
												WHEN 'S' THEN 'SEQUENCE'
												ELSE 'TABLE' END,
								 c.oid::pg_catalog.regclass, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_class c ON c.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.refobjid = ext AND d.deptype = 'e' AND c.relowner = me
		   AND (c.relkind IN ('r', 'v')
				-- a sequence owned by a column follows its table
				OR c.relkind = 'S' AND NOT EXISTS
					(SELECT FROM pg_catalog.pg_depend o
					  WHERE o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
						AND o.objid = c.oid AND o.deptype IN ('a', 'i')))
		UNION ALL
		SELECT pg_catalog.format('ALTER ROUTINE %s OWNER TO %I', p.oid::pg_catalog.regprocedure, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
		 WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.refobjid = ext AND d.deptype = 'e' AND p.proowner = me
		   AND l.lanname IN ('sql', 'plpgsql')
		UNION ALL
		-- PUBLIC has no business with what is about the shop.  The owner of the extension
		-- may pass on those in C, which are not his.
		SELECT pg_catalog.unnest(ARRAY[
				pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::pg_catalog.regprocedure),
				pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO %I WITH GRANT OPTION',
								  p.oid::pg_catalog.regprocedure, owner)])
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.refobjid = ext AND d.deptype = 'e'
		   AND (p.proacl IS NULL
				OR d.xmin = (SELECT e.xmin FROM pg_catalog.pg_extension e WHERE e.oid = ext))
		   AND (p.pronamespace = 'greenery'::pg_catalog.regnamespace
				OR p.proname LIKE 'greenery\_%')
	LOOP
		EXECUTE cmd;
	END LOOP;
END
$ownership$;

-- One published table for each mart, made by the owner
SELECT greenery.as_owner('SELECT greenery.complete_published_tables()'::pg_catalog.text);

-- Dumped: a restored database shows what was published
DO $published$
DECLARE
	published pg_catalog.oid;
BEGIN
	FOR published IN
		SELECT c.oid
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'greenery'
		  JOIN pg_catalog.pg_class c ON c.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
		   AND d.deptype = 'e' AND c.relkind = 'r'
		   AND c.relnamespace = 'greenery_published'::pg_catalog.regnamespace
		   AND c.oid <> ALL (coalesce(e.extconfig, '{}'))
	LOOP
		PERFORM pg_catalog.pg_extension_config_dump(published::pg_catalog.regclass, '');
	END LOOP;
END
$published$;

-- A script may have made a source function anew, over its raw table: bound ones say again
-- what they were bound to
SELECT greenery.as_owner('SELECT greenery.rebind()'::pg_catalog.text);
