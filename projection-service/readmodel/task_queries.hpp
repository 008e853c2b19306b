#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/change_feed.hpp"
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
  TaskPage list_tasks(const TaskListQuery& query);
  // Versions after the given one, oldest first.
  HistoryPage history(const events::TaskId& id, std::int64_t after_version, std::int64_t limit);
  ModelCounts counts();
  ChangePage changes(const ChangeQuery& query);

 private:
  using Clock = std::chrono::steady_clock;
  template <class Read>
  auto in_time(Read read);
  template <class Read>
  auto in_snapshot(Read read);
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
  std::unordered_map<std::string, SQLite::Statement> lists_;  // by their text
  ChangeFeed change_feed_;
};

}  // namespace taskstream::projection
