#pragma once

#include <string>

#include "command-service/domain/commands.hpp"
#include "events/fold/evolve.hpp"
#include "events/fold/task_state.hpp"

// Who may see a task, and who may change it. What users are is told to everybody.
namespace taskstream::command {

// How far somebody's say over tasks reaches. Rising; the least comes first, and is theirs of whom nothing more is said.
enum class Reach {
  OwnTasks,   // the tasks that they created or have; open ones that nobody has they see as well, and may claim
  EveryTask,  // every task, as far as no lock of somebody else's is on it
  EveryLock,  // every task, and no lock binds them
};

// Who asks.
struct Asker {
  std::string actor;
  Reach reach = Reach::OwnTasks;
};

// A deleted task is seen as it was.
bool may_see(const Asker& asker, const events::TaskState& task);
// Of any other state than a task's: always.
bool may_see(const Asker& asker, const events::State& state);

// Of a task that the asker sees.
bool may_ask(const Asker& asker, const TaskCommand& command, const events::TaskState& task);

// What the asker is shown of the state: all of it or nothing.
events::State as_seen_by(const Asker& asker, const events::State& state);

}  // namespace taskstream::command
