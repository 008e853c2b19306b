#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace taskstream::sqlite {

// A connection to a file that is made from the log and can be made anew (the read model, the state file), set up so
// that it never checkpoints by itself, neither at a commit nor when it is closed: SQLite before 3.51.3 can damage a WAL
// file when a checkpoint of one connection meets a commit of another, so the one writer alone checkpoints, between its
// own commits. No memory mapping, for the same reason. Used by one thread at a time. Throws SQLite::Exception.
class Database {
 public:
  enum class Mode { ReadWrite, ReadOnly };

  // `cache_kib`: what the connection may keep of the file in memory.
  Database(const std::filesystem::path& path, Mode mode, int cache_kib = 32'000);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  SQLite::Database& connection() { return connection_; }
  SQLite::Statement prepare(std::string_view sql) { return {connection_, std::string(sql)}; }
  void execute(const char* sql) { connection_.exec(sql); }

  // What is wrong with the file's pages, if anything is. A file larger than 256 MiB is not looked through: that would
  // keep a service from starting for many seconds.
  std::optional<std::string> find_damage();

  // Copies what was committed into the main file, as far as no reader stands in the way. For the writer alone.
  void checkpoint();
  // Pages in the write-ahead log after the last commit of this connection.
  int wal_pages() const { return wal_pages_; }

 private:
  SQLite::Database connection_;
  int wal_pages_ = 0;
};

// Whether the error means that the file's content is broken, rather than that it could not be used just now.
bool means_damage(const SQLite::Exception& error);

}  // namespace taskstream::sqlite
