#pragma once

// The state file in SQLite. `application_id` tells that a file is one.
namespace taskstream::command {

inline constexpr int kStateApplicationId = 0x54535354;  // "TSST"

// log_time: microseconds since 1970 UTC. commands: those that created a stream have version 1, and are never forgotten.
inline constexpr const char* kStateSchema = R"sql(
  CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  CREATE TABLE checkpoint (
    partition   INTEGER PRIMARY KEY,
    next        INTEGER NOT NULL,
    last_offset INTEGER NOT NULL,
    last_id     TEXT NOT NULL
  ) STRICT;
  CREATE TABLE streams (
    stream    TEXT PRIMARY KEY,
    entry     BLOB NOT NULL,
    concerned BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX streams_by_concerned ON streams (concerned, stream) WHERE concerned IS NOT NULL;
  CREATE TABLE commands (
    stream   TEXT NOT NULL,
    key      TEXT NOT NULL,
    actor    TEXT NOT NULL,
    version  INTEGER NOT NULL,
    hash     TEXT NOT NULL,
    event_id BLOB NOT NULL,
    log_time INTEGER NOT NULL,
    PRIMARY KEY (stream, key, actor, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX commands_by_age ON commands (stream, version) WHERE version > 1;
)sql";

}  // namespace taskstream::command
