#pragma once

#include "events/fold/task_state.hpp"
#include "projection-service/readmodel/task_list.hpp"

namespace taskstream::projection {

// Whether a list under this filter holds the task: what the SQL of lists says, of one state in memory. Deleted tasks
// are in no list. Neither conditions that depend on the time of asking are looked at, nor words that are searched for.
bool matches(const TaskFilter& filter, const events::TaskState& task);

}  // namespace taskstream::projection
