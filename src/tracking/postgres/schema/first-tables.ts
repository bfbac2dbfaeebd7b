/**
 * `journals`, `events`, `output` and `facts` are the truth. The others are projections, named as in the SQLite index so that the
 * same questions can be put to both. Texts are compared byte by byte, as everywhere in the search language. Journals are `json`, not
 * `jsonb`: that would change the order of keys and refuse some texts. Rows have no foreign keys: whoever adds events holds the lock of
 * their journal, and checking each of ten thousand rows a second would cost more than writing it.
 */
export const firstTables: string = `
CREATE TABLE journals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  output bigint NOT NULL DEFAULT 0,
  heard bigint NOT NULL DEFAULT 0,
  settled boolean NOT NULL DEFAULT false,
  stop text,
  UNIQUE (project, uid)
) WITH (fillfactor = 50);
CREATE TABLE events (
  run bigint NOT NULL,
  seq bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C",
  body json NOT NULL,
  PRIMARY KEY (run, seq)
);
CREATE TABLE output (
  run bigint NOT NULL,
  start bigint NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (run, start)
);
CREATE TABLE facts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text COLLATE "C" NOT NULL,
  uid text COLLATE "C",
  kind text NOT NULL,
  time bigint NOT NULL,
  fact json NOT NULL
);
CREATE TABLE mentions (
  run bigint NOT NULL,
  digest text COLLATE "C" NOT NULL,
  PRIMARY KEY (run, digest)
);
CREATE INDEX mentions_by_digest ON mentions (digest);

CREATE TABLE runs (
  id bigint PRIMARY KEY,
  uid text COLLATE "C" NOT NULL,
  project text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  runtime text COLLATE "C",
  function text COLLATE "C",
  handler text COLLATE "C",
  created_at text COLLATE "C" NOT NULL,
  started_at text COLLATE "C",
  ended_at text COLLATE "C",
  parent text COLLATE "C",
  iteration double precision,
  step text COLLATE "C",
  duration double precision,
  trashed smallint NOT NULL,
  live boolean NOT NULL,
  seq bigint NOT NULL,
  heard bigint NOT NULL,
  owner json,
  draft json NOT NULL,
  corrupt json,
  UNIQUE (project, uid)
);
CREATE INDEX runs_by_time ON runs (project, created_at DESC, uid DESC);
CREATE INDEX runs_by_parent ON runs (project, parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_live ON runs (project) WHERE live;
CREATE INDEX runs_by_name ON runs USING hash (name);
CREATE TABLE fields (
  run bigint NOT NULL,
  scope text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  num double precision,
  rest double precision NOT NULL,
  text text COLLATE "C",
  PRIMARY KEY (run, scope, key)
);
CREATE INDEX fields_by_number ON fields (scope, key, num DESC, rest DESC) WHERE num IS NOT NULL;
CREATE TABLE artifacts (
  run bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  created_at bigint NOT NULL,
  seq bigint NOT NULL,
  record json NOT NULL
);
CREATE INDEX artifacts_by_run ON artifacts (run);
CREATE INDEX artifacts_by_key ON artifacts USING hash (key);
CREATE TABLE artifact_positions (
  project text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX artifact_positions_by_run ON artifact_positions (project, uid);
CREATE TABLE tags (
  project text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  tag text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX tags_by_name ON tags (project, md5(key), tag);
CREATE TABLE overlays (
  project text COLLATE "C" NOT NULL,
  uid text COLLATE "C" NOT NULL,
  overlay json NOT NULL,
  PRIMARY KEY (project, uid)
);

DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
    CREATE FUNCTION slipway_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
      AS 'SELECT lower(value COLLATE "und-x-icu") COLLATE "C"';
  ELSE
    CREATE FUNCTION slipway_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT lower(value) COLLATE "C"';
  END IF;
END $$;
CREATE FUNCTION slipway_like(value text, pattern text, fold integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS 'SELECT CASE WHEN fold = 1 THEN slipway.slipway_fold(value) LIKE slipway.slipway_fold(pattern) ELSE value LIKE pattern END';
`;
