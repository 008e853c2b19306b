#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/log/event_log.hpp"

namespace taskstream::events {

// One connection to a file log, with what the journal needs to be safe: no checkpoint happens by itself, neither after
// a commit nor on close. Before 3.51.3 SQLite can damage a WAL file when a checkpoint of one connection meets a commit
// of another, so both happen only under the file's lock (FileLock). Not thread-safe.
class LogFile {
 public:
  static constexpr int kBusyTimeoutMs = 2'000;

  enum class Access { ReadWrite, ReadOnly };

  // Throws LogMissing or LogRefused where the file is not there or not a log.
  static LogFile open(const std::string& path, Access access = Access::ReadWrite);
  // Makes the file and the folder that it lies in when they are missing.
  static void create_if_missing(const std::string& path, Deadline deadline);

  struct End {
    Offset next = 0;
    Instant last_time;  // of the last record
  };
  End end();
  // In order, fewer than asked for when they are large, but at least one when there is one.
  std::vector<LogRecord> read(Offset from, int at_most);

  SQLite::Database& database() { return *database_; }
  // Whether the path still leads to the file that was opened.
  bool is_in_place() const;

 private:
  LogFile(const std::string& path, int flags);

  std::string path_;
  std::unique_ptr<SQLite::Database> database_;
  struct stat opened_{};
  std::optional<SQLite::Statement> end_;
  std::optional<SQLite::Statement> read_;
};

// Excludes the commits and checkpoints of other processes, and of other logs in this one. Used through
// std::unique_lock: `std::unique_lock held(file_lock, deadline)`.
class FileLock {
 public:
  explicit FileLock(const std::string& log_path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool try_lock_until(Deadline deadline);
  void unlock();

 private:
  int descriptor_ = -1;
};

void encode_headers(const std::vector<Header>& headers, std::string& bytes);
std::vector<Header> decode_headers(std::string_view bytes);

}  // namespace taskstream::events
