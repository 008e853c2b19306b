#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/contract/task_event.hpp"
#include "projection-service/readmodel/cursor.hpp"

// What a list of tasks is asked for, and the SQL that answers it. Pure.
namespace taskstream::projection {

enum class SortKey { CreatedAt, UpdatedAt, DueDate, Priority, Title };

struct TaskSort {
  SortKey key = SortKey::CreatedAt;
  bool descending = true;
};

// Every condition that is there must hold; of several values one must fit. Values are sorted and different.
struct TaskFilter {
  std::vector<events::Status> statuses;
  std::vector<events::Priority> priorities;
  std::vector<events::UserId> assignees;
  bool nobody = false;  // also, or only, tasks that nobody has
  std::vector<std::string> tags;
  std::optional<events::Instant> due_before;  // <
  std::optional<events::Instant> due_after;   // >=
};

struct TaskListQuery {
  TaskFilter filter;
  TaskSort sort;
  std::int64_t limit = 50;
  std::optional<Cursor> after;
  bool with_total = false;
};

// The part of a query that a cursor is bound to, in one spelling.
std::string spelling_of(const TaskListQuery& query);

struct BoundSql {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string, events::Uuid>> values;
};

// The statements that walk a list in its order, one after the other until the page is full: (body, id, sort key). Two
// for dueDate, since tasks without one come last both ways. Each takes one more value at its end, the number of rows.
std::vector<BoundSql> page_statements(const TaskListQuery& query);

BoundSql total_statement(const TaskFilter& filter);

}  // namespace taskstream::projection
