#include "command-service/domain/access.hpp"

#include "events/fold/whose_task.hpp"

namespace taskstream::command {
namespace {

using events::TaskState;

// The name of whoever has the task is their user's id, in whatever case a token spells it.
bool is_own(const std::string& actor, const TaskState& task) {
  return events::is_of(task, actor, events::UserId::parse(actor));
}

}  // namespace

bool may_see(const Asker& asker, const TaskState& task) {
  return asker.reach != Reach::OwnTasks || is_own(asker.actor, task) || is_to_be_had(task);
}

bool may_see(const Asker& asker, const events::State& state) {
  const auto* task = std::get_if<TaskState>(&state);
  return task == nullptr || may_see(asker, *task);
}

bool may_ask(const Asker& asker, const TaskCommand& command, const TaskState& task) {
  return asker.reach != Reach::OwnTasks || is_own(asker.actor, task) || std::holds_alternative<ClaimTask>(command);
}

events::State as_seen_by(const Asker& asker, const events::State& state) {
  return may_see(asker, state) ? state : events::State();
}

}  // namespace taskstream::command
