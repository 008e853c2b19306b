#pragma once

#include "command-service/domain/commands.hpp"
#include "command-service/domain/decision.hpp"
#include "events/fold/task_state.hpp"

// The lock of a task: whom it binds, and how it is taken, renewed and released. It binds its holder until it expires,
// and others for as long again as the clocks of two instances may differ. Pure.
namespace taskstream::command {

// Why the actor may not change the task; nothing when no lock binds them.
std::optional<TaskIsLocked> check_lock(const events::TaskState& task, const DecisionContext& context);

// Both are asked only once no lock binds the actor.
std::optional<events::Event> take_lock(const events::TaskState& task, const LockTask& command,
                                       const DecisionContext& context);
std::optional<events::Event> release_lock(const events::TaskState& task, const DecisionContext& context);

}  // namespace taskstream::command
