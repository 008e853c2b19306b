#pragma once

// The file log in SQLite. `application_id` tells that a file is one, `user_version` which shape it has.
namespace taskstream::events {

inline constexpr int kFileLogApplicationId = 0x54534c47;  // "TSLG"
inline constexpr int kFileLogVersion = 1;

// headers: for each one its name and its value, each behind its length as four bytes, least significant first.
// log_time: when the log took the record, microseconds since 1970 UTC; never goes back.
inline constexpr const char* kFileLogSchema = R"sql(
  CREATE TABLE records (
    record_offset INTEGER PRIMARY KEY,
    log_time      INTEGER NOT NULL,
    key           BLOB,
    headers       BLOB NOT NULL,
    value         BLOB NOT NULL
  ) STRICT
)sql";

}  // namespace taskstream::events
