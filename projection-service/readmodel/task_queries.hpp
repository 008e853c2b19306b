#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/rows.hpp"
#include "projection-service/readmodel/task_list.hpp"

namespace taskstream::projection {

// Every answer is read from one snapshot, and comes with the token that names it.
struct FoundTask {
  std::string token;
  bool known = false;  // there is, or was, such a task
  bool deleted = false;
  bool quarantined = false;
  std::int64_t version = 0;
  std::string body;
};

// A task as it was at a version.
struct FoundVersion {
  enum class Kind {
    Unknown,  // no such task, or it has no such version
    Parked,   // the version is in the log, and cannot be read here
    Deleted,  // it is the version that deleted the task
    Found,
  };

  std::string token;
  Kind kind = Kind::Unknown;
  bool quarantined = false;  // the task is, now
  std::int64_t version = 0;
  std::string body;
};

struct TaskPage {
  std::string token;
  std::string items;  // bodies, separated by commas
  std::optional<Cursor> next;
  std::optional<std::int64_t> total;
};

struct HistoryPage {
  std::string token;
  bool known = false;
  std::string items;
  std::optional<std::int64_t> next;  // the last version of this page
};

struct ParkedPage {
  std::string token;
  std::vector<ParkedRow> rows;
  bool more = false;
};

struct ModelCounts {
  std::string token;
  std::int64_t parked = 0;
  std::int64_t quarantined = 0;
};

class QueryTooLong : public std::runtime_error {
 public:
  QueryTooLong() : std::runtime_error("the query ran into its time limit") {}
};

// Reads the read model through a connection of its own. Used by one thread at a time. Throws QueryTooLong, and
// SQLite::Exception when the file cannot be read.
class TaskQueries {
 public:
  // 0 = no limit.
  TaskQueries(const std::filesystem::path& path, std::chrono::milliseconds time_limit);

  FoundTask find_task(const events::TaskId& id);
  FoundVersion find_version(const events::TaskId& id, std::int64_t version);
  // At the highest version whose time is not later.
  FoundVersion find_at(const events::TaskId& id, events::Instant time);
  TaskPage list_tasks(const TaskListQuery& query);
  // Versions after the given one, oldest first.
  HistoryPage history(const events::TaskId& id, std::int64_t after_version, std::int64_t limit);
  // Records after the given position, in the order of partitions and offsets; fewer than `limit` when their bytes are
  // many, but one at least.
  ParkedPage parked(std::optional<events::Position> after, std::int64_t limit);
  ModelCounts counts();

 private:
  using Clock = std::chrono::steady_clock;
  template <class Read>
  auto in_time(Read read);
  template <class Read>
  auto in_snapshot(Read read);
  struct Known;
  std::optional<Known> known(const events::TaskId& id);
  FoundVersion version_of(const events::TaskId& id, const Known& known, std::int64_t version, std::string token);
  std::string past_body(const events::TaskId& id, const Known& known, std::int64_t version);
  events::Instant time_of(std::int64_t stream_no, std::int64_t version);
  SQLite::Statement& statement_for(const BoundSql& sql);
  static int interrupt_when_over(void* queries);

  sqlite::Database database_;
  std::chrono::milliseconds time_limit_;
  Clock::time_point deadline_ = Clock::time_point::max();

  SQLite::Statement begin_;
  SQLite::Statement end_;
  SQLite::Statement token_;
  SQLite::Statement find_task_;
  SQLite::Statement history_;
  SQLite::Statement known_;
  SQLite::Statement time_of_;
  SQLite::Statement items_;
  std::unordered_map<std::string, SQLite::Statement> lists_;  // by their text
};

}  // namespace taskstream::projection
