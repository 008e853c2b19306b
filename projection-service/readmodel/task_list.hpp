#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/contract/task_event.hpp"
#include "projection-service/readmodel/cursor.hpp"
#include "projection-service/readmodel/query_connection.hpp"
#include "projection-service/readmodel/sight.hpp"

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
  bool nobody = false;                        // also, or only, tasks that nobody has
  std::optional<events::UserId> assigned_to;  // this user's alone, whatever `assignees` asks for beside it
  std::optional<std::string> created_by;
  std::vector<std::string> tags;
  std::optional<events::Instant> due_before;  // <
  std::optional<events::Instant> due_after;   // >=
  std::optional<bool> overdue;                // open, and due before now
  std::optional<bool> reminder_due;           // open, due after now, and the reminder is due
  std::optional<bool> locked;                 // until after now
  std::vector<std::string> words;             // each begins a word of the task; as WordCutter cuts them
};

struct TaskListQuery {
  TaskFilter filter;
  TaskSort sort;
  std::int64_t limit = 50;
  std::optional<Cursor> after;
  bool with_total = false;
  Sight sight;
  events::Instant now;  // of the conditions that time makes true
};

// The part of a query that a cursor is bound to, in one spelling.
std::string spelling_of(const TaskListQuery& query);

// What is known of the tasks that fit, before the list is walked.
struct Narrowing {
  std::optional<std::string> few;  // the numbers of their streams are among these: a JSON array
  bool words_marked = false;       // the connection has marked the streams in which the words occur
};

// The streams whose tasks hold all the words.
BoundSql streams_with(const std::vector<std::string>& words);
// Conditions that few tasks may fulfil, each as the streams of those that do. Where one has few, a page is made of
// these alone, rather than by a walk along the whole list.
std::vector<BoundSql> selective_conditions(const TaskListQuery& query);

// The statements that walk a list in its order, one after the other until the page is full: (body, id, sort key). Two
// for dueDate, since tasks without one come last both ways. Each takes one more value at its end, the number of rows.
std::vector<BoundSql> page_statements(const TaskListQuery& query, const Narrowing& narrowing = {});

BoundSql total_statement(const TaskListQuery& query, const Narrowing& narrowing = {});

}  // namespace taskstream::projection
