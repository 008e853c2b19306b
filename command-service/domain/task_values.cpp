#include "command-service/domain/task_values.hpp"

#include "command-service/domain/limits.hpp"

namespace taskstream::command {
namespace {

using events::TaskState;

struct Check {
  const TaskState* task;
  const DecisionContext& context;
  ValueCheck& values;

  void operator()(const CreateTask& command) const {
    values.title(command.title);
    if (command.description) values.description(*command.description);
    values.tags(command.tags);
    if (command.assignee_id) values.assignee("assigneeId", context.assignee);
    if (command.due_date) values.due_date(*command.due_date);
    if (command.warning_offset_minutes) values.warning_offset(*command.warning_offset_minutes);
  }

  void operator()(const EditTask& command) const {
    const events::TaskChanges& changes = command.changes;
    if (changes.title) values.title(*changes.title);
    if (changes.description && *changes.description) values.description(**changes.description);
    if (changes.tags) values.tags(*changes.tags);
    // A due date that has passed meanwhile may be sent again with the rest, unchanged.
    const bool moves_due_date = changes.due_date && *changes.due_date && *changes.due_date != task->due_date;
    if (moves_due_date) values.due_date(**changes.due_date);
    if (changes.warning_offset_minutes && *changes.warning_offset_minutes) {
      values.warning_offset(**changes.warning_offset_minutes);
    }
  }

  void operator()(const PostponeTask& command) const { values.postponement(command.by, task->due_date); }
  void operator()(const ChangeStatus& command) const { values.reason(command.reason); }
  void operator()(const AssignTask& command) const {
    values.assignee("userId", context.assignee);
    values.reason(command.reason);
  }
  void operator()(const ClaimTask&) const { values.assignee("userId", context.assignee); }
  void operator()(const UnassignTask& command) const { values.reason(command.reason); }
  void operator()(const LockTask& command) const { values.lock_ttl(command.ttl_seconds); }
  void operator()(const UnlockTask&) const {}
  void operator()(const DeleteTask& command) const { values.reason(command.reason); }
};

}  // namespace

std::optional<ValuesAreInvalid> check_values(const TaskState* task, const TaskCommand& command,
                                             const DecisionContext& context) {
  ValueCheck values(context.now);
  std::visit(Check{.task = task, .context = context, .values = values}, command);
  return values.ok() ? std::nullopt : std::optional(values.take());
}

}  // namespace taskstream::command
