#include "command-service/domain/decide_task.hpp"

#include <cstdlib>
#include <utility>

#include "command-service/domain/limits.hpp"
#include "command-service/domain/transitions.hpp"

namespace taskstream::command {
namespace {

using events::Event;
using events::TaskChanges;
using events::TaskState;

using Refusal = std::optional<Rejection>;

Decision nothing_changes() {
  return std::optional<Event>();
}
Decision happened(Event event) {
  return std::optional(std::move(event));
}

// ---- values

void check(const CreateTask& command, const TaskState*, ValueCheck& values) {
  values.title(command.title);
  if (command.description) values.description(*command.description);
  values.tags(command.tags);
  if (command.due_date) values.due_date(*command.due_date);
  if (command.warning_offset_minutes) values.warning_offset(*command.warning_offset_minutes);
}

void check(const EditTask& command, const TaskState* task, ValueCheck& values) {
  const TaskChanges& changes = command.changes;
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

void check(const ChangeStatus& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const AssignTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const UnassignTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}
void check(const DeleteTask& command, const TaskState*, ValueCheck& values) {
  values.reason(command.reason);
}

// ---- the lock

// A lock binds its holder until it expires, and others for as long again as clocks may differ.
Refusal check_lock(const TaskState& task, const DecisionContext& context) {
  if (!task.lock || task.lock->holder == context.actor) return std::nullopt;
  if (context.now >= task.lock->expires_at + context.max_clock_skew) return std::nullopt;
  return Rejection(TaskIsLocked{.holder = task.lock->holder, .expires_at = task.lock->expires_at});
}

// ---- what each command does to a task that exists, is not deleted, and is not locked by somebody else

// Keeps of the wanted changes those that change something.
template <class Value, class Current>
void keep_difference(std::optional<Value>& wanted, const Current& current) {
  if (wanted && *wanted == current) wanted.reset();
}

TaskChanges differences(const TaskState& task, TaskChanges wanted) {
  keep_difference(wanted.title, task.title);
  keep_difference(wanted.description, task.description);
  keep_difference(wanted.priority, task.priority);
  keep_difference(wanted.tags, task.tags);
  keep_difference(wanted.due_date, task.due_date);
  keep_difference(wanted.warning_offset_minutes, task.warning_offset_minutes);
  return wanted;
}

Decision change(const TaskState& task, const EditTask& command) {
  if (is_closed(task.status)) return Rejection(TaskIsClosed());
  TaskChanges changes = differences(task, command.changes);
  if (changes == TaskChanges()) return nothing_changes();
  return happened(events::TaskEdited{.changes = std::move(changes)});
}

Decision change(const TaskState& task, const ChangeStatus& command) {
  if (command.to == task.status) return nothing_changes();
  if (!may_go(task.status, command.to)) {
    return Rejection(
        TransitionIsIllegal{.from = task.status, .to = command.to, .allowed = transitions_from(task.status)});
  }
  return happened(events::TaskStatusChanged{.from = task.status, .to = command.to, .reason = command.reason});
}

Decision change(const TaskState& task, const AssignTask& command) {
  if (is_closed(task.status)) return Rejection(TaskIsClosed());
  if (task.assignee_id == command.assignee_id) return nothing_changes();
  return happened(events::TaskAssigned{
      .assignee_id = command.assignee_id, .previous_assignee_id = task.assignee_id, .reason = command.reason});
}

Decision change(const TaskState& task, const UnassignTask& command) {
  if (is_closed(task.status)) return Rejection(TaskIsClosed());
  if (!task.assignee_id) return nothing_changes();
  return happened(events::TaskUnassigned{.previous_assignee_id = *task.assignee_id, .reason = command.reason});
}

Decision change(const TaskState&, const DeleteTask& command) {
  return happened(events::TaskDeleted{.reason = command.reason});
}

Decision change(const TaskState&, const CreateTask&) {
  std::abort();
}  // the caller has asked whether the task exists

Event create(const CreateTask& command) {
  return events::TaskCreated{.title = command.title,
                             .description = command.description,
                             .priority = command.priority,
                             .tags = command.tags,
                             .assignee_id = command.assignee_id,
                             .due_date = command.due_date,
                             .warning_offset_minutes = command.warning_offset_minutes};
}

Refusal check_values(const TaskState* task, const TaskCommand& command, events::Instant now) {
  ValueCheck values(now);
  std::visit([&](const auto& c) { check(c, task, values); }, command);
  return values.ok() ? std::nullopt : Refusal(values.take());
}

}  // namespace

Decision decide(const TaskState* task, const TaskCommand& command, const DecisionContext& context) {
  const auto* creation = std::get_if<CreateTask>(&command);
  if (task == nullptr && creation == nullptr) return Rejection(TaskIsMissing());
  if (task != nullptr && task->deleted) return Rejection(TaskIsDeleted());
  if (auto refusal = check_values(task, command, context.now)) return *std::move(refusal);
  if (creation != nullptr && task == nullptr) return happened(create(*creation));
  if (auto refusal = check_lock(*task, context)) return *std::move(refusal);
  return std::visit([task](const auto& c) { return change(*task, c); }, command);
}

}  // namespace taskstream::command
