-- Settings, as SQL reads them.  They follow the session's GUCs, which parallel
-- workers inherit: STABLE and PARALLEL SAFE.

CREATE FUNCTION @extschema@.greenery_timezone() RETURNS text
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_timezone() IS
	'Setting greenery.timezone: the time zone in which the shop''s days, hours and months are counted.';

CREATE FUNCTION @extschema@.greenery_as_of_setting() RETURNS timestamptz
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_as_of_setting() IS
	'Setting greenery.as_of; NULL when it is not set. greenery_as_of() is the moment that marts use.';

CREATE FUNCTION @extschema@.greenery_stock_cover() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_stock_cover() IS
	'Setting greenery.stock_cover in hours: a product is at risk of a stock-out when its inventory is below the units ordered in this long. A day counts as 24 hours.';

CREATE FUNCTION @extschema@.greenery_session_gap() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_session_gap() IS
	'Setting greenery.session_gap: a longer pause starts a new session where the events have no session id.';

CREATE FUNCTION @extschema@.greenery_repeat_horizon_setting() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_repeat_horizon_setting() IS
	'Setting greenery.repeat_horizon; NULL when it is auto.';

CREATE FUNCTION @extschema@.greenery_alert_cooldown() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_alert_cooldown() IS
	'Setting greenery.alert_cooldown in hours: how long a data test or a build must keep failing before people are told again. A day counts as 24 hours.';

CREATE FUNCTION @extschema@.greenery_retention() RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.greenery_retention() IS
	'Setting greenery.retention in hours: how long builds, test results, keys of failing rows and delivered alerts are kept. A day counts as 24 hours.';
