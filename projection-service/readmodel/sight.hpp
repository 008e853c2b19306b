#pragma once

#include <optional>
#include <string>

#include "events/fold/task_state.hpp"

namespace taskstream::projection {

// Whether work on a task is still to come.
constexpr bool is_open(events::Status status) {
  return status != events::Status::Completed && status != events::Status::Cancelled;
}

// Which tasks a reader may know of: all of them, or those that concern one member. A member is named by the subject of
// its access token, which is its user id.
struct Sight {
  std::optional<events::UserId> member;  // none = everything

  static Sight everything() { return {}; }
  static Sight of_member(const events::UserId& member) { return {.member = member}; }

  bool is_everything() const { return !member; }
  // What the member created or has, and open tasks that nobody has. Deleted tasks are seen as they were.
  bool sees(const events::TaskState& task) const {
    if (!member || task.assignee_id == member) return true;
    return (!task.assignee_id && is_open(task.status)) || task.created_by == member->to_string();
  }

  friend bool operator==(const Sight&, const Sight&) = default;
};

}  // namespace taskstream::projection
