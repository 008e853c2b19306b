#pragma once

#include <optional>
#include <string>

#include "events/fold/task_state.hpp"

// Whose a task is. By this one service lets it be asked for and changed, and the other shows it.
namespace taskstream::events {

// Whether work on a task is still to come.
constexpr bool is_open(Status status) {
  return status != Status::Completed && status != Status::Cancelled;
}

// They have it, or created it: `actor` is the name under which they act, `user` the user that they are, if any.
inline bool is_of(const TaskState& task, const std::string& actor, const std::optional<UserId>& user) {
  return (user && task.assignee_id == user) || task.created_by == actor;
}

// Open, and nobody has it: anybody may see and claim it.
inline bool is_to_be_had(const TaskState& task) {
  return !task.assignee_id && is_open(task.status);
}

}  // namespace taskstream::events
