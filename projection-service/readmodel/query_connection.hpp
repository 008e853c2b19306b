#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/sqlite/database.hpp"

namespace taskstream::projection {

class QueryTooLong : public std::runtime_error {
 public:
  QueryTooLong() : std::runtime_error("the query ran into its time limit") {}
};

// SQL, and the values of its parameters in their order.
struct BoundSql {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string, events::Uuid>> values;
};

// Leaves a statement ready for the next time whatever happens, and so ends the read transaction that it may hold open.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  SQLite::Statement& statement_;
};

// A reading connection to the read model: snapshots, time limit, prepared statements. Used by one thread at a time.
// Throws QueryTooLong, and SQLite::Exception when the file cannot be read.
class QueryConnection {
 public:
  // 0 = no limit.
  QueryConnection(const std::filesystem::path& path, std::chrono::milliseconds time_limit);

  // Runs `read` within the time limit.
  template <class Read>
  auto in_time(Read read) {
    deadline_ = time_limit_.count() > 0 ? Clock::now() + time_limit_ : Clock::time_point::max();
    try {
      return read();
    } catch (const SQLite::Exception& e) {
      if (is_interruption(e)) throw QueryTooLong();
      throw;
    }
  }

  // Runs `read(token)` within the time limit; everything that it reads is of the one snapshot that the token names.
  template <class Read>
  auto in_snapshot(Read read) {
    return in_time([&] {
      const Snapshot snapshot(*this);
      return read(token());
    });
  }

  // Prepared once for each text.
  SQLite::Statement& statement_for(const std::string& sql);
  // Calls `take(row)` for each row until it returns false.
  template <class Take>
  void each_row(const BoundSql& sql, Take take) {
    SQLite::Statement& statement = statement_for(sql.text);
    const Use use(statement);
    bind(statement, sql);
    while (statement.executeStep() && take(statement)) {
    }
  }
  std::int64_t number(const BoundSql& sql);

  // The rows that `is_marked(stream_no)` is true of in SQL, until the next call.
  void mark(const std::vector<std::int64_t>& stream_nos);
  // How often that was called: whether marks are still those of a call.
  std::uint64_t markings() const { return markings_; }

  sqlite::Database& database() { return database_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Snapshot {
    explicit Snapshot(QueryConnection& connection);
    ~Snapshot();
    QueryConnection& connection_;
  };

  std::string token();
  static void bind(SQLite::Statement& statement, const BoundSql& sql);
  static bool is_interruption(const SQLite::Exception& error);
  static int interrupt_when_over(void* connection);

  sqlite::Database database_;
  std::chrono::milliseconds time_limit_;
  Clock::time_point deadline_ = Clock::time_point::max();
  SQLite::Statement begin_;
  SQLite::Statement end_;
  SQLite::Statement token_;
  std::unordered_map<std::string, SQLite::Statement> statements_;  // by their text
  std::uint64_t markings_ = 0;
  std::vector<std::uint64_t> marked_;  // one bit a stream number
};

// The whole text of a column, zero bytes included.
void append_text(std::string& to, const SQLite::Column& column);
std::string text_of(const SQLite::Column& column);
events::Uuid uuid_of(const SQLite::Column& column);

}  // namespace taskstream::projection
