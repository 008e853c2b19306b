-- What queries are served from. Everything here can be made again from the log; a change of meaning or shape takes a new
-- schema number (model_file.cpp).

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- How far each partition has been applied, and the ce_id of the last record, by which a log that was truncated or made anew
-- is noticed. Written in the transaction of the rows that it explains.
CREATE TABLE positions (
  partition INTEGER PRIMARY KEY,
  next INTEGER NOT NULL,
  last_offset INTEGER NOT NULL,
  last_id TEXT NOT NULL
);

-- The same position vector as the token that answers carry: one row, so that a read gets it for one step.
CREATE TABLE snapshot (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  token TEXT NOT NULL
);

-- Every stream that has an accepted record. `state` is for kinds that have no table of their own.
CREATE TABLE streams (
  stream_no INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  last_time INTEGER,
  quarantine_version INTEGER,
  quarantine_reason TEXT,
  state TEXT
);
CREATE INDEX streams_quarantined ON streams (stream_no) WHERE quarantine_version IS NOT NULL;

-- The newest state of each task: the body as it is answered, beside what lists filter and sort by. Instants are microseconds
-- since the epoch, status and priority their ranks. Deleted tasks stay (410) and are in no list.
CREATE TABLE tasks (
  stream_no INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  assignee BLOB,
  due_date INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX tasks_by_created ON tasks (created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_by_updated ON tasks (updated_at, id) WHERE deleted = 0;
CREATE INDEX tasks_by_due ON tasks (due_date, id) WHERE deleted = 0;
CREATE INDEX tasks_by_priority ON tasks (priority, id) WHERE deleted = 0;
CREATE INDEX tasks_by_title ON tasks (title, id) WHERE deleted = 0;
CREATE INDEX tasks_by_status ON tasks (status, created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_by_assignee ON tasks (assignee, created_at, id) WHERE deleted = 0;

-- Tags of the tasks that are in lists.
CREATE TABLE task_tags (
  tag TEXT NOT NULL,
  stream_no INTEGER NOT NULL,
  PRIMARY KEY (tag, stream_no)
) WITHOUT ROWID;

-- One row an event, as it is answered, with the time of its version: the latest of the stream up to it. Every 64th version
-- has the whole task beside it, so that any version is made from a few rows (past_task.hpp).
CREATE TABLE history (
  stream_no INTEGER NOT NULL,
  version INTEGER NOT NULL,
  time INTEGER NOT NULL,
  item TEXT NOT NULL,
  state TEXT
);
CREATE UNIQUE INDEX history_by_version ON history (stream_no, version);

-- Records that are malformed, or that could not be folded; byte for byte, so that newer software can fold them.
CREATE TABLE parked_records (
  partition INTEGER NOT NULL,
  record_offset INTEGER NOT NULL,
  log_time INTEGER NOT NULL,
  stream_no INTEGER,
  reason TEXT NOT NULL,
  key BLOB,
  headers BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (partition, record_offset)
) WITHOUT ROWID;
CREATE INDEX parked_by_stream ON parked_records (stream_no, record_offset) WHERE stream_no IS NOT NULL;
