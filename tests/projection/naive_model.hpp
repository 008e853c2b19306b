#pragma once

#include <map>
#include <string>
#include <vector>

#include "events/fold/evolve.hpp"
#include "projection-service/readmodel/task_list.hpp"
#include "projection-service/readmodel/task_stats.hpp"
#include "projection-service/readmodel/user_queries.hpp"

namespace taskstream::projection::testing {

// The projection once more, naively: every state in a map, every query by looking at all of them. It has no index, no
// SQL and no tokenizer of SQLite's, and so makes none of their mistakes.
class NaiveModel {
 public:
  void apply(const events::RecordedEvent& event);

  // All that fit, in order. `text` = what was asked for as `q`; the query's own words are not looked at.
  std::vector<events::TaskState> list(const TaskListQuery& query, const std::string& text = {}) const;
  std::vector<events::UserState> users(const UserListQuery& query, const std::string& text = {}) const;
  TaskStats stats(const Sight& sight, events::Instant now) const;

 private:
  std::map<std::string, events::State> states_;
};

}  // namespace taskstream::projection::testing
