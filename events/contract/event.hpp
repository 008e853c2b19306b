#pragma once

#include <string_view>
#include <variant>

#include "events/contract/log_event.hpp"
#include "events/contract/task_event.hpp"
#include "events/contract/user_event.hpp"

namespace taskstream::events {

using Event = std::variant<TaskCreated, TaskEdited, TaskStatusChanged, TaskAssigned, TaskUnassigned, TaskLocked,
                           TaskUnlocked, TaskDeleted, UserRegistered, UserEdited, UserDeactivated, UserReactivated,
                           UserClaimLapsed, EmailClaimed, EmailReleased, LogOpened, LogBarrier>;

// The CloudEvents type, e.g. `taskstream.task.created.v1`.
std::string_view type_of(const Event& event);

// The kind of stream that an event belongs to: `task`, `user`, `email` or `log`.
std::string_view kind_of(const Event& event);

}  // namespace taskstream::events
