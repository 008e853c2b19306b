#pragma once

#include <vector>

#include "events/contract/task_event.hpp"

namespace taskstream::command {

// The statuses that a task may go to from this one.
const std::vector<events::Status>& transitions_from(events::Status from);
bool may_go(events::Status from, events::Status to);

// Completed and cancelled tasks are closed: they take no change but to be reopened, deleted or unlocked.
bool is_closed(events::Status status);

}  // namespace taskstream::command
