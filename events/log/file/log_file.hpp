#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/log/event_log.hpp"

namespace taskstream::events {

// One connection to a file log, with what the journal needs to be safe: no checkpoint happens by itself, neither after
// a commit nor on close. Before 3.51.3 SQLite can damage a WAL file when a checkpoint of one connection meets a commit
// of another, so both happen only under the file's lock (FileLock). Not thread-safe.
class LogFile {
 public:
  // Throws LogMissing or LogRefused where the file is not there or not a log.
  static LogFile open(const std::string& path);
  // Makes the file and the folder that it lies in when they are missing.
  static LogFile create_or_open(const std::string& path);

  Offset end();
  std::vector<LogRecord> read(Offset from, int at_most);
  Instant last_time();

  SQLite::Database& database() { return *database_; }
  // Whether the path still leads to the file that was opened.
  bool is_in_place() const;
  std::size_t wal_bytes() const;

 private:
  LogFile(const std::string& path, int flags);

  std::string path_;
  std::unique_ptr<SQLite::Database> database_;
  ino_t inode_ = 0;
  std::optional<SQLite::Statement> end_;
  std::optional<SQLite::Statement> read_;
};

// Excludes the commits and checkpoints of other processes, and of other threads. Held while the object lives.
class FileLock {
 public:
  // nullopt when it is not to be had until the deadline.
  static std::optional<FileLock> acquire(const std::string& path, Deadline deadline);

  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

std::string encode_headers(const std::vector<Header>& headers);
std::vector<Header> decode_headers(std::string_view bytes);

}  // namespace taskstream::events
