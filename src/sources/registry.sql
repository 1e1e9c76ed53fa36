-- The sources, and where their histories are recorded.
--
-- One list, to which each source's own file adds its row: what is loaded, what loaders may
-- write, which staging view shows it.

CREATE TABLE greenery.sources (
	source text PRIMARY KEY,
	relation text NOT NULL UNIQUE,
	function text NOT NULL UNIQUE,
	staging text NOT NULL UNIQUE,
	position integer NOT NULL UNIQUE
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.sources IS
	'The sources, one row each: what the marts are made from in the end.';
COMMENT ON COLUMN greenery.sources.source IS 'Name of the source.';
COMMENT ON COLUMN greenery.sources.relation IS 'Its raw table, for a shop without a table of its own.';
COMMENT ON COLUMN greenery.sources.function IS 'The function that the staging view reads.';
COMMENT ON COLUMN greenery.sources.staging IS 'The staging view.';
COMMENT ON COLUMN greenery.sources.position IS 'Its position: a source that others refer to comes before them.';

CREATE TABLE greenery.histories (
	history text PRIMARY KEY,
	staging text NOT NULL,
	key text NOT NULL,
	columns text[] NOT NULL CHECK (cardinality(columns) > 0),
	position integer NOT NULL UNIQUE
);
-- not dumped: written by the script alone
COMMENT ON TABLE greenery.histories IS
	'The histories that greenery_record_history() records, one row each.';
COMMENT ON COLUMN greenery.histories.history IS 'Its table, in schema greenery.';
COMMENT ON COLUMN greenery.histories.staging IS 'The staging view of which it records columns, in schema greenery.';
COMMENT ON COLUMN greenery.histories.key IS 'The column that identifies what a row describes.';
COMMENT ON COLUMN greenery.histories.columns IS 'The columns that are recorded.';
COMMENT ON COLUMN greenery.histories.position IS 'When it is its turn.';
