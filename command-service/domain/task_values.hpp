#pragma once

#include "command-service/domain/commands.hpp"
#include "command-service/domain/decision.hpp"
#include "events/fold/task_state.hpp"

namespace taskstream::command {

// Whether the values of a command are within their limits; what is wrong with them if not. Pure. `task` is null where
// it does not exist yet.
std::optional<ValuesAreInvalid> check_values(const events::TaskState* task, const TaskCommand& command,
                                             const DecisionContext& context);

}  // namespace taskstream::command
