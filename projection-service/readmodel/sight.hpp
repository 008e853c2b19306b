#pragma once

#include <optional>
#include <string>

#include "events/fold/whose_task.hpp"

namespace taskstream::projection {

// Which tasks a reader may know of: all of them, or those that concern one member. A member is named by the subject of
// its access token, which is its user id.
struct Sight {
  std::optional<events::UserId> member;  // none = everything

  static Sight everything() { return {}; }
  static Sight of_member(const events::UserId& member) { return {.member = member}; }

  bool is_everything() const { return !member; }
  // What the member created or has, and open tasks that nobody has. Deleted tasks are seen as they were.
  bool sees(const events::TaskState& task) const {
    return !member || is_to_be_had(task) || is_of(task, member->to_string(), member);
  }

  friend bool operator==(const Sight&, const Sight&) = default;
};

}  // namespace taskstream::projection
