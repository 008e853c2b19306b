#pragma once

#include "command-service/domain/commands.hpp"
#include "command-service/domain/decision.hpp"
#include "events/fold/task_state.hpp"

namespace taskstream::command {

// Pure. `task` is null where no task exists yet. Checks in the order of docs/errors.md: missing or deleted, values,
// lock, rules, nothing changes. Whether the version is the expected one is asked before, by the core; so is whether a
// task that is to be created exists already, and deciding that all the same aborts.
Decision decide(const events::TaskState* task, const TaskCommand& command, const DecisionContext& context);

}  // namespace taskstream::command
