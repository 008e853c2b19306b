#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "projection-service/readmodel/change_feed.hpp"
#include "projection-service/readmodel/list_page.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/task_list.hpp"
#include "projection-service/readmodel/task_matches.hpp"
#include "projection-service/readmodel/user_queries.hpp"

namespace taskstream::projection {

// Every answer is read from one snapshot, and comes with the token that names it.
struct FoundTask {
  std::string token;
  bool known = false;  // there is, or was, such a task, and the reader sees it
  bool deleted = false;
  bool quarantined = false;
  std::int64_t version = 0;
  std::string body;
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

// Reads the read model through a connection of its own. Used by one thread at a time. Throws QueryTooLong, and
// SQLite::Exception when the file cannot be read.
class TaskQueries {
 public:
  // No more matches than these are sorted one by one; of more, the list is walked.
  static constexpr std::size_t kFew = 4'000;

  // A time limit of 0 is none.
  TaskQueries(const std::filesystem::path& path, std::chrono::milliseconds time_limit, std::size_t few = kFew);

  FoundTask find_task(const events::TaskId& id, const Sight& sight);
  ListPage list_tasks(const TaskListQuery& query);
  ListPage list_users(const UserListQuery& query);
  // Versions after the given one, oldest first: all of them to whoever sees the task as it is now.
  HistoryPage history(const events::TaskId& id, const Sight& sight, std::int64_t after_version, std::int64_t limit);
  ModelCounts counts();
  ChangePage changes(const ChangeQuery& query);

  // For other queries in the same file.
  QueryConnection& connection() { return connection_; }

 private:
  Narrowing narrow(const TaskListQuery& query);
  FoundTask read_task(const std::string& key, const Sight& sight);

  QueryConnection connection_;
  std::size_t few_;
  TaskMatches matches_;
  SQLite::Statement find_task_;
  SQLite::Statement history_;
  ChangeFeed change_feed_;
};

}  // namespace taskstream::projection
