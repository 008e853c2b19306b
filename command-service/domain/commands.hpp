#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_event.hpp"
#include "events/contract/user_event.hpp"

// What someone asks of a task or a user. Values are of the right type; whether they are within their limits is part of
// deciding.
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

// Moves the due date by so much from wherever it is, so that two of them add up in either order.
struct PostponeTask {
  std::chrono::seconds by{0};
};

struct ChangeStatus {
  events::Status to = events::Status::NotStarted;
  std::optional<std::string> reason;
};

struct AssignTask {
  events::UserId assignee_id;
  std::optional<std::string> reason;
};

// Assigns the task, but only while nobody has it.
struct ClaimTask {
  events::UserId user_id;
};

struct UnassignTask {
  std::optional<std::string> reason;
};

// Takes the lock, or renews it for its holder: it expires so many seconds from now.
struct LockTask {
  std::int32_t ttl_seconds = 0;
};

struct UnlockTask {};

struct DeleteTask {
  std::optional<std::string> reason;
};

using TaskCommand = std::variant<CreateTask, EditTask, PostponeTask, ChangeStatus, AssignTask, ClaimTask, UnassignTask,
                                 LockTask, UnlockTask, DeleteTask>;

struct RegisterUser {
  std::string first_name;
  std::string last_name;
  std::string email;
};

struct EditUser {
  events::UserChanges changes;
};

struct DeactivateUser {
  std::optional<std::string> reason;
};

struct ReactivateUser {};

using UserCommand = std::variant<RegisterUser, EditUser, DeactivateUser, ReactivateUser>;

// What the service asks of itself: to do what the state of a task or of an e-mail address asks for (duty.hpp).
struct DoDuty {};

using Command = std::variant<TaskCommand, UserCommand, DoDuty>;

}  // namespace taskstream::command
