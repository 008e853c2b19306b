#pragma once

#include <optional>
#include <string_view>

#include "events/contract/task_event.hpp"

// How the enumerators of a task are spelled: in events, in requests and in answers.
namespace taskstream::events {

std::string_view to_string(Status status);
std::string_view to_string(Priority priority);
std::optional<Status> parse_status(std::string_view text);
std::optional<Priority> parse_priority(std::string_view text);

}  // namespace taskstream::events
