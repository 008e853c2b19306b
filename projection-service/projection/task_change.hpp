#pragma once

#include <optional>
#include <string>

#include "events/fold/task_state.hpp"
#include "events/log/position.hpp"

namespace taskstream::projection {

// What one event did to a task, with everything that a stream of changes needs to tell it: made once, however many
// streams there are.
struct TaskChange {
  events::Position position;
  events::PositionVector positions;  // everything up to this event
  std::optional<events::TaskState> before;
  events::TaskState after;
  std::string event;    // JSON: taskId, version, type, eventId, actor, time
  std::string changes;  // JSON: each field that changed, from and to
  std::string task;     // JSON, as it is answered
};

}  // namespace taskstream::projection
