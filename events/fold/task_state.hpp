#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_event.hpp"

namespace taskstream::events {

// Who alone may change a task, until when. The fencing token is the version of the `task.locked` that took it.
struct TaskLock {
  std::string holder;
  Instant since;
  Instant expires_at;
  std::int64_t fencing_token = 0;

  friend bool operator==(const TaskLock&, const TaskLock&) = default;
};

// A task as its accepted events made it.
struct TaskState {
  TaskId id;
  std::string title;
  std::optional<std::string> description;
  Status status = Status::NotStarted;
  Priority priority = Priority::Medium;
  std::vector<std::string> tags;
  std::optional<UserId> assignee_id;
  std::optional<Instant> due_date;
  std::optional<std::int32_t> warning_offset_minutes;
  std::optional<TaskLock> lock;
  bool deleted = false;
  StreamVersion version;
  Instant created_at;
  std::string created_by;
  Instant updated_at;  // never goes back, whatever the clocks of the writers did
  std::string updated_by;

  friend bool operator==(const TaskState&, const TaskState&) = default;
};

}  // namespace taskstream::events
