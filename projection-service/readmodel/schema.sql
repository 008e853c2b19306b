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
-- since the epoch, status and priority their ranks; a reminder is due at `remind_at`. Deleted tasks stay (410) and are in no
-- list. `change_…` is where the record lies that changed the row last: the order in which clients follow changes.
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
  remind_at INTEGER,
  lock_expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  change_partition INTEGER NOT NULL,
  change_offset INTEGER NOT NULL
);
-- One index for each order, of all tasks and of those that one condition lets through: a page is a walk along one of them,
-- however many tasks there are.
CREATE INDEX tasks_by_created_at ON tasks (created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_by_updated_at ON tasks (updated_at, id) WHERE deleted = 0;
CREATE INDEX tasks_by_due_date ON tasks (due_date, id) WHERE deleted = 0;
CREATE INDEX tasks_by_priority ON tasks (priority, id) WHERE deleted = 0;
CREATE INDEX tasks_by_title ON tasks (title, id) WHERE deleted = 0;
CREATE INDEX tasks_of_status_by_created_at ON tasks (status, created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_status_by_updated_at ON tasks (status, updated_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_status_by_due_date ON tasks (status, due_date, id) WHERE deleted = 0;
CREATE INDEX tasks_of_status_by_priority ON tasks (status, priority, id) WHERE deleted = 0;
CREATE INDEX tasks_of_status_by_title ON tasks (status, title, id) WHERE deleted = 0;
CREATE INDEX tasks_of_assignee_by_created_at ON tasks (assignee, created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_assignee_by_updated_at ON tasks (assignee, updated_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_assignee_by_due_date ON tasks (assignee, due_date, id) WHERE deleted = 0;
CREATE INDEX tasks_of_assignee_by_priority ON tasks (assignee, priority, id) WHERE deleted = 0;
CREATE INDEX tasks_of_assignee_by_title ON tasks (assignee, title, id) WHERE deleted = 0;
CREATE INDEX tasks_of_creator_by_created_at ON tasks (created_by, created_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_creator_by_updated_at ON tasks (created_by, updated_at, id) WHERE deleted = 0;
CREATE INDEX tasks_of_creator_by_due_date ON tasks (created_by, due_date, id) WHERE deleted = 0;
CREATE INDEX tasks_of_creator_by_priority ON tasks (created_by, priority, id) WHERE deleted = 0;
CREATE INDEX tasks_of_creator_by_title ON tasks (created_by, title, id) WHERE deleted = 0;
-- What members find beside what concerns them.
CREATE INDEX tasks_unclaimed_by_created_at ON tasks (created_at, id) WHERE deleted = 0 AND assignee IS NULL AND status < 4;
-- Few tasks are locked, and few have a reminder to come.
CREATE INDEX tasks_locked ON tasks (lock_expires_at) WHERE deleted = 0 AND lock_expires_at IS NOT NULL;
CREATE INDEX tasks_reminded ON tasks (remind_at, due_date) WHERE deleted = 0 AND remind_at IS NOT NULL AND status < 4;
-- Of deleted ones too.
CREATE INDEX tasks_by_change ON tasks (change_partition, change_offset);
-- Counted without looking at a row.
CREATE INDEX tasks_counted ON tasks (assignee, status, priority, due_date) WHERE deleted = 0;

-- The words of the tasks that are in lists. Only that a word is in a task is kept, neither where nor the text itself, so a row
-- goes by giving its old text. What begins with one letter is kept too: put together from its words, it would take longest.
CREATE VIRTUAL TABLE task_words USING fts5 (
  words, content = '', columnsize = 0, detail = none, prefix = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- Who could see a task until the record at this position, and not from then on: a member's id, or nothing for everybody
-- whom the task does not concern. Kept for ever, so that a client that comes back after years still learns of it; only the
-- last time counts.
CREATE TABLE sight_lost (
  stream_no INTEGER NOT NULL,
  who BLOB NOT NULL,
  change_partition INTEGER NOT NULL,
  change_offset INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (stream_no, who)
) WITHOUT ROWID;
CREATE INDEX sight_lost_by_change ON sight_lost (who, change_partition, change_offset);

-- Tags of the tasks that are in lists.
CREATE TABLE task_tags (
  tag TEXT NOT NULL,
  stream_no INTEGER NOT NULL,
  PRIMARY KEY (tag, stream_no)
) WITHOUT ROWID;

-- The newest state of each user: the body as it is answered, and the name by which lists are sorted: last name, U+0001,
-- first name.
CREATE TABLE users (
  stream_no INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  version INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  active INTEGER NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX users_by_name ON users (name, id);
CREATE INDEX users_of_active_by_name ON users (active, name, id);
CREATE VIRTUAL TABLE user_words USING fts5 (
  words, content = '', columnsize = 0, detail = none, tokenize = 'unicode61 remove_diacritics 2'
);

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
