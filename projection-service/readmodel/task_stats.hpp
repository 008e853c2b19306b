#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/contract/task_event.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/sight.hpp"

namespace taskstream::projection {

// How many tasks there are, among those that are seen and not deleted.
struct TaskStats {
  struct OfAssignee {
    events::UserId assignee;
    std::int64_t tasks = 0;

    friend bool operator==(const OfAssignee&, const OfAssignee&) = default;
  };

  std::string token;
  std::int64_t total = 0;
  std::array<std::int64_t, 6> by_status{};    // by rank
  std::array<std::int64_t, 4> by_priority{};  // by rank
  std::int64_t of_nobody = 0;
  std::vector<OfAssignee> by_assignee;  // who has most first, then by id
  std::int64_t overdue = 0;             // open, and due before now
};

// The statements by which tasks are counted, each task in one of the rows: (assignee, how many),
std::vector<BoundSql> assignee_statements(const Sight& sight);
// (status, priority, how many),
std::vector<BoundSql> rank_statements(const Sight& sight);
// and those that are overdue, as numbers to add up.
std::vector<BoundSql> overdue_statements(const Sight& sight, events::Instant now);

TaskStats task_stats(QueryConnection& connection, const Sight& sight, events::Instant now);

}  // namespace taskstream::projection
