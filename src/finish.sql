-- The last step.  A trusted extension's script runs as the bootstrap superuser;
-- what people work with belongs to the role that created the extension, so that
-- it can load, bind, dump and restore without being a superuser.  C functions
-- and aggregates stay with the bootstrap superuser.
--
-- And PUBLIC loses what is about the shop: the functions greenery_*, and those in
-- schema greenery.  The owner of the extension may pass on those in C, which
-- are not his.
DO $ownership$
DECLARE
	ext oid;
	owner name;
	cmd text;
BEGIN
	SELECT e.oid, pg_catalog.pg_get_userbyid(e.extowner)
	  INTO STRICT ext, owner
	  FROM pg_catalog.pg_extension e
	 WHERE e.extname OPERATOR(pg_catalog.=) 'greenery';

	FOR cmd IN
		SELECT pg_catalog.format('ALTER SCHEMA %I OWNER TO %I', n.nspname, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_namespace n ON n.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_namespace'::regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::regclass
		   AND d.refobjid = ext AND d.deptype = 'e'
		UNION ALL
		SELECT pg_catalog.format('ALTER %s %s OWNER TO %I',
								 CASE c.relkind WHEN 'v' THEN 'VIEW'
												WHEN 'S' THEN 'SEQUENCE'
												ELSE 'TABLE' END,
								 c.oid::regclass, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_class c ON c.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_class'::regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::regclass
		   AND d.refobjid = ext AND d.deptype = 'e'
		   AND (c.relkind IN ('r', 'v')
				-- a sequence owned by a column follows its table
				OR c.relkind = 'S' AND NOT EXISTS
					(SELECT FROM pg_catalog.pg_depend o
					  WHERE o.classid = 'pg_catalog.pg_class'::regclass
						AND o.objid = c.oid AND o.deptype IN ('a', 'i')))
		UNION ALL
		SELECT pg_catalog.format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, owner)
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
		 WHERE d.classid = 'pg_catalog.pg_proc'::regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::regclass
		   AND d.refobjid = ext AND d.deptype = 'e'
		   AND l.lanname IN ('sql', 'plpgsql')
		UNION ALL
		SELECT pg_catalog.unnest(ARRAY[
				pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', p.oid::regprocedure),
				pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO %I WITH GRANT OPTION',
								  p.oid::regprocedure, owner)])
		  FROM pg_catalog.pg_depend d
		  JOIN pg_catalog.pg_proc p ON p.oid = d.objid
		 WHERE d.classid = 'pg_catalog.pg_proc'::regclass
		   AND d.refclassid = 'pg_catalog.pg_extension'::regclass
		   AND d.refobjid = ext AND d.deptype = 'e'
		   AND (p.pronamespace = 'greenery'::regnamespace
				OR p.proname OPERATOR(pg_catalog.~~) 'greenery\_%')
	LOOP
		EXECUTE cmd;
	END LOOP;
END
$ownership$;
