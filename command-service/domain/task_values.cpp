#include "command-service/domain/task_values.hpp"

#include "command-service/domain/limits.hpp"

namespace taskstream::command {
namespace {

using events::TaskState;

void check(const CreateTask& command, const TaskState*, ValueCheck& values) {
  values.title(command.title);
  if (command.description) values.description(*command.description);
  values.tags(command.tags);
  if (command.due_date) values.due_date(*command.due_date);
  if (command.warning_offset_minutes) values.warning_offset(*command.warning_offset_minutes);
}

void check(const EditTask& command, const TaskState* task, ValueCheck& values) {
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

void check(const PostponeTask& command, const TaskState* task, ValueCheck& values) {
  values.postponement(command.by, task->due_date);
}
void check(const ChangeStatus& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const AssignTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const ClaimTask&, const TaskState*, ValueCheck&) {}
void check(const UnassignTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const LockTask& command, const TaskState*, ValueCheck& values) {
  values.lock_ttl(command.ttl_seconds);
}
void check(const UnlockTask&, const TaskState*, ValueCheck&) {}
void check(const DeleteTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}

}  // namespace

std::optional<ValuesAreInvalid> check_values(const TaskState* task, const TaskCommand& command, events::Instant now) {
  ValueCheck values(now);
  std::visit([&](const auto& c) { check(c, task, values); }, command);
  return values.ok() ? std::nullopt : std::optional(values.take());
}

}  // namespace taskstream::command
