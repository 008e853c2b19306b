#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"

// What can have happened to a task. Stored for ever: no field is added, renamed or given a new meaning. A new need is a
// new version, beside these.
namespace taskstream::events {

enum class Status { NotStarted, InProgress, Blocked, Deferred, Completed, Cancelled };
enum class Priority { Low, Medium, High, Urgent };

struct TaskCreated {
  std::string title;
  std::optional<std::string> description;
  Status status = Status::NotStarted;
  Priority priority = Priority::Medium;
  std::vector<std::string> tags;
  std::optional<UserId> assignee_id;
  std::optional<Instant> due_date;
  std::optional<std::int32_t> warning_offset_minutes;

  friend bool operator==(const TaskCreated&, const TaskCreated&) = default;
};

// Only what changed is there. The inner optional of a field that can be empty is its new value: nullopt clears it.
struct TaskChanges {
  std::optional<std::string> title;
  std::optional<std::optional<std::string>> description;
  std::optional<Priority> priority;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::optional<Instant>> due_date;
  std::optional<std::optional<std::int32_t>> warning_offset_minutes;

  friend bool operator==(const TaskChanges&, const TaskChanges&) = default;
};

struct TaskEdited {
  TaskChanges changes;

  friend bool operator==(const TaskEdited&, const TaskEdited&) = default;
};

struct TaskStatusChanged {
  Status from = Status::NotStarted;
  Status to = Status::NotStarted;
  std::optional<std::string> reason;

  friend bool operator==(const TaskStatusChanged&, const TaskStatusChanged&) = default;
};

struct TaskAssigned {
  UserId assignee_id;
  std::optional<UserId> previous_assignee_id;
  std::optional<std::string> reason;

  friend bool operator==(const TaskAssigned&, const TaskAssigned&) = default;
};

struct TaskUnassigned {
  UserId previous_assignee_id;
  std::optional<std::string> reason;

  friend bool operator==(const TaskUnassigned&, const TaskUnassigned&) = default;
};

struct TaskLocked {
  std::string holder;
  Instant since;
  Instant expires_at;
  std::int64_t fencing_token = 0;

  friend bool operator==(const TaskLocked&, const TaskLocked&) = default;
};

struct TaskUnlocked {
  std::string holder;
  std::string reason;

  friend bool operator==(const TaskUnlocked&, const TaskUnlocked&) = default;
};

struct TaskDeleted {
  std::optional<std::string> reason;

  friend bool operator==(const TaskDeleted&, const TaskDeleted&) = default;
};

}  // namespace taskstream::events
