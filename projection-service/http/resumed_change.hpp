#pragma once

#include <optional>

#include "events/fold/task_state.hpp"
#include "projection-service/http/change_frame.hpp"

namespace taskstream::projection {

// What became of a task while nobody followed, as one change.
struct ResumedChange {
  std::optional<events::TaskState> before;  // as it was at the walk's base; none = not there yet
  events::TaskState after;
  ChangeText text;
};

// `changed` may be seen, and comes with its span. Pure; throws nlohmann::json::exception or std::runtime_error when
// rows are damaged.
ResumedChange resumed_change(const ChangedTask& changed, std::string id);

}  // namespace taskstream::projection
