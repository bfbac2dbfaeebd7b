/**
 * Version of the index's format. An index of any other version is thrown away and built again from journals and ledgers, so a change
 * of the tables below needs nothing but a new number.
 */
export const indexVersion = 1;

export const schema = `
CREATE TABLE projects (
  project TEXT PRIMARY KEY,
  ledger_offset INTEGER NOT NULL,
  runs_changed REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL,
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  kind TEXT NOT NULL,
  runtime TEXT,
  function TEXT,
  handler TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  parent TEXT,
  iteration INTEGER,
  step TEXT,
  duration REAL,
  trashed INTEGER NOT NULL,
  live INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  line INTEGER NOT NULL,
  draft TEXT NOT NULL,
  corrupt TEXT,
  UNIQUE (project, uid)
);
CREATE INDEX runs_by_time ON runs (project, created_at DESC, uid DESC);
CREATE INDEX runs_by_parent ON runs (project, parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_live ON runs (project, uid) WHERE live = 1;
CREATE INDEX runs_by_name ON runs (project, name, created_at DESC);
CREATE TABLE fields (
  run INTEGER NOT NULL,
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  num REAL,
  rest REAL NOT NULL,
  text TEXT,
  PRIMARY KEY (run, scope, key)
) WITHOUT ROWID;
CREATE INDEX fields_by_number ON fields (scope, key, num DESC, rest DESC) WHERE num IS NOT NULL;
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  context TEXT,
  UNIQUE (run, name)
);
CREATE TABLE points (
  series INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  time INTEGER NOT NULL,
  step REAL,
  value REAL,
  PRIMARY KEY (series, seq)
) WITHOUT ROWID;
CREATE TABLE artifacts (
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (run, key, digest)
) WITHOUT ROWID;
CREATE INDEX artifacts_by_key ON artifacts (key);
CREATE TABLE artifact_positions (
  project TEXT NOT NULL,
  uid TEXT NOT NULL,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (project, uid, key, digest)
) WITHOUT ROWID;
CREATE TABLE tags (
  project TEXT NOT NULL,
  key TEXT NOT NULL,
  tag TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (project, key, tag)
) WITHOUT ROWID;
CREATE TABLE overlays (
  project TEXT NOT NULL,
  uid TEXT NOT NULL,
  overlay TEXT NOT NULL,
  PRIMARY KEY (project, uid)
) WITHOUT ROWID;
`;
