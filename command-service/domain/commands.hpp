#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_event.hpp"

// What someone asks of a task. Values are of the right type; whether they are within their limits is part of deciding.
namespace taskstream::command {

struct CreateTask {
  std::string title;
  std::optional<std::string> description;
  events::Priority priority = events::Priority::Medium;
  std::vector<std::string> tags;
  std::optional<events::UserId> assignee_id;
  std::optional<events::Instant> due_date;
  std::optional<std::int32_t> warning_offset_minutes;
};

struct EditTask {
  events::TaskChanges changes;
};

struct ChangeStatus {
  events::Status to = events::Status::NotStarted;
  std::optional<std::string> reason;
};

struct AssignTask {
  events::UserId assignee_id;
  std::optional<std::string> reason;
};

struct UnassignTask {
  std::optional<std::string> reason;
};

struct DeleteTask {
  std::optional<std::string> reason;
};

using TaskCommand = std::variant<CreateTask, EditTask, ChangeStatus, AssignTask, UnassignTask, DeleteTask>;

}  // namespace taskstream::command
